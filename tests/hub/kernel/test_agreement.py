"""The quick SELECT and the columns looked at in Arrow say of every row what the whole SELECT says."""

import weakref
from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.contract.model import Code, CodeList, Element, Field, Notation, Rule, Table
from hub.kernel.compile import compile_kernel
from hub.kernel.engine import Engine, Transformed
from hub.mapping.expression import parse
from hub.mapping.model import Crosswalk, FieldMap, Mapping, Source, SourceColumn
from hub.problem import Place

HERE = Place("tests/hub/kernel/test_agreement.py")
DAY = date(2026, 11, 22)
DATED = {
    "11": (Code("11", "一直有效"),),
    "12": (Code("12", "已停用", None, date(2011, 1, 1)),),
    "13": (Code("13", "新增", date(2020, 1, 1), None),),
}
LISTS = {
    "dated": CodeList("dated", "dated", DATED, False, HERE),
    "card": CodeList("GA/T 2000.156", "证件类型", {code: (Code(code, code),) for code in ("111", "414")}, False, HERE),
    "sex": CodeList("GB/T 2261.1-2003", "性别", {code: (Code(code, code),) for code in "0129"}, False, HERE),
}
# name, title, notation, code list, check, smallest value
FIELDS = (
    ("id", "编号", Notation("c", 1, 8), None, None, None),
    ("word", "代号", Notation("an", 2, 5), None, None, None),
    ("letters", "字母", Notation("a", 1, 3), None, None, None),
    ("digits", "数字", Notation("n", 3, 3), None, None, None),
    ("whole", "份数", Notation("n", 1, 5), None, None, "1"),
    ("money", "金额", Notation("n", 1, 9, 2), None, None, "0"),
    ("d4", "年份", Notation("d", 4, 4), None, None, None),
    ("d6", "年月", Notation("d", 6, 6), None, None, None),
    ("d8", "登记日期", Notation("d", 8, 8), None, None, "1950-01-01"),
    ("d10", "办理日期", Notation("d", 10, 10), None, None, None),
    ("t14", "受理时间", Notation("t", 14, 14), None, None, None),
    ("t19", "更新时间", Notation("t", 19, 19), None, None, None),
    ("code", "类别代码", Notation("n", 2, 2), "dated", None, None),
    ("walked", "民族代码", Notation("n", 2, 2), "dated", None, None),
    ("kept", "状态代码", Notation("n", 2, 2), "dated", None, None),
    ("card", "本人证件类型代码", Notation("n", 3, 3), "card", None, None),
    ("number", "本人证件号码", Notation("c", 1, 18), None, "gb11643", None),
    ("sex", "本人性别代码", Notation("n", 1, 1), "sex", None, None),
    ("born", "本人出生日期", Notation("d", 8, 8), None, None, None),
    ("credit", "机构代码", Notation("an", 18, 18), None, "gb32100", None),
    ("made", "姓名", Notation("c", 1, 6), None, None, None),
    ("day_made", "到期日期", Notation("d", 8, 8), None, None, None),
)
REQUIRED = {"id", "d8", "walked"}
WALK = Crosswalk("walk", {"A": "11", "B": "12", "C": "13", "Z": "99"}, {}, HERE)
SPECIAL = {
    "walked": ("r.walked", WALK, "reject"),
    "kept": ("r.kept", WALK, "keep"),
    "made": ("replace(concat(r.made, r.word), 'x', '')", None, "reject"),
    "day_made": ("concat(r.d10, '')", None, "reject"),
}
TYPED = {"d10": "date", "t14": "timestamp", "whole": "integer"}
VALUES = (
    *(None, "", " ", "　", "\x01", "a\x00b", "a\tb", " 11", "11 ", "　12　", "2024115 ", "2024-1-1 ", "2024-01-15 "),
    *"1 01 0 -1 +2 1.5 1.50 1.005 １２ 1e3 99999 123456 abc ABC ab1 很长的名字超过六个字 x 13 14 A B C Z a 111 414 2 9".split(),  # noqa: SIM905
    *"2024-01-15 2024-1-5 2024/01/15 2024.01.15 2024年1月15日 20240115 2024-02-30 2023-02-29 1949-12-31 19491231".split(),  # noqa: SIM905
    *"2024-02-29 1900-02-29 0999-01-01 202401 2024 2024-13-01 9999-12-31 20240115093000 2024-01-15T09:30:00 19900307".split(),  # noqa: SIM905
    *("2024-01-15 09:30:00", "2024-01-15 24:00:00", "2024-01-15 09:30:00.5", "2024-01-15 09:60:00", "2024-01-15 09:30:00."),
    *"11010119900307299X 11010119900307299x 110101199003072993 110105194912310021 11010519491231002x G12345678".split(),  # noqa: SIM905
    *"91330106673959654P 91330106673959654p 9133010667395965４P 52500000500020002X".split(),  # noqa: SIM905
)
HOSTILE = st.sampled_from(VALUES)


def _field(name: str, title: str, notation: Notation, codes: str | None, check: str | None, least: str | None) -> Field:
    element = Element(title, name, name, notation, title, HERE, codes, check, least)
    return Field(name, title, element, notation, name in REQUIRED, LISTS[codes] if codes else None, None, HERE, least)


