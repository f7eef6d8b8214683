"""Takes parts, writes their rows into a partner's exchange database (前置库) exactly once, and reads the partner's receipts."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc

from adapters import database, exchange_tables, insertion, table_fit
from hub.interface import (
    Absent,
    Answer,
    Awaiting,
    ConfigurationError,
    Confirmed,
    DataError,
    Format,
    Layout,
    Outcome,
    Part,
    Settings,
    TransientError,
    Unknown,
)


class ExchangeDatabase:
    """One login at one database; ``format`` reads a payload back where the database does not take it as it is."""

    def __init__(self, settings: Settings, format: Format) -> None:
        url = database.address(settings["url"])
        plain = database.engine(url, settings.get("timeout", 300))
        self._engine = plain.execution_options(schema_translate_map={None: settings.get("schema")})
        self._place = database.place(url)
        self._settings = settings
        self._receipts = settings.get("receipts", True)
        self._format = format
        self._live: dict[str, sa.Table] = {}

    def probe(self, layouts: Sequence[Layout]) -> Sequence[str]:
        """What is missing or does not fit, table by table."""
        with self._errors():
            there = set(sa.inspect(self._engine).get_table_names(schema=self._settings.get("schema")))
            wrong = [f"{self._place}: no table {name}" for name in sorted(exchange_tables.TABLES.tables) if name not in there]
            for layout in layouts:
                if self._name(layout) not in there:
                    wrong.append(f"{self._place}: no table {self._name(layout)} ({layout.title})")
                else:
                    live = sa.Table(
                        self._name(layout), sa.MetaData(), schema=self._settings.get("schema"), autoload_with=self._engine
                    )
                    wrong += [f"{self._place}: {one}" for one in table_fit.misfits(layout, live)]
        return wrong

    def deliver(self, part: Part) -> Outcome:
        """Rows and batch line in one transaction. DataError if the table refuses a value: then nothing of the part is there."""
        with self._errors():
            table = self._table(part.layout)
            with self._engine.connect() as connection:
                if not exchange_tables.announce(connection, part, table.name):
                    return self._known(part)
                insertion.fill(connection, table, part, self._format)
                try:
                    connection.commit()
                except exc.SQLAlchemyError as error:
                    failure = database.failure(error, self._place)
                    if isinstance(failure, DataError) or database.taken_back(
                        error
                    ):  # a constraint that is checked last; a conflict
                        raise failure from None
                    return Unknown("commit-without-answer")
        return Awaiting() if self._receipts else self._committed(part)

    def ask(self, part: Part) -> Answer:
        """What the exchange tables say of this id."""
        with self._errors(), self._engine.connect() as connection:
            answer = exchange_tables.standing(connection, part)
        return self._committed(part) if isinstance(answer, Awaiting) and not self._receipts else answer

    def close(self) -> None:
        """Nothing stays open between calls."""
        self._engine.dispose()

    def _known(self, part: Part) -> Outcome:
        """The standing of a part that is there already."""
        answer = self.ask(part)
        if isinstance(answer, Absent):  # the other writer of this id took its transaction back
            raise TransientError(f"{self._place}: this part was being written by another process; nothing was sent")
        return answer

    def _committed(self, part: Part) -> Confirmed:
        told: dict[str, str | int] = {"batch_id": part.id, "sha256": part.sha256, "rows": part.rows}
        return Confirmed(part.sha256, part.rows, part.heading.batch, json.dumps(told).encode())

    def _name(self, layout: Layout) -> str:
        name: str = self._settings.get("tables", {}).get(layout.table) or self._settings.get("prefix", "") + layout.table
        return name

    def _table(self, layout: Layout) -> sa.Table:
        """The live table's columns, read from the catalogue once; its keys and indexes are the partner's own affair."""
        name, schema = self._name(layout), self._settings.get("schema")
        if name not in self._live:
            try:
                found = sa.inspect(self._engine).get_columns(name, schema=schema)
            except exc.NoSuchTableError:
                raise ConfigurationError(f"{self._place}: no table {name}; look at settings.tables and settings.prefix") from None
            columns = (sa.Column(each["name"], each["type"]) for each in found)
            self._live[name] = sa.Table(name, sa.MetaData(), *columns, schema=schema)
        return self._live[name]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (exc.SQLAlchemyError, psycopg.Error) as error:
            raise database.failure(error, self._place) from None
