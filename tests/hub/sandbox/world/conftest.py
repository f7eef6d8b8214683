"""A micro source with its story: the repository of tests/cases/small with other local tables, and a folder of stories."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hub.load import load
from hub.problem import Problem
from hub.repository import Repository
from hub.sandbox.world import script
from hub.sandbox.world.script import Script

Told = Callable[..., tuple[Script, tuple[Problem, ...]]]

SOURCE = """\
source: local
title: 本地系统
reader: sql
settings: {url: '${env:LOCAL_URL}'}
tables:
  t_person:
    title: 人员
    columns:
      nm: integer
      id: text
      name: {type: text, title: 姓名}
      card: text
      sex: text
      nation: text
      reg_day: date
      amount: 'decimal(12,2)'
      office: text
      status: text
      changed: timestamp
      operator: text
  t_office:
    title: 机关
    columns:
      nm: integer
      jg_bh: text
      memo: text
"""
OFFICE = """\
mapping: office
target: mini/office
source: local
from: t_office k
fields: {jg_bh: k.jg_bh}
ignore: [k.memo, k.nm]
"""
PERSON = """\
mapping: person
target: mini/person
source: local
from: t_person p LEFT JOIN t_office o ON o.jg_bh = p.office
where: p.status <> 'X'
watermark: {column: p.changed, overlap: 10m}
deleted: p.status = 'D'
fields:
  ry_bh: p.id
  xm:    trim(p.name)
  sfzh:  upper(p.card)
  xb_dm: {code: p.sex, crosswalk: {M: 1, F: 2}, unmapped: 'null'}
  mz_dm: {code: p.nation, crosswalk: nation}
  dj_rq: p.reg_day
  je:    p.amount
  jg_bh: o.jg_bh
ignore: [p.operator, p.nm, o.memo, o.nm]
"""
SQL = """\
-- 人员：户主；between( 是函数
CREATE OR REPLACE TEMP VIEW families AS SELECT * FROM households WHERE chance(h, 'micro; 微', 0.5);
CREATE OR REPLACE TEMP VIEW t_person AS
SELECT p.n AS nm, ref('A', p.n, 10) AS id, p.name, p.id_number AS card, CASE p.sex WHEN '1' THEN 'M' ELSE 'F' END AS sex,
    pick(p.n, 'nation', ['HAN', 'HAN', 'HAN']) AS nation, day(p.n, 'reg', DATE '2020-01-01', clock.today) AS reg_day,
    yuan(p.n, 'je', 10, between(p.n, 'hi', 20, 900)) AS amount, 'JG' || p.division AS office,
    CASE WHEN chance(p.n, 'gone', 0.02) THEN 'D' ELSE '1' END AS status, saved(reg_day, p.n, 'saved') AS changed,
    named(p.n, 'clerk') AS operator
FROM people p JOIN families f ON f.h = p.h, clock WHERE p.died IS NULL;
CREATE OR REPLACE TEMP VIEW t_office AS
SELECT CAST(d.code AS BIGINT) AS nm, 'JG' || d.code AS jg_bh, 'it''s -- 备注' AS memo FROM once, divisions d;
"""
FATES = """\
story: local
tables:
  t_person:
    updated: changed
    deleted: {status: D}
    touched: {name: "name || '示'", operator: "'李示例'"}
    defects:
      - kind: check-digit
        set: {card: "left(card, 17) || CASE right(card, 1) WHEN '0' THEN '1' ELSE '0' END"}
        breaks: {person: check-digit}
      - {kind: unknown-code, set: {nation: "'ZZ'"}, breaks: {person: unmapped}}
      - {kind: missing, set: {reg_day: "NULL"}, when: "sex = 'M'", breaks: {person: required}}
      - {kind: negative, set: {amount: "-amount"}, breaks: {person: range}}
      - {kind: duplicate, key: id, breaks: {person: duplicate-key}}
"""


@pytest.fixture(scope="session")
def check_digit() -> Callable[[str], str]:
    """The last sign of an identity number from the seventeen before it (GB 11643-1999), reckoned apart from the world's SQL."""

    def sign(body: str) -> str:
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]

    return sign


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository whose source ``local`` has two tables, read by two mappings."""
    root = tmp_path_factory.mktemp("micro") / "root"
    shutil.copytree(Path(__file__).parents[3] / "cases" / "small", root)
    for path, words in (
        ("adapters/sources/local.yaml", SOURCE),
        ("mappings/local/office.yaml", OFFICE),
        ("mappings/local/person.yaml", PERSON),
    ):
        (root / path).write_text(words, encoding="utf-8")
    repository, problems = load(root, date(2026, 11, 22))
    assert [problem for problem in problems if problem.severity == "error"] == []
    return repository


@pytest.fixture
def told(small: Repository, tmp_path: Path) -> Told:
    """Writes a story and loads it; by default the one without a mistake."""

    def write(sql: str = SQL, fates: str | None = FATES) -> tuple[Script, tuple[Problem, ...]]:
        (tmp_path / "local.sql").write_text(sql, encoding="utf-8")
        if fates is not None:
            (tmp_path / "local.yaml").write_text(fates, encoding="utf-8")
        return script.load(tmp_path / "local.sql", small)

    return write


@pytest.fixture
def micro(told: Told) -> Script:
    """The story without a mistake."""
    found, problems = told()
    assert problems == ()
    return found
