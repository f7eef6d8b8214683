"""Take a person, give the government-service cases (办件) that the person opened: case, steps, result, materials, special steps.

Everybody is synthetic (see hub.sandbox.people).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hub.sandbox.names import BEIJING
from hub.sandbox.offices import BY_DIVISION, OFFICES, Office
from hub.sandbox.people import Person
from hub.sandbox.rows.visit import written_id, written_name
from hub.sandbox.story import Clock, LocalRow, Values, at_work, between, drawn
from hub.sandbox.systems import case

_STAFF = ("王示例", "李样本", "张演练", "刘虚构", "陈测试", "欧阳示范")
_STEPS = (("SQ", "申请", 0), ("SL", "受理", 20), ("SC", "审查", 60), ("JD", "决定", 600), ("BJ", "办结", 700))  # minutes
_SPECIAL = {"BZ": "补齐补正", "TZ": "听证", "GS": "公示", "HS": "核实", "GQ": "挂起"}


@dataclass(frozen=True, slots=True)
class Item:
    """A service item of the local catalogue; ``kind``: QR confirmation, JF payment, FW service; ``days``: promised time."""

    number: int
    title: str
    kind: str
    days: int
    paper: str  # what the applicant gets in the end

    @property
    def catalogue(self) -> str:
        """The national basic code, twelve digits."""
        return f"000711{self.number:03d}000"


ITEMS = (
    Item(1, "内地居民结婚登记", "QR", 0, "结婚证"),
    Item(2, "内地居民离婚登记", "QR", 31, "离婚证"),
    Item(3, "补领婚姻登记证", "QR", 0, "结婚证"),
    Item(4, "高龄津贴申领", "JF", 15, "高龄津贴审核表"),
    Item(5, "困难残疾人生活补贴", "JF", 20, "残疾人补贴审核表"),
    Item(6, "最低生活保障对象认定", "JF", 30, "最低生活保障证"),
    Item(7, "婚姻登记预约", "FW", 0, "预约回执"),
)


def item_rows(clock: Clock) -> Iterator[LocalRow]:
    """bj_sx: the catalogue; it feeds no standard table of its own, cases join it."""
    for item in ITEMS:
        values = {
            "sxid": item.number,
            "sxbm": f"MZ-{item.kind}-{item.number:02d}",
            "gjbm": item.catalogue,
            "ssbm": f"11110000MB1000017{item.number}{item.catalogue}00{item.number:04d}",
            "ywx": f"11110000MB1000017{item.catalogue}{item.number:02d}",
            "sxmc": item.title,
            "lx": item.kind,
            "bb": 1 + item.number % 3,
            "bjlx": "CN" if item.days else "JB",
            "gxsj": clock.saved(clock.today - timedelta(days=500), Random(item.number)),  # noqa: S311
        }
        yield LocalRow(case.ITEM, values, ())


def case_rows(seed: int, person: Person, clock: Clock) -> Iterator[LocalRow]:
    """The case of a person, or nothing: one in four has one."""
    random = Random(f"{seed}/case/{person.number}")  # noqa: S311 - reproducible, not secret
    if random.random() >= 0.25:
        return
    old = person.birth < clock.today - timedelta(days=80 * 365)
    item = ITEMS[3] if old else random.choice(ITEMS)
    opened = at_work(random, between(random, clock.today - timedelta(days=400), clock.today - timedelta(days=2)))
    office = BY_DIVISION.get(person.division or "") or OFFICES[random.randrange(len(BEIJING))]
    number = f"{office.division}MZ{opened:%Y%m%d}{person.number:010d}"
    rows = [_case(random, person, item, office, number, opened)]
    sort = drawn(random, ("trial", 0.005), ("withdrawn", 0.01), ("case", 1.0))
    if sort == "trial":  # of a new counter: never reported
        rows[0].values["cs_bz"] = "Y"
        rows[0].makes = ()
    elif sort == "withdrawn":
        rows[0].values["sc_bz"] = "Y"
        rows[0].dead = True
    else:
        rows += _steps(random, person.number, number, item, opened, clock)
        rows += _materials(random, person.number, number, item)
        rows += [_special(random, person.number, number, opened)] if random.random() < 0.1 else []
    for row in rows:
        ended: datetime = row.values.get("jssj") or row.values.get("bjsj") or opened
        row.values["gxsj"] = clock.saved(ended.date(), random)
    yield from rows


def _case(random: Random, person: Person, item: Item, office: Office, number: str, opened: datetime) -> LocalRow:
    name = written_name(random, person)
    identity = written_id(random, person)
    values: Values = {
        "bjid": person.number * 10,
        "sxid": item.number,
        "bjbh": number,
        "sqrlx": "1",
        "sqr": name,
        "zjlx": "01" if person.document == "111" else "02",
        "zjhm": identity,
        "sqsj": opened,
        "sqfs": random.choice(("CK", "WS", "WS", "ZD")),
        "lxr": name,
        "lxr_sfzh": identity,
        "sjh": person.phone,
        "yb": f"10{random.randrange(10)}0{random.randrange(100):02d}",
        "dz": person.address,
        "sljg": office.name.replace("婚姻登记处", ""),
        "sljg_dm": office.credit,
        "slr": random.choice(_STAFF),
        "slsj": opened + timedelta(minutes=20),
        "slwh": f"京民受字〔{opened.year}〕{person.number}号",
        "zy": f"申请{item.title}",
        "cnrq": f"{opened + timedelta(days=item.days):%Y%m%d}",
        "sc_bz": "N",
        "cs_bz": "N",
    }
    return LocalRow(case.CASE, values, ("up_pro_accept",))


def _steps(random: Random, person: int, number: str, item: Item, opened: datetime, clock: Clock) -> list[LocalRow]:
    """The steps that lie in the past, and the result if all do."""
    rows: list[LocalRow] = []
    pace = 1 + item.days * 2
    for place, (code, title, minutes) in enumerate(_STEPS):
        start = opened + timedelta(minutes=minutes * pace if place > 1 else minutes)
        if start.date() > clock.today:
            return rows
        values: Values = {
            "gcid": person * 10 + place,
            "bjbh": number,
            "hjdm": code,
            "hjmc": title,
            "blr": random.choice(_STAFF),
            "blyj": f"{title}，情况属实" if place else "提交申请",
            "kssj": start,
            "jssj": start + timedelta(minutes=random.randrange(5, 15)),
            "bz": None,
        }
        rows.append(LocalRow(case.STEP, values, ("up_pro_process",)))
    rows.append(_result(random, person, number, item, rows[-1].values["jssj"]))
    return rows


def _result(random: Random, person: int, number: str, item: Item, ended: datetime) -> LocalRow:
    outcome = drawn(random, ("CZ", 0.93), ("BY", 0.04), ("TJ", 1.0))
    paper = item.paper if outcome == "CZ" else None
    values: Values = {
        "jgid": person * 10,
        "bjbh": number,
        "blr": random.choice(_STAFF),
        "bjsj": ended,
        "jg": outcome,
        "zzmc": paper,
        "zzh": f"京{person:010d}" if paper else None,
        "sm": "予以办理" if outcome == "CZ" else "不符合条件",
        "sd": random.choice("YN"),
        "myd": random.choice(("A", "A", "A", "B", "C", None)),
        "bz": None,
    }
    return LocalRow(case.RESULT, values, ("up_pro_result",))


def _materials(random: Random, person: int, number: str, item: Item) -> list[LocalRow]:
    names = ("居民身份证", "户口簿", "申请表", f"{item.title}承诺书")
    rows = []
    for place, name in enumerate(names[: random.randrange(1, 5)]):
        way = random.choice(("ZZ", "DZ", "MT"))
        values: Values = {
            "clid": person * 10 + place,
            "bjbh": number,
            "clmc": name,
            "tjfs": way,
            "fs": random.randrange(1, 4),
            "fj": f"{number}-{place + 1}.pdf" if way == "DZ" else None,
            "bz": None,
        }
        rows.append(LocalRow(case.MATERIAL, values, ("up_pro_material",)))
    return rows


def _special(random: Random, person: int, number: str, opened: datetime) -> LocalRow:
    kind = random.choice(tuple(_SPECIAL))
    start = opened + timedelta(minutes=random.randrange(30, 60))
    values: Values = {
        "tbid": person * 10,
        "bjbh": number,
        "lx": kind,
        "mc": _SPECIAL[kind],
        "kssj": start,
        "yy": f"按规定需要{_SPECIAL[kind]}",
        "sqr": random.choice(_STAFF),
        "jssj": start + timedelta(minutes=random.randrange(60, 300)),
        "jg": "完成",
        "sm": None,
        "blr": random.choice(_STAFF),
        "bz": None,
    }
    return LocalRow(case.SPECIAL, values, ("up_pro_special_procedure",))
