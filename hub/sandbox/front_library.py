"""Takes tables of a front-end database (前置库), makes them and reads batches; the partner's part, who keeps them for senders."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, MetaData, Table, inspect, text

from hub.sandbox.sheet import Columns

_ROWS = 2000  # in memory at a time


def create(engine: Engine, metadata: MetaData, data: Iterable[Table]) -> None:
    """Make what is missing. A data table whose columns are not those of the contract any more is made anew, empty."""
    with engine.begin() as connection:
        live = inspect(connection)
        for table in data:
            if live.has_table(table.name) and {c["name"] for c in live.get_columns(table.name)} != set(table.columns.keys()):
                table.drop(connection)
        metadata.create_all(connection)


class RowReader:
    """Reads the batches of one table as columns.

    A statement of SQLAlchemy's costs as much to compile as a small batch to read, and its values are turned one by one into
    those of their type: here the statement is text, and equal values of a column are turned once.
    """

    def __init__(self, table: Table, dialect: Dialect) -> None:
        quote = dialect.identifier_preparer
        names = ", ".join(quote.quote(column.name) for column in table.columns)
        source, batch = quote.format_table(table), quote.quote("cd_batch")
        self._query = text(f"SELECT {names} FROM {source} WHERE {batch} = :batch")  # noqa: S608 - names of a contract, quoted
        kept = [(column.name, column.type.dialect_impl(dialect)) for column in table.columns]
        lacking = dialect.name == "sqlite"  # it has neither dates nor decimals, drivers of servers give them as such
        self._turned = [(name, kind.result_processor(dialect, None) if lacking else None) for name, kind in kept]

    def lots(self, connection: Connection, batch: str) -> Iterator[Columns]:
        """The rows of a batch, some thousand at a time."""
        result = connection.execution_options(stream_results=True, max_row_buffer=_ROWS).execute(self._query, {"batch": batch})
        for rows in result.partitions(_ROWS):
            columns = zip(*rows, strict=True)
            yield {name: _read(column, turned) for (name, turned), column in zip(self._turned, columns, strict=True)}


def _read(column: Sequence[object], turned: Callable[[Any], Any] | None) -> Sequence[object]:
    if turned is None:
        return column
    values = {value: _turned(value, turned) for value in set(column)}
    return [values[value] for value in column]


def _turned(value: object, turned: Callable[[Any], Any]) -> object:
    """A text that is no date stays what it is, for the row checks: SQLite keeps anything in any column."""
    try:
        return turned(value)
    except (TypeError, ValueError):
        return value
