"""Takes a database URL, gives a SQLAlchemy engine and the live columns; alone turns a database's errors into the hub's.

A database's own message may quote a value, a statement or a password: of a message only the line that names a table or a column
is kept, and only where a name is what is wrong.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import Engine, create_engine, exc, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

from hub.interface import ConfigurationError, DataError, HubError, PermanentError, TransientError

_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
_CONNECT_SECONDS = 15

# ISO 9075 SQLSTATE, longest prefix first; None as in a driver that gives no state, where the words decide.
_STATES: tuple[tuple[str, type[HubError]], ...] = (
    ("42501", PermanentError),  # insufficient privilege
    ("28", PermanentError),  # invalid authorization
    ("25006", PermanentError),  # read-only
    ("22", DataError),
    ("23", DataError),  # integrity
    ("21", DataError),
    ("42", ConfigurationError),  # syntax, unknown table or column
    ("3D", ConfigurationError),  # unknown database
    ("3F", ConfigurationError),  # unknown schema
    ("0A", ConfigurationError),  # not supported
    ("08", TransientError),
    ("40", TransientError),  # serialization failure, deadlock
    ("53", TransientError),  # too many connections, out of memory
    ("55", TransientError),  # lock not available
    ("57", TransientError),  # shutdown, starting up
)
_CODES: Mapping[int, type[HubError]] = {  # MySQL, MariaDB: where the state is too coarse
    1044: PermanentError,  # 42000: this login may not use this database
    1142: PermanentError,  # 42000: nor this table
    1143: PermanentError,  # 42000: nor this column
    1698: PermanentError,
    1298: ConfigurationError,  # HY000: a time zone whose name nobody has loaded
    1052: ConfigurationError,  # 23000: a column's name is ambiguous
    1366: DataError,  # HY000: incorrect value for column
    1364: DataError,  # HY000: a column without a default got no value
    1292: DataError,
}
_WORDS: tuple[tuple[str, type[HubError]], ...] = (  # English and Chinese servers
    (r"authentication|认证|pg_hba|access denied|ORA-01017|ORA-28000", PermanentError),
    (
        r"does not exist|不存在|no such (table|column|function)|unable to open database|failed to open|syntax error",
        ConfigurationError,
    ),
    (r"ORA-00942|ORA-00904|ORA-00900", ConfigurationError),
    (r"constraint failed|datatype mismatch|ORA-00001|ORA-01400|ORA-12899|ORA-018", DataError),
)
_NAMES: Mapping[str, type[HubError]] = {  # PEP 249
    "ProgrammingError": ConfigurationError,
    "NotSupportedError": ConfigurationError,
    "DataError": DataError,
    "IntegrityError": DataError,
}
_CURES = {
    PermanentError: "login or privilege refused: look at the account in the database, then at the secret",
    DataError: "a value does not fit its column or breaks a constraint there",
    TransientError: "does not answer, or is busy",
}


def address(text: str) -> URL:
    """The parsed URL, with our driver where it names none; ConfigurationError that does not repeat it."""
    try:
        url = make_url(text)
    except exc.ArgumentError:
        raise ConfigurationError("url is no SQLAlchemy URL; example: postgresql://user:password@host:5432/database") from None
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def place(url: URL) -> str:
    """Where the database is, for messages: no user, no password."""
    host = f"{url.host}:{url.port}/" if url.port else f"{url.host}/" if url.host else ""
    return f"{url.get_backend_name()} {host}{unquote((url.database or '').removeprefix('file:'))}"


def engine(url: URL, seconds: int | None = None, mode: str = "rw") -> Engine:
    """An engine that keeps no connection open; ``seconds`` bounds a statement, where the driver can.

    ``mode`` (rw | ro) is SQLite's: a file that is not there is not made. ConfigurationError if the driver is not installed.
    """
    driver = url.drivername.partition("+")[2] or url.drivername
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        url = url.set(database=f"file:{quote(str(url.database))}", query={"mode": mode, "uri": "true"})
    try:
        return create_engine(url, poolclass=NullPool, connect_args=_limits(driver, seconds), hide_parameters=True)
    except (exc.ArgumentError, ImportError):
        raise ConfigurationError(f"no driver for {url.drivername}:// is installed; install its SQLAlchemy dialect") from None


def _limits(driver: str, seconds: int | None) -> dict[str, Any]:
    if driver in ("psycopg", "psycopg2"):
        options = {"options": f"-c statement_timeout={seconds * 1000}"} if seconds else {}
        return {"connect_timeout": _CONNECT_SECONDS, **options}
    if driver == "pymysql":
        silence = {"read_timeout": seconds, "write_timeout": seconds} if seconds else {}
        return {"connect_timeout": _CONNECT_SECONDS, **silence}
    return {"timeout": 30} if driver in ("sqlite", "pysqlite") else {}


def columns(source: Engine, schema: str | None) -> dict[str, dict[str, str]]:
    """The live tables and views: name -> column -> type as the database spells it. Errors as in ``failure``."""
    try:
        found = inspect(source).get_multi_columns(schema=schema, kind=ObjectKind.ANY)
    except exc.SQLAlchemyError as error:
        raise failure(error, place(source.url)) from None
    return {
        table: {column["name"]: _spelled(column["type"], source) for column in listed} for (_, table), listed in found.items()
    }


def _spelled(type: TypeEngine[Any], source: Engine) -> str:
    try:
        return type.compile(source.dialect)
    except exc.CompileError:  # a type that SQLAlchemy does not know (geometry ...)
        return "unknown"


def failure(error: BaseException, where: str) -> HubError:
    """The hub's error for a driver's or SQLAlchemy's: the class is the instruction, the message holds no value."""
    origin = getattr(error, "orig", None) or error
    words = str(origin)
    kind = _kind(error, origin, words)
    if kind is ConfigurationError:
        return kind(f"{where}: {_first_line(words)}")
    state = getattr(origin, "sqlstate", None)
    return kind(f"{where}: {_CURES[kind]}{f' (SQLSTATE {state})' if state else ''}")


def taken_back(error: exc.SQLAlchemyError) -> bool:
    """Whether the server itself says, even at COMMIT, that it took the transaction back: a conflict or a deadlock.

    40003 is the standard's "statement completion unknown"; 1213 is also what a MariaDB cluster says when another node was first.
    """
    origin = getattr(error, "orig", None)
    state = getattr(origin, "sqlstate", None) or ""
    return (state.startswith("40") and state != "40003") or getattr(origin, "args", ())[:1] == (1213,)


def _kind(error: BaseException, origin: BaseException, words: str) -> type[HubError]:
    code = origin.args[0] if origin.args and isinstance(origin.args[0], int) else 0
    if code in _CODES:
        return _CODES[code]
    state = getattr(origin, "sqlstate", None) or getattr(origin, "pgcode", None) or ""
    for prefix, kind in _STATES:
        if state.startswith(prefix):
            return kind
    for pattern, kind in _WORDS:
        if re.search(pattern, words, re.IGNORECASE):
            return kind
    return _NAMES.get(type(error).__name__, TransientError)


def _first_line(words: str) -> str:
    """The line of a message that names what is missing, without the statement that follows it."""
    return re.sub(r"^.*(?:prepare query:|ERROR:|FATAL:|错误:|致命错误:)\s*", "", words.strip().partition("\n")[0])[:300]
