"""Days and times are read from whole columns as the whole SELECT reads them one by one."""

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.model import Notation
from hub.kernel import moment
from hub.kernel.calendar import usual
from hub.kernel.duck import Database

NOTATIONS = [Notation("d", 8, 8), Notation("d", 10, 10), Notation("t", 14, 14), Notation("t", 19, 19)]
SHAPES = st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S.%f"])
TEXTS = st.one_of(
    st.none(),
    st.builds(lambda at, shape: at.strftime(shape), st.datetimes(datetime.fromisoformat("1000-01-01")), SHAPES),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{0,7})?)?\Z"),
    st.from_regex(r"\A[0-9]{8}([0-9]{6})?\Z"),
    st.sampled_from(["infinity", "Infinity", "-infinity", "infinity".ljust(14), "infinity".ljust(19), "  2024115", "epoch"]),
    st.text(alphabet="0123456789-: T./年月日　", max_size=28),
)


@pytest.mark.parametrize("notation", NOTATIONS, ids=str)
@given(st.lists(TEXTS, max_size=12))
def test_same_as_the_parser(notation: Notation, texts: list[str | None]) -> None:
    """The SQL that reads an expression's value in its usual form says the same of every text."""
    column = pa.array(texts, pa.string())
    with Database() as database:
        database.offer("given", pa.table({"n": range(len(texts)), "t": column}))
        moments = f"(SELECT n, {moment.usual(notation, 't')} AS m FROM given)"
        expected = database.query(f"SELECT {moment.printed(notation, 'm')} AS told FROM {moments} ORDER BY n")
    assert usual(notation, column).to_pylist() == expected.column("told").to_pylist()


def test_every_day_of_eight_hundred_years() -> None:
    """The calendar is Python's, leap years of centuries included."""
    days = [date(1600, 1, 1) + timedelta(number) for number in range(365 * 800)]
    column = pa.array([day.isoformat() for day in days], pa.string())
    assert usual(NOTATIONS[0], column).to_pylist() == [f"{day:%Y%m%d}" for day in days]


def test_a_day_that_does_not_exist_is_alone() -> None:
    """The others of its column are read."""
    column = pa.array(["2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2024-04-31", "2024-00-01", "2024-01-00"])
    assert usual(NOTATIONS[0], column).to_pylist() == ["20240229", None, None, "20000229", None, None, None]


def test_a_slice_is_its_own_rows() -> None:
    """What stands before and behind in the buffers is not read."""
    column = pa.array(["x", "2024-01-15", "2024-01-16", None])
    assert usual(NOTATIONS[0], column.slice(1, 2)).to_pylist() == ["20240115", "20240116"]
