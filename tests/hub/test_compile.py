"""Plans: what one exchange will do, and why one cannot be made."""

from typing import Any

import pytest

from hub.compile import compile_plans
from hub.load import load
from hub.plan import Plan

PARTNER = "adapters/partners/centre.yaml"
SCHEDULE = "schedules/to_centre.yaml"
PERSON = "mappings/local/person.yaml"


def compiled(checkout: Any) -> tuple[dict[str, Plan], list[str]]:
    repository, problems = load(checkout.root)
    assert [str(problem) for problem in problems] == []
    plans, problems = compile_plans(repository)
    assert all(problem.cure for problem in problems)
    return {plan.id: plan for plan in plans}, [f"{problem.code}@{problem.place}" for problem in problems]


def test_every_table_of_a_schedule_becomes_a_plan(checkout: Any) -> None:
    """In the schedule's order, named partner/table."""
    plans, problems = compiled(checkout)
    assert problems == []
    assert list(plans) == ["centre/person", "centre/office"]
    plan = plans["centre/person"]
    assert (plan.schedule.name, plan.partner.name, plan.source.name, plan.mapping.name, plan.table.name) == (
        "to_centre", "centre", "local", "person", "person"
    )  # fmt: skip
    assert plan.kernel.sql
    assert plan.kernel.findings


def test_an_extract_reads_what_is_used_and_nothing_else(checkout: Any) -> None:
    """Columns of fields, of deleted and of the watermark, in the order in which the source declares them, with their types."""
    extract = compiled(checkout)[0]["centre/person"].extract
    names = ["p.id", "p.name", "p.card", "p.sex", "p.nation", "p.reg_day", "p.status", "p.changed"]
    assert list(extract.columns) == names
    assert list(extract.types) == ["text"] * 5 + ["date", "text", "timestamp"]
    assert (extract.watermark, extract.condition) == ("p.changed", "p.status <> 'X'")
    assert extract.from_sql == "t_person p LEFT JOIN t_office o ON o.jg_bh = p.office"


def test_the_envelope_stands_before_the_fields(checkout: Any) -> None:
    """With it rows are named by row_guid, without it by the last key field."""
    layout = compiled(checkout)[0]["centre/person"].layout
    names = [column.name for column in layout.columns]
    assert names[:6] == ["row_guid", "cd_operation", "cd_time", "cd_batch", "data_source", "data_version"]
    assert names[6:] == ["ry_bh", "xm", "sfzh", "xb_dm", "mz_dm", "dj_rq", "je", "jg_bh"]
    assert (layout.row_id, layout.key) == ("row_guid", ("ry_bh",))
    checkout.edit(PARTNER, "envelope: true", "envelope: false")
    layout = compiled(checkout)[0]["centre/person"].layout
    assert (layout.columns[0].name, layout.row_id) == ("ry_bh", "ry_bh")


def test_a_digest_is_the_same_until_something_that_runs_changes(checkout: Any) -> None:
    """Titles and addresses do not count; contract, mapping, source types and wire format do."""
    digests = [compiled(checkout)[0]["centre/person"].digest]
    checkout.edit(PARTNER, "title: 数据中心", "title: 中心")
    checkout.edit(PARTNER, "CENTRE_URL", "OTHER_URL")
    assert compiled(checkout)[0]["centre/person"].digest == digests[0]
    for path, old, new in [
        (PARTNER, "envelope: true", "envelope: false"),
        (PARTNER, "format: ndjson", "format: json"),
        (PERSON, "trim(p.name)", "p.name"),
        ("adapters/sources/local.yaml", "reg_day: date", "reg_day: text"),
        ("contracts/mini/1.0.0/elements/common.yaml", "c..50", "c..60"),
    ]:
        checkout.edit(path, old, new)
        digests.append(compiled(checkout)[0]["centre/person"].digest)
    assert len(set(digests)) == len(digests)


def test_a_partner_that_may_not_have_the_table_gets_no_plan(checkout: Any) -> None:
    """The other tables go."""
    checkout.edit(PARTNER, "    office: [jg_bh]\n", "")
    plans, problems = compiled(checkout)
    assert list(plans) == ["centre/person"]
    assert problems == [f"not-entitled@{checkout.find(SCHEDULE, 'to_centre')}"]


def test_a_field_beyond_the_entitlement_stops_the_exchange(checkout: Any) -> None:
    """Until the mapping leaves it out."""
    checkout.edit(PARTNER, "person: all", "person: [ry_bh, xm, xb_dm, mz_dm, dj_rq, jg_bh]")
    plans, problems = compiled(checkout)
    assert list(plans) == ["centre/office"]
    assert problems == [f"not-entitled@{checkout.find(SCHEDULE, 'to_centre')}"]
    checkout.edit(PERSON, "  sfzh:  upper(p.card)\n", "")
    checkout.edit(PERSON, "absent: [je]", "absent: [je, sfzh]")
    checkout.edit(PERSON, ", sfzh: null", "")
    assert compiled(checkout)[1] == []


def test_a_table_without_a_mapping_is_told_at_the_schedule(checkout: Any) -> None:
    """With the file to write."""
    (checkout.root / "mappings" / "local" / "office.yaml").unlink()
    plans, problems = compiled(checkout)
    assert list(plans) == ["centre/person"]
    assert problems == [f"no-mapping@{checkout.find(SCHEDULE, 'to_centre')}"]


def test_a_table_goes_to_a_partner_by_one_schedule_only(checkout: Any) -> None:
    """Two schedules would send it twice."""
    text = (checkout.root / SCHEDULE).read_text().replace("to_centre", "again")
    checkout.write("schedules/zweite.yaml", text.replace("again", "zweite"))
    _, problems = compiled(checkout)
    assert set(problems) == {"duplicate-exchange@schedules/zweite.yaml:1:11"}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (PERSON, "trim(p.name)", "trim(p.nam)"),
        ("adapters/sources/local.yaml", "title: 本地系统", "titel: 本地系统"),
        (PARTNER, "title: 数据中心", "titel: 数据中心"),
        ("contracts/mini/1.0.0/tables/person/person.yaml", "grain:", "grian:"),
    ],
)
def test_what_its_own_file_tells_is_not_told_again(checkout: Any, path: str, old: str, new: str) -> None:
    """A broken mapping, source, partner or table is no further problem of the schedule."""
    checkout.edit(path, old, new)
    repository, found = load(checkout.root)
    assert {problem.place.path for problem in found} == {path}
    plans, problems = compile_plans(repository)
    assert problems == ()
    assert "centre/person" not in {plan.id for plan in plans}
