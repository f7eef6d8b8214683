"""Takes SQL, Arrow batches and small tables; gives Arrow. Alone may know DuckDB.

Every database is in memory and locked: no extensions, no files, one thread (so that
rows keep their order), no setting that can be changed afterwards. Five optimisers are off: those that swap the sides of a
join would give the rows of a batch in another order, ``in_clause`` makes a join of every list of codes,
``partial_aggregate_pushdown`` groups in memory what should go to the spill directory, and ``common_subexpressions`` takes a
fifth of the planning of a long SELECT and makes none of ours faster.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from threading import Lock
from types import TracebackType
from typing import Any, Protocol, Self

import duckdb
import pyarrow as pa

from hub.interface import ConfigurationError, DataError, PermanentError
from hub.kernel.sql import literal, name
from hub.plan import Lookup

FIXED: dict[str, str | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "disabled_optimizers": "join_order,build_side_probe_side,in_clause,partial_aggregate_pushdown,common_subexpressions",
}


_OPENING = Lock()


class Rows(Protocol):
    """Anything that gives Arrow rows, each time it is asked: a RecordBatchReader does so only once."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """An ArrowArrayStream."""


class Database:
    """A session of its own in a locked database in memory; a context manager.

    ``tables`` and ``constants`` (names of functions without arguments) are seen by this session only. ``memory``: bytes that all
    sessions of that size may use together, beyond which a query raises DataError. ``ordered``: rows keep their order, or a
    query may take less memory.
    """

    def __init__(
        self,
        tables: Sequence[Lookup] = (),
        constants: Mapping[str, str] | None = None,
        *,
        memory: int = 1 << 30,
        ordered: bool = True,
    ) -> None:
        self._inputs: dict[str, _Input] = {}
        self._connection = _session(memory, ordered)
        for table in tables:  # a table of the database's own would have every statement planned at each run
            columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
            self.offer(table.name, pa.table([pa.array(column, pa.string()) for column in columns], names=list(table.columns)))
        for constant, value in (constants or {}).items():  # no variable, for the same reason
            self._connection.execute(f"CREATE TEMP MACRO {name(constant)}() AS {literal(value)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back; harmless when done twice."""
        for relation in self._inputs:
            self._connection.unregister(relation)
        self._inputs.clear()
        self._connection.close()

    def offer(self, relation: str, batch: pa.RecordBatch | Rows) -> None:
        """Make ``batch`` the rows of ``relation``. A later batch of the same schema may take its place between two queries."""
        if relation not in self._inputs:
            self._inputs[relation] = _Input(batch)
            self._connection.register(relation, self._inputs[relation])
        self._inputs[relation].rows = batch

    def prepare(self, statement: str, sql: str) -> None:
        """Plan a SELECT once, to be run by ``run``. Raises ConfigurationError if it cannot be planned; no row is read."""
        try:
            self._connection.execute(f"PREPARE {name(statement)} AS {sql}")
        except duckdb.Error as error:
            raise ConfigurationError(str(error).splitlines()[0]) from None

    def run(self, statement: str) -> pa.Table:
        """The rows of a prepared SELECT over what the relations hold now. Raises DataError, which never quotes a value."""
        return self._arrow(f"EXECUTE {name(statement)}")

    def query(self, sql: str) -> pa.Table:
        """The rows of a SELECT. Raises DataError, which never quotes a value."""
        return self._arrow(sql)

    def stream(self, sql: str, size: int) -> pa.RecordBatchReader:
        """The rows of a SELECT in batches of about ``size``; the reader must be read out or closed before the next query."""
        try:
            return self._connection.sql(sql).to_arrow_reader(size)
        except duckdb.Error as error:
            raise _translated(error) from None

    def _arrow(self, sql: str) -> pa.Table:
        try:
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise _translated(error) from None


class _Input:
    """What stands under a relation's name: each query asks it for the rows of that moment."""

    def __init__(self, rows: pa.RecordBatch | Rows) -> None:
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        rows = self.rows
        if isinstance(rows, pa.RecordBatch):
            rows = pa.RecordBatchReader.from_batches(rows.schema, [rows])
        return rows.__arrow_c_stream__(requested_schema)


def _session(memory: int, ordered: bool) -> duckdb.DuckDBPyConnection:
    """A session: it costs a fortieth of a database, which has thousands of functions to make known to itself."""
    with _OPENING:
        return _locked(memory, ordered).cursor()


@cache
def _locked(memory: int, ordered: bool) -> duckdb.DuckDBPyConnection:
    """The database that all sessions of one kind share, as long as the process lives."""
    connection = duckdb.connect(
        ":memory:",
        config=FIXED | {"memory_limit": f"{memory}B", "temp_directory": "", "preserve_insertion_order": ordered},
    )
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _translated(error: duckdb.Error) -> DataError | PermanentError:
    """The hub's error without DuckDB's words: they quote the value that failed."""
    kind = type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException):
        return DataError("DuckDB may not use as much memory as this takes: smaller batches need less")
    if isinstance(error, duckdb.FatalException | duckdb.InternalException | duckdb.IOException):
        return PermanentError(f"DuckDB stopped ({kind}): check disk space and the installed version, then run again")
    return DataError(f"DuckDB could not evaluate the statement ({kind})")
