"""What reading rows costs: W1's table through the hub's reader, beside psycopg's COPY of the same columns, unparsed.

    python -m tests.bench.reading [--rows 200000] [--repeat 5]

The reader gives Arrow columns, psycopg a row of bytes at a time. If the reader takes more than about one and a half times as
long, its driver's wheel is built without optimisation, as those of adbc-driver-postgresql 1.9.0 to 1.13.0 are.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import psycopg

from adapters.readers import sql
from tests.bench import data


def main(rows: int, repeat: int) -> None:
    """Measure and print medians."""
    with data.databases(rows) as made, psycopg.connect(made.source) as connection:
        described = connection.execute("SELECT * FROM t_registration LIMIT 0").description or ()
        names = [column.name for column in described]
        texts = ", ".join(f"{name}::text" for name in names)
        statement = f"SELECT {texts} FROM t_registration"
        measured = {
            "reader": lambda: _read(made.source, statement, names),
            "psycopg COPY": lambda: _copied(connection, statement),
        }
        told = {name: _seconds(run, rows, repeat) for name, run in measured.items()}
    for name, seconds in told.items():
        print(f"{name:14}{1e6 * seconds / rows:8.2f} µs of CPU a row, {rows / seconds:,.0f} rows/s")
    print(f"reader : psycopg = {told['reader'] / told['psycopg COPY']:.2f}")


def _seconds(run: Callable[[], int], rows: int, repeat: int) -> float:
    spent = []
    for _ in range(repeat):
        began = time.process_time()
        assert run() == rows
        spent.append(time.process_time() - began)
    return statistics.median(spent)


def _read(url: str, statement: str, names: list[str]) -> int:
    reader = sql.connect({"url": url})
    with reader.snapshot() as view:
        return sum(batch.num_rows for batch in view.batches(statement, names, 20_000))


def _copied(connection: psycopg.Connection, statement: str) -> int:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT".encode()) as copy:
        return sum(1 for _ in copy)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--repeat", type=int, default=5)
    chosen = options.parse_args()
    main(chosen.rows, chosen.repeat)
