"""Takes a plan, a window and a reader, gives the source's count and rows from one snapshot; writes the SQL of windows.

``from:`` and ``where:`` of the mapping are the source's own dialect and go in as they stand; each column is rendered as
canonical text by the reader; the window's bounds compare the watermark column itself, so that its index serves.
A row whose watermark is NULL or blank is read in every window: nothing else would ever find it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy.dialects import registry

from hub.interface import ConfigurationError, DataError, Reader, Snapshot
from hub.plan import Extract, Plan
from hub.window import Window

BATCH = 20_000
_ORDERED = re.compile(
    r"%Y-(%m-(%d-(%H-(%M-(%S-(%f-)?)?)?)?)?)?".replace("-", r"[^\d%]*")
)  # text in such a format sorts as time does
_PORTABLE = re.compile(r"\s*(\w+)\.(\w+)\s*(=|<>)\s*('[^']*')\s*")


@dataclass(frozen=True, slots=True)
class Extraction:
    """``total``: the source's own COUNT(*) of the window; ``batches``: its rows, columns as ``plan.extract.columns``."""

    total: int
    batches: Iterator[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class Census:
    """All rows of the source that should be delivered by the window's end, and those that changed since (``beyond``)."""

    rows: int
    beyond: int


def extract(plan: Plan, window: Window, reader: Reader, view: Snapshot) -> Extraction:
    """Count and rows of a window. The batches raise DataError at their end if the rows do not agree with the count."""
    source = _source(plan.extract, _bounds(plan, window, reader))
    total = _count(view, source)
    batches = view.batches(f"SELECT {_columns(plan.extract, reader)} {source}", plan.extract.columns, BATCH)
    return Extraction(total, _agreeing(plan, total, batches))


def census(plan: Plan, window: Window, reader: Reader, view: Snapshot) -> Census | str:
    """Count what should be delivered by now; or say why that cannot be told exactly."""
    deleted = _deleted(plan, reader)
    if deleted is None:
        return "the mapping's deleted: is not a comparison that every database reads alike"
    watermark = _watermark(plan, window, reader)
    if watermark is None:
        return Census(_count(view, _source(plan.extract, deleted)), 0)
    column, _, upper = watermark
    beyond = _count(view, _source(plan.extract, deleted, f"NOT ({column} {upper})"))
    return Census(_count(view, _source(plan.extract, deleted)) - beyond, beyond)


def _agreeing(plan: Plan, total: int, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    arrived = 0
    for batch in batches:
        arrived += batch.num_rows
        yield batch
    if arrived != total:
        raise DataError(
            f"{plan.id}: the source {plan.source.name} counted {total} rows and gave {arrived} within one snapshot; "
            "its tables must allow a consistent read (MariaDB: InnoDB)"
        )


def _columns(what: Extract, reader: Reader) -> str:
    pairs = enumerate(zip(what.columns, what.types, strict=True))
    return ", ".join(f"{reader.text(_name(reader, column), type_)} AS c{number}" for number, (column, type_) in pairs)


def _source(what: Extract, *conditions: str) -> str:
    """FROM and WHERE. Line breaks, because the mapping's own SQL may end in a comment."""
    found = [f"(\n{text}\n)" for text in (what.condition, *conditions) if text]
    return f"FROM {what.from_sql}\n" + ("WHERE " + " AND ".join(found) if found else "")


def _count(view: Snapshot, source: str) -> int:
    return int(view.scalar(f"SELECT count(*) {source}") or 0)


def _bounds(plan: Plan, window: Window, reader: Reader) -> str:
    watermark = _watermark(plan, window, reader)
    if watermark is None:
        return ""
    column, lower, upper = watermark
    inside = f"{column} {upper}" if lower is None else f"{column} {lower} AND {column} {upper}"
    alias_column = _name(reader, plan.extract.watermark or "")
    blank = f" OR trim({alias_column}) = ''" if _type(plan) == "text" else ""
    return f"({inside}) OR {alias_column} IS NULL{blank}"


def _watermark(plan: Plan, window: Window, reader: Reader) -> tuple[str, str | None, str] | None:
    """Column, lower and upper comparison; None where there is no watermark, or no window (a whole read)."""
    declared = plan.mapping.watermark
    if declared is None or plan.extract.watermark is None or window.upper is None:
        return None
    upper = _local(plan, window.upper)
    lower = None if window.lower is None else _local(plan, window.lower) - declared.overlap
    format_ = declared.format or {"date": "%Y-%m-%d", "timestamp": "%Y-%m-%d %H:%M:%S"}.get(_type(plan), "")
    if not _ORDERED.fullmatch(format_):
        raise ConfigurationError(
            f"{declared.column}: {format_ or _type(plan)!r} does not sort as time does; {plan.mapping.place}"
        )
    column, word = _comparable(plan, reader)
    least = None if lower is None else f">= {word}'{lower.strftime(format_)}'"
    # A format coarser than the bound (a date): the whole unit is read, again in the next window if need be.
    exact = datetime.strptime(upper.strftime(format_), format_) == upper  # noqa: DTZ007
    return column, least, f"{'<' if exact else '<='} {word}'{upper.strftime(format_)}'"


def _comparable(plan: Plan, reader: Reader) -> tuple[str, str]:
    """The watermark as it is compared, and the word before a literal. SQLite has no time types: there text is compared."""
    column, type_ = _name(reader, plan.extract.watermark or ""), _type(plan)
    if reader.dialect == "sqlite" and type_ != "text":
        return f"replace({reader.text(column, type_)}, 'T', ' ')", ""
    return column, {"date": "DATE ", "timestamp": "TIMESTAMP "}.get(type_, "") if reader.dialect != "mssql" else ""


def _deleted(plan: Plan, reader: Reader) -> str | None:
    """The condition that leaves deleted rows out of the census; None where the kernel's expression may read otherwise there."""
    if plan.mapping.deleted is None:
        return ""
    match = _PORTABLE.fullmatch(plan.mapping.deleted.replace('"', ""))
    if match is None or reader.dialect in ("mysql", "mariadb"):  # whose collations do not tell d from D
        return None
    name = _name(reader, f"{match[1]}.{match[2]}")
    return f"NOT ({name} {match[3]} {match[4]}) OR {name} IS NULL"


def _type(plan: Plan) -> str:
    """The declared type of the watermark column."""
    alias, _, column = (plan.extract.watermark or "").partition(".")
    return plan.source.tables[plan.mapping.aliases[alias]][column].type


def _local(plan: Plan, bound: datetime) -> datetime:
    """A bound in the time zone in which the source writes its times."""
    aware = bound.replace(tzinfo=ZoneInfo(plan.schedule.timezone))
    return aware.astimezone(ZoneInfo(plan.source.timezone)).replace(tzinfo=None)


def _name(reader: Reader, column: str) -> str:
    """``alias.column`` in the source's dialect; the alias as the mapping wrote it, the column quoted where it must be."""
    alias, _, name = column.partition(".")
    return f"{alias}.{registry.load(reader.dialect)().identifier_preparer.quote(name)}"
