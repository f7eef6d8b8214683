"""Takes a mapping file, its source and its target contract; gives the resolved Mapping, and every mistake in the file."""

from collections.abc import Mapping as MappingOf
from datetime import datetime, timedelta

from hub import duration
from hub.contract.model import Standard, Table
from hub.contract.table import digest_of
from hub.document import Document
from hub.mapping.field_map import Crosswalks, absent, field_map
from hub.mapping.inline_tests import inline_tests
from hub.mapping.model import FieldMap, Mapping, Source, Watermark
from hub.mapping.scope import Scope, open_scope
from hub.problem import Problem, nearest


def load_mapping(
    document: Document, source: Source, standard: Standard, table: Table, crosswalks: Crosswalks
) -> tuple[Mapping | None, tuple[Problem, ...]]:
    """One mapping against one release; None if anything in it is wrong."""
    if not document.sound("from") or not document.sound("where"):
        return None, ()
    scope, problems = open_scope(document, source)
    if scope is None:
        return None, tuple(problems)
    fields, wrong = _fields(document, table, scope, crosswalks)
    problems += wrong
    watermark, wrong = _watermark(document, scope)
    problems += wrong
    deleted, wrong = _deleted(document, scope)
    problems += wrong + _ignored(document, scope, fields, watermark)
    tests, wrong = inline_tests(document, source, table, scope) if document.sound("tests") else ((), [])
    problems += wrong
    if document.faults or len(fields) < len(table.fields) or any(problem.severity == "error" for problem in problems):
        return None, tuple(problems)
    data = document.data
    resolved = {
        "from": data["from"].strip(),
        "where": data.get("where", "").strip() or None,
        "watermark": [watermark.column, str(watermark.overlap), watermark.format] if watermark else None,
        "deleted": deleted,
        "fields": [_digested(each) for each in fields.values()],
    }
    return Mapping(
        name=data["mapping"],
        standard=standard.name,
        version=standard.version,
        table=table.name,
        source=source.name,
        from_sql=data["from"].strip(),
        aliases=scope.aliases,
        where=data.get("where", "").strip() or None,
        watermark=watermark,
        deleted=deleted,
        fields=fields,
        ignore=tuple(name if "." in name or not scope.lone else f"{scope.lone}.{name}" for name in data.get("ignore", ())),
        tests=tests,
        digest=digest_of(resolved),
        place=document.place("mapping"),
        deleted_place=document.place("deleted") if deleted else None,
    ), tuple(problems)


def _digested(made: FieldMap) -> list[object]:
    """What of a field map decides its values: not its place, not what is pending."""
    return [made.field, made.sql, made.const, made.unmapped, dict(made.crosswalk.pairs) if made.crosswalk else None]


def _fields(document: Document, table: Table, scope: Scope, crosswalks: Crosswalks) -> tuple[dict[str, FieldMap], list[Problem]]:
    """Every field of the target in its order; a field that nothing makes is a mistake unless it is under ``absent:``."""
    data = document.data
    said, left_out = data.get("fields", {}), data.get("absent", ())
    problems = [
        Problem(
            document.key("fields", name), "unknown-field", f"{table.name} has no field '{name[:60]}'", nearest(name, table.fields)
        )
        for name in said
        if name not in table.fields and document.sound("fields", name)
    ]
    problems += _absent(document, table)
    fields: dict[str, FieldMap] = {}
    for name, field in table.fields.items():
        made, wrong = None, list[Problem]()
        if name in said:
            if document.sound("fields", name):
                made, wrong = field_map(document, field, said[name], scope, crosswalks)
        elif name in left_out:
            made = absent(field, document.place("absent"))
        else:
            made, wrong = _same(document, name, field.title, scope)
        problems += wrong
        if made is not None:
            fields[name] = made
    return fields, problems


def _same(document: Document, name: str, title: str, scope: Scope) -> tuple[FieldMap | None, list[Problem]]:
    """``same: true`` takes over the one column of this name."""
    place = document.key("fields")
    owners = [column for column in scope.columns if column.endswith(f".{name}")] if document.data.get("same") else []
    if len(owners) == 1:
        return FieldMap(name, owners[0], None, None, "reject", (owners[0],), place), []
    if owners:
        message = f"same: {name} is a column of several tables: {', '.join(owners)}"
        return None, [Problem(place, "ambiguous-column", message, f"write {name}: and one of them")]
    message = f"nothing makes the field {name} ({title})"
    return None, [Problem(place, "unmapped-field", message, f"add '{name}: …', or list it under absent:")]


