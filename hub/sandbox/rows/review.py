"""Take a visit and an application, give its review: agreed, or refused, when one local row makes rows of two standard tables."""

from datetime import date

from hub.sandbox.rows.visit import Visit, written_id, written_name
from hub.sandbox.story import LocalRow, Values
from hub.sandbox.systems import marriage


def review(visit: Visit, place: int, number: str, business: str, day: date) -> LocalRow:
    """A review that agreed; ``business``: J marriage, L divorce."""
    values: Values = {
        "scid": visit.key(place),
        "scbh": f"SC{visit.key(place):012d}",
        "ywbh": number,
        "ywlx": business,
        "sqrq": day,
        "tjcl": "户口簿；居民身份证；申请声明书；近期合影照片" if business == "J" else "结婚证；离婚协议书；居民身份证",
        "scyj": "材料齐全，符合规定",
        "jg": "T",
        "byly": None,
        "sqr": None,
        "sqr_sfzh": None,
        "gzbh": None,
        "gzdh": None,
        "gzrq": None,
        "jgdm": visit.office.local,
        "djy": visit.registrar,
        "scrq": day,
    }
    return visit.row(marriage.REVIEW, ["registration_review"], day, values)


def refusal(visit: Visit, day: date) -> LocalRow:
    """A review that ended with a refusal and its notice."""
    row = review(visit, 0, visit.number("S", day), "J", day)
    reason = visit.random.choice(("未到法定结婚年龄", "有配偶", "材料不齐且未在期限内补正", "未双方共同到场"))
    row.makes = ("registration_review", "refusal_notice")
    row.values.update(
        {
            "scyj": "不符合规定",
            "jg": "B",
            "byly": reason,
            "sqr": written_name(visit.random, visit.couple.man),
            "sqr_sfzh": written_id(visit.random, visit.couple.man),
            "gzbh": f"GZ{visit.key(0):012d}",
            "gzdh": f"婚告字〔{day.year}〕{visit.couple.number + 1}号",
            "gzrq": day,
        }
    )
    return row
