"""Takes tables of a front-end database (前置库), makes them; the partner's part, who keeps them for senders."""

from collections.abc import Iterable

from sqlalchemy import Engine, MetaData, Table, inspect


def create(engine: Engine, metadata: MetaData, data: Iterable[Table]) -> None:
    """Make what is missing. A data table whose columns are not those of the contract any more is made anew, empty."""
    with engine.begin() as connection:
        live = inspect(connection)
        for table in data:
            if live.has_table(table.name) and {c["name"] for c in live.get_columns(table.name)} != set(table.columns.keys()):
                table.drop(connection)
        metadata.create_all(connection)
