"""Takes batches that senders write into a front-end database (前置库), gives receipts there: the ministry on loopback.

The database is a SQLite file in the partner's folder, or any that a URL names. A worker looks for batches without a receipt,
checks their rows, and writes the receipt in one transaction. A batch is judged once, whoever is killed in between: the ledger
knows it, and a receipt that is missing is written from there.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Index, MetaData, Row, Select, Table, bindparam, create_engine, delete, insert, make_url, select
from sqlalchemy.event import listen
from sqlalchemy.exc import SQLAlchemyError

from hub.contract.export.tables import data_table, exchange_tables
from hub.interface import ConfigurationError
from hub.sandbox.desk import Desk, Setting
from hub.sandbox.front_library import RowReader, create
from hub.sandbox.ledger import Entry
from hub.sandbox.receiver import Delivery
from hub.sandbox.sheet import Refusal

FRONT_FILE = "front.db"  # unless it is on a server
LOOK_SECONDS = 0.02  # whether anything was written: a file tells it for nothing
ASK_SECONDS = 0.1  # a server has to be asked for batches
CORRECT_SECONDS = 2.0  # a receipt that was lost or wrong is written again in the ministry's next run
FULL_SECONDS = 2.0  # then somebody has made room
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
_FAULTS_OF_FILES = ("down", "disk-full-at-partner")


def open_ministry(setting: Setting) -> Desk:
    """Make the tables and start the worker (or, under the fault ``down``, leave a file that is no database)."""
    path = setting.folder / FRONT_FILE
    url = setting.database or f"sqlite:///{path.resolve()}"
    if not url.startswith("sqlite"):
        for name in _FAULTS_OF_FILES:
            if setting.injector.has(name):
                raise ConfigurationError(
                    f"'{name}' is possible for {setting.partner.name} only with the sandbox's own SQLite file"
                )
    environment = {setting.variable("url"): url}
    address = make_url(url).render_as_string(hide_password=True)
    if setting.injector.strikes("down"):
        _put_away(path)
        return Desk(address, environment, lambda: None)
    _bring_back(path)
    worker = _Worker(setting, _engine(url))
    return Desk(address, environment, worker.close)


def _engine(url: str) -> Engine:
    """Its connections are kept: the last one to close would write everything back into an SQLite file, after every batch."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address.set(drivername=_DRIVERS.get(address.drivername, address.drivername)))
    engine = create_engine(address, connect_args={"timeout": 30})
    listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = NORMAL"))  # a kill loses nothing
    return engine


def _put_away(path: Path) -> None:
    """In the database's place a file that is none: every caller fails at once."""
    if path.exists() and not _away(path).exists():
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # all in one file again
        path.replace(_away(path))
    path.write_text("down\n" * 200)


def _bring_back(path: Path) -> None:
    if _away(path).exists():
        _away(path).replace(path)
    elif path.exists() and path.read_bytes()[:5] == b"down\n":
        path.unlink()


def _away(path: Path) -> Path:
    return path.with_suffix(".away")


