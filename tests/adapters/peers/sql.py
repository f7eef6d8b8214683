"""An exchange database with one typed table: the peer of adapters/systems/sql.py, on three kinds of server."""

import sqlite3
from contextlib import closing, contextmanager
from types import SimpleNamespace

import sqlalchemy as sa

from adapters import exchange_tables

VARIANTS = ("sqlite", "postgresql", "mariadb")


@contextmanager
def opened(variant, request):
    """A database of its own, with the exchange tables as the hub's DDL makes them."""
    if variant == "sqlite":
        path = request.getfixturevalue("tmp_path") / "partner.db"
        with closing(sqlite3.connect(path)):
            url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue(f"{variant}_url")
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.pool.NullPool)
    statements = exchange_tables.ddl(engine.dialect.name).split(";")
    columns = "bh varchar(30) NOT NULL, xm varchar(50), csrq date, rs integer, je decimal(17,2)"
    with engine.begin() as connection:
        for statement in [f"CREATE TABLE person ({columns})", *filter(str.strip, statements)]:
            connection.exec_driver_sql(statement)

    def effects(part):
        with engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT count(*) FROM person")).scalar()
            batches = connection.execute(sa.text("SELECT count(*) FROM exchange_batch")).scalar()
        assert rows == batches * part.rows
        return batches

    def answer(part):
        with engine.begin() as connection:
            line = {"batch_id": part.id, "sha256": part.sha256, "status": "accepted", "accepted": part.rows, "reference": "R1"}
            connection.execute(sa.insert(exchange_tables.RECEIPT), line)

    wrong = sa.engine.make_url("postgresql://hub:s3cret@127.0.0.1:1/x").render_as_string(hide_password=False)
    yield SimpleNamespace(settings={"url": url}, effects=effects, answer=answer, down={"url": wrong}, secrets=("s3cret",))
    engine.dispose()
