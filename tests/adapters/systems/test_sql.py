"""The exchange database on PostgreSQL, MariaDB and SQLite: one transaction, one effect, receipts, and what does not fit."""

import hashlib
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
import sqlalchemy as sa

from adapters import exchange_tables
from adapters.formats import csv, ndjson
from adapters.systems import sql
from hub.interface import (
    Absent,
    Awaiting,
    Column,
    ConfigurationError,
    Confirmed,
    DataError,
    Heading,
    Layout,
    Part,
    PermanentError,
    Rejected,
    RowFault,
    TransientError,
    Unknown,
)

LAYOUT = Layout(
    "person",
    "人员",
    (
        Column("row_guid", "主键", pa.string(), "an32", required=True),
        Column("xm", "姓名", pa.string(), "c..50"),
        Column("csrq", "出生日期", pa.string(), "d8"),
        Column("gxsj", "更新时间", pa.string(), "t14"),
        Column("rs", "人数", pa.int64(), "n..9"),
        Column("je", "金额", pa.decimal128(17, 2), "n..17,2"),
    ),
    ("row_guid",),
    "row_guid",
)
ROWS = [
    {
        "row_guid": "a" * 32,
        "xm": '𠮷　"甲",\n乙',
        "csrq": "20240229",
        "gxsj": "20240229093000",
        "rs": 7,
        "je": Decimal("123456789012.67"),
    },
    {"row_guid": "b" * 32, "xm": None, "csrq": None, "gxsj": None, "rs": None, "je": None},
]
HEADING = Heading("B0001", "ministry/person", "2026-11-22-02:00", "s@1", "2026-11-22 04:00:00")
TABLE = "row_guid varchar(32) NOT NULL, xm varchar(50), csrq date, gxsj {instant}, rs integer, je decimal(17,2)"
FORMATS = [csv.create({}), csv.create({"encoding": "gb18030"}), ndjson.create({})]


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def url(request, tmp_path):
    """An empty database of each kind."""
    if request.param != "sqlite":
        return request.getfixturevalue(f"{request.param}_url")
    with closing(sqlite3.connect(tmp_path / "partner.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    return f"sqlite:///{tmp_path}/partner.db"


@pytest.fixture
def database(url):
    """The partner's side: the exchange tables and a data table."""
    with closing_engine(url) as engine:
        prepare(engine)
        yield engine


@contextmanager
def closing_engine(url):
    """An engine that leaves nothing open."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.pool.NullPool)
    yield engine
    engine.dispose()


def prepare(engine, table="person", columns=TABLE):
    """What a partner makes before the first exchange."""
    instant = "datetime" if engine.dialect.name == "mysql" else "timestamp"
    statements = filter(str.strip, exchange_tables.ddl(engine.dialect.name).split(";"))
    with engine.begin() as connection:
        for statement in [f"CREATE TABLE {table} ({columns.format(instant=instant)})", *statements]:
            connection.exec_driver_sql(statement)


def run(engine, statement, **values):
    """Execute and commit; rows, if there are any."""
    with engine.begin() as connection:
        result = connection.execute(sa.text(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else []


def opened(url, format=FORMATS[0], **settings):
    """The system under test."""
    return closing(sql.connect({"url": url} | settings, format))


def spooled(folder, rows=ROWS, format=FORMATS[0], layout=LAYOUT):
    """A part in the spool."""
    payload = format.encode(pa.RecordBatch.from_pylist(rows, schema=layout.schema()), layout, HEADING)
    digest = hashlib.sha256(payload).hexdigest()
    path = folder / digest
    path.write_bytes(payload)
    return Part(
        hashlib.sha256(digest.encode()).hexdigest(), 1, HEADING, layout, path, digest, len(rows), ".csv", "text/csv", "note\n"
    )


def receipt(engine, part, rows=(), **values):
    """The partner's answer, in one transaction."""
    line = {
        "batch_id": part.id,
        "sha256": part.sha256,
        "status": "accepted",
        "accepted": part.rows - len(rows),
        "reference": "R-7",
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(exchange_tables.RECEIPT), line | values)
        for row in rows:
            connection.execute(sa.insert(exchange_tables.RECEIPT_ROW), {"batch_id": part.id} | row)


@pytest.mark.parametrize("format", FORMATS, ids=["csv", "csv-gb18030", "ndjson"])
def test_rows_and_batch_line_are_there_together(url, database, tmp_path, format):
    """Typed columns get exact decimals, dates and instants; the batch line tells what they are and carries the checkpoint."""
    part = spooled(tmp_path, format=format)
    with opened(url, format) as system:
        assert system.ask(part) == Absent()
        assert system.deliver(part) == Awaiting()
        assert system.ask(part) == Awaiting()
    found = run(database, "SELECT xm, csrq, gxsj, rs, je FROM person ORDER BY row_guid")
    assert [str(value).removesuffix(".000000") for value in found[0][:4]] == [
        ROWS[0]["xm"],
        "2024-02-29",
        "2024-02-29 09:30:00",
        "7",
    ]
    assert Decimal(str(found[0][4])) == ROWS[0]["je"]
    assert found[1] == (None,) * 5
    line = run(database, "SELECT id, table_name, batch, sha256, row_count, standard, log_checkpoint FROM exchange_batch")
    assert line == [(part.id, "person", "B0001", part.sha256, 2, "s@1", "note\n")]


def test_a_receipt_with_refused_rows(url, database, tmp_path):
    """The partner's number, counts, codes and words come back as it wrote them, and verbatim as evidence."""
    part = spooled(tmp_path)
    with opened(url) as system:
        system.deliver(part)
        receipt(database, part, [{"row_id": "b" * 32, "field": "xm", "code": "E01", "message": "姓名为空"}])
        answer = system.ask(part)
        assert isinstance(answer, Confirmed)
        assert (answer.sha256, answer.accepted, answer.reference) == (part.sha256, 1, "R-7")
        assert answer.faults == (RowFault("b" * 32, "xm", "E01", "姓名为空"),)
        assert "姓名为空".encode() in answer.receipt
        assert system.deliver(part) == answer


def test_a_refused_row_may_have_several_reasons(url, database, tmp_path):
    """A line for each; the partner counts rows."""
    part = spooled(tmp_path)
    reasons = [{"row_id": "b" * 32, "field": field, "code": "E01", "message": None} for field in ("xm", "je")]
    with opened(url) as system:
        system.deliver(part)
        receipt(database, part, reasons, accepted=1)
        answer = system.ask(part)
    assert isinstance(answer, Confirmed)
    assert (answer.accepted, answer.faults) == (1, tuple(RowFault("b" * 32, field, "E01", "") for field in ("xm", "je")))


def test_a_refused_batch(url, database, tmp_path):
    """A rejection is of the whole part."""
    part = spooled(tmp_path)
    with opened(url) as system:
        system.deliver(part)
        receipt(database, part, status="rejected", accepted=0, code="E9", message="批次作废")
        answer = system.ask(part)
        assert isinstance(answer, Rejected)
        assert (answer.code, answer.message) == ("E9", "批次作废")


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"status": "maybe"}], ids=["digest", "status"])
def test_a_receipt_that_cannot_be_believed_decides_nothing(url, database, tmp_path, wrong):
    """Another digest or an unknown word is neither success nor refusal."""
    part = spooled(tmp_path)
    with opened(url) as system:
        system.deliver(part)
        receipt(database, part, **wrong)
        assert isinstance(system.ask(part), Unknown)


