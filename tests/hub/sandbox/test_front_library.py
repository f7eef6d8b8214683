"""The tables of a front-end database: typed by the contract, the same for both sides, possible in every database."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, inspect
from sqlalchemy.schema import CreateTable

import hub
from adapters import exchange_tables as hub_side
from adapters.formats import csv
from adapters.systems import sql
from hub.compile import ENVELOPE
from hub.contract.export.tables import column_type, data_table, exchange_tables
from hub.contract.load import load_standard
from hub.contract.model import Notation, Table
from hub.interface import Layout
from hub.sandbox.front_library import create

ROOT = Path(hub.__file__).parents[1]


def test_both_sides_mean_the_same_three_tables() -> None:
    """The ministry's own DDL and the one that the hub publishes agree, column by column."""
    ours = MetaData()
    exchange_tables(ours)
    assert set(ours.tables) == set(hub_side.TABLES.tables)
    for name, table in ours.tables.items():
        assert str(CreateTable(table)) == str(CreateTable(hub_side.TABLES.tables[name]))


@pytest.mark.parametrize(
    ("notation", "listed", "ddl"),
    [
        (Notation("c", 0, 50), False, "VARCHAR(50)"),
        (Notation("an", 18, 18), False, "VARCHAR(18)"),
        (Notation("c", 0, 2000), False, "TEXT"),
        (Notation("n", 6, 6), False, "VARCHAR(6)"),
        (Notation("n", 0, 2), True, "VARCHAR(2)"),
        (Notation("n", 0, 10), False, "BIGINT"),
        (Notation("n", 0, 20), False, "NUMERIC(20, 0)"),
        (Notation("n", 0, 17, 2), False, "NUMERIC(17, 2)"),
        (Notation("d", 8, 8), False, "DATE"),
        (Notation("d", 10, 10), False, "DATE"),
        (Notation("d", 6, 6), False, "VARCHAR(6)"),
        (Notation("t", 14, 14), False, "DATETIME"),
    ],
)
def test_a_column_is_typed_by_its_notation(table: Table, notation: Notation, listed: bool, ddl: str) -> None:
    """A code is text whatever its notation; dates are dates."""
    field = replace(table.fields["xb" if listed else "xm"], notation=notation)
    assert str(column_type(field)) == ddl


@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
def test_the_longest_tables_of_the_shipped_contracts_can_be_made(request: pytest.FixtureRequest, server: str) -> None:
    """Typed, in a server's database, whose rows have a greatest length; the hub finds that its layouts fit."""
    address = str(request.getfixturevalue(f"{server}_url")).replace("postgresql://", "postgresql+psycopg://")
    standard, _ = load_standard(ROOT / "contracts" / "jinmin" / "1.0.0", ROOT)
    assert standard is not None
    longest = sorted(standard.tables.values(), key=lambda t: -sum(field.notation.maximum for field in t.fields.values()))[:4]
    metadata, engine = MetaData(), create_engine(address)
    exchange_tables(metadata)
    create(engine, metadata, [data_table(table, metadata) for table in longest])
    engine.dispose()
    system = sql.connect({"url": address}, csv.create({}))
    columns = [(table, (*ENVELOPE, *(field.column for field in table.fields.values()))) for table in longest]
    assert list(system.probe([Layout(t.name, t.title, found, t.key, "row_guid") for t, found in columns])) == []
    system.close()


def test_only_what_a_deletion_carries_must_be_there(table: Table) -> None:
    """Envelope and key take no null; a required field does, because a deletion has only its key."""
    columns = data_table(table, MetaData()).columns
    assert {column.name for column in columns if not column.nullable} == {*(c.name for c in ENVELOPE), "bh"}
    assert columns["xm"].comment == "姓名"


def test_missing_tables_are_made_and_others_left_alone(tmp_path: Path, table: Table) -> None:
    """Twice is once; a table of another layout is made anew."""
    engine = create_engine(f"sqlite:///{tmp_path / 'front.db'}")
    for fields in (table.fields, table.fields, {name: field for name, field in table.fields.items() if name != "dw"}):
        metadata = MetaData()
        create(engine, metadata, [data_table(replace(table, fields=fields), metadata)])
        found = {column["name"] for column in inspect(engine).get_columns("payment")}
        assert found == {*(column.name for column in ENVELOPE), *fields}
    engine.dispose()
