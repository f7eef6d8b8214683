"""Take people, give the payment lines of those who draw an allowance and, at the end, the batches that carry them.

Everybody is synthetic (see hub.sandbox.people); account numbers begin with 6200990, a made-up issuer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from hub.sandbox.names import BEIJING
from hub.sandbox.offices import BY_DIVISION, OFFICES, Office
from hub.sandbox.people import Person
from hub.sandbox.rows.visit import written_id, written_name
from hub.sandbox.story import Clock, LocalRow, Values
from hub.sandbox.systems import allowance

_SCHEMES = {"GLJT": "高龄津贴", "SHBT": "困难残疾人生活补贴", "HLBT": "重度残疾人护理补贴", "LSJZ": "临时救助"}


@dataclass(slots=True)
class Batch:
    """A batch that is being filled: one scheme, one district, one bank. ``issued`` counts lines that were taken back, too."""

    number: int
    scheme: str
    office: Office
    issued: int = 0
    lines: int = 0
    total: Decimal = Decimal(0)


@dataclass(slots=True)
class PayDay:
    """All batches of one wave of payments; there are at most 4 schemes x 17 offices of them, however many people."""

    wave: int  # 0 for the seed, then the step
    batches: dict[tuple[str, str], Batch] = field(default_factory=dict)

    def batch(self, scheme: str, office: Office) -> Batch:
        """The batch of a scheme and an office; made when first asked for."""
        key = (scheme, office.local)
        if key not in self.batches:
            number = self.wave * 1_000 + tuple(_SCHEMES).index(scheme) * 20 + office.number
            self.batches[key] = Batch(number, scheme, office)
        return self.batches[key]


def line_rows(seed: int, person: Person, pay_day: PayDay, clock: Clock) -> Iterator[LocalRow]:
    """The payment line of a person, or nothing; it is counted in its batch, unless it was taken back before it was sent."""
    random = Random(f"{seed}/allowance/{person.number}")  # noqa: S311 - reproducible, not secret
    scheme = _scheme(random, clock.today.year - person.birth.year) if person.document == "111" else None
    if scheme is None:
        return
    batch = pay_day.batch(scheme, BY_DIVISION.get(person.division or "") or OFFICES[random.randrange(len(BEIJING))])
    amount = _amount(random, scheme, clock.today.year - person.birth.year)
    taken_back = batch.lines > 0 and random.random() < 0.01
    batch.issued += 1
    if not taken_back:
        batch.lines += 1
        batch.total += amount
    values: Values = {
        "mxid": person.number * 10,
        "pcid": batch.number,
        "xh": batch.issued,
        "xm": written_name(random, person),
        "zjlx": "01",
        "sfzh": written_id(random, person),
        "zh": account(person.number),
        "khh": "NSH",
        "zhlx": random.choice("KKKZ"),
        "je": amount,
        "yt": _SCHEMES[scheme],
        "sc_bz": "Y" if taken_back else "N",
        "gxsj": clock.saved(clock.today - timedelta(days=2), random),
    }
    yield LocalRow(allowance.LINE, values, ("disbursement_detail",), dead=taken_back)


def batch_rows(pay_day: PayDay, clock: Clock) -> Iterator[LocalRow]:
    """The batches, once all their lines are known."""
    for batch in pay_day.batches.values():
        submitted = datetime.combine(clock.today - timedelta(days=1), datetime.min.time()) + timedelta(hours=10)
        values: Values = {
            "pcid": batch.number,
            "pch": f"{batch.scheme}{clock.today:%Y%m}{batch.office.local}{pay_day.wave:03d}",
            "xmdm": batch.scheme,
            "bz": f"{clock.today:%Y}年{clock.today.month}月{_SCHEMES[batch.scheme]}",
            "ny": f"{clock.today:%Y%m}",
            "jgdm": batch.office.credit,
            "wtdwh": f"MZ{batch.office.division}{batch.office.number:04d}",
            "jgmc": batch.office.name.replace("婚姻登记处", ""),
            "fkzh": account(9_000_000_000 + batch.office.number),
            "fkhm": f"{batch.office.name[:6]}民政局补贴资金专户",
            "yhdm": "NSH",
            "rs": batch.lines,
            "je": batch.total,
            "fkrq": f"{clock.today + timedelta(days=2):%Y%m%d}",
            "zt": "1",
            "tjsj": submitted,
            "jbr": "王示例",
            "gxsj": clock.saved(clock.today - timedelta(days=1), Random(batch.number)),  # noqa: S311
        }
        yield LocalRow(allowance.BATCH, values, ("disbursement_batch",))


def account(number: int) -> str:
    """A 19-digit account number of a bank that does not exist, with a true Luhn digit (ISO/IEC 7812-1)."""
    body = f"6200990{number:011d}"
    doubled = [int(sign) * (2 if place % 2 == 0 else 1) for place, sign in enumerate(reversed(body))]
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _scheme(random: Random, age: int) -> str | None:
    draw = random.random()
    if age >= 80:
        return "GLJT" if draw < 0.9 else None
    if draw < 0.05:
        return "SHBT"
    if draw < 0.09:
        return "HLBT"
    return "LSJZ" if draw < 0.11 else None


def _amount(random: Random, scheme: str, age: int) -> Decimal:
    if scheme == "GLJT":
        return Decimal(800) if age >= 100 else Decimal(500) if age >= 90 else Decimal(100)
    if scheme == "LSJZ":
        return Decimal(random.randrange(50_000, 900_000)) / 100
    return Decimal(random.choice(("100.00", "300.00", "400.00", "622.50")))
