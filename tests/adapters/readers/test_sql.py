"""The database reader against real servers: one view, text only, bounded memory, errors by class."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
import sqlalchemy as sa

from adapters.readers import sql
from hub.interface import ConfigurationError, DataError, PermanentError, TransientError

TYPED = {
    "integer": ("bigint", 42, "42"),
    "decimal(17,2)": ("decimal(17,2)", "-12.50", "-12.50"),
    "date": ("date", "2024-02-29", "2024-02-29"),
    "boolean": ("boolean", True, None),
    "text": ("varchar(40)", "𠮷\u3000'\"\\%s :x\n", "𠮷\u3000'\"\\%s :x\n"),
}


ROADS = ["sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg", "mysql"]


@pytest.fixture(params=ROADS)
def url(request, tmp_path):
    """A database of each road: ADBC and SQLAlchemy."""
    if request.param.startswith("sqlite"):
        path = tmp_path / "a b#%.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        return sa.engine.URL.create(request.param, database=str(path)).render_as_string()
    server = request.getfixturevalue("mariadb_url" if request.param == "mysql" else "postgresql_url")
    return server.replace("postgresql:", f"{request.param}:")


@pytest.fixture
def reader(url):
    """A reader of that database."""
    with closing(sql.connect({"url": url})) as reader:
        yield reader


@pytest.fixture
def database(url):
    """A writer beside the reader."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


def run(engine, statement, *values):
    """Execute and commit."""
    with engine.connect() as connection:
        connection.execute(sa.text(statement), *values)


def rows(reader, statement, columns, size=1000):
    """All rows of a statement as tuples."""
    with reader.snapshot() as snapshot:
        batches = list(snapshot.batches(statement, columns, size))
    assert all(batch.schema == pa.schema([(name, pa.string()) for name in columns]) for batch in batches)
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


def test_every_type_arrives_as_canonical_text(reader, database):
    """Integers, decimals, dates, booleans and rare characters come as text, NULL as null."""
    columns = ", ".join(f"c{number} {line[0]}" for number, line in enumerate(TYPED.values()))
    run(database, f"CREATE TABLE t ({columns})")
    run(
        database,
        "INSERT INTO t VALUES (:a, :b, :c, :d, :e)",
        dict(zip("abcde", (line[1] for line in TYPED.values()), strict=True)),
    )
    run(database, "INSERT INTO t VALUES (NULL, NULL, NULL, NULL, NULL)")
    texts = [reader.text(f"t.c{number}", type) for number, type in enumerate(TYPED)]
    found = rows(reader, f"SELECT {', '.join(texts)} FROM t ORDER BY c0 IS NULL", list("abcde"))
    assert found[1] == (None,) * 5
    for value, (_, _, text) in zip(found[0], TYPED.values(), strict=True):
        if reader.dialect == "sqlite" and text == "-12.50":
            text = "-12.5"  # SQLite keeps a decimal as a float or an integer
        assert value == text if text else value in ("true", "1")


@pytest.mark.parametrize("url", ["postgresql", "postgresql+psycopg", "mysql"], indirect=True)
def test_timestamps_keep_their_microseconds_and_lose_their_zone(reader, database):
    """A timestamp is written as local time with a point and up to six digits."""
    type = "datetime(6)" if reader.dialect == "mysql" else "timestamptz"
    run(database, f"CREATE TABLE t (c {type})")
    run(database, "INSERT INTO t VALUES ('2024-01-15 09:30:00.123456')")
    assert rows(reader, f"SELECT {reader.text('c', 'timestamp')} FROM t", ["c"]) == [("2024-01-15 09:30:00.123456",)]


@pytest.mark.parametrize("url", ["mysql"], indirect=True)
def test_a_bit_reads_as_digit(reader, database):
    """MySQL's BIT and TINYINT(1) are 1 and 0, not bytes."""
    run(database, "CREATE TABLE t (b bit(1), t tinyint(1))")
    run(database, "INSERT INTO t VALUES (b'1', 0), (b'0', 17)")
    found = rows(reader, f"SELECT {reader.text('b', 'boolean')}, {reader.text('t', 'boolean')} FROM t", ["b", "t"])
    assert found == [("1", "0"), ("0", "17")]


@pytest.mark.parametrize("url", ["mysql"], indirect=True)
def test_zero_dates_are_text_not_a_crash(reader, database):
    """MariaDB's 0000-00-00 arrives as it stands, for the kernel to refuse that row."""
    with database.connect() as connection:
        connection.exec_driver_sql("SET sql_mode = ''")
        connection.exec_driver_sql("CREATE TABLE t (d date)")
        connection.exec_driver_sql("INSERT INTO t VALUES ('0000-00-00')")
    assert rows(reader, f"SELECT {reader.text('d', 'date')} FROM t", ["d"]) == [("0000-00-00",)]