def test_without_receipts_the_commit_confirms(url, database, tmp_path):
    """A partner without receipt tables is confirmed by the transaction."""
    part = spooled(tmp_path)
    with opened(url, receipts=False) as system:
        answer = system.deliver(part)
        assert isinstance(answer, Confirmed)
        assert (answer.sha256, answer.accepted) == (part.sha256, 2)
        assert system.ask(part) == answer


@pytest.mark.parametrize(
    ("notation", "value", "type", "told"),
    [
        ("t19", "2024-01-15 09:30:00", "timestamp", "2024-01-15 09:30:00"),
        ("t14", "20240115093000", "timestamp", "2024-01-15 09:30:00"),
        ("d8", "20240115", "timestamp", "2024-01-15 00:00:00"),
        ("d10", "2024-01-15", "date", "2024-01-15"),
        ("d8", "20240115", "date", "2024-01-15"),
        ("d8", "20240115", "varchar(8)", "20240115"),
        ("t14", "20240115093000", "varchar(14)", "20240115093000"),
        ("n2", "01", "varchar(2)", "01"),
    ],
)
def test_dates_take_the_form_of_their_column(url, tmp_path, notation, value, type, told):
    """A text of a date or an instant fits a DATE, a TIMESTAMP or a text column, whatever its notation."""
    columns = (Column("row_guid", "主键", pa.string(), "an32", required=True), Column("v", "值", pa.string(), notation))
    layout = Layout("t", "表", columns, ("row_guid",), "row_guid")
    with closing_engine(url) as engine, opened(url) as system:
        instant = "datetime" if engine.dialect.name == "mysql" else "timestamp"
        prepare(engine, "t", f"row_guid varchar(32) NOT NULL, v {type.replace('timestamp', instant)}")
        assert (
            system.deliver(spooled(tmp_path, [{"row_guid": "a", "v": value}, {"row_guid": "b", "v": None}], layout=layout))
            == Awaiting()
        )
        found = run(engine, "SELECT v FROM t ORDER BY row_guid")
    assert [None if row[0] is None else str(row[0]).removesuffix(".000000") for row in found] == [told, None]


