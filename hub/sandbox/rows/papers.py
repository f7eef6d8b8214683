"""Take a visit and a day, give the papers of a marriage or divorce: certificates, archive files, reissues, old archives."""

from collections.abc import Iterator
from datetime import date, timedelta

from hub.sandbox.people import credit_code
from hub.sandbox.rows.visit import Visit, parties, written_id, written_name
from hub.sandbox.story import LocalRow, Values, between, drawn, years_after
from hub.sandbox.systems import marriage

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# A made-up certificate type: 18 characters of its defining body and three digits; the true ones are not public.
_TYPES = {"JHZ": credit_code("11100000MB9999999") + "901", "LHZ": credit_code("11100000MB9999999") + "902"}


def certificates(visit: Visit, kind: str, number: str, day: date, reason: str | None) -> Iterator[LocalRow]:
    """One electronic certificate (``kind`` JHZ or LHZ) for each of the two; ``reason``: why it was cancelled."""
    for place, person in enumerate((visit.couple.man, visit.couple.woman), 0 if kind == "JHZ" else 2):
        ended = between(visit.random, day, visit.clock.today) if reason else None
        values = {
            "zzid": visit.key(place),
            "zzbh": f"{kind}{visit.key(place):012d}",
            "lx": kind,
            "bs": certificate_id(kind, visit.office.credit, f"{visit.key(place):012d}"),
            "ywbh": number,
            "czr": written_name(visit.random, person),
            "czr_sfzh": person.id_number,
            "bfjg": visit.office.name,
            "bfjg_dm": visit.office.credit,
            "bfrq": day,
            "yxqz": None,
            "zt": "0" if reason else "1",
            "ztrq": ended,
            "zxyy": reason,
        }
        yield visit.row(marriage.CERTIFICATE, ["marriage_e_certificate"], ended or day, values)


def certificate_id(kind: str, issuer: str, serial: str) -> str:
    """An identifier of the form of GB/T 36904 with its check sign (ISO 7064 MOD 37,36 over type, issuer, serial, version)."""
    product = 36
    for sign in f"{_TYPES[kind]}{issuer}{serial}001":
        product = ((product + _SIGNS.index(sign)) % 36 or 36) * 2 % 37
    return f"1.2.156.3005.2.{_TYPES[kind]}.{issuer}.{serial}.001.{_SIGNS[(1 - product) % 36]}"


def archive(visit: Visit, place: int, number: str | None, day: date) -> LocalRow:
    """The file of one registration (``number``; old ones have none), handed to the public archive after four hundred days."""
    filed = day + timedelta(days=visit.random.randrange(5, 30))
    moved = filed + timedelta(days=400)
    away = moved < visit.clock.today
    values = {
        "daid": visit.key(place),
        "dah": f"DA{visit.key(place):012d}",
        "ywbh": number,
        "ajh": f"{visit.office.local}-{day:%Y}-{visit.couple.number % 400 + 1:04d}",
        "bgqx": visit.random.choice("YYB") if number else visit.random.choice("YCD"),
        "nd": f"{filed:%Y}",
        "ys": str(visit.random.randrange(6, 40)),
        "gdrq": f"{filed:%Y%m%d}",
        "yjrq": f"{moved:%Y%m%d}" if away else None,
        "jsg": f"{visit.office.name[:6]}档案馆" if away else None,
    }
    return visit.row(marriage.ARCHIVE, ["marriage_archive"], moved if away else filed, values)


def reissue(visit: Visit, day: date) -> LocalRow:
    """A marriage certificate issued again to one of the two, one time in ten through somebody who was entrusted."""
    random = visit.random
    asker = visit.couple.man if random.random() < 0.5 else visit.couple.woman
    other = visit.couple.woman if asker is visit.couple.man else visit.couple.man
    entrusted = random.random() < 0.1
    again = between(random, day, visit.clock.today)
    values = {
        "blid": visit.key(0),
        "blbh": f"BL{visit.key(0):012d}",
        "zl": "J",
        "ydjbh": visit.number("J", day),
        "yzh": visit.paper("J", day),
        "xzh": visit.paper("BJ", again),
        "xm": written_name(random, asker),
        "sfzh": written_id(random, asker),
        "yy": random.choice(("YS", "YS", "SH", "QT")),
        "wt": "Y" if entrusted else "N",
        "str": written_name(random, other) if entrusted else None,
        "str_sfzh": written_id(random, other) if entrusted else None,
        "jgdm": visit.office.local,
        "blrq": f"{again:%Y%m%d}",
        "djy": visit.registrar,
        "sc_bz": "N",
    }
    return visit.row(marriage.REISSUE, ["certificate_reissue"], again, values)


def backfill(visit: Visit) -> LocalRow:
    """A marriage of the paper age, typed in later; its dates are written in five ways and sometimes its digits are wide."""
    random, couple = visit.random, visit.couple
    married = max(years_after(couple.man.birth, 22), years_after(couple.woman.birth, 20)) + timedelta(
        days=random.randrange(2_500)
    )
    typed = between(random, date(2019, 1, 1), visit.clock.today)
    values: Values = {
        "blid": visit.key(0),
        "blbh": f"LS{visit.key(0):012d}",
        "lb": "J",
        "zh": f"京{visit.office.local[:2]}结字第{visit.couple.number + 1}号",
        "djrq": _written_date(visit, married),
        "djjg": f"{visit.office.name[:6]}示例街道办事处",
        **parties(visit),
        "nf_csrq": f"{couple.man.birth:%Y%m%d}",
        "nvf_csrq": f"{couple.woman.birth:%Y%m%d}",
        "dah": f"DA{visit.key(2):012d}",
        "blr": visit.registrar,
        "blrq": f"{typed:%Y%m%d}",
        "tx": f"IMG/{typed:%Y}/{visit.key(0):010d}.tif",
    }
    if random.random() < 0.05:
        values["nf_sfzh"] = _wide(couple.man.id_number)
    row = visit.row(marriage.BACKFILL, ["archive_backfill"], typed, values)
    # Rows imported in the early years have no update time at all.
    early = typed.year == 2019 and visit.clock.stamp is None and not visit.clock.recent
    row.values["gxsj"] = None if early else f"{row.values['gxsj']:%Y%m%d%H%M%S}"
    return row


def _written_date(visit: Visit, day: date) -> str:
    form = drawn(visit.random, ("%Y%m%d", 0.6), ("%Y-%m-%d", 0.1), ("%Y.%m.%d", 0.1), ("年", 0.1), ("/", 1.0))
    if form == "年":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.year}/{day.month}/{day.day}" if form == "/" else day.strftime(form)


def _wide(text: str) -> str:
    """Digits and X in full width, as old input methods left them."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)