def _absent(document: Document, table: Table) -> list[Problem]:
    problems = []
    for number, name in enumerate(document.data.get("absent", ())):
        place = document.place("absent", number)
        if name not in table.fields:
            message = f"{table.name} has no field '{str(name)[:60]}'"
            problems.append(Problem(place, "unknown-field", message, nearest(str(name), table.fields)))
        elif name in document.data.get("fields", {}):
            problems.append(Problem(place, "duplicate-name", f"{name} is made and absent at once", "remove one of the two"))
        elif table.fields[name].required or name in table.key:
            message = f"{name} ({table.fields[name].title}) is required and cannot be absent"
            problems.append(Problem(place, "required-absent", message, f"add '{name}: …' under fields:"))
    return problems


def _watermark(document: Document, scope: Scope) -> tuple[Watermark | None, list[Problem]]:
    said: MappingOf[str, str] | None = document.data.get("watermark")
    if said is None or not document.sound("watermark"):
        return None, []
    place = document.place("watermark", "column")
    name = said["column"] if "." in said["column"] or not scope.lone else f"{scope.lone}.{said['column']}"
    problems = scope.missing(name, place)
    if problems:
        return None, problems
    overlap = duration.parse(said["overlap"]) if "overlap" in said else timedelta()
    wrong = _not_a_time(name, scope.columns[name].type, said.get("format"), overlap)
    if wrong:
        place = document.place("watermark", "format") if "format" in said and wrong[0].startswith("the format") else place
        problems.append(Problem(place, "bad-watermark", *wrong))
    return Watermark(name, overlap, said.get("format")), problems


def _not_a_time(name: str, kind: str, form: str | None, overlap: timedelta) -> tuple[str, str] | None:
    """Why a column cannot tell when a row changed, and the cure."""
    if kind not in ("date", "timestamp", "text"):
        return f"{name} is {kind}, which is no time", "name a date, timestamp or text"
    if kind == "text" and form is None:
        return f"{name} is text: its format must be said", "add format: '%Y%m%d%H%M%S'"
    if kind != "text" and form is not None:
        return f"the format is of no use: {name} is {kind}", "remove format:"
    if form is not None and not _sortable(form):
        return f"the format '{form[:40]}' does not sort as text in the order of time", "year, month, day … from the left"
    if (kind == "date" or (form and "%H" not in form)) and overlap < timedelta(days=1):
        return f"{name} has no time of day, so a window would miss later changes of the same day", "set overlap: 1d"
    return None


def _sortable(form: str) -> bool:
    """Two moments one unit apart, in every unit that the format has, come out in their order."""
    moments = [datetime(2009, 9, 9, 9, 9, 9), datetime(2009, 9, 10), datetime(2009, 10, 1), datetime(2010, 1, 1)]  # noqa: DTZ001
    texts = [moment.strftime(form) for moment in moments]
    return "%Y" in form and "%m" in form and "%d" in form and texts == sorted(texts) and len(set(map(len, texts))) == 1


def _deleted(document: Document, scope: Scope) -> tuple[str | None, list[Problem]]:
    if "deleted" not in document.data or not document.sound("deleted"):
        return None, []
    expression, problems = scope.read(document.data["deleted"], document.place("deleted"))
    return expression.sql if expression else None, problems


def _ignored(document: Document, scope: Scope, fields: MappingOf[str, FieldMap], watermark: Watermark | None) -> list[Problem]:
    """Names under ``ignore:`` of no table, or that are used after all. They need not be declared: that is what ignoring means."""
    used = {column for made in fields.values() for column in made.columns} | ({watermark.column} if watermark else set())
    problems = []
    for number, name in enumerate(document.data.get("ignore", ())):
        if not document.sound("ignore", number):
            continue
        place = document.place("ignore", number)
        full = name if "." in name or not scope.lone else f"{scope.lone}.{name}"
        if full.rpartition(".")[0] not in scope.aliases:
            problems += scope.missing(full, place)
        elif full in used:
            problems.append(Problem(place, "used-and-ignored", f"{full} is ignored, but a field uses it", "remove the line"))
    return problems