BAD = [{"xm": "甲" * 51}, {"csrq": "20240230"}, {"row_guid": None}, {"je": Decimal("999999999999999.99")}]
REFUSED = [(kind, bad) for kind in ("postgresql", "mariadb") for bad in BAD]
REFUSED += [("sqlite", bad) for bad in BAD if not {"xm", "je"} & set(bad)]  # SQLite checks neither length nor precision


@pytest.mark.parametrize(
    ("url", "bad"), REFUSED, indirect=["url"], ids=lambda each: each if isinstance(each, str) else next(iter(each))
)
@pytest.mark.parametrize("format", [FORMATS[0], FORMATS[2]], ids=["csv", "ndjson"])
def test_a_value_that_the_table_refuses_leaves_nothing(url, database, tmp_path, bad, format):
    """One bad row takes the whole transaction back, batch line and all; the message has no value in it."""
    run(database, "ALTER TABLE person DROP COLUMN je")
    run(database, "ALTER TABLE person ADD COLUMN je decimal(12,2)")
    part = spooled(tmp_path, [ROWS[1] | {"row_guid": "c" * 32}, ROWS[1] | bad], format)
    with opened(url, format) as system:
        with pytest.raises(DataError) as caught:
            system.deliver(part)
        assert system.ask(part) == Absent()
    value = next(iter(bad.values()))
    assert str(value) not in str(caught.value) or value is None
    assert caught.value.__suppress_context__
    assert run(database, "SELECT count(*) FROM person") == [(0,)]


def test_postgresql_names_line_and_column(postgresql_url, tmp_path):
    """COPY knows where it stopped, and the message says so, without the value."""
    with closing_engine(postgresql_url) as engine:
        prepare(engine)
        with opened(postgresql_url) as system, pytest.raises(DataError, match=r"table person, line 3, column xm: .*22001"):
            system.deliver(spooled(tmp_path, [ROWS[1], ROWS[1] | {"xm": "甲" * 51}]))


def test_a_batch_table_that_is_not_as_agreed_is_a_setting_to_mend(url, database, tmp_path):
    """A partner that takes each batch number once, where parts share it, is told so: trying again would never help."""
    run(database, "CREATE UNIQUE INDEX once ON exchange_batch (batch)")
    part = spooled(tmp_path)
    with opened(url) as system:
        assert system.deliver(part) == Awaiting()
        with pytest.raises(ConfigurationError, match="exchange_batch refuses our line"):
            system.deliver(replace(part, id="cd" * 32))
        assert system.deliver(part) == Awaiting()
    assert run(database, "SELECT count(*) FROM person") == [(2,)]


