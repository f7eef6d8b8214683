"""Takes the ``tests:`` of a mapping; gives them as values, and every name in them that does not exist."""

from collections.abc import Iterator, Mapping

from hub.contract.model import Table
from hub.document import Document
from hub.mapping.model import InlineTest, Source
from hub.mapping.scope import Scope
from hub.problem import Problem, nearest

# fmt: off
RULES = (
    "source-type", "unmapped", "required", "format", "length", "code", "code-expired", "check-digit", "range", "rule",
    "duplicate-key", "birth-date", "sex",
)
# fmt: on


def inline_tests(document: Document, source: Source, table: Table, scope: Scope) -> tuple[tuple[InlineTest, ...], list[Problem]]:
    """Every test of the mapping, in order."""
    tests: list[InlineTest] = []
    problems: list[Problem] = []
    for number, entry in enumerate(document.data.get("tests", ())):
        if not document.sound("tests", number):
            continue
        problems += _given(document, number, source, scope)
        problems += _outcome(document, number, table)
        if any(test.name == entry["name"] for test in tests):
            message = f"two tests are named '{entry['name'][:60]}'"
            problems.append(Problem(document.place("tests", number, "name"), "duplicate-name", message, "rename one"))
        given = {name: tuple(rows) for name, rows in entry["given"].items()}
        place = document.place("tests", number, "name")
        tests.append(InlineTest(entry["name"], given, tuple(entry.get("expect", ())), tuple(entry.get("reject", ())), place))
    return tuple(tests), problems


def _given(document: Document, number: int, source: Source, scope: Scope) -> Iterator[Problem]:
    used = dict.fromkeys(scope.aliases.values())
    given: Mapping[str, list[Mapping[str, str | None]]] = document.data["tests"][number]["given"]
    for name, rows in given.items():
        keys = ("tests", number, "given", name)
        if name not in used:
            message = f"the mapping does not read the table '{name[:60]}'"
            yield Problem(document.key(*keys), "unknown-table", message, nearest(name, used))
            continue
        for position, row in enumerate(rows):
            for column in row:
                if column not in source.tables[name]:
                    message = f"the table {name} has no column '{column[:60]}'"
                    place = document.key(*keys, position, column)
                    yield Problem(place, "unknown-column", message, nearest(column, source.tables[name]))


def _outcome(document: Document, number: int, table: Table) -> Iterator[Problem]:
    entry = document.data["tests"][number]
    if "expect" not in entry and "reject" not in entry:
        message = "the test expects nothing"
        yield Problem(document.place("tests", number, "name"), "missing-key", message, "add expect: or reject:")
    for position, row in enumerate(entry.get("expect", ())):
        for field in row:
            if field not in table.fields:
                place, message = document.key("tests", number, "expect", position, field), f"there is no field '{field[:60]}'"
                yield Problem(place, "unknown-field", message, nearest(field, table.fields))
    for position, refused in enumerate(entry.get("reject", ())):
        keys = ("tests", number, "reject", position)
        if refused.get("field", next(iter(table.fields))) not in table.fields:
            message = f"there is no field '{refused['field'][:60]}'"
            yield Problem(document.place(*keys, "field"), "unknown-field", message, nearest(refused["field"], table.fields))
        if refused["rule"] not in RULES:
            message = f"there is no finding '{refused['rule'][:60]}'"
            yield Problem(document.place(*keys, "rule"), "unknown-word", message, nearest(refused["rule"], RULES))
