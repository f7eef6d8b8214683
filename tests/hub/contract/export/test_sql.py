"""The exported DDL is executed as a DBA would; where there is no server its words are parsed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlglot
from sqlalchemy import create_engine, inspect, text

from adapters import exchange_tables
from adapters.formats import csv
from adapters.systems import sql as system
from hub.compile import ENVELOPE
from hub.contract.export import sql
from hub.contract.model import Notation, Standard, Table
from hub.interface import ConfigurationError, Layout


def run_in_postgresql(url: str, paths: tuple[Path, ...]) -> None:
    """Every file as it is, in its order."""
    with psycopg.connect(url) as connection:
        for path in paths:
            connection.execute(path.read_text(encoding="utf-8"))  # type: ignore[call-overload]


def run_in_mariadb(url: str, paths: tuple[Path, ...]) -> None:
    """Statement by statement: a line that ends in a semicolon ends one."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for path in paths:
            for statement in path.read_text(encoding="utf-8").split(";\n"):
                if any(line and not line.startswith("--") for line in statement.splitlines()):
                    connection.exec_driver_sql(statement.replace("%", "%%"))
    engine.dispose()


def layouts(tables: list[Table]) -> list[Layout]:
    """What the hub would send."""
    columns = [(table, (*ENVELOPE, *(field.column for field in table.fields.values()))) for table in tables]
    return [Layout(t.name, t.title, found, t.key, "row_guid") for t, found in columns]


@pytest.mark.parametrize(
    ("server", "run", "dialect"), [("postgresql", run_in_postgresql, "postgresql"), ("mariadb", run_in_mariadb, "mysql")]
)
def test_the_hub_fits_a_front_end_database_made_of_it(request, standards, tmp_path, server, run, dialect) -> None:
    """A DBA runs the files; the hub's own probe of the partner finds nothing wrong, and titles are comments."""
    address = request.getfixturevalue(f"{server}_url")
    standard = standards["gov-service@1.0.0"]
    run(address, sql.write(standard, tmp_path, {"dialect": dialect, "envelope": "yes"}))
    tables = list(standard.tables.values())
    url = address.replace("postgresql://", "postgresql+psycopg://")
    hub_side = system.connect({"url": url}, csv.create({}))
    assert list(hub_side.probe(layouts(tables))) == []
    hub_side.close()
    engine = create_engine(url)
    live = inspect(engine)
    assert set(live.get_table_names()) == {*(t.name for t in tables), *exchange_tables.TABLES.tables}
    for table in tables:
        assert live.get_table_comment(table.name)["text"] == table.title
        comments = {column["name"]: column["comment"] for column in live.get_columns(table.name)}
        assert comments.items() >= {name: field.title for name, field in table.fields.items()}.items()
    engine.dispose()


def test_the_whole_standard_with_its_references(postgresql_url: str, jinmin: Standard, tmp_path: Path) -> None:
    """180 tables, NOT NULL where required, primary keys in the contract's order, a foreign key for every reference."""
    run_in_postgresql(postgresql_url, sql.write(jinmin, tmp_path, {"dialect": "postgresql", "references": "constraint"}))
    count = {
        "p": len(jinmin.tables),
        "f": sum(f.references is not None for t in jinmin.tables.values() for f in t.fields.values()),
    }
    with psycopg.connect(postgresql_url) as connection:
        kinds = "SELECT contype::text, count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace GROUP BY 1"
        assert {kind: n for kind, n in connection.execute(kinds).fetchall() if kind in count} == count
        nulls = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
        found = {name for (name,) in connection.execute(nulls, ["marriage_registration"]).fetchall()}
    assert found == {field.name for field in jinmin.tables["marriage_registration"].fields.values() if field.required}


def test_references_hold_in_mariadb(mariadb_url: str, jinmin: Standard, tmp_path: Path) -> None:
    """Types on both sides of a foreign key agree; a row without its office is refused."""
    options = {"dialect": "mysql", "references": "constraint", "domain": "统计台账"}
    run_in_mariadb(mariadb_url, sql.write(jinmin, tmp_path, options))
    engine = create_engine(mariadb_url)
    with engine.connect() as connection:
        made = connection.execute(
            text("SELECT count(*) FROM information_schema.referential_constraints WHERE constraint_schema = database()")
        )
        tables = [table for table in jinmin.tables.values() if table.domain == "统计台账"]
        assert made.scalar() == sum(field.references is not None for table in tables for field in table.fields.values())
    engine.dispose()