def test_counts_and_rows_agree_while_others_write(reader, database):
    """What is committed after the first read of a snapshot is not in it, and is in the next."""
    run(database, "CREATE TABLE t (a varchar(10))")
    run(database, "INSERT INTO t VALUES ('1')")
    with reader.snapshot() as snapshot:
        assert snapshot.scalar("SELECT count(*) FROM t") == "1"
        run(database, "INSERT INTO t VALUES ('2')")
        assert [batch.num_rows for batch in snapshot.batches("SELECT a FROM t", ["a"], 10)] == [1]
        assert snapshot.scalar("SELECT count(*) FROM t") == "1"
    with reader.snapshot() as snapshot:
        assert snapshot.scalar("SELECT count(*) FROM t") == "2"


def test_a_snapshot_cannot_write(reader, database):
    """A business system is never changed by reading it."""
    run(database, "CREATE TABLE t (a varchar(10))")
    with reader.snapshot() as snapshot, pytest.raises((PermanentError, TransientError, ConfigurationError)):
        snapshot.scalar("INSERT INTO t VALUES ('1')")
    assert rows(reader, "SELECT a FROM t", ["a"]) == []


def test_batches_hold_at_most_the_asked_rows(reader, database):
    """Nothing is lost between batches, and they are not so small that each costs more than its rows."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 950)"
    statement = f"SELECT * FROM ({numbers} SELECT {reader.text('i', 'integer')} AS i FROM n) q"
    with reader.snapshot() as snapshot:
        batches = list(snapshot.batches(statement, ["i"], 100))
    sizes = [batch.num_rows for batch in batches]
    assert max(sizes) <= 100
    assert min(sizes[:-1]) > 50
    assert [int(value) for batch in batches for value in batch["i"].to_pylist()] == list(range(1, 951))


def test_late_text_in_a_column_of_nulls_is_read(reader, database):
    """The type of a column is declared, never guessed from its first rows."""
    run(database, "CREATE TABLE t (a integer, b varchar(10))")
    with database.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (:a, NULL)"), [{"a": number} for number in range(300)])
    run(database, "INSERT INTO t VALUES (9999, 'late')")
    found = rows(reader, f"SELECT {reader.text('b', 'text')} FROM t", ["b"], 100)
    assert len(found) == 301
    assert {row[0] for row in found} == {None, "late"}


def test_an_empty_result_is_no_batch(reader, database):
    """No rows, no batch, no error."""
    run(database, "CREATE TABLE t (a varchar(10))")
    assert rows(reader, "SELECT a FROM t", ["a"]) == []
    with reader.snapshot() as snapshot:
        assert snapshot.scalar("SELECT max(a) FROM t") is None
        assert snapshot.scalar("SELECT a FROM t") is None


def test_an_abandoned_iterator_leaves_the_snapshot_usable(reader, database):
    """A limit that stops reading early does not hang, and the snapshot closes."""
    run(database, "CREATE TABLE t (a varchar(10))")
    with database.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (:a)"), [{"a": str(number)} for number in range(500)])
    with reader.snapshot() as snapshot:
        batches = snapshot.batches("SELECT a FROM t", ["a"], 100)
        next(batches)
        batches.close()
        assert snapshot.scalar("SELECT count(*) FROM t") == "500"
        next(snapshot.batches("SELECT a FROM t", ["a"], 100))


def test_columns_are_the_live_schema(reader, database):
    """Tables and views with the types as the database spells them."""
    run(database, "CREATE TABLE t_ry (xm varchar(50), je decimal(17,2), csrq date)")
    run(database, "CREATE VIEW v_ry AS SELECT xm FROM t_ry")
    found = reader.columns()
    assert list(found["t_ry"]) == ["xm", "je", "csrq"]
    assert found["t_ry"]["xm"].startswith("VARCHAR(50)")
    assert found["t_ry"]["je"].startswith(("DECIMAL(17, 2)", "NUMERIC(17, 2)"))
    assert list(found["v_ry"]) == ["xm"]


@pytest.mark.parametrize("statement", ["SELECT nope FROM t", "SELECT a FROM nope"])
def test_a_missing_name_is_named(reader, database, statement):
    """The error says which column or table the source lacks, and not the statement."""
    run(database, "CREATE TABLE t (a varchar(10))")
    with reader.snapshot() as snapshot, pytest.raises(ConfigurationError, match="nope") as caught:
        list(snapshot.batches(statement, ["a"], 10))
    assert "SELECT" not in str(caught.value).upper().replace("IN 'SELECT'", "")
    with reader.snapshot() as snapshot, pytest.raises(ConfigurationError, match="nope"):
        snapshot.scalar(statement)


def test_wrong_number_of_columns_is_a_mistake_of_the_statement(reader, database):
    """Declared columns and selected columns must be as many."""
    run(database, "CREATE TABLE t (a varchar(10), b varchar(10))")
    run(database, "INSERT INTO t VALUES ('1', '2')")
    with reader.snapshot() as snapshot, pytest.raises(ConfigurationError):
        list(snapshot.batches("SELECT a, b FROM t", ["a"], 10))


def test_a_value_that_breaks_the_query_is_not_repeated(postgresql_url):
    """A cast that fails in the middle of a result names no value; the connection is not blamed."""
    secret = "110105194912310021"
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE TABLE t AS SELECT i::text AS a FROM generate_series(1, 100000) i")
        connection.execute("UPDATE t SET a = %s WHERE a = '90000'", (secret + "X",))
    for road in ("postgresql", "postgresql+psycopg"):
        reader = sql.connect({"url": postgresql_url.replace("postgresql", road)})
        with closing(reader), reader.snapshot() as snapshot, pytest.raises(DataError) as caught:
            list(snapshot.batches("SELECT CAST(CAST(a AS bigint) AS text) FROM t", ["a"], 10000))
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_killed_session_is_transient(postgresql_url):
    """When the server drops the connection in the middle of a result, trying again is right."""
    with closing(sql.connect({"url": postgresql_url})) as reader, reader.snapshot() as snapshot:
        session = snapshot.scalar("SELECT pg_backend_pid()::text")
        batches = snapshot.batches("SELECT repeat('x', 1000) FROM generate_series(1, 300000)", ["a"], 1000)
        next(batches)
        with psycopg.connect(postgresql_url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", (int(session),))
        with pytest.raises(TransientError):
            list(batches)


def test_text_that_is_not_utf8_is_a_data_error(tmp_path):
    """SQLite stores GBK bytes as text without a word; the reader does not pass them on."""
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("CREATE TABLE t (a TEXT)")
        connection.execute("INSERT INTO t VALUES (CAST(? AS TEXT))", ("张三".encode("gbk"),))
        connection.commit()
    reader = sql.connect({"url": f"sqlite:///{tmp_path}/x.db"})
    with closing(reader), reader.snapshot() as snapshot, pytest.raises(DataError, match="UTF-8"):
        list(snapshot.batches("SELECT CAST(a AS TEXT) FROM t", ["a"], 10))


@pytest.mark.parametrize("drivername", ["postgresql", "postgresql+psycopg", "mysql"])
def test_a_server_that_is_down_is_transient(drivername):
    """Nothing listens: try again later; the password is not in the message."""
    with closing(sql.connect({"url": f"{drivername}://hub:s3cret@127.0.0.1:1/x"})) as reader:
        for attempt in (reader.columns, lambda: reader.snapshot().__enter__()):
            with pytest.raises(TransientError, match=r"127\.0\.0\.1:1") as caught:
                attempt()
            assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_a_refused_login_is_not_tried_again(server, request):
    """An unknown account or a wrong password stops, without the password in the message."""
    address = sa.engine.make_url(request.getfixturevalue(server)).set(username="hub_nobody", password="s3cret")
    with closing(sql.connect({"url": address.render_as_string(hide_password=False)})) as reader:
        for attempt in (reader.columns, lambda: reader.snapshot().__enter__()):
            with pytest.raises((PermanentError, ConfigurationError)) as caught:
                attempt()
            assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_an_unknown_database_is_a_setting_to_mend(server, request):
    """The message names the database that is not there."""
    address = sa.engine.make_url(request.getfixturevalue(server)).set(database="hub_test_nowhere")
    with closing(sql.connect({"url": address.render_as_string(hide_password=False)})) as reader:
        for attempt in (reader.columns, lambda: reader.snapshot().__enter__()):
            with pytest.raises(ConfigurationError, match="hub_test_nowhere"):
                attempt()


@pytest.mark.parametrize("url", ["no url", "sqlite:////nowhere/at/all.db", "nosuch://x/y", "nosuch+driver://u:s3cret@h/d"])
def test_a_wrong_url_is_a_setting_to_mend(url):
    """Garbage, a missing file, a dialect that is not installed: edit the setting; the password stays out of the message."""
    with pytest.raises(ConfigurationError) as caught, closing(sql.connect({"url": url})) as reader, reader.snapshot() as view:
        view.scalar("SELECT 1")
    assert "s3cret" not in str(caught.value)


def test_a_session_reads_its_own_schema_and_time_zone(postgresql_url):
    """``schema`` and ``timezone`` hold for the snapshot's statements."""
    with psycopg.connect(postgresql_url) as connection:
        connection.execute('CREATE SCHEMA "a ""b"')
        connection.execute('CREATE TABLE "a ""b".t AS SELECT timestamptz \'2024-01-01 00:00:00+00\' AS c')
    for road in ("postgresql", "postgresql+psycopg"):
        settings = {"url": postgresql_url.replace("postgresql", road), "schema": 'a "b', "timezone": "Asia/Shanghai"}
        with closing(sql.connect(settings)) as reader:
            assert list(reader.columns()) == ["t"]
            assert rows(reader, f"SELECT {reader.text('c', 'timestamp')} FROM t", ["c"]) == [("2024-01-01 08:00:00",)]