def test_two_runs_at_once_have_one_effect(url, database, tmp_path):
    """Whoever comes second waits, and finds the batch line."""
    part = spooled(tmp_path)

    def attempt(_):
        with opened(url) as system:
            try:
                return system.deliver(part)
            except TransientError as error:
                return error

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(attempt, range(6)))
    assert all(isinstance(outcome, Awaiting | TransientError) for outcome in outcomes), outcomes
    assert Awaiting() in outcomes
    assert run(database, "SELECT count(*) FROM person") == [(2,)]
    assert run(database, "SELECT count(*) FROM exchange_batch") == [(1,)]


def test_a_session_killed_before_the_commit_leaves_nothing(postgresql_url, tmp_path):
    """The database takes the transaction back: it is safe to try again."""
    with closing_engine(postgresql_url) as engine:
        prepare(engine)
        part = spooled(tmp_path)
        with engine.connect() as holder, opened(postgresql_url) as system, ThreadPoolExecutor(1) as pool:
            holder.execute(sa.text("LOCK TABLE person IN ACCESS EXCLUSIVE MODE"))
            sending = pool.submit(system.deliver, part)
            waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'person'::regclass"
            while not (found := run(engine, waiting)):
                time.sleep(0.02)
            run(engine, "SELECT pg_terminate_backend(:pid)", pid=found[0][0])
            holder.rollback()
            assert isinstance(sending.exception(), TransientError)
        with opened(postgresql_url) as system:
            assert system.ask(part) == Absent()
            assert system.deliver(part) == Awaiting()


class Cutter:
    """A proxy in front of PostgreSQL: it passes COMMIT on, keeps the answer to itself and cuts the line."""

    def __init__(self, server):
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                upstream = socket.create_connection(self._server)
                last = threading.Event()
                threading.Thread(target=self._forward, args=(client, upstream, last), daemon=True).start()
                threading.Thread(target=self._back, args=(upstream, client, last), daemon=True).start()

    @staticmethod
    def _forward(client, upstream, last):
        with suppress(OSError):
            while chunk := client.recv(65536):
                if b"COMMIT" in chunk:
                    last.set()
                upstream.sendall(chunk)
        upstream.close()

    @staticmethod
    def _back(upstream, client, last):
        with suppress(OSError), client:
            while chunk := upstream.recv(65536):
                if last.is_set():  # by now the server has committed
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(chunk)

    def close(self):
        """Stop listening."""
        self._listener.close()


def test_a_commit_without_an_answer_is_unknown(postgresql_url, tmp_path):
    """The line is cut between COMMIT and its answer: nobody knows, asking tells, and sending again changes nothing."""
    with closing_engine(postgresql_url) as engine:
        prepare(engine)
        part = spooled(tmp_path)
        address = sa.engine.make_url(postgresql_url)
        with closing(Cutter((address.host, address.port))) as cutter:
            through = address.set(host="127.0.0.1", port=cutter.port, query={"sslmode": "disable", "gssencmode": "disable"})
            with opened(through.render_as_string(hide_password=False)) as system:
                assert isinstance(system.deliver(part), Unknown)
        with opened(postgresql_url) as system:
            assert system.ask(part) == Awaiting()
            assert system.deliver(part) == Awaiting()
        assert run(engine, "SELECT count(*) FROM person") == [(2,)]


def test_a_partner_that_holds_a_lock_is_not_waited_for_ever(postgresql_url, tmp_path):
    """``timeout`` bounds a statement; nothing is there afterwards."""
    with closing_engine(postgresql_url) as engine:
        prepare(engine)
        with engine.connect() as holder, opened(postgresql_url, timeout=1) as system:
            holder.execute(sa.text("LOCK TABLE person IN EXCLUSIVE MODE"))
            with pytest.raises(TransientError, match="57014"):
                system.deliver(spooled(tmp_path))
        assert run(engine, "SELECT count(*) FROM exchange_batch") == [(0,)]


