"""Takes addresses of database servers, makes databases for one rehearsal there, remembers and drops them: those and no other.

A name is drawn for each (``hub_sandbox_``, eight random digits, what it is for) and written down in
``<state>/sandbox/databases.json`` before the database is made; one that exists already is an error and is never taken. So what
stands in that file is ours, also after a kill between the two, and nothing else is dropped.
"""

import json
import re
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from hub import spool
from hub.interface import ConfigurationError, HubError, PermanentError, TransientError

SOURCES = "sources"  # all business systems, in one database: no two of them name a table alike
FRONT = "front"  # the front-end database (前置库) of each partner that has one
PREFIX = "hub_sandbox_"
_FILE = "databases.json"
_DRIVERS = {"postgresql": "postgresql", "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql"}
_CONNECT_SECONDS = 15
_NO_RIGHT = ("42501", 1044, 1142, 1227)
_REFUSED = ("28", "3D", 1045, 1049, 1698)
_SILENT = (2002, 2003, 2005, 2006, 2013)  # MySQL's client: nobody is there, or nobody any more
_BUSY = re.compile(r"starting up|shutting down|too many", re.IGNORECASE)
_FATAL = re.compile(r"(?:FATAL|致命错误):\s*(.*)")
_GRANTS = {
    "postgresql": "ALTER ROLE {user} CREATEDB",
    "mysql": r"GRANT ALL ON `hub\_sandbox\_%`.* TO {user}",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A database of ours at ``url``. ``what``: ``sources``, or the partner whose front-end database it is.

    ``server``: whom to ask to drop it. Both addresses may hold a password.
    """

    what: str
    url: str
    server: str

    @property
    def address(self) -> str:
        """Where it is, for people: without the password."""
        return make_url(self.url).render_as_string(hide_password=True)


def wanted(words: Sequence[str], partners: Collection[str]) -> dict[str, URL]:
    """What is to be on which server, out of words: ``URL`` (everything), ``sources=URL`` or ``front=URL``.

    ``partners``: those that have a front-end database. ConfigurationError for a word that is none of these.
    """
    found: dict[str, URL] = {}
    for word in words:
        role, equals, rest = word.partition("=") if "://" not in word.partition("=")[0] else ("", "", word)
        if equals and role not in (SOURCES, FRONT):
            raise ConfigurationError(
                f"'{role}=' is neither '{SOURCES}=' nor '{FRONT}=': write what is to be on the server, or nothing"
            )
        url = _server(rest)
        whats = [SOURCES] * (role != FRONT) + list(partners) * (role != SOURCES)
        if not whats:
            raise ConfigurationError("no partner that is played here has a front-end database (system: sql)")
        if found.keys() & set(whats):
            raise ConfigurationError(f"two addresses for one: give --database once, or '{SOURCES}=' and '{FRONT}=' once each")
        found |= dict.fromkeys(whats, url)
    return found


def made(state: Path) -> tuple[Made, ...]:
    """The databases of this state folder's rehearsal; none where everything is a file."""
    path = _path(state)
    return tuple(Made(**each) for each in json.loads(path.read_text(encoding="utf-8"))) if path.exists() else ()


def make(state: Path, servers: Mapping[str, URL]) -> set[str]:
    """Make what is not there, empty: of ``servers``, and of what was made before. For what a database is new now.

    ConfigurationError for a wrong address, a login that may not make databases, or something that stands elsewhere already;
    TransientError when a server does not answer.
    """
    known = {each.what: each for each in made(state)}
    for what in servers.keys() & known.keys():
        if _home(make_url(known[what].server)) != _home(servers[what]):
            raise ConfigurationError(f"{what} is on {known[what].address} already; to begin anew: hub sandbox down --drop")
    token = secrets.token_hex(4)
    drawn = {what: _drawn(what, token, server) for what, server in servers.items()}
    return {each.what for each in (drawn | known).values() if _make(state, each)}


def drop(state: Path) -> list[Made]:
    """Drop every database that was made, sessions and all; what was dropped. After an error the rest is still remembered."""
    dropped = []
    for each in made(state):
        with _admin(make_url(each.server), "drop") as connection:
            name = connection.dialect.identifier_preparer.quote(_name(each))
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            else:
                _end_sessions(connection, _name(each))
                connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        _remember(state, [other for other in made(state) if other != each])
        dropped.append(each)
    return dropped


def _drawn(what: str, token: str, server: URL) -> Made:
    url = server.set(database=f"{PREFIX}{token}_{what}")
    return Made(what, *(each.render_as_string(hide_password=False) for each in (url, server)))


def _make(state: Path, each: Made) -> bool:
    """Whether it had to be made."""
    known = made(state)
    if each not in known:
        _remember(state, [*known, each])
    try:
        with _admin(make_url(each.server), "make") as connection:
            postgresql = connection.dialect.name == "postgresql"
            found = "pg_database WHERE datname" if postgresql else "information_schema.schemata WHERE schema_name"
            if each in known and connection.scalar(text(f"SELECT 1 FROM {found} = :name"), {"name": _name(each)}):  # noqa: S608
                return False
            name = connection.dialect.identifier_preparer.quote(_name(each))
            form = "TEMPLATE template0 ENCODING 'UTF8'" if postgresql else "CHARACTER SET utf8mb4"
            connection.execute(text(f"CREATE DATABASE {name} {form}"))
    except HubError:
        _remember(state, known)
        raise
    return True


def _name(each: Made) -> str:
    name = str(make_url(each.url).database)
    if not name.startswith(PREFIX):
        raise PermanentError(f"{_FILE} names {name}, which this hub has not made: look at who changed the file")
    return name


def _end_sessions(connection: Connection, name: str) -> None:
    """MariaDB would wait for an open transaction to end before it drops a table."""
    sessions = text("SELECT id FROM information_schema.processlist WHERE db = :name")
    for (number,) in connection.execute(sessions, {"name": name}).all():
        connection.execute(text(f"KILL {int(number)}"))


@contextmanager
def _admin(server: URL, doing: str) -> Iterator[Connection]:
    """A connection to the server itself; every statement is a transaction of its own, as CREATE DATABASE wants it."""
    url = server
    if server.get_backend_name() == "postgresql":
        url = server.set(drivername="postgresql+psycopg", database=server.database or "postgres")
    limits = {"connect_timeout": _CONNECT_SECONDS}
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=limits, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise _failure(error, server, doing) from None


def _failure(error: DBAPIError, server: URL, doing: str) -> HubError:
    """What to do about it; of the server's words the line that says why it refused the login."""
    origin = error.orig
    where = server.set(database=None, query={}).render_as_string(hide_password=True)
    words = str(origin)
    code = origin.args[0] if origin is not None and origin.args else None
    state = getattr(origin, "sqlstate", None) or ""
    fatal = _FATAL.search(words)
    if state in _NO_RIGHT or code in _NO_RIGHT:
        grant = _GRANTS[server.get_backend_name()].format(user=server.username or "its user")
        return ConfigurationError(f"{where}: this login may not {doing} databases; an administrator says there: {grant}")
    if code in _REFUSED or state[:2] in _REFUSED or (fatal and not _BUSY.search(words)):
        why = fatal.group(1) if fatal else f"error {code or state}: user, password or database is wrong"
        return ConfigurationError(f"{where} refuses the login: {why}")
    if state or (isinstance(code, int) and code not in _SILENT):
        return TransientError(f"{where} could not {doing} a database (error {state or code}): look at its log, then try again")
    return TransientError(f"{where} does not answer: is the address right, does the server run, does a firewall let you in?")


def _server(address: str) -> URL:
    """A server's address, with the drivers that are installed."""
    try:
        url = make_url(address)
        driver = _DRIVERS[url.get_backend_name()]
    except (ArgumentError, KeyError):
        raise ConfigurationError(
            "--database wants the address of a server: postgresql://user:password@host:5432 or mysql+pymysql://user:password@host:3306"
        ) from None
    if driver != "postgresql":  # it needs no database to log in, and has text in one byte a character by default
        url = url.set(database=None).update_query_dict({"charset": "utf8mb4"})
    return url.set(drivername=driver)


def _home(url: URL) -> tuple[object, ...]:
    return url.get_backend_name(), url.host, url.port


def _remember(state: Path, many: Sequence[Made]) -> None:
    """The file may hold passwords: it is written whole, for the hub's account alone."""
    if many:
        spool.write(_path(state), json.dumps([asdict(each) for each in many], ensure_ascii=False).encode())
    else:
        _path(state).unlink(missing_ok=True)


def _path(state: Path) -> Path:
    return state / "sandbox" / _FILE