def test_a_zone_for_a_database_without_zones_is_refused(tmp_path):
    """SQLite has no session time zone: the setting would promise what nobody keeps."""
    with (
        pytest.raises(ConfigurationError, match="timezone"),
        closing(sql.connect({"url": f"sqlite:///{tmp_path}/x.db", "timezone": "Asia/Shanghai"})) as reader,
    ):
        reader.snapshot()


MEMORY = """
import re, sys
from contextlib import closing
from pathlib import Path
from adapters.readers import sql

def peak():  # of this program alone: getrusage's maximum is inherited from the process that started it
    return int(re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1]) // 1024

with closing(sql.connect({"url": sys.argv[1]})) as reader:
    with reader.snapshot() as snapshot:
        snapshot.scalar("SELECT 1")
        before = peak()
        count = sum(batch.num_rows for batch in snapshot.batches(sys.argv[2], ["a", "b", "c"], 5000))
print(count, peak() - before)
"""


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_memory_does_not_grow_with_the_rows(server, request):
    """200,000 rows of 600 bytes (120 MB) are read within 60 MiB."""
    address = request.getfixturevalue(server)
    series = "generate_series(1, 200000)" if "postgresql" in address else "seq_1_to_200000"
    statement = f"SELECT repeat('a', 200), repeat('b', 200), repeat('c', 200) FROM {series}"
    environment = os.environ | {"PYTHONPATH": str(Path(sql.__file__).parents[2])}
    command = [sys.executable, "-c", MEMORY, address, statement]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    count, grown = map(int, done.stdout.split())
    assert count == 200_000
    assert grown < 60


