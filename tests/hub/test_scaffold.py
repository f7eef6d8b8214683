"""First mappings from live databases: what is proposed is what people wrote, what is unsure is said, no value leaks."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

import os
import re
import sqlite3
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.adapter import module
from hub.connection import INSTALLED, Adapters
from hub.contract.model import Standard
from hub.interface import ConfigurationError
from hub.load import load
from hub.mapping.draft import outcomes
from hub.repository import Repository
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import STORIES
from hub.sandbox.world.script import load as load_script
from hub.scaffold import Scaffold, scaffold

ROOT = Path(__file__).parents[2]
SYSTEMS = ("assistance", "vagrancy", "statistics")
FLOOR = 0.92
"""So many of the fields that are made from one column get this column as the first choice."""


@cache
def repository() -> Repository:
    return load(ROOT, date(2026, 11, 22))[0]


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> Adapters:
    """Readers on three filled business systems."""
    folder = tmp_path_factory.mktemp("systems")
    urls = {name: f"sqlite:///{folder}/{name}.db" for name in SYSTEMS}
    scripts = [script for name in SYSTEMS if (script := load_script(STORIES / f"{name}.sql", repository())[0])]
    fill(scripts, urls, 7, 300, datetime(2026, 11, 22, 2), defects=0.03)
    return Adapters(
        lambda source, _: module("readers", "sql").connect({"url": urls[source.name]}), INSTALLED.format, INSTALLED.system
    )


def drafted(adapters: Adapters, name: str, from_sql: str | None) -> Scaffold:
    mapping = next(each for each in repository().mappings if each.name == name)
    standard: Standard = repository().standards[f"{mapping.standard}@{mapping.version}"]
    source = repository().sources[mapping.source]
    return scaffold(source, standard, standard.tables[mapping.table], adapters, Path(os.devnull), from_sql, name)


def test_the_first_choice_is_mostly_the_column_that_people_chose(adapters: Adapters) -> None:
    """Over the tables of three systems, given the same from:, at least FLOOR of the single-column fields are right."""
    right = asked = sure = sure_right = 0
    for mapping in repository().mappings:
        if mapping.source in SYSTEMS:
            for proposal in drafted(adapters, mapping.name, mapping.from_sql).proposals:
                made = mapping.fields[proposal.field.name]
                if len(made.columns) == 1:
                    same = bool(proposal.candidates) and proposal.candidates[0].column.name == made.columns[0]
                    asked, right = asked + 1, right + same
                    sure, sure_right = sure + proposal.sure, sure_right + (proposal.sure and same)
    assert asked > 400
    assert right / asked >= FLOOR, f"{right} of {asked}"
    assert sure_right / sure >= 0.96, f"{sure_right} of {sure} that were sure"


@pytest.mark.parametrize("name", ["household_member", "admission", "indicator"])
def test_without_from_the_most_alike_table_is_taken(adapters: Adapters, name: str) -> None:
    """Of all tables of the source the one that people read first."""
    mapping = next(each for each in repository().mappings if each.name == name)
    table = next(iter(mapping.aliases.values()))
    assert f"\n  {table} t\n" in drafted(adapters, name, None).text


def test_no_sampled_value_is_written_but_codes(adapters: Adapters) -> None:
    """Names, numbers, addresses and telephones of the sampled people do not stand in the draft."""
    made = drafted(adapters, "household_member", "sa_member m JOIN sa_family f ON f.fid = m.fid")
    personal = re.compile(r"name|cert_no|tel|addr|birth|fno|mno")
    for proposal in made.proposals:
        for candidate in proposal.candidates:
            if personal.search(candidate.column.name):
                assert candidate.column.values
                assert not [value for value in candidate.column.values if len(value) > 1 and value in made.text]


def test_a_draft_is_a_mapping_that_lacks_only_what_is_unsure(adapters: Adapters, tmp_path: Path) -> None:
    """`hub check` reads the draft and finds nothing wrong but the fields that are comments."""
    made = drafted(adapters, "household_member", "sa_member m JOIN sa_family f ON f.fid = m.fid")
    for room in ("contracts", "adapters/sources"):
        (tmp_path / room).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / room).symlink_to(ROOT / room)
    target = tmp_path / "mappings/assistance/household_member.yaml"
    target.parent.mkdir(parents=True)
    target.write_text(made.text, encoding="utf-8")
    found = [each for each in load(tmp_path, date(2026, 11, 22))[1] if each.place.path.startswith("mappings/")]
    unsure = [each.field.name for each, word in zip(made.proposals, outcomes(made.proposals), strict=True) if word == "unsure"]
    assert {each.code for each in found} <= {"unmapped-field"}
    assert sorted(re.findall(r"makes the field (\w+)", " ".join(each.message for each in found))) == sorted(unsure)


def local(checkout: Any, url: str) -> Scaffold:
    """A draft of mini/person from a live t_person at ``url``."""
    repository, _ = load(checkout.root, date(2026, 11, 22))
    standard, source = repository.standards["mini@1.0.0"], repository.sources["local"]
    adapters = Adapters(lambda *_: module("readers", "sql").connect({"url": url}), INSTALLED.format, INSTALLED.system)
    return scaffold(source, standard, standard.tables["person"], adapters, checkout.root, "t_person", "person")


def test_comments_of_the_database_are_read(checkout: Any, postgresql_url: str) -> None:
    """Columns that the source's file does not declare are told with type and comment, and proposed by that comment."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute('CREATE TABLE t_person (id integer, "Q7" varchar(20), q8 numeric(12,2), q9 bytea)')
        connection.execute("""COMMENT ON COLUMN t_person."Q7" IS '登记日期：2024-05-20'""")
        connection.execute("INSERT INTO t_person VALUES (1, '2024-05-20', 3.5, NULL)")
    made = local(checkout, postgresql_url)
    assert re.search(r"^  dj_rq: +t.Q7 ", made.text, re.MULTILINE)
    assert "    Q7: {type: text, title: '登记日期：2024-05-20'}" in made.declare
    assert not any("q9" in line for line in made.declare)


def test_hostile_names_do_not_break_the_file(checkout: Any, tmp_path: Path) -> None:
    """A column named like YAML or SQL is left out or quoted; the file is read back without a mistake of its syntax."""
    path = tmp_path / "hostile.db"
    with sqlite3.connect(path) as connection:
        connection.execute("""CREATE TABLE t_person (id text, "xm: {" text, "sfzh'; -- #" text, "order" text)""")
        connection.execute("INSERT INTO t_person VALUES ('1', '张三丰', '110101198503079130', 'x')")
    checkout.write("mappings/local/person.yaml", local(checkout, f"sqlite:///{path}").text)
    codes = {each.code for each in load(checkout.root, date(2026, 11, 22))[1]}
    assert codes <= {"unmapped-field", "unknown-column", "required-absent", "unused-crosswalk", "no-mapping"}


def test_a_table_that_is_not_there_is_told_the_nearest(adapters: Adapters) -> None:
    """A name that the live source does not have, or SQL that is more than tables and joins, is refused."""
    with pytest.raises(ConfigurationError, match="did you mean 'sa_member'"):
        drafted(adapters, "household_member", "sa_menber")
    with pytest.raises(ConfigurationError, match="--from"):
        drafted(adapters, "household_member", "sa_member; DROP TABLE sa_member")
