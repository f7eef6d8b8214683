"""Partners as YAML: what is read and every kind of mistake."""

from datetime import timedelta
from typing import Any

import pytest

from hub.load import load
from hub.plan import Ground, Partner

PATH = "adapters/partners/centre.yaml"
MISTAKES = [
    ("another file's name", "partner: centre", "partner: center", "file-name", "center"),
    ("unknown system", "system: http", "system: htp", "unknown-adapter", "htp"),
    ("unknown format", "format: ndjson", "format: ndjsn", "unknown-adapter", "ndjsn"),
    ("a literal address", "'${env:CENTRE_URL}'", "'http://u:hunter2@h/'", "secret-literal", "'http://u"),
    ("a setting of another shape", "timeout: 30", "timeout: soon", "wrong-type", "soon"),
    ("a setting out of bounds", "timeout: 30", "timeout: 0", "out-of-bounds", "0}"),
    ("a missing setting", "{url: '${env:CENTRE_URL}', timeout: 30}", "{timeout: 30}", "missing-key", "settings:"),
    ("an unknown format setting", "envelope: true", "envelope: true\nformat_settings: {indent: 4}", "unknown-key", "indent"),
    ("no purpose", "purpose: 测试\n", "", "missing-key", "partner:"),
    ("no legal basis", "legal_basis: 测试", "legal_basis:", "empty", "\nreceives"),
    ("rows that are none", "envelope: true", "envelope: true\npart_rows: 0", "out-of-bounds", "0\npurpose"),
    ("a wait of another form", "envelope: true", "envelope: true\nreceipt_wait: soon", "bad-form", "soon"),
    ("unknown standard", "  mini:", "  mimi:", "unknown-standard", "mimi"),
    ("unknown table", "    office: [", "    ofice: [", "unknown-table", "ofice"),
    ("unknown field", "[jg_bh]", "[jgbh]", "unknown-field", "jgbh"),
    (
        "a ground of no domain",
        "envelope: true",
        "envelope: true\ngrounds: {农业: {purpose: 甲, legal_basis: 乙}}",
        "unknown-domain",
        "农业",
    ),
    ("a ground without a law", "envelope: true", "envelope: true\ngrounds: {测试: {purpose: 甲}}", "missing-key", "测试: {purp"),
    ("neither all nor fields", "person: all", "person: some", "unknown-word", "some"),
]


def partner(checkout: Any) -> Partner:
    repository, problems = load(checkout.root)
    assert problems == ()
    return repository.partners["centre"]


def test_a_sound_partner_has_typed_settings_and_its_fields(checkout: Any) -> None:
    """``all`` is every field of the table; what is left out has its default."""
    made = partner(checkout)
    assert made.settings == {"url": "${env:CENTRE_URL}", "timeout": 30}
    assert made.format_settings == {}
    assert (made.envelope, made.part_rows, made.receipt_wait) == (True, 10_000, timedelta(seconds=30))
    assert made.receives["mini/office"] == ("jg_bh",)
    assert made.receives["mini/person"] == ("ry_bh", "xm", "sfzh", "xb_dm", "mz_dm", "dj_rq", "je", "jg_bh")


def test_all_of_a_standard_is_every_table(checkout: Any) -> None:
    """One word for a partner that receives the whole standard."""
    checkout.edit(PATH, "  mini:\n    person: all\n    office: [jg_bh]\n", "  mini: all\n")
    assert set(partner(checkout).receives) == {"mini/person", "mini/office"}


def test_a_domain_may_have_a_purpose_and_a_law_of_its_own(checkout: Any) -> None:
    """What a reviewer reads about a table is said of its domain."""
    (domain,) = {table.domain for table in load(checkout.root)[0].standards["mini@1.0.0"].tables.values()}
    told = f"{{{domain}: {{purpose: 统计, legal_basis: 《统计法》}}}}"
    checkout.edit(PATH, "envelope: true", f"envelope: true\ngrounds: {told}")
    assert partner(checkout).grounds == {domain: Ground("统计", "《统计法》")}
    assert partner(checkout).ground.purpose == "测试"


@pytest.mark.parametrize("case", MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_told_once_where_it_stands(checkout: Any, case: tuple[str, ...]) -> None:
    """With its code, without follow-on complaints, and never with a secret."""
    _, old, new, code, words = case
    checkout.edit(PATH, old, new)
    _, problems = load(checkout.root)
    assert [(problem.code, str(problem.place)) for problem in problems] == [(code, checkout.find(PATH, words))]
    assert all(problem.cure for problem in problems)
    assert "hunter2" not in "".join(map(str, problems))
