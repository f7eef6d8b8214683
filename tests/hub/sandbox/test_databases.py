"""Databases of a rehearsal on real servers: made with names of their own, remembered, dropped; and no other is touched."""

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from hub.interface import ConfigurationError, PermanentError, TransientError
from hub.sandbox import databases
from hub.sandbox.databases import PREFIX, drop, made, make, wanted

Ask = Callable[[str], list[str]]


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> URL:
    """The address of a server on which databases may be made."""
    found: URL = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture
def state(tmp_path: Path, server: URL) -> Iterator[Path]:
    """A state folder; what was made from it is gone afterwards."""
    yield tmp_path / "state"
    drop(tmp_path / "state")


@pytest.fixture
def ask(server: URL) -> Ask:
    """``ask(sql)``: the first column of what an administrator of the server is answered."""
    postgresql = server.get_backend_name() == "postgresql"
    url = server.set(drivername="postgresql+psycopg", database="postgres") if postgresql else server
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def answer(sql: str) -> list[str]:
        with engine.connect() as connection:
            result = connection.execute(text(sql))
            return [str(row[0]) for row in result] if result.returns_rows else []

    return answer


@pytest.fixture
def there(ask: Ask, server: URL) -> Callable[[], set[str]]:
    """The names of the server's databases."""
    postgresql = server.get_backend_name() == "postgresql"
    query = "SELECT datname FROM pg_database" if postgresql else "SELECT schema_name FROM information_schema.schemata"
    return lambda: set(ask(query))


def words(server: URL) -> str:
    """An address as it is typed."""
    return server.render_as_string(hide_password=False)


def names(state: Path) -> set[str]:
    """What the state folder remembers."""
    return {str(make_url(each.url).database) for each in made(state)}


def test_databases_are_made_remembered_and_dropped(state: Path, server: URL, there: Callable[[], set[str]]) -> None:
    """One for the business systems, one for a partner; the file that remembers them is for the hub's account alone."""
    assert make(state, wanted([words(server)], ["ministry"])) == {"sources", "ministry"}
    mine = names(state)
    assert sorted(name.rpartition("_")[2] for name in mine) == ["ministry", "sources"]
    assert all(name.startswith(PREFIX) for name in mine)
    assert mine <= there()
    assert (state / "sandbox" / "databases.json").stat().st_mode & 0o777 == 0o600
    assert {each.what for each in drop(state)} == {"sources", "ministry"}
    assert not mine & there()
    assert (made(state), drop(state)) == ((), [])


def test_a_database_of_somebody_else_stays(state: Path, server: URL, ask: Ask, there: Callable[[], set[str]]) -> None:
    """Also one with our prefix, made from another state folder or by hand."""
    other = f"{PREFIX}{secrets.token_hex(4)}_sources"
    ask(f"CREATE DATABASE {other}")
    try:
        make(state, wanted([words(server)], ["ministry"]))
        drop(state)
        assert other in there()
    finally:
        ask(f"DROP DATABASE {other}")


def test_what_is_there_is_used_again(state: Path, server: URL, there: Callable[[], set[str]]) -> None:
    """The second start makes nothing; what a kill kept from being made, or somebody dropped, is made under its old name."""
    servers = wanted([words(server)], ["ministry"])
    make(state, servers)
    mine = names(state)
    assert make(state, servers) == make(state, {}) == set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, "_remember", lambda *_: None)
        drop(state)
    assert names(state) == mine
    assert make(state, {}) == {"sources", "ministry"}
    assert (names(state), mine <= there()) == (mine, True)


