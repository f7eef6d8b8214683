"""`hub sandbox up --database` as it is typed: a rehearsal on real servers from the first line to the last."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

import hub
from hub.cli.demo import _fresh
from hub.cli.main import main
from hub.sandbox.databases import made, make, wanted
from hub.sandbox.rehearsal import end
from hub.sandbox.server import down

ROOT = Path(hub.__file__).parents[1]
Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder; what runs in it is ended, what it made on servers is dropped."""
    monkeypatch.setenv("HUB_ROOT", str(ROOT))
    monkeypatch.setenv("HUB_STATE", str(tmp_path / "state"))
    yield tmp_path / "state"
    down(tmp_path / "state")
    end(tmp_path / "state")


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Type:
    """Runs `hub ...`; exit code, text, error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run


def address(server: URL) -> str:
    """As it is typed."""
    return server.render_as_string(hide_password=False)


def rows(url: str, table: str) -> int:
    """How many rows a table has."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@pytest.mark.slow
def test_a_rehearsal_on_two_servers(state: Path, typed: Type, postgresql_server: URL, mariadb_server: URL) -> None:
    """Business systems on PostgreSQL, the ministry's front-end database on MariaDB: filled, told, read from, delivered to.

    A later start goes on there without being told; `down --drop` removes both, and a file takes their place afterwards.
    """
    places = "--database", f"sources={address(postgresql_server)}", "--database", f"front={address(mariadb_server)}"
    code, out, _ = typed("sandbox", "up", "--partner", "ministry", "--people", "40", *places)
    assert code == 0
    urls = {each.what: each.url for each in made(state)}
    assert all(str(make_url(url).database) in out for url in urls.values())
    code, out, _ = typed("run", "ministry/marriage_office", "ministry/funeral_institution")
    assert (code, out.count(" closed ")) == (0, 2)
    assert 0 < rows(urls["ministry"], "marriage_office") <= rows(urls["sources"], "hy_jg")
    assert typed("sandbox", "down")[0] == 0
    assert typed("sandbox", "up", "--partner", "ministry")[0] == 0
    assert {each.what: each.url for each in made(state)} == urls
    code, out, _ = typed("sandbox", "down", "--drop")
    assert (code, out.count("dropped ")) == (0, 2)
    assert not (state / "sandbox" / "truth.json").exists()
    assert typed("sandbox", "down", "--drop")[1].splitlines()[-1] == "It has no database on a server."


def test_the_demo_leaves_no_database_behind(state: Path, postgresql_server: URL) -> None:
    """It begins with an empty state folder: what a rehearsal made on a server goes before its name is forgotten."""
    make(state, wanted([f"sources={address(postgresql_server)}"], []))
    (mine,) = made(state)
    (state / "sandbox" / "rehearsal.json").write_text("{}")
    _fresh(state)
    assert list(state.iterdir()) == []
    admin = postgresql_server.set(drivername="postgresql+psycopg", database="postgres")
    with create_engine(admin, poolclass=NullPool).connect() as connection:
        query = text("SELECT count(*) FROM pg_database WHERE datname = :name")
        assert connection.scalar(query, {"name": make_url(mine.url).database}) == 0


def test_a_rehearsal_on_files_does_not_move(state: Path, typed: Type) -> None:
    """The business systems are there: the cure is another state folder. No server is asked."""
    (state / "sandbox").mkdir(parents=True)
    (state / "sandbox" / "truth.json").touch()
    code, _, error = typed("sandbox", "up", "--database", "sources=postgresql://nobody@127.0.0.1:1")
    assert code == 2
    assert "HUB_STATE=" in error


@pytest.mark.parametrize(
    ("where", "code", "cure"),
    [
        ("postgresql://root:geheim@127.0.0.1:1", 4, "does not answer"),
        ("mysql+pymysql://root:geheim@127.0.0.1:1", 4, "does not answer"),
        ("ftp://root:geheim@127.0.0.1", 2, "wants the address of a server"),
    ],
)
def test_a_wrong_address_says_what_to_do(where: str, code: int, cure: str, state: Path, typed: Type) -> None:
    """The exit code of the reason, no password, and nothing was started or remembered."""
    ended, out, error = typed("sandbox", "up", "--database", where)
    assert (ended, out) == (code, "")
    assert cure in error
    assert "geheim" not in error
    assert made(state) == ()
    assert not (state / "sandbox" / "rehearsal.json").exists()