class _Worker:
    """Looks for batches every so often, as the ministry's own jobs do."""

    def __init__(self, setting: Setting, engine: Engine) -> None:
        self._setting = setting
        self._receiver = setting.receiver
        self._strikes = setting.injector.strikes
        self._engine = engine
        self._later: dict[str, tuple[float, Callable[[], None]]] = {}
        metadata = MetaData()
        self._batch, self._receipt, self._receipt_row = exchange_tables(metadata)
        self._data = {name: data_table(table, metadata) for name, table in setting.receiver.tables.items()}
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        self._tell = insert(self._receipt)
        self._forget = [delete(table).where(table.c.batch_id == bindparam("id")) for table in (self._receipt, self._receipt_row)]
        self._open_batches = _open_batches(self._batch, self._receipt)
        self._readers = {name: RowReader(data, engine.dialect) for name, data in self._data.items()}
        for data in self._data.values():
            Index(None, data.c.cd_batch)  # without it each batch is looked for among all that ever came
        create(engine, metadata, self._data.values())
        self._watch = _Watch(engine)
        self._room = _Room(engine)
        self._maybe_full()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="ministry", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the batch at hand."""
        self._closing.set()
        self._thread.join(timeout=10)
        self._room.make()
        self._watch.close()
        self._engine.dispose()

    def _work(self) -> None:
        while not self._closing.wait(self._watch.pause):
            try:
                self._room.make_if_due()
                if self._watch.changed():
                    for batch in self._unanswered():
                        self._take(batch)
                for id, (moment, action) in list(self._later.items()):
                    if moment <= time.monotonic():
                        del self._later[id]
                        action()
            except SQLAlchemyError:  # busy, or restarting: the next look finds the same batches
                self._watch.forget()

    def _unanswered(self) -> list[Row[Any]]:
        """Batches without a receipt, or with a false one that nobody is about to correct."""
        with self._engine.connect() as connection:
            return [batch for batch in connection.execute(self._open_batches).all() if batch.id not in self._later]

    def _take(self, batch: Row[Any]) -> None:
        """Judge one batch and answer it, or not, as the faults say."""
        slow = self._strikes("slow")
        if slow:
            time.sleep(slow.argument / 1000)
        verdict = self._judge(batch)
        truth = _receipt(batch.sha256, verdict)
        told: Receipt | None = truth
        if self._strikes("wrong-digest-receipt"):
            told = _receipt(hashlib.sha256(batch.sha256.encode()).hexdigest(), verdict)
        if self._strikes("swapped-receipt"):
            others = [entry for entry in self._receiver.ledger.parts() if entry.id != batch.id]
            told = _receipt(others[-1].digest, others[-1]) if others else _receipt("0" * 64, verdict)
        if self._strikes("dropped-receipt"):
            told = None
        if told is not None:
            self._write(batch.id, told)
        if told != truth:
            self._later[batch.id] = (time.monotonic() + CORRECT_SECONDS, lambda: self._write(batch.id, truth))
        self._maybe_full()

    def _judge(self, batch: Row[Any]) -> Entry | Refusal:
        if batch.table_name not in self._data:
            return Refusal("unknown-table", "未约定的数据表")
        partial = self._strikes("partial-accept")
        with self._engine.connect() as connection:
            lots = self._readers[batch.table_name].lots(connection, batch.batch)
            delivery = Delivery(batch.id, batch.sha256, batch.table_name, batch.batch, lots=lots, announced=batch.row_count)
            try:
                return self._receiver.receive(delivery, refuse_percent=partial.argument if partial else 0).entry
            except Refusal as refusal:
                return refusal

    def _write(self, id: str, told: "Receipt") -> None:
        with self._engine.begin() as connection:
            for statement in self._forget:
                connection.execute(statement, {"id": id})
            connection.execute(self._tell, {"batch_id": id, **told[0]})
            if told[1]:
                connection.execute(insert(self._receipt_row), [{"batch_id": id, **row} for row in told[1]])

    def _maybe_full(self) -> None:
        """Whether there is room for the next batch."""
        fault = self._strikes("disk-full-at-partner")
        if fault:
            self._room.take(for_ever=fault.nth is None and fault.probability is None)


def _open_batches(batch: Table, receipt: Table) -> Select[Any]:
    joined = select(batch).outerjoin(receipt, receipt.c.batch_id == batch.c.id)
    missing = receipt.c.batch_id.is_(None) | (receipt.c.sha256 != batch.c.sha256)
    return joined.where(missing).order_by(batch.c.delivered_at, batch.c.id)


Receipt = tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]


def _receipt(digest: str, verdict: Entry | Refusal) -> Receipt:
    """One row for exchange_receipt and those for exchange_receipt_row."""
    told = {"sha256": digest, "status": "accepted", "accepted": 0, "reference": None, "code": None, "message": None}
    if isinstance(verdict, Refusal):
        return told | {"status": "rejected", "code": verdict.code, "message": verdict.message}, ()
    rows = tuple({"row_id": f.row_id, "field": f.field, "code": f.code, "message": f.message} for f in verdict.faults)
    return told | {"accepted": verdict.accepted, "reference": verdict.reference}, rows


class _Watch:
    """Tells whether anybody has written since the last look: an SQLite file counts its commits, a server may always have news."""

    def __init__(self, engine: Engine) -> None:
        self._counter = engine.raw_connection() if engine.dialect.name == "sqlite" else None
        self._seen: object = None
        self.pause = LOOK_SECONDS if self._counter else ASK_SECONDS

    def changed(self) -> bool:
        """Asked before the look, so that what is written during it is news the next time."""
        if self._counter is None:
            return True
        before, (self._seen,) = self._seen, self._counter.cursor().execute("PRAGMA data_version").fetchone()
        return before != self._seen

    def forget(self) -> None:
        """A look that failed has seen nothing."""
        self._seen = None

    def close(self) -> None:
        """Look no more."""
        if self._counter is not None:
            self._counter.close()


class _Room:
    """A database file without room for another batch, and with room again.

    SQLite answers SQLITE_FULL ("database or disk is full") when an AUTOINCREMENT table has used its greatest number
    (sqlite.org/autoinc.html): a trigger on exchange_batch that needs one more number fails just as a full disk would.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._until: float | None = None

    def take(self, *, for_ever: bool) -> None:
        """No room from now on."""
        statements = (
            "CREATE TABLE IF NOT EXISTS no_room (n INTEGER PRIMARY KEY AUTOINCREMENT)",
            "INSERT OR IGNORE INTO no_room VALUES (9223372036854775807)",
            "CREATE TRIGGER IF NOT EXISTS full BEFORE INSERT ON exchange_batch BEGIN INSERT INTO no_room VALUES (NULL); END",
        )
        with self._engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        self._until = float("inf") if for_ever else time.monotonic() + FULL_SECONDS

    def make_if_due(self) -> None:
        """Room again when its time has come."""
        if self._until is not None and self._until <= time.monotonic():
            self.make()

    def make(self) -> None:
        """Room again."""
        if self._until is not None:
            with self._engine.begin() as connection:
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS full")
            self._until = None