ODD = {
    "postgresql": {
        "timestamptz": ("infinity", "-infinity", "0001-01-01 00:00:00+08 BC", "0001-01-01 00:00:00", "294276-12-31 00:00:00"),
        "date": ("infinity", "0001-01-01", "0044-03-15 BC", "5874897-12-31"),
        "time": ("24:00:00",),
    },
    "mysql": {
        "datetime": ("0000-00-00 00:00:00", "2024-00-00 00:00:00", "9999-12-31 23:59:59"),
        "timestamp NULL": ("0000-00-00 00:00:00", "1970-01-02 00:00:00"),
        "time": ("838:59:59", "24:00:00"),
    },
    "sqlite": {"date": ("2024-1-5", "infinity", "24:00:00", "")},
}


def test_odd_times_stop_no_row_beside_them(reader, database):
    """Whatever a database holds for a time arrives as text, the good row too: a row is refused later, never the window."""
    for number, (type, values) in enumerate(ODD[reader.dialect].items()):
        with database.connect() as connection:
            if reader.dialect == "mysql":
                connection.exec_driver_sql("SET sql_mode = ''")
            connection.exec_driver_sql(f"CREATE TABLE t{number} (n integer, c {type})")
            for n, value in enumerate((*values, "10:30:00" if type == "time" else "2024-02-29")):
                connection.execute(sa.text(f"INSERT INTO t{number} VALUES (:n, :value)"), {"n": n, "value": value})
        declared = {"date": "date", "time": "text"}.get(type, "timestamp")
        found = rows(reader, f"SELECT {reader.text('c', declared)} FROM t{number} ORDER BY n", ["c"])
        assert len(found) == len(values) + 1
        assert (found[-1][0] or "")[:10] in ("2024-02-29", "10:30:00")