@pytest.mark.parametrize("dialect", ["oracle", "dm"])
def test_oracle_and_dameng_are_parsed(standards: Mapping[str, Standard], tmp_path: Path, dialect: str) -> None:
    """Every statement is one that sqlglot reads as Oracle's."""
    for path in sql.write(standards["gov-service@1.0.0"], tmp_path, {"dialect": dialect, "envelope": "yes"}):
        for statement in sqlglot.parse(path.read_text(encoding="utf-8"), dialect="oracle"):
            assert isinstance(statement, sqlglot.exp.Create | sqlglot.exp.Comment)


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        ("postgresql", {"VARCHAR(50)", "NUMERIC(16, 2)", "DATE", "TIMESTAMP WITHOUT TIME ZONE", '"xm"'}),
        ("mysql", {"VARCHAR(50)", "NUMERIC(16, 2)", "DATE", "DATETIME", "`xm`", "utf8mb4_bin"}),
        ("oracle", {"VARCHAR2(50 CHAR)", "NUMERIC(16, 2)", "DATE", '"XM"'}),
        ("dm", {"VARCHAR2(50 CHAR)", "NUMERIC(16, 2)", "DATE", "TIMESTAMP", '"XM"'}),
    ],
)
def test_each_database_has_its_words(jinmin: Standard, dialect: str, words: set[str]) -> None:
    """Lengths in characters; a DATE of Oracle has a time of day, one of 达梦 has none."""
    table = jinmin.tables["marriage_registration"]
    some = list(table.fields.values())[:4]
    forms = [Notation("c", 0, 50), Notation("n", 0, 16, 2), Notation("d", 8, 8), Notation("t", 14, 14)]
    fields = {
        name: replace(field, name=name, notation=form, codes=None)
        for name, field, form in zip(("xm", "je", "rq", "sj"), some, forms, strict=True)
    }
    made = "".join(sql.create_table(replace(table, key=("xm",), fields=fields), sql.dialect_of(dialect), envelope=False))
    assert all(word in made for word in words), made


def test_reserved_words_and_hostile_titles(postgresql_url: str, jinmin: Standard, tmp_path: Path) -> None:
    """A table named order with a column named user; quotes, percent signs and statements in a title stay words."""
    table = jinmin.tables["marriage_registration"]
    field = replace(table.fields["swbz"], name="user", title="'; DROP TABLE x; -- 占比%(a)s\n")
    spoilt = replace(
        table, name="order", title="it's 100%\n;DROP", grain="x\nDROP TABLE y;", fields={"user": field}, key=("user",)
    )
    run_in_postgresql(postgresql_url, sql.write(replace(jinmin, tables={"order": spoilt}), tmp_path, {"dialect": "postgresql"}))
    engine = create_engine(postgresql_url.replace("postgresql://", "postgresql+psycopg://"))
    assert inspect(engine).get_table_comment("order")["text"] == spoilt.title
    assert inspect(engine).get_columns("order")[0]["comment"] == field.title
    engine.dispose()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "--dialect is missing: postgresql, mysql, oracle, dm"),
        ({"dialect": "orcl"}, "did you mean 'oracle'"),
        ({"dialect": "dm", "references": "yes"}, "--references 'yes' is not known"),
        ({"dialect": "dm", "references": "constraint", "envelope": "yes"}, "leave one of the two out"),
    ],
)
def test_what_cannot_be_done_is_said(jinmin: Standard, tmp_path: Path, options: dict[str, str], message: str) -> None:
    """Each mistake with its cure, and nothing is written."""
    with pytest.raises(ConfigurationError, match=message):
        sql.write(jinmin, tmp_path, options)
    assert list(tmp_path.iterdir()) == []


def test_exchange_tables_are_those_that_the_hub_writes(tmp_path: Path, jinmin: Standard) -> None:
    """The export and the adapter publish one agreement."""
    ours = sql.exchange(sql.dialect_of("oracle"))
    theirs = exchange_tables.ddl("oracle")
    assert " ".join(ours.split()) == " ".join(theirs.split())
