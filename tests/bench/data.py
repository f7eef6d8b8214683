"""Workload W1: takes a number of rows, gives a PostgreSQL database with that table, an empty one beside it, and the YAML.

One table of 40 columns, 8 of them in local codes; 3 % of the rows have exactly one defect, of ten kinds. The rows are made inside
PostgreSQL and depend on their number alone. Nobody in them exists; ID numbers and credit codes have right check digits.

    python -m tests.bench.data --rows 1000000    makes both databases, prints their addresses and leaves them there
"""

import argparse
import csv
import os
import random
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from adapters import exchange_tables
from hub.interface import Layout

ROWS = 1_000_000
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SERVER = os.environ.get("HUB_TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432")

_WEIGHTS = [(1 << 17 - place) % 11 for place in range(17)]  # ISO 7064 MOD 11-2, as GB 11643 uses it
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = [
    "伟",
    "芳",
    "娜",
    "秀英",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀兰",
    "霞",
    "平",
    "刚",
    "桂英",
    "建华",
    "𠮷",
    "子轩",
    "梓涵",
    "浩然",
    "欣怡",
    "志强",
]
_STREETS = ["中山路", "人民路", "解放大街", "建设北路", "和平里", "文化宫西街", "长安街", "青年南路"]
_FIRMS = ["某某科技有限公司", "某某建筑工程公司", "市第一中学", "区人民医院", "某某物流集团", "个体经营"]


@dataclass(frozen=True, slots=True)
class Databases:
    """``source`` has the rows, ``target`` is empty; ``defects``: how many rows have one."""

    source: str
    target: str
    rows: int
    defects: int


