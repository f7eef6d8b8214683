"""The words of sources and mappings as values: SourceColumn, Source, Crosswalk, FieldMap, Watermark, Mapping. Pure data."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.problem import Place


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a local table.

    ``type``: text | integer | decimal(p,s) | date | timestamp | boolean; values arrive as text and are cast in the
    kernel.
    """

    table: str
    name: str
    type: str
    title: str
    place: Place


@dataclass(frozen=True, slots=True)
class Source:
    """A business system of the bureau: adapters/sources/<name>.yaml. ``reader`` names the module in adapters/readers."""

    name: str
    title: str
    reader: str
    settings: MappingOf[str, Any]
    tables: MappingOf[str, MappingOf[str, SourceColumn]]
    timezone: str
    place: Place
    places: MappingOf[str, Place] = field(default_factory=dict)  # where the name of each table stands


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Local code -> standard code. Only approved rows stand in ``pairs``; ``pending`` holds the rest, for the report."""

    name: str
    pairs: MappingOf[str, str]
    pending: MappingOf[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class FieldMap:
    """How one field of the target is made. ``sql`` is the parsed, allowed expression over ``alias.column`` names (the
    kernel's dialect).

    ``const`` and ``sql`` exclude each other. With ``crosswalk`` the expression's value is looked up; ``unmapped`` says what an
    unknown local code does: ``reject``, ``null``, ``keep``, or ``=X`` for the code X.
    """

    field: str
    sql: str | None
    const: str | None
    crosswalk: Crosswalk | None
    unmapped: str
    columns: tuple[str, ...]  # "alias.column" names that the expression reads
    place: Place


@dataclass(frozen=True, slots=True)
class Watermark:
    """The column that says when a row last changed. ``format`` (strptime) only for text columns."""

    column: str  # alias.column
    overlap: timedelta
    format: str | None


@dataclass(frozen=True, slots=True)
class InlineTest:
    """A test inside the YAML: ``given`` local rows by table, what comes out, what is refused."""

    name: str
    given: MappingOf[str, tuple[MappingOf[str, str | None], ...]]
    expect: tuple[MappingOf[str, str | None], ...]
    reject: tuple[MappingOf[str, str], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """mappings/<source>/<name>.yaml, resolved against its source and its target contract."""

    name: str
    standard: str
    version: str
    table: str
    source: str
    from_sql: str
    aliases: MappingOf[str, str]  # alias -> source table
    where: str | None
    watermark: Watermark | None
    deleted: str | None  # allowed expression; true: the row is a delete
    fields: MappingOf[str, FieldMap]
    ignore: tuple[str, ...]
    tests: tuple[InlineTest, ...]
    digest: str  # sha256 of the resolved mapping with its crosswalks
    place: Place
    deleted_place: Place | None = None
