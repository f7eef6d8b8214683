"""Takes a release; gives the DDL of its tables, a file a domain, in the words of PostgreSQL, MySQL (MariaDB), Oracle or 达梦.

Lengths are characters in all four (``VARCHAR2(50 CHAR)``); names are quoted, for Oracle and 达梦 in capitals, so that they are
the same with quotes and without. References are comments, or constraints in ``references.sql``, which is run last.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import MetaData
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import mysql, oracle, postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement, SetColumnComment, SetTableComment
from sqlalchemy.sql.elements import quoted_name

from hub.contract.export.parts import by_domain, choice, only, written
from hub.contract.export.tables import data_table, exchange_tables
from hub.contract.model import Field, Standard, Table
from hub.interface import ConfigurationError

DIALECTS: Mapping[str, Callable[..., Dialect]] = {
    "postgresql": postgresql.dialect,
    "mysql": mysql.dialect,
    "oracle": oracle.dialect,
    "dm": oracle.dialect,  # 达梦 speaks Oracle's DDL; what differs is a variant of the type
}
_LONGEST_NAME = 60  # PostgreSQL's end at 63


def write(standard: Standard, out: Path, options: Mapping[str, str]) -> tuple[Path, ...]:
    """``<domain>.sql``; with the envelope ``exchange.sql`` too, with ``references: constraint`` a last ``references.sql``."""
    only(options, ("dialect", "envelope", "references"), "sql")
    dialect = dialect_of(choice(options, "dialect", DIALECTS))
    constraints = choice({"references": "comment", **options}, "references", ("comment", "constraint")) == "constraint"
    envelope = "envelope" in options
    if constraints and envelope:
        raise ConfigurationError(
            "--references constraint: with --envelope a key stands in many batches; leave one of the two out"
        )
    domains = by_domain(standard, options)
    texts = {f"{name}.sql": _file(standard, tables, dialect, envelope, constraints) for name, tables in domains.items()}
    if envelope:
        texts["exchange.sql"] = exchange(dialect)
    if constraints:
        texts["references.sql"] = "".join(_constraints(standard, domains, dialect))
    return written(out, texts)


def dialect_of(name: str) -> Dialect:
    """SQLAlchemy's dialect; ``named``: a percent sign in a comment is one percent sign."""
    dialect = DIALECTS[name](paramstyle="named")
    dialect.name = name
    return dialect


def create_table(table: Table, dialect: Dialect, *, envelope: bool) -> Iterator[str]:
    """The statements of one table, each ended by ``;`` and a line feed."""
    yield from _statements(data_table(table, MetaData(), envelope=envelope, spell=_speller(dialect)), dialect)


def exchange(dialect: Dialect) -> str:
    """The three tables by which the hub and the owner of a front-end database speak."""
    return "\n".join(line for table in exchange_tables(MetaData()) for line in _statements(table, dialect))


def _file(standard: Standard, tables: tuple[Table, ...], dialect: Dialect, envelope: bool, constraints: bool) -> str:
    head = f"{standard.name}@{standard.version} {tables[0].domain}，{len(tables)} 张表，{dialect.name}"
    pieces = [f"-- {_line(head)}\n"]
    for table in tables:
        pieces.append(f"\n-- {_line(f'{table.code} {table.title}：{table.grain}')}\n")
        if not constraints:
            pieces += (
                f"-- {field.name} -> {'.'.join(field.references)}\n" for field in table.fields.values() if field.references
            )
        pieces += create_table(table, dialect, envelope=envelope)
    return "".join(pieces)


def _line(words: str) -> str:
    """One line whatever the words are, so that a comment ends where it should."""
    return " ".join(words.split())


def _speller(dialect: Dialect) -> Callable[[str], str]:
    """A quoted name. Oracle and 达梦 read a name without quotes in capitals; SQLAlchemy quotes reserved words as they are."""
    reserved = dialect.identifier_preparer.reserved_words if dialect.name in ("oracle", "dm") else None
    return lambda name: quoted_name(name if reserved is None or name in reserved else name.upper(), quote=True)


def _statements(table: SqlTable, dialect: Dialect) -> Iterator[str]:
    found: list[ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=str))]
    if not dialect.inline_comments:
        found += [SetTableComment(table)] if table.comment else []
        found += [SetColumnComment(column) for column in table.columns if column.comment]
    for statement in found:
        lines = str(statement.compile(dialect=dialect)).strip().splitlines()
        yield "\n".join(line.rstrip().replace("\t", "  ") for line in lines) + ";\n"


def _constraints(standard: Standard, domains: Mapping[str, tuple[Table, ...]], dialect: Dialect) -> Iterator[str]:
    """A foreign key for every reference to the whole key of a table that is there; of the others a comment."""
    spell, quote = _speller(dialect), dialect.identifier_preparer.quote
    there = {table.name for tables in domains.values() for table in tables}
    for tables in domains.values():
        for table in tables:
            for field in table.fields.values():
                if field.references is None:
                    continue
                other, target = field.references
                if other in there and standard.tables[other].key == (target,):
                    words = [quote(spell(name)) for name in (table.name, _name(table, field), field.name, other, target)]
                    yield "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({});\n".format(*words)
                else:
                    yield f"-- {table.name}.{field.name} -> {other}.{target}\n"


def _name(table: Table, field: Field) -> str:
    name = f"fk_{table.name}_{field.name}"
    return name if len(name) <= _LONGEST_NAME else f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