def test_an_open_session_does_not_keep_a_database(state: Path, server: URL, there: Callable[[], set[str]]) -> None:
    """A program that was left running loses its connection."""
    make(state, wanted([f"sources={words(server)}"], []))
    (mine,) = made(state)
    engine = create_engine(mine.url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    session = engine.connect()
    session.execute(text("SELECT * FROM t")).all()
    drop(state)
    assert str(make_url(mine.url).database) not in there()
    session.invalidate()
    session.close()


def test_another_server_is_refused(state: Path, server: URL) -> None:
    """The rehearsal stays where it is until it is dropped."""
    make(state, wanted([f"sources={words(server)}"], []))
    with pytest.raises(ConfigurationError, match="hub sandbox down --drop"):
        make(state, {"sources": server.set(host="elsewhere.example")})


def test_a_login_without_the_right_is_told_which(tmp_path: Path, server: URL, ask: Ask) -> None:
    """The message names the grant that is missing; nothing is remembered."""
    login = f"hub_test_{secrets.token_hex(4)}"
    postgresql = server.get_backend_name() == "postgresql"
    ask(f"CREATE ROLE {login} LOGIN" if postgresql else f"CREATE USER '{login}'@'%'")
    try:
        with pytest.raises(ConfigurationError, match=f"may not make databases.*{'CREATEDB' if postgresql else 'GRANT'}"):
            make(tmp_path, wanted([words(server.set(username=login, password=None))], ["ministry"]))
    finally:
        ask(f"DROP ROLE {login}" if postgresql else f"DROP USER '{login}'@'%'")
    assert made(tmp_path) == ()


def test_a_login_that_is_unknown_is_refused_without_its_password(tmp_path: Path, server: URL) -> None:
    """What the server says of it is told, the password is not."""
    with pytest.raises(ConfigurationError, match="refuses the login") as raised:
        make(tmp_path, wanted([words(server.set(username="nobody_here", password="geheim"))], ["ministry"]))
    assert "geheim" not in str(raised.value)
    assert made(tmp_path) == ()


@pytest.mark.parametrize("address", ["postgresql://postgres:geheim@127.0.0.1:1", "mysql+pymysql://root:geheim@127.0.0.1:1"])
def test_nobody_at_the_address(address: str, tmp_path: Path) -> None:
    """It may come back: try again later."""
    with pytest.raises(TransientError, match="does not answer") as raised:
        make(tmp_path, wanted([address], ["ministry"]))
    assert "geheim" not in str(raised.value)
    assert made(tmp_path) == ()


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        (["nowhere"], "address of a server"),
        (["sqlite:////tmp/a.db"], "address of a server"),
        (["oracle://a@b"], "address of a server"),
        (["partners=postgresql://a@b"], "neither 'sources=' nor 'front='"),
        (["postgresql://a@b", "mysql+pymysql://a@b"], "two addresses"),
        (["sources=postgresql://a@b", "sources=postgresql://a@b"], "two addresses"),
    ],
)
def test_words_that_are_no_address_are_told(typed: list[str], cure: str) -> None:
    """What may be written instead."""
    with pytest.raises(ConfigurationError, match=cure):
        wanted(typed, ["ministry"])


def test_each_part_may_have_a_server_of_its_own() -> None:
    """Business systems on one kind of database, the ministry's on another; the drivers are those that are installed."""
    found = wanted(["sources=mariadb://a@b:3306/x", "front=postgresql+psycopg://c@d/e"], ["ministry"])
    assert {what: url.drivername for what, url in found.items()} == {"sources": "mysql+pymysql", "ministry": "postgresql"}
    assert found["sources"].query == {"charset": "utf8mb4"}
    assert set(wanted(["front=postgresql://c@d"], ["ministry", "city"])) == {"ministry", "city"}
    with pytest.raises(ConfigurationError, match="no partner"):
        wanted(["front=postgresql://c@d"], [])


def test_a_file_that_names_other_databases_is_not_believed(tmp_path: Path, postgresql_server: URL) -> None:
    """Somebody wrote a name into it that this hub does not draw: nothing is dropped."""
    (tmp_path / "sandbox").mkdir()
    entry = {"what": "sources", "url": "postgresql://postgres@127.0.0.1/postgres", "server": words(postgresql_server)}
    (tmp_path / "sandbox" / "databases.json").write_text(json.dumps([entry]))
    with pytest.raises(PermanentError, match="has not made"):
        drop(tmp_path)
