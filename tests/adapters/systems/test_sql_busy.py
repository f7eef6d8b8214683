"""An exchange database that others work in, or that dies: the class of the error is right, nothing is lost, nothing doubled."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pyarrow as pa
import pytest
import sqlalchemy as sa

from adapters import exchange_tables
from adapters.formats import csv
from adapters.systems import sql
from hub.interface import Absent, Awaiting, Column, Heading, Layout, Part, TransientError, Unknown

LAYOUT = Layout("person", "人员", (Column("row_guid", "主键", pa.string(), "an32", required=True),), ("row_guid",), "row_guid")
HEADING = Heading("B0001", "ministry/person", "2026-11-22-02:00", "s@1", "2026-11-22 04:00:00")
FORMAT = csv.create({})
FIRST, SECOND = "a" * 32, "b" * 32


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request):
    """An empty database of each kind of server."""
    return request.getfixturevalue(f"{request.param}_url")


@contextmanager
def prepared(url):
    """The partner's side: the exchange tables and a data table that takes a row once."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.pool.NullPool)
    run(engine, "CREATE TABLE person (row_guid varchar(32) PRIMARY KEY)")
    for statement in filter(str.strip, exchange_tables.ddl(engine.dialect.name).split(";")):
        run(engine, statement)
    try:
        yield engine
    finally:
        engine.dispose()


def run(engine, *statements):
    """Execute and commit; the rows of the last one, if there are any."""
    with engine.begin() as connection:
        for statement in statements:
            result = connection.exec_driver_sql(statement)
        return [tuple(row) for row in result] if result.returns_rows else []


def opened(url, **settings):
    """The system under test."""
    return closing(sql.connect({"url": url} | settings, FORMAT))


@pytest.fixture
def part(tmp_path):
    """Two rows in the spool."""
    rows = pa.RecordBatch.from_pylist([{"row_guid": FIRST}, {"row_guid": SECOND}], schema=LAYOUT.schema())
    payload = FORMAT.encode(rows, LAYOUT, HEADING)
    path = tmp_path / "payload"
    path.write_bytes(payload)
    return Part("ab" * 32, 1, HEADING, LAYOUT, path, hashlib.sha256(payload).hexdigest(), 2, ".csv", "text/csv", "")


def until(true):
    """Wait for what another session does."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def blocked(engine, sending):
    """Whether a session of the hub waits for another one's lock."""
    assert not sending.done(), sending.exception() or sending.result()
    if engine.dialect.name == "postgresql":
        return bool(run(engine, "SELECT 1 FROM pg_locks WHERE NOT granted"))
    waiting = "t.trx_state = 'LOCK WAIT' OR p.state = 'User lock'"
    joined = "information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id"
    return bool(run(engine, f"SELECT 1 FROM {joined} WHERE p.db = database() AND ({waiting})"))


def finishes(url, engine, part):
    """Nothing of the part is there; sent again it is there once."""
    with opened(url) as system:
        assert system.ask(part) == Absent()
        assert system.deliver(part) == Awaiting()
        assert system.deliver(part) == Awaiting()
    assert run(engine, "SELECT count(*) FROM person") == [(2,)]
    assert run(engine, "SELECT count(*) FROM exchange_batch") == [(1,)]


def test_who_loses_a_deadlock_tries_again(url, part):
    """The partner holds a row that we want and wants our batch line: the server ends us, and nothing of us is there."""
    line = sa.insert(exchange_tables.BATCH).values(id=part.id, table_name="p", batch="B", sha256="x", row_count=1, standard="s")
    with prepared(url) as engine, opened(url) as system, ThreadPoolExecutor(1) as pool, engine.connect() as partner:
        if engine.dialect.name == "postgresql":
            partner.exec_driver_sql("SET deadlock_timeout = '60s'")  # we look for one sooner
        run(engine, "CREATE TABLE ballast (n integer)")  # MariaDB ends the session that has written less
        partner.exec_driver_sql("INSERT INTO ballast VALUES " + ", ".join(["(1)"] * 500))
        partner.exec_driver_sql(f"INSERT INTO person VALUES ('{SECOND}')")
        sending = pool.submit(system.deliver, part)
        until(lambda: blocked(engine, sending))
        partner.execute(line)
        assert isinstance(sending.exception(30), TransientError)
        partner.rollback()
        finishes(url, engine, part)


