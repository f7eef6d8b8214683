"""What the sandbox's partners cost: 192 parts of 300 rows that keep the real contracts, to the back office and to the ministry.

    python -m tests.bench.partners [--rows 300] [--parts 192]

First the back office alone (rows as a platform reads them out of JSON), then the whole ministry: the hub's own adapter writes
each part into the front-end database, and somebody looks for the receipt every few milliseconds. The ministry's thread has a
clock of its own, so its CPU is told apart from the sender's. Everything is printed and nothing asserted but that every row is
accepted.
"""

import argparse
import hashlib
import itertools
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa

from adapters.formats import csv
from adapters.systems import sql
from hub.compile import ENVELOPE
from hub.contract.load import load_standard
from hub.contract.model import CodeList, Field, Table
from hub.interface import Confirmed, Heading, Layout, Part
from hub.plan import Ground, Partner
from hub.problem import Place
from hub.root import find_root
from hub.sandbox.desk import Setting
from hub.sandbox.faults import Injector
from hub.sandbox.inspection import RESIDENT_ID
from hub.sandbox.ledger import Ledger
from hub.sandbox.ministry import open_ministry
from hub.sandbox.receiver import Delivery, Receiver

_ASK_SECONDS = 0.005
_WEIGHTS = [(1 << 17 - place) % 11 for place in range(17)]
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORMS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y-%m-%d", 14: "%Y%m%d%H%M%S", 19: "%Y-%m-%d %H:%M:%S"}
_WORDS = "王李张刘陈杨赵黄周吴徐孙伟芳娜敏静强磊军洋勇示例路小区号楼单元室申请救助登记审核通过"


def main(rows: int, parts: int) -> None:
    """Both measures."""
    tables = shipped()
    chosen = list(itertools.islice(itertools.cycle(tables.values()), parts))
    print(f"{parts} parts of {rows} rows, {len(tables)} tables, {sum(len(t.fields) for t in chosen) / parts:.1f} fields a row")
    with tempfile.TemporaryDirectory(prefix="hub-partners-") as folder:
        back_office(Path(folder), tables, chosen, rows)
        ministry(Path(folder), tables, chosen, rows)


def shipped() -> dict[str, Table]:
    """The tables of every standard in contracts/ by name."""
    found: dict[str, Table] = {}
    for path in sorted(find_root().glob("contracts/*/*/standard.yaml")):
        standard, _ = load_standard(path.parent, find_root())
        assert standard is not None
        found |= standard.tables
    return found


def back_office(folder: Path, tables: Mapping[str, Table], chosen: list[Table], rows: int) -> None:
    """Receiver.receive alone."""
    receiver = Receiver(Ledger(folder / "office.db"), tables, datetime.now)
    spent, wall = time.thread_time(), 0.0
    made = 0.0
    for number, table in enumerate(chosen):
        began = time.thread_time()
        delivery = Delivery(f"p{number}", "d", table.name, f"b{number}", sample(table, rows, number))
        made += time.thread_time() - began
        clock = time.perf_counter()
        entry = receiver.receive(delivery).entry
        wall += time.perf_counter() - clock
        assert entry.accepted == rows, entry.faults[:3]
    spent = time.thread_time() - spent - made
    print(f"back office: {told(spent, wall, rows, len(chosen))}")


def ministry(folder: Path, tables: Mapping[str, Table], chosen: list[Table], rows: int) -> None:
    """The hub's adapter on one side, the ministry's thread on the other."""
    place = Place("adapters/partners/ministry.yaml")
    values = ("sql", "csv", {}, {}, True, 5000, timedelta(seconds=5), Ground("", ""), {}, place)
    receiver = Receiver(Ledger(folder / "ledger.db"), tables, datetime.now)
    desk = open_ministry(Setting(Partner("ministry", "", *values), receiver, Injector("ministry"), folder, ""))
    thread = next(thread for thread in threading.enumerate() if thread.name == "ministry")
    assert thread.ident is not None
    clock, system = (
        time.pthread_getcpuclockid(thread.ident),
        sql.connect({"url": desk.environment["HUB_PARTNER_MINISTRY_URL"]}, csv.create({})),
    )
    began, delivered, waited = time.clock_gettime(clock), list[float](), list[float]()
    watch = sqlite3.connect(folder / "front.db")  # by itself: the adapter's questions would take the thread's processor away
    for part in parts_of(folder, chosen, rows):
        start = time.perf_counter()
        system.deliver(part)
        sent = time.perf_counter()
        while not watch.execute("SELECT 1 FROM exchange_receipt WHERE batch_id = ?", (part.id,)).fetchone():
            time.sleep(_ASK_SECONDS)
        delivered.append(sent - start)
        waited.append(time.perf_counter() - sent)
        answer = system.ask(part)
        assert isinstance(answer, Confirmed)
        assert answer.accepted == rows, answer
    print(f"ministry:    {told(time.clock_gettime(clock) - began, sum(waited), rows, len(chosen))}")
    print(f"             delivery {middle(delivered)}, then the receipt after {middle(waited)}")
    idle = time.clock_gettime(clock)
    time.sleep(2)
    print(f"             idle: {(time.clock_gettime(clock) - idle) * 500:.1f} ms CPU a second")
    watch.close()
    system.close()
    desk.close()