@contextmanager
def databases(rows: int, *, keep: bool = False) -> Iterator[Databases]:
    """Both databases, dropped at the end unless they are to be kept."""
    name = f"hub_bench_{secrets.token_hex(4)}"
    names = (name, f"{name}_target")
    with psycopg.connect(_url("postgres"), autocommit=True) as admin:
        for each in names:
            admin.execute(f"CREATE DATABASE {each} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield Databases(_url(names[0]), _url(names[1]), rows, _fill(_url(names[0]), rows))
    finally:
        if not keep:
            with psycopg.connect(_url("postgres"), autocommit=True) as admin:
                for each in names:
                    admin.execute(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")


def repository(folder: Path) -> Path:
    """The YAML of this folder with the code lists and crosswalks of the checkout: a root as the loader wants it."""
    root = Path(shutil.copytree(HERE / "repository", folder))
    codes = root / "contracts/bench/1.0.0/codes"
    for line in (codes / "index.yaml").read_text(encoding="utf-8").splitlines():
        if "file: " in line:
            name = line.split("file: ")[1].split(",")[0]
            shutil.copy(ROOT / "contracts/jinmin/1.0.0/codes" / name, codes / name)
    (root / "mappings/crosswalks").mkdir()
    for name in ("marriage_nation.csv", "marriage_education.csv"):
        shutil.copy(ROOT / "mappings/crosswalks" / name, root / "mappings/crosswalks" / name)
    return root


def empty_target(url: str, layout: Layout) -> None:
    """The partner's tables anew: one for the layout, typed, and those of the exchange agreement."""
    types = {True: "text", False: "numeric"}
    columns = ", ".join(f"{each.name} {types[str(each.type) == 'string']}" for each in layout.columns)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.execute(exchange_tables.ddl("postgresql").encode())
        connection.execute(f"CREATE TABLE {layout.table} ({columns})".encode())


def _url(database: str) -> str:
    return make_url(SERVER).set(database=database).render_as_string(hide_password=False)


def _fill(url: str, rows: int) -> int:
    """Pools by Python, rows by PostgreSQL; how many rows have a defect."""
    with psycopg.connect(url) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "CREATE FUNCTION pick(n int, salt int, size int) RETURNS int LANGUAGE sql IMMUTABLE AS $$"
            " SELECT ((hashint4extended(n, salt) & 9223372036854775807) % size)::int $$"
        )
        sizes = {name: _pool(cursor, name, values) for name, values in _pools().items()}
        cursor.execute(
            "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'"
        )  # the planner cannot see how many rows a pick finds
        cursor.execute(_rows_sql(sizes, rows).encode())
        defects = cursor.execute(
            f"SELECT count(*) FROM generate_series(1, {rows}) n WHERE pick(n, 99, 1000) < 30".encode()
        ).fetchone()
    _settle(url)
    return int(defects[0]) if defects else 0


def multiplied(made: Databases, times: int) -> Databases:
    """The same databases with so many times the rows; further copies differ in their keys."""
    with psycopg.connect(made.source) as connection:
        described = connection.execute("SELECT * FROM t_registration LIMIT 0").description or ()
        others = ", ".join(column.name for column in described[1:])
        copies = f"SELECT djbh || '-' || k, {others} FROM t_registration, generate_series(2, {times}) k"
        connection.execute(f"INSERT INTO t_registration {copies}".encode())
    _settle(made.source)
    return Databases(made.source, made.target, made.rows * times, made.defects * times)


def _settle(url: str) -> None:
    """Readers find no work left over from writing."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) t_registration")
        connection.execute("CHECKPOINT")


def _pool(cursor: psycopg.Cursor, name: str, values: list[tuple[str, int]]) -> int:
    """A small table p_<name>(i, v, w) to draw from; its size."""
    cursor.execute(f"CREATE TABLE p_{name} (i int PRIMARY KEY, v text, w int)".encode())
    with cursor.copy(f"COPY p_{name} FROM STDIN".encode()) as copy:
        for number, (text, weight) in enumerate(values):
            copy.write_row((number, text, weight))
    cursor.execute(f"ANALYZE p_{name}".encode())
    return len(values)


def _pools() -> dict[str, list[tuple[str, int]]]:
    """Texts with the sum that they add to an ID number's check."""
    codes, walks = ROOT / "contracts/jinmin/1.0.0/codes", ROOT / "mappings/crosswalks"
    divisions = [row["code"] for row in _csv(codes / "gbt2260.csv") if not row["valid_from"] and not row["valid_to"]]
    days = [f"{date(1960, 1, 1) + timedelta(number):%Y%m%d}" for number in range(9000)]
    dice = random.Random(20261122)
    plain = {
        "xm": [surname + given for surname in _SURNAMES for given in _GIVEN],
        "dz": [f"{street}{number}号" for street in _STREETS for number in range(1, 200)],
        "dw": _FIRMS,
        "xydm": [_credit_code(dice, divisions) for _ in range(200)],
        "mz": [row["local"] for row in _csv(walks / "marriage_nation.csv") if row["status"] == "approved"],
        "xl": [row["local"] for row in _csv(walks / "marriage_education.csv") if row["status"] == "approved"],
    }
    pools = {name: [(text, 0) for text in texts] for name, texts in plain.items()}
    pools["qh"] = [(code, _sum(code, 0)) for code in divisions if not code.endswith("00")]
    pools["day"] = [(day, _sum(day, 6)) for day in days]
    return pools


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sum(digits: str, place: int) -> int:
    return sum(int(digit) * _WEIGHTS[place + number] for number, digit in enumerate(digits))


def _credit_code(dice: random.Random, divisions: list[str]) -> str:
    body = f"52{dice.choice(divisions)}" + "".join(dice.choice(_CREDIT) for _ in range(9))
    return body + _CREDIT[-sum(_CREDIT.index(each) * pow(3, place, 31) for place, each in enumerate(body)) % 31]


def _id_number(side: str) -> str:
    """17 digits and the check character: the pools have the sums of the first 14."""
    serial = f"{side}_serial"
    digits = (f"{serial} / 100", f"{serial} / 10 % 10", f"{serial} % 10")
    last = " + ".join(f"{digit} * {weight}" for digit, weight in zip(digits, _WEIGHTS[14:], strict=True))
    total = f"{side}_qh.w + {side}_day.w + {last}"
    return f"{side}_qh.v || {side}_day.v || lpad({serial}::text, 3, '0') || substr('10X98765432', ({total}) % 11 + 1, 1)"


def _person(side: str, salt: int, defects: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Columns and the pools they draw from. ``defects``: column -> CASE around it."""
    columns = {
        "xm": f"{side}_xm.v",
        "zjlx": "'01'",
        "zjhm": _id_number(side),
        "csrq": f"{side}_day.v",
        "gj": "'156'",
        "mz": f"{side}_mz.v",
        "xl": f"{side}_xl.v",
        "hyzk": f"substr('WWLS', pick(n, {salt + 7}, 4) + 1, 1)",
        "qh": f"{side}_qh.v",
        "dz": f"{side}_dz.v || pick(n, {salt + 8}, 40) || '号楼' || pick(n, {salt + 9}, 900) || '室'",
        "dh": f"'138' || lpad(pick(n, {salt + 10}, 100000000)::text, 8, '0')",
        "dw": f"CASE WHEN pick(n, {salt + 11}, 10) < 7 THEN {side}_dw.v END",
    }
    named = {f"{side}_{name}": defects.get(name, "{}").format(sql) for name, sql in columns.items()}
    drawn = ["xm", "qh", "day", "mz", "xl", "dz", "dw"]
    return named, [f"JOIN p_{pool} {side}_{pool} ON {side}_{pool}.i = {side}_{pool}_i" for pool in drawn]


def _rows_sql(sizes: dict[str, int], rows: int) -> str:
    """CREATE TABLE AS; a defect is a CASE on ``d``, which is below 30 in 3 % of the rows."""

    def spoilt(kind: int, value: str) -> str:
        return f"CASE WHEN d / 3 = {kind} THEN {value} ELSE {{}} END"

    man = {
        "zjhm": spoilt(0, "'11010119900101001A'"),
        "xl": spoilt(1, "'QQ'"),
        "xm": spoilt(2, "NULL"),
        "dz": spoilt(3, "repeat('很', 301)"),
    }
    woman = {"mz": spoilt(4, "'QQ'"), "hyzk": spoilt(5, "'Y'"), "qh": spoilt(6, "'999999'"), "csrq": spoilt(7, "'20240230'")}
    men, men_joins = _person("nf", 100, man)
    women, women_joins = _person("nvf", 200, woman)
    columns = {
        "djbh": "'J110105-2024-' || lpad(n::text, 8, '0')",
        "zzh": "lpad(n::text, 8, '0')",
        "yzh": spoilt(8, "'P-12'").format("'P' || lpad(n::text, 10, '0')"),
        "jgdm": "'1101' || lpad(pick(n, 1, 10000)::text, 4, '0')",
        "djrq": "day",
        "sqsj": "day - 3 + make_interval(hours => 8 + pick(n, 3, 10), mins => pick(n, 4, 60))",
        **men,
        **women,
        "sw": "'N'",
        "fh": "'N'",
        "zt": "substr('13WZ', pick(n, 5, 4) + 1, 1)",
        "djy": "djy.v",
        "fy": spoilt(9, "-1.00").format("(pick(n, 6, 10000) / 100.0)::numeric(12,2)"),
        "fs": "1 + pick(n, 7, 9)",
        "xydm": "xydm.v",
        "jgmc": "'某某区民政局婚姻登记处'",
        "bz": "CASE WHEN pick(n, 8, 10) < 3 THEN '双方自愿，材料齐全' END",
        "gxsj": "day + make_interval(hours => 17, mins => pick(n, 9, 60), secs => pick(n, 10, 60))",
    }
    drawn = [
        f"pick(n, {salt + number}, {sizes[pool]}) AS {side}_{pool}_i"
        for side, salt in (("nf", 120), ("nvf", 220))
        for number, pool in enumerate(("xm", "qh", "day", "mz", "xl", "dz", "dw"))
    ]
    drawn += [f"pick(n, 12, {sizes['xm']}) AS djy_i", f"pick(n, 13, {sizes['xydm']}) AS xydm_i", "pick(n, 99, 1000) AS d"]
    drawn += [
        "pick(n, 110, 1000) AS nf_serial",
        "pick(n, 210, 1000) AS nvf_serial",
        "DATE '2012-01-01' + pick(n, 2, 4000) AS day",
    ]
    joins = [*men_joins, *women_joins, "JOIN p_xm djy ON djy.i = djy_i", "JOIN p_xydm xydm ON xydm.i = xydm_i"]
    selected = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    numbered = f"(SELECT n, {', '.join(drawn)} FROM generate_series(1, {rows}) n) s"
    return f"CREATE UNLOGGED TABLE t_registration AS SELECT {selected} FROM {numbered} {' '.join(joins)}"


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=ROWS)
    with databases(options.parse_args().rows, keep=True) as made:
        print(f"source {made.source}\ntarget {made.target}\n{made.rows:,} rows, {made.defects:,} of them with a defect")
