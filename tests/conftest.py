"""Servers for tests: takes the environment and the installed binaries, gives a fresh database or an OpenSSH server.

A server is found in this order: the environment (HUB_TEST_POSTGRESQL_URL, HUB_TEST_MARIADB_URL, naming a server on
which databases may be made), the usual port on loopback, a server of our own from installed binaries. Without any
the test is skipped, or fails when HUB_TEST_REQUIRE (``postgresql,mariadb,sshd``) names the server.
"""

import base64
import getpass
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import psycopg
import pymysql
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.engine import URL, make_url

# A shared machine is slow now and then, and a test run leaves nothing behind.
hypothesis.settings.register_profile("hub", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("hub")

START_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Sshd:
    """An OpenSSH server on loopback that knows one user and one key; SFTP sessions start in ``directory``.

    ``key`` is the private key that logs in (OpenSSH format, ed25519, no passphrase); ``fingerprint`` is ``SHA256:...`` of the
    server's host key as ``ssh-keygen -l`` prints it; ``pid`` is the listening process.
    """

    host: str
    port: int
    user: str
    key: Path
    fingerprint: str
    directory: Path
    pid: int


@pytest.fixture
def postgresql_url(postgresql_database: URL) -> Iterator[str]:
    """``postgresql://...`` of a UTF-8 database that is empty before and emptied after, sessions and all."""
    url = _text(postgresql_database)
    yield url
    with psycopg.connect(url, autocommit=True) as admin:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        admin.execute(f"SELECT pg_terminate_backend(pid) {others}")
        admin.execute(f"ALTER DATABASE {postgresql_database.database} RESET ALL")
        schemas = "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        for (schema,) in admin.execute(schemas).fetchall():
            admin.execute(f"DROP SCHEMA {schema} CASCADE")
        admin.execute("CREATE SCHEMA public")


@pytest.fixture
def mariadb_url(mariadb_server: URL) -> Iterator[str]:
    """``mysql+pymysql://...`` of an empty utf8mb4 database of this test alone; dropped afterwards."""
    name = f"hub_test_{secrets.token_hex(8)}"
    with _mariadb(mariadb_server) as admin:
        admin.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    try:
        yield _text(mariadb_server.set(database=name, query={"charset": "utf8mb4"}))
    finally:
        with _mariadb(mariadb_server) as admin:
            _end_mariadb_sessions(admin, name)
            admin.cursor().execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def sshd() -> Iterator[Sshd]:
    """A running sshd of this test alone, killed afterwards, its files removed."""
    binary = shutil.which("sshd") or "/usr/sbin/sshd"
    if not Path(binary).exists():
        _unavailable("sshd", "no sshd binary; install Debian's openssh-server")
    with _home("sshd", {}) as home:
        host, login = _ed25519(home / "host_key"), _ed25519(home / "login_key")
        (home / "authorized_keys").write_text(login + "\n")
        (home / "files").mkdir()
        port = _free_port()
        (home / "config").write_text(_SSHD_CONFIG.format(home=home, port=port))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd drops its rights: root's sshd wants it
        with _process("sshd", [binary, "-D", "-e", "-f", f"{home}/config"], home, lambda: _ssh_answers(port), {}) as pid:
            digest = hashlib.sha256(base64.b64decode(host.split()[1])).digest()
            fingerprint = "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
            yield Sshd("127.0.0.1", port, getpass.getuser(), home / "login_key", fingerprint, home / "files", pid)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy of tests/cases/small, a whole repository without a mistake, to be spoilt."""

    root: Path

    def write(self, path: str, text: str | bytes) -> None:
        """A new or other file."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)

    def edit(self, path: str, old: str, new: str) -> None:
        """``old``, which must stand there once, becomes ``new``."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        self.write(path, text.replace(old, new))

    def find(self, path: str, words: str) -> str:
        """``path:line:column`` of the first place where ``words`` stand."""
        before, found, _ = (self.root / path).read_text(encoding="utf-8").partition(words)
        assert found, f"{words!r} does not stand in {path}"
        return f"{path}:{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A small repository of its own on disk: one standard, two tables, a source, a partner, a schedule, two mappings."""
    return Checkout(Path(shutil.copytree(Path(__file__).parent / "cases" / "small", tmp_path / "checkout")))


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: URL) -> Iterator[URL]:
    """One database for this process: making and dropping one costs seconds on a busy disk, emptying it does not."""
    name = f"hub_test_{secrets.token_hex(8)}"
    with psycopg.connect(_text(postgresql_server.set(database="postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield postgresql_server.set(database=name)
        finally:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A PostgreSQL server: ask for ``postgresql_url`` instead."""
    found = _running("postgresql", "postgresql://postgres@127.0.0.1:5432", _postgresql_answers)
    if found:
        yield found
        return
    with _own_postgresql() as own:
        yield own.url


@dataclass(slots=True)
class Own:
    """A database server of one test: ``crash`` ends it at once, as a power cut would, ``start`` makes it answer again."""

    url: URL
    crash: Callable[[], None]
    start: Callable[[], None]


@pytest.fixture(params=["postgresql", "mariadb"])
def own_server(request: pytest.FixtureRequest) -> Iterator[Own]:
    """A server of each kind that may be crashed, with an empty database ``partner``."""
    with (_own_postgresql if request.param == "postgresql" else _own_mariadb)() as own:
        if request.param == "postgresql":
            with psycopg.connect(_text(own.url.set(database="postgres")), autocommit=True) as admin:
                admin.execute("CREATE DATABASE partner")
        else:
            with _mariadb(own.url) as admin:
                admin.cursor().execute("CREATE DATABASE partner CHARACTER SET utf8mb4")
        own.url = own.url.set(database="partner")
        yield own


@contextmanager
def _own_postgresql() -> Iterator[Own]:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    binary = str(binaries[-1]) if binaries else shutil.which("postgres")
    if not binary:
        _unavailable("postgresql", "none answers on 127.0.0.1:5432 and no binaries; install Debian's postgresql")
    account = _account("postgres")
    with _home("postgresql", account) as home:
        initdb = [str(Path(binary).with_name("initdb")), f"{home}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=home, **account)
        url = make_url(f"postgresql://postgres@127.0.0.1:{_free_port()}")
        arguments = [binary, "-D", f"{home}/data", f"--port={url.port}", "--listen-addresses=127.0.0.1"]
        arguments += [f"--unix-socket-directories={home}", "--fsync=off", "--max-connections=200"]
        with _restartable("postgresql", arguments, home, lambda: _postgresql_answers(url), account, signal.SIGQUIT) as control:
            yield Own(url, *control)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[URL]:
    """A MariaDB server: ask for ``mariadb_url`` instead."""
    found = _running("mariadb", "mysql+pymysql://root@127.0.0.1:3306", _mariadb_answers)
    if found:
        yield found
        return
    with _own_mariadb() as own:
        yield own.url


@contextmanager
def _own_mariadb() -> Iterator[Own]:
    binary = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    if not Path(binary).exists() or not shutil.which("mariadb-install-db"):
        _unavailable("mariadb", "none answers on 127.0.0.1:3306 and no binaries; install Debian's mariadb-server")
    account = _account("mysql")
    with _home("mariadb", account) as home:
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={home}/data", "--skip-test-db"]
        install += ["--auth-root-authentication-method=normal"]
        subprocess.run(install, check=True, capture_output=True, cwd=home, **account)
        url = make_url(f"mysql+pymysql://root@127.0.0.1:{_free_port()}")
        arguments = [binary, "--no-defaults", f"--datadir={home}/data", f"--socket={home}/socket", f"--pid-file={home}/pid"]
        arguments += [f"--port={url.port}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
        with _restartable("mariadb", arguments, home, lambda: _mariadb_answers(url), account, signal.SIGKILL) as control:
            yield Own(url, *control)


_SSHD_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host_key
AuthorizedKeysFile {home}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp -d {home}/files
"""


def _running(name: str, usual: str, answers: Callable[[URL], bool]) -> URL | None:
    """The server that the environment names (which must then answer), or the one on the usual port."""
    variable = f"HUB_TEST_{name.upper()}_URL"
    given = os.environ.get(variable)
    url = make_url(given or usual)
    if answers(url):
        return url
    if given:
        _unavailable(name, f"{variable} names {url.host}:{url.port}, where no login succeeds")
    return None


def _unavailable(name: str, reason: str) -> NoReturn:
    if name in os.environ.get("HUB_TEST_REQUIRE", "").split(","):
        pytest.fail(f"HUB_TEST_REQUIRE names {name}, but: {reason}", pytrace=False)
    pytest.skip(f"{name}: {reason}")


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _postgresql_answers(url: URL) -> bool:
    try:
        psycopg.connect(_text(url.set(database="postgres")), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _mariadb(url: URL) -> Any:
    server = {"host": url.host or "127.0.0.1", "port": url.port or 3306, "user": url.username, "password": url.password or ""}
    return pymysql.connect(**server, connect_timeout=5, autocommit=True)


def _mariadb_answers(url: URL) -> bool:
    try:
        _mariadb(url).close()
    except pymysql.err.OperationalError:
        return False
    return True


def _end_mariadb_sessions(admin: Any, database: str) -> None:
    """DROP DATABASE waits for ever on a metadata lock of a session that a failed test left open."""
    cursor = admin.cursor()
    cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s", (database,))
    for (session,) in cursor.fetchall():
        try:
            cursor.execute(f"KILL {session}")
        except pymysql.err.OperationalError:  # it ended by itself
            continue


def _ssh_answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _account(name: str) -> dict[str, Any]:
    """Database servers refuse to run as root: the subprocess arguments that lend them an unprivileged account."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    owner = known.get(name) or known["nobody"]
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


@contextmanager
def _home(name: str, account: dict[str, Any]) -> Iterator[Path]:
    """A short path of its own: pytest's temporary folders are closed to other accounts and too long for sockets."""
    home = Path(tempfile.mkdtemp(prefix=f"hub-test-{name}-"))
    if account:
        shutil.chown(home, account["user"])
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _process(name: str, arguments: list[str], home: Path, answers: Callable[[], bool], account: dict[str, Any]) -> Iterator[int]:
    """A server process that answers; on leaving, it is gone."""
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output, cwd=home, start_new_session=True, **account)
    try:
        end = time.monotonic() + START_SECONDS
        while not answers():
            if process.poll() is not None or time.monotonic() > end:
                _unavailable(name, f"our own server does not start: {log.read_text(errors='replace')[-600:]}")
            time.sleep(0.02)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _restartable(
    name: str, arguments: list[str], home: Path, answers: Callable[[], bool], account: dict[str, Any], crash: signal.Signals
) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """A process that can be crashed and started again. PostgreSQL's SIGQUIT takes its sessions along, SIGKILL does not."""
    with ExitStack() as running:

        def start() -> None:
            pids.append(running.enter_context(_process(name, arguments, home, answers, account)))

        def crashed() -> None:
            os.kill(pids[-1], crash)
            running.close()

        pids: list[int] = []
        start()
        yield crashed, start


def _ed25519(path: Path) -> str:
    """Write a new private key; the public key as one line."""
    key = Ed25519PrivateKey.generate()
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    )
    return key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
