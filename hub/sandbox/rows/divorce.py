"""Take a visit and a wedding day, give what ends or mends a marriage: divorce (Civil Code 1076-1078), annulment, correction."""

from collections.abc import Iterator
from datetime import date, timedelta

from hub.sandbox.rows.papers import archive, certificates
from hub.sandbox.rows.review import review
from hub.sandbox.rows.visit import Visit, parties
from hub.sandbox.story import LocalRow, Values, between, drawn
from hub.sandbox.systems import marriage


def divorce(visit: Visit, wedding: date) -> Iterator[LocalRow]:
    """An application and, unless withdrawn, expired or still cooling, the divorce with its papers.

    Thirty days of cooling, then thirty days in which both may ask for the certificate (Civil Code 1077).
    """
    asked = between(visit.random, wedding + timedelta(days=120), visit.clock.today - timedelta(days=1))
    cooled = asked + timedelta(days=30)
    open_until = cooled + timedelta(days=30)
    state = _state(visit, cooled, open_until)
    yield _application(visit, asked, cooled, open_until, state)
    if state == "BJ":
        # The last days before today belong to the next windows.
        done = between(visit.random, cooled + timedelta(days=1), min(open_until, visit.clock.today))
        yield _divorce(visit, wedding, done)
        yield review(visit, 1, visit.number("L", done), "L", done)
        yield from certificates(visit, "LHZ", visit.number("L", done), done, None)
        if done < visit.clock.today - timedelta(days=40):
            yield archive(visit, 1, visit.number("L", done), done)


def _state(visit: Visit, cooled: date, open_until: date) -> str:
    outcome = drawn(visit.random, ("CH", 0.15), ("GQ", 0.1), ("BJ", 1.0))
    if outcome == "CH":
        return "CH"
    if cooled >= visit.clock.today:
        return visit.random.choice(("SL", "LJ"))
    if outcome == "GQ":
        return "GQ" if open_until < visit.clock.today else "SQ"
    return "BJ"


def _application(visit: Visit, asked: date, cooled: date, open_until: date, state: str) -> LocalRow:
    random = visit.random
    withdrawn = between(random, asked, min(cooled, visit.clock.today)) if state == "CH" else None
    values: Values = {
        "sqid": visit.key(0),
        "sqbh": f"LHSQ{visit.key(0):012d}",
        **parties(visit),
        "jgdm": visit.office.local,
        "sqrq": asked,
        "hzh": f"离申字〔{asked.year}〕{visit.couple.number + 1}号",
        "ljq_z": cooled,
        "slq_z": open_until,
        "chrq": withdrawn,
        "chf": random.choice("MFB") if withdrawn else None,
        "zt": state,
    }
    return visit.row(marriage.DIVORCE_APPLICATION, ["divorce_application"], withdrawn or asked, values)


def _divorce(visit: Visit, wedding: date, done: date) -> LocalRow:
    man, woman = visit.couple.man, visit.couple.woman
    values: Values = {
        "lhid": visit.key(0),
        "sqid": visit.key(0),
        "djbh": visit.number("L", done),
        "lhzh": visit.paper("L", done),
        "nf_yzh": f"210{2 * visit.couple.number + 1:09d}",
        "nvf_yzh": f"210{2 * visit.couple.number + 2:09d}",
        "jgdm": visit.office.local,
        "djrq": done,
        **parties(visit),
        "nf_csrq": man.birth,
        "nf_hjqh": man.division,
        "nvf_csrq": woman.birth,
        "nvf_hjqh": woman.division,
        "yjhrq": wedding,
        "yjhzh": visit.paper("J", wedding),
        "znfy": visit.random.choice(("无子女", "子女由女方抚养，男方按月给付抚养费", "子女由男方抚养，女方按月给付抚养费")),
        "cczw": visit.random.choice(("无共同财产和债务", "各自名下财产归各自所有，无共同债务")),
        "djy": visit.registrar,
        "zt": "1",
    }
    return visit.row(marriage.DIVORCE, ["divorce_registration"], done, values)


def annulment(visit: Visit, wedding: date) -> LocalRow:
    """A marriage set aside by a court, noted at the office some days later."""
    in_force = between(visit.random, wedding, visit.clock.today - timedelta(days=1))
    noted = between(visit.random, in_force, visit.clock.today)
    people = parties(visit)
    values = {
        "cxid": visit.key(0),
        "cxbh": f"CX{visit.key(0):012d}",
        "ydjbh": visit.number("J", wedding),
        "nf_sfzh": people["nf_sfzh"],
        "nvf_sfzh": people["nvf_sfzh"],
        "yy": visit.random.choice(("XP", "YM", "MD") if in_force >= date(2021, 11, 18) else ("XP", "YM")),
        "wsh": f"（{in_force.year}）京示例民初{visit.couple.number + 1}号",
        "zcjg": f"{visit.office.name[:6]}示例人民法院",
        "sxrq": in_force,
        "jgdm": visit.office.local,
        "blrq": noted,
    }
    return visit.row(marriage.ANNULMENT, ["marriage_annulment"], noted, values)


def correction(visit: Visit, wedding: date) -> LocalRow:
    """A registered value put right: what it was, what it is, and on which paper that rests."""
    day = between(visit.random, wedding, visit.clock.today)
    man = visit.couple.man
    values = {
        "gzid": visit.key(0),
        "gzbh": f"XG{visit.key(0):012d}",
        "ydjbh": visit.number("J", wedding),
        "zd": "男方姓名",
        "q": man.name + "（误）",
        "h": man.name,
        "yy": "姓名录入有误",
        "cl": "居民身份证；户口簿",
        "spr": visit.registrar,
        "gzrq": f"{day:%Y%m%d}",
        "jgdm": visit.office.local,
    }
    return visit.row(marriage.CORRECTION, ["registration_correction"], day, values)
