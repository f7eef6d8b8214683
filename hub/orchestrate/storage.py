"""Dagster's SQLite event log with its connections kept; alone uses Dagster's private storage of events.

The stock one makes an engine, a connection and every statement anew for each event, of which a delivered table has about a dozen:
that took a quarter of the time of a window of the whole standard. What is lost in a power cut are events of the last
moments, never a record of ours (``hub.account``).
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

_MOST = 8  # files of runs kept open beside the index; the UI looks at many, one after the other


class KeptEventLogStorage(SqliteEventLogStorage, ConfigurableClass):
    """The stock storage; ``hub.orchestrate.home`` puts it in its place."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "KeptEventLogStorage":
        """``config_value``: the folder, ``base_dir``."""
        return cls(config_value["base_dir"], inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction on one file: one at a time, as in the stock storage."""
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            timeout = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}  # the lock is above
            engine = create_engine(self.conn_string_for_shard(shard), poolclass=QueuePool, pool_size=1, connect_args=timeout)
            event.listen(engine, "connect", _relaxed)
            self._initdb(engine, for_index_shard=shard == INDEX_SHARD_NAME)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > _MOST:
            oldest = next(name for name in self._engines if name not in (shard, INDEX_SHARD_NAME))
            self._engines.pop(oldest).dispose()
        return self._engines[shard]

    def dispose(self) -> None:
        """Close the files."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()


def _relaxed(connection: Any, _record: Any) -> None:
    """In WAL mode NORMAL cannot damage a file, and synchronises it once in a while instead of at each event."""
    connection.execute("PRAGMA synchronous = NORMAL")