def told(spent: float, wall: float, rows: int, parts: int) -> str:
    """CPU and wall time, by part and by row."""
    whole = f"{1000 * spent / parts:.1f} ms CPU and {1000 * wall / parts:.1f} ms wall a part"
    return f"{1e6 * spent / rows / parts:.1f} us CPU a row, {whole}"


def middle(seconds: list[float]) -> str:
    """The median and the longest but a few."""
    ordered = sorted(seconds)
    return f"{1000 * statistics.median(ordered):.0f} ms (95 %: {1000 * ordered[len(ordered) * 95 // 100]:.0f} ms)"


def parts_of(folder: Path, chosen: list[Table], rows: int) -> Iterator[Part]:
    """Parts as the hub has them in its spool."""
    form = csv.create({})
    for number, table in enumerate(chosen):
        layout = Layout(table.name, table.title, (*ENVELOPE, *(f.column for f in table.fields.values())), table.key, "row_guid")
        heading = Heading(f"b{number}", f"ministry/{table.name}", "w", f"{table.standard}@{table.version}", "2026-11-22 04:00:05")
        numeric = [field.name for field in table.fields.values() if field.numeric]
        typed = [row | {name: Decimal(str(row[name])) for name in numeric} for row in sample(table, rows, number)]
        payload = form.encode(pa.RecordBatch.from_pylist(typed, schema=layout.schema()), layout, heading)
        path, digest = folder / f"part-{number}", hashlib.sha256(payload).hexdigest()
        path.write_bytes(payload)
        yield Part(hashlib.sha256(b"%d" % number).hexdigest(), 1, heading, layout, path, digest, rows, ".csv", "text/csv")
        path.unlink()


def sample(table: Table, count: int, number: int) -> list[dict[str, object]]:
    """Rows that keep a contract, every field filled; the same for the same number."""
    dice, rows = random.Random(f"{table.name}/{number}"), list[dict[str, object]]()
    for serial in range(count):
        row: dict[str, object] = {
            "row_guid": hashlib.sha256(f"{table.name}/{number}/{serial}".encode()).hexdigest()[:32],
            "cd_operation": "I",
            "cd_time": "2026-11-22 02:00:00",
            "cd_batch": f"b{number}",
            "data_source": "bench",
            "data_version": table.version,
        }
        rows.append(row | {field.name: value(field, dice, f"{number * count + serial}") for field in table.fields.values()})
    return rows


def value(field: Field, dice: random.Random, serial: str) -> str:
    """One value that the field accepts."""
    notation, check = field.notation, field.element.check
    if "证件类型" in field.title and (field.codes is None or RESIDENT_ID in field.codes.codes):
        return RESIDENT_ID
    if field.codes is not None:
        return dice.choice(timeless(field.codes))
    if check is not None:
        return resident(dice) if check == "gb11643" else credit(dice)
    if notation.kind in "dt":
        moment = datetime(2015, 1, 1) + timedelta(seconds=dice.randrange(86400 * 365 * 10))  # noqa: DTZ001
        return moment.strftime(_FORMS[notation.maximum])
    if field.numeric:
        return number_of(field, dice)
    if notation.kind in ("n", "an", "a") or notation.maximum <= 20:
        alphabet = {"n": "0123456789", "a": "ABCDEFGH"}.get(notation.kind, "0123456789ABCDEF")
        return (serial if notation.kind != "a" else "").rjust(notation.minimum, "0")[: notation.maximum] or dice.choice(alphabet)
    return "".join(dice.choices(_WORDS, k=max(notation.minimum, min(notation.maximum, dice.randint(3, 18)))))


@cache
def timeless(codes: CodeList) -> list[str]:
    """The codes that are valid on every day."""
    return [code for code, spans in codes.codes.items() if any(not span.valid_to and not span.valid_from for span in spans)]


def number_of(field: Field, dice: random.Random) -> str:
    """A number inside the field's bounds, as text."""
    low = int(Decimal(field.minimum or field.element.minimum or "0").to_integral_value("ROUND_CEILING"))
    high = min(
        int(Decimal(field.maximum or field.element.maximum or "5000")), 10 ** (field.notation.maximum - field.notation.scale) - 1
    )
    whole = dice.randint(low, max(low, high))
    cents = dice.randrange(100) if field.notation.scale and low <= whole < high else 0
    return f"{Decimal(whole) + Decimal(cents) / 100:.{field.notation.scale}f}"


def resident(dice: random.Random) -> str:
    """A number with a true check digit in a division that does not exist."""
    born = date(1940, 1, 1) + timedelta(days=dice.randrange(30_000))
    digits = f"990000{born:%Y%m%d}{dice.randrange(1000):03d}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]


def credit(dice: random.Random) -> str:
    """A unified social credit code with a true check character."""
    digits = "91" + "".join(dice.choices("0123456789", k=15))
    total = sum(_CREDIT.index(character) * pow(3, place, 31) for place, character in enumerate(digits))
    return digits + _CREDIT[(31 - total % 31) % 31]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--parts", type=int, default=192)
    arguments = parser.parse_args()
    main(arguments.rows, arguments.parts)