def test_the_partner_names_its_tables(postgresql_url, tmp_path):
    """A schema, a prefix, or a name for a single table; the batch line has the partner's name."""
    with closing_engine(postgresql_url) as engine:
        run(engine, "CREATE SCHEMA qz")
        there = engine.execution_options(schema_translate_map={None: "qz"})
        exchange_tables.TABLES.create_all(there)
        for name in ("qz_person", "T_RY"):
            run(engine, f'CREATE TABLE qz."{name}" ({TABLE.format(instant="timestamp")})')
        for settings, name in (({"prefix": "qz_"}, "qz_person"), ({"tables": {"person": "T_RY"}}, "T_RY")):
            part = replace(spooled(tmp_path), id=hashlib.sha256(name.encode()).hexdigest())
            with opened(postgresql_url, schema="qz", **settings) as system:
                assert list(system.probe([LAYOUT])) == []
                assert system.deliver(part) == Awaiting()
                assert system.ask(part) == Awaiting()
            assert run(engine, f'SELECT count(*) FROM qz."{name}"') == [(2,)]
        assert sorted(run(engine, "SELECT table_name FROM qz.exchange_batch")) == [("T_RY",), ("qz_person",)]


def test_what_is_missing_is_named(url, tmp_path):
    """No exchange tables, no data table, no column: a sentence each in the probe, a ConfigurationError on sending."""
    part = spooled(tmp_path)
    with closing_engine(url) as engine, opened(url) as system:
        assert len(system.probe([LAYOUT])) == 4
        with pytest.raises(ConfigurationError, match="no table person"):
            system.deliver(part)
        prepare(engine, columns="row_guid varchar(32) NOT NULL, csrq date, gxsj {instant}, rs integer, je decimal(17,2)")
        with pytest.raises(ConfigurationError, match="no column xm"):
            system.deliver(part)
        assert run(engine, "SELECT count(*) FROM exchange_batch") == [(0,)]


WRONG = {
    "xm varchar(20)": "holds 20 characters, c..50 needs 50",
    "xm varchar(50) NOT NULL": "takes no null, but the field is optional",
    "xm integer": "the field is text (c..50)",
    "csrq integer": "the field is text (d8)",
    "rs date": "the field is n..9",
    "rs smallint": "n..9 needs 9 digits",
    "je integer": "n..17,2 needs 17 digits, 2 decimal",
    "je double precision": "which rounds",
    "je decimal(17,1)": "n..17,2 needs 17 digits, 2 of them decimal",
    "je decimal(10,2)": "n..17,2 needs 17 digits, 2 of them decimal",
    "extra varchar(9) NOT NULL": "must have a value, but the layout has no such field",
}


@pytest.mark.parametrize("column", WRONG)
def test_the_probe_finds_what_does_not_fit(url, column):
    """Lengths, types, nulls and extra columns are compared before a row is sent."""
    with closing_engine(url) as engine, opened(url) as system:
        name = column.split()[0]
        kept = [line for line in TABLE.split(", ") if line.split()[0] != name]
        prepare(engine, columns=", ".join([*kept, column]))
        problems = list(system.probe([LAYOUT]))
        assert len(problems) == 1
        assert f"person.{name}" in problems[0]
        assert WRONG[column] in problems[0]


@pytest.mark.parametrize("column", ["id integer PRIMARY KEY", "dr timestamp DEFAULT CURRENT_TIMESTAMP NOT NULL", "bz varchar(9)"])
def test_columns_that_fill_themselves_are_the_partners_own(postgresql_url, column):
    """Serial keys, defaults and nullable columns of the partner are no problem."""
    with closing_engine(postgresql_url) as engine, opened(postgresql_url) as system:
        prepare(engine, columns=f"{TABLE}, {column.replace('id integer', 'id serial')}")
        assert list(system.probe([LAYOUT])) == []


def test_a_refused_login_is_for_a_person(mariadb_url, tmp_path):
    """The account is refused: no second try; the password is not in the message."""
    wrong = sa.engine.make_url(mariadb_url).set(username="hub_nobody", password="s3cret").render_as_string(hide_password=False)
    with opened(wrong) as system, pytest.raises(PermanentError) as caught:
        system.deliver(spooled(tmp_path))
    assert "s3cret" not in str(caught.value)


def test_ddl_for_databases_that_are_not_here():
    """Partners who ask get it in their database's words; an unknown one is told."""
    assert "VARCHAR2(64 CHAR)" in exchange_tables.ddl("oracle")
    assert exchange_tables.ddl("mssql").count("CREATE TABLE") == 3
    with pytest.raises(ConfigurationError, match="nosuch"):
        exchange_tables.ddl("nosuch")
