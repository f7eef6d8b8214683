"""Business systems as YAML: what is read and every kind of mistake."""

from typing import Any

import pytest

from hub.sources import load_source

PATH = "adapters/sources/local.yaml"
MISTAKES = [
    ("another file's name", "source: local", "source: locl", "file-name", "locl"),
    ("unknown reader", "reader: sql", "reader: sqll", "unknown-adapter", "sqll"),
    ("a reader that is a path", "reader: sql", "reader: ../systems/http", "bad-form", "../systems"),
    ("a literal address", "'${env:LOCAL_URL}'", "postgresql://u:hunter2@h/d", "secret-literal", "postgresql"),
    ("a setting that the reader does not know", "url: ", "ulr: '', url: ", "unknown-key", "ulr"),
    ("unknown type", "id: text", "id: varchar", "bad-form", "varchar"),
    ("a decimal torn by its comma", "'decimal(12,2)'", "{type: decimal(12,2)}", "bad-form", "decimal(12"),
    ("more decimals than digits", "decimal(12,2)", "decimal(2,12)", "bad-form", "'decimal(2,12)'"),
    ("more than 38 digits", "decimal(12,2)", "decimal(39,2)", "bad-form", "'decimal(39,2)'"),
    ("columns that differ in capitals", "      card: text", "      card: text\n      CARD: text", "duplicate-name", "CARD"),
    ("a name with a quote", "      card: text", "      'card\"; DROP': text", "bad-name", "'card\"; DROP'"),
    ("a table with a space", "  t_office:", "  t office:", "bad-name", "t office"),
    ("no columns", "      jg_bh: text\n      memo: text\n", "      {}\n", "empty", "{}"),
    ("unknown time zone", "reader: sql", "timezone: Asia/Beijing\nreader: sql", "unknown-timezone", "Asia/Beijing"),
    ("a time zone that is a path", "reader: sql", "timezone: ../../etc/passwd\nreader: sql", "unknown-timezone", "../../etc"),
]


def test_a_sound_source_declares_tables_columns_and_types(checkout: Any) -> None:
    """Both forms of a column; the reference to the secret is kept, not the secret."""
    source, problems = load_source(checkout.root / PATH, checkout.root)
    assert problems == ()
    assert source is not None
    assert (source.name, source.reader, source.timezone) == ("local", "sql", "Asia/Shanghai")
    assert source.settings == {"url": "${env:LOCAL_URL}"}
    name = source.tables["t_person"]["name"]
    assert (name.type, name.title, name.table) == ("text", "姓名", "t_person")
    assert source.tables["t_person"]["amount"].type == "decimal(12,2)"
    assert str(name.place) == checkout.find(PATH, "name: {")


@pytest.mark.parametrize("case", MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_told_where_it_stands(checkout: Any, case: tuple[str, ...]) -> None:
    """With its code, and never with a secret."""
    _, old, new, code, words = case
    checkout.edit(PATH, old, new)
    source, problems = load_source(checkout.root / PATH, checkout.root)
    assert source is None
    assert (code, checkout.find(PATH, words)) in {(problem.code, str(problem.place)) for problem in problems}
    assert all(problem.cure for problem in problems)
    assert "hunter2" not in "".join(map(str, problems))