def _table() -> Table:
    rules = ("d8 <= coalesce(d8, '99991231') AND (whole IS NULL OR whole < 9000)", "word <> made")
    told = tuple(Rule(f"规则{number}", parse(sql).sql, "error", HERE) for number, sql in enumerate(rules))
    fields = {row[0]: _field(*row) for row in FIELDS}
    return Table("s", "1.0.0", "t", "T", "表", "域", "一行", ("id",), fields, told, "d8", {}, "", HERE)


def _mapping(deleted: str | None) -> tuple[Mapping, Source]:
    made = {}
    for name, *_ in FIELDS:
        sql, walk, unmapped = SPECIAL.get(name, (f"r.{name}", None, "reject"))
        parsed = parse(sql)
        made[name] = FieldMap(name, parsed.sql, None, walk, unmapped, parsed.columns, HERE)
    columns = {name: SourceColumn("t", name, TYPED.get(name, "text"), "", HERE) for name, *_ in FIELDS}
    columns["gone"] = SourceColumn("t", "gone", "text", "", HERE)
    source = Source("s", "", "sql", {}, {"t": columns}, "Asia/Shanghai", HERE)
    same = ("m", "s", "1.0.0", "t", "s", "t r", {"r": "t"}, None, None)
    return Mapping(*same, deleted, made, (), (), "", HERE), source


GOOD = dict(  # noqa: C408 - half as long
    id="1", word="ab1", letters="abc", digits="123", whole="7", money="1.50", d4="2024", d6="202401", d8="2024-01-15",
    d10="2024-01-15", t14="2024-01-15 09:30:00", t19="2024-01-15 09:30:00", code="11", walked="A", kept="A", card="111",
    number="11010119900307299X", sex="1", born="1990-03-07", credit="91330106673959654P", made="王芳", day_made=None, gone=None,
)  # fmt: skip
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(GOOD, HOSTILE)), min_size=1, max_size=8)


@pytest.fixture(scope="module", params=[None, "r.gone = 'A'"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The engine of the table, without deletes and with them."""
    mapping, source = _mapping(request.param)
    with Engine(compile_kernel(mapping, _table(), source), _table(), DAY) as made:
        yield made


def _batch(rows: list[dict[str, str | None]]) -> pa.RecordBatch:
    columns = [pa.array([row[name] for row in rows], pa.string()) for name in GOOD]
    return pa.RecordBatch.from_arrays(columns, [f"r.{name}" for name in GOOD])


def _whole(engine: Engine, batch: pa.RecordBatch) -> Transformed:
    """What the whole SELECT says of every row."""
    return engine._looked_at((batch, engine._prepared(batch).batch))


def _told(made: Transformed) -> tuple[object, ...]:
    rejected = sorted(zip(map(str, made.rejected.to_pylist()), made.findings.to_pylist(), strict=True))
    return sorted(map(str, made.accepted.to_pylist())), rejected, dict(made.warnings)


@given(ROWS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_row(engine: Engine, rows: list[dict[str, str | None]]) -> None:
    """Hostile values in every field at once."""
    batch = _batch(rows)
    assert _told(engine.transform(batch)) == _told(_whole(engine, batch))


@pytest.mark.parametrize("name", [row[0] for row in FIELDS])
def test_one_value_in_a_good_row(engine: Engine, name: str) -> None:
    """Each hostile value in each field of a row that is otherwise in order: nothing else hides what is said of it."""
    batch = _batch([GOOD | {name: value} for value in VALUES])
    assert _told(engine.transform(batch)) == _told(_whole(engine, batch))


def test_the_good_row_is_not_even_looked_at(engine: Engine) -> None:
    """Or the tests above would compare the whole SELECT with itself."""
    made, suspicious = engine._looked_over(engine._prepared(_batch([GOOD, GOOD])))
    assert suspicious is None
    assert made["d8"].to_pylist() == ["20240115", "20240115"]


@given(st.lists(ROWS, min_size=1, max_size=3))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_stream_is_its_batches(engine: Engine, batches: list[list[dict[str, str | None]]]) -> None:
    """``divide`` says of a stream what ``transform`` says of its batches, in another order of the rows."""
    given_ = [_batch(rows) for rows in batches]
    streamed, alone = list(engine.divide(given_)), [engine.transform(batch) for batch in given_]

    def told(parts: list[Transformed]) -> tuple[object, ...]:
        several = [_told(part) for part in parts]
        accepted, rejected = (sorted(row for part in several for row in part[side]) for side in (0, 1))  # type: ignore[attr-defined]
        return accepted, rejected, sum(sum(part.warnings.values()) for part in parts)

    assert told(streamed) == told(alone)


def test_no_batch_of_a_stream_outlives_its_turn(engine: Engine) -> None:
    """When the next batch is asked for, nobody holds the one before: memory is that of one batch, however long the stream."""
    before: list[weakref.ref[pa.RecordBatch]] = []
    alive: list[int] = []

    def stream() -> Iterator[pa.RecordBatch]:
        for _ in range(6):
            alive.append(sum(known() is not None for known in before))
            batch = _batch([GOOD, GOOD | {"word": "?"}])
            before.append(weakref.ref(batch))
            yield batch
            del batch

    assert sum(map(_accepted, engine.divide(stream()))) == 6
    assert len(alive) == 6
    assert not any(alive)


def _accepted(part: Transformed) -> int:
    return part.accepted.num_rows