def test_a_row_that_the_partner_holds_is_not_waited_for_ever(url, part):
    """The lock wait or the statement runs into its limit; the next run finishes."""
    with prepared(url) as engine, engine.connect() as partner, opened(url, timeout=1) as system:
        partner.exec_driver_sql(f"INSERT INTO person VALUES ('{SECOND}')")
        with pytest.raises(TransientError):
            system.deliver(part)
        partner.rollback()
        finishes(url, engine, part)


@pytest.mark.parametrize("limit", ["innodb_lock_wait_timeout = 1", "max_statement_time = 0.5"])
def test_limits_of_the_server_are_passing_faults(mariadb_url, part, limit):
    """MariaDB gives up on a lock, or on a statement, before our own timeout."""
    with prepared(mariadb_url) as engine, engine.connect() as partner:
        partner.exec_driver_sql(f"INSERT INTO person VALUES ('{SECOND}')")
        bounded = sa.engine.make_url(mariadb_url).update_query_dict({"init_command": f"SET SESSION {limit}"})
        with opened(bounded.render_as_string(hide_password=False)) as system, pytest.raises(TransientError):
            system.deliver(part)
        partner.rollback()
        finishes(mariadb_url, engine, part)


def test_a_serialization_failure_at_the_commit_took_everything_back(postgresql_url, part):
    """A strict partner whose work crosses ours: the server says so at COMMIT, which is an answer, not a silence."""
    with prepared(postgresql_url) as engine, engine.connect() as holder, ThreadPoolExecutor(1) as pool:
        run(
            engine,
            "ALTER DATABASE "
            + sa.engine.make_url(postgresql_url).database
            + " SET default_transaction_isolation = 'serializable'",
            "CREATE TABLE control (n integer)",
            "INSERT INTO control VALUES (1)",
            "CREATE FUNCTION reads() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM n FROM control; RETURN NEW; END $$",
            "CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7);"
            " RETURN NEW; END $$",
            "CREATE TRIGGER reads BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION reads()",
            "CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON person DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION waits()",
        )
        holder.exec_driver_sql("SELECT pg_advisory_lock(7)")
        with engine.connect() as partner, opened(postgresql_url) as system:
            partner.exec_driver_sql("SELECT count(*) FROM person")
            sending = pool.submit(system.deliver, part)
            until(lambda: blocked(engine, sending))
            partner.exec_driver_sql("UPDATE control SET n = 2")
            partner.commit()
            holder.exec_driver_sql("SELECT pg_advisory_unlock(7)")
            assert isinstance(sending.exception(30), TransientError)
        run(engine, "DROP TRIGGER waits ON person")
        finishes(postgresql_url, engine, part)


HOLD = {
    "postgresql": (
        "CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END $$",
        "CREATE TRIGGER waits BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION waits()",
    ),
    "mysql": ("CREATE TRIGGER waits BEFORE INSERT ON person FOR EACH ROW SET @got = GET_LOCK('seven', 60)",),
}
LATE = (
    "CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION waits()"
)


def test_a_server_that_dies_among_the_rows_has_none_of_them(own_server, part):
    """It comes back without the part, and the next run finishes."""
    url = own_server.url.render_as_string(hide_password=False)
    with prepared(url) as engine, opened(url) as system:
        run(engine, *HOLD[engine.dialect.name])
        assert isinstance(_dies_while_waiting(own_server, engine, system, part), TransientError)
        run(engine, "DROP TRIGGER waits" + (" ON person" if engine.dialect.name == "postgresql" else ""))
        finishes(url, engine, part)


@pytest.mark.parametrize("own_server", ["postgresql"], indirect=True)
def test_a_server_that_dies_in_the_commit_is_asked(own_server, part):
    """Nobody knows whether it had committed until it is back and says."""
    url = own_server.url.render_as_string(hide_password=False)
    with prepared(url) as engine, opened(url) as system:
        run(engine, HOLD["postgresql"][0], LATE)
        assert isinstance(_dies_while_waiting(own_server, engine, system, part), Unknown)
        run(engine, "DROP TRIGGER waits ON person")
        finishes(url, engine, part)


def _dies_while_waiting(own_server, engine, system, part):
    """What comes of a delivery whose server ends while a trigger holds it; the server is back afterwards."""
    lock = {"postgresql": "SELECT pg_advisory_lock(7)", "mysql": "SELECT GET_LOCK('seven', 60)"}
    with ThreadPoolExecutor(1) as pool:
        holder = engine.connect()
        holder.exec_driver_sql(lock[engine.dialect.name])
        sending = pool.submit(system.deliver, part)
        until(lambda: blocked(engine, sending))
        own_server.crash()
        holder.invalidate()
        holder.close()
        own_server.start()
        return sending.exception(30) or sending.result()
