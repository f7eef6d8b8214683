"""The server fixtures themselves: fresh databases, a login by key, and nothing left behind."""

import paramiko
import psycopg
import pymysql
from sqlalchemy.engine import make_url


def test_postgresql_database_is_empty_and_utf8(postgresql_url):
    """Each test owns an empty UTF-8 database that it may fill as it likes."""
    with psycopg.connect(postgresql_url) as connection:
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert connection.execute(tables).fetchone() == (0,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_mariadb_database_takes_rare_characters(mariadb_url):
    """Each test owns an empty utf8mb4 database: a character outside the basic plane survives."""
    url = make_url(mariadb_url)
    with pymysql.connect(
        host=url.host, port=url.port, user=url.username, password=url.password or "", database=url.database
    ) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (v varchar(10))")
        cursor.execute("INSERT INTO t VALUES (%s)", ("𠮷",))
        cursor.execute("SELECT v FROM t")
        assert cursor.fetchone() == ("𠮷",)


def test_mariadb_database_is_dropped_under_an_open_transaction(mariadb_url):
    """A session that a test leaves open does not hang the drop."""
    url = make_url(mariadb_url)
    connection = pymysql.connect(
        host=url.host, port=url.port, user=url.username, password=url.password or "", database=url.database
    )
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE t (v int)")
    cursor.execute("START TRANSACTION")
    cursor.execute("SELECT * FROM t")


def test_sshd_takes_the_key_and_starts_in_its_directory(sshd):
    """The key logs in, the fingerprint is the server's, and a file put by SFTP lies in ``directory``."""
    with paramiko.Transport((sshd.host, sshd.port)) as transport:
        transport.connect(username=sshd.user, pkey=paramiko.Ed25519Key.from_private_key_file(str(sshd.key)))
        assert transport.get_remote_server_key().fingerprint == sshd.fingerprint
        sftp = paramiko.SFTPClient.from_transport(transport)
        with sftp.open("hello", "wb") as file:
            file.write(b"x")
    assert (sshd.directory / "hello").read_bytes() == b"x"
