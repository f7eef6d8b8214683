"""Takes a seed and a clock; gives the world's relations for one range of households after the other. Alone knows DuckDB here.

The hub's own DuckDB (hub.kernel.duck) is locked: it may define nothing. A world defines macros and views by the dozen, so it has
a database of its own, in memory, with one thread, no extensions and no files.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NoReturn, Self

import duckdb
import pyarrow as pa

from hub.interface import ConfigurationError
from hub.sandbox.world.macros import Times, macros, variables
from hub.sandbox.world.population import AWAY, HOUSEHOLDS, everyone, people, spouses, statements

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "2GB",
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}


class _Span:
    """What stands under the name ``span``: a table of DuckDB's own would have a prepared statement planned at each run."""

    def __init__(self) -> None:
        self.households = range(0)

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        # Nine couples in twenty more: half of all people, in couples, were at a marriage office.
        away = [AWAY + household for household in self.households if household % 20 < 9]
        told = {"h": pa.array([*self.households, *away], pa.int64()), "away": [False] * len(self.households) + [True] * len(away)}
        return pa.table(told).__arrow_c_stream__(requested_schema)


class World:
    """A context manager: one chunk at a time stands in ``people``, ``spouses``, ``households``, ``once`` and ``chunk``."""

    def __init__(self, seed: int, times: Times) -> None:
        self._connection = duckdb.connect(":memory:", config=_SETTINGS)
        self._connection.execute("SET enable_external_access = false")
        self._seed, self._standing = seed, (-1, 0, 0)
        self._span = _Span()
        self._connection.register("span", self._span)
        for statement in (*macros(seed, times), *variables(), *statements(times.today)):
            self._connection.execute(statement)
        self._connection.execute(
            f"CREATE TABLE clock AS SELECT TIMESTAMP '{times.upper}' AS upper, DATE '{times.today}' AS today"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()

    def stand(self, number: int, first: int, many: int) -> None:
        """Chunk ``number``: the households ``first`` .. ``first + many - 1`` take the place of the former."""
        if self._standing == (number, first, many):
            return
        self._standing = number, first, many
        self.span(first, many)
        for name, sql in (
            ("everyone", everyone(self._seed)),
            ("people", people()),
            ("spouses", spouses()),
            ("households", HOUSEHOLDS),
            ("once", f"SELECT 1 AS one WHERE {number} = 0"),
            ("chunk", f"SELECT CAST({number} AS BIGINT) AS number"),
        ):
            self._connection.execute(f"CREATE OR REPLACE TABLE main.{name} AS {sql}")  # not in a room
        self._connection.execute("DROP TABLE main.everyone")

    def span(self, first: int, many: int) -> None:
        """The households of which ``everybody`` tells from now on."""
        self._span.households = range(first, first + many)

    @contextmanager
    def room(self) -> Iterator[None]:
        """What a story makes inside goes with it, so that no story finds what another left."""
        self._connection.execute("CREATE SCHEMA room")
        self._connection.execute("SET search_path = 'room,main'")
        try:
            yield
        finally:
            self._connection.execute("SET search_path = 'main'")
            self._connection.execute("DROP SCHEMA room CASCADE")

    def do(self, sql: str, what: str = "") -> None:
        """Run a statement. ConfigurationError names ``what`` (a place in a story) and says DuckDB's first line."""
        self._run(sql, what)

    def rows(self, sql: str, what: str = "") -> pa.Table:
        """The rows of a SELECT, all at once."""
        result = self._run(sql, what)
        with warnings.catch_warnings():
            # A relation spares a copy of the rows, and has the statement planned twice: that costs more.
            warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)
            return result.to_arrow_table()

    def offer(self, name: str, rows: pa.Table) -> None:
        """Make Arrow rows a relation, until the next of that name."""
        self._connection.register(name, rows)

    def values(self, sql: str, what: str = "") -> Sequence[tuple[Any, ...]]:
        """The rows of a small SELECT as Python values."""
        found: Sequence[tuple[Any, ...]] = self._run(sql, what).fetchall()
        return found

    def fail(self, message: str) -> NoReturn:
        """A story that cannot be told."""
        raise ConfigurationError(message)

    def _run(self, sql: str, what: str) -> Any:
        try:
            return self._connection.execute(sql)
        except duckdb.Error as error:
            raise _told(error, what) from None


def _told(error: duckdb.Error, what: str) -> ConfigurationError:
    """DuckDB's own words: a story's author needs them, and the people they may quote are invented."""
    return ConfigurationError(f"{what or 'the world'}: {str(error).strip()}")
