"""Takes a seed and the clock; gives the SQL macros that stories are told with. Pure.

Each macro is a function of the seed and its arguments alone. ``salt`` names a draw: the same number with two salts gives two
draws that know nothing of each other. DuckDB's hash() stays the same within one release, and the release is pinned.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.sandbox.names import BEIJING, FEMALE, MALE, SURNAMES

KINDS = (
    *("养老机构", "救助站", "儿童福利机构", "殡仪馆", "公墓", "街道办事处"),
    *("社区", "医院", "银行网点", "企业", "学校", "评估机构"),
)
_NAMES = (
    *("养老院", "救助管理站", "儿童福利院", "殡仪馆", "公墓", "街道办事处"),
    *("社区居民委员会", "医院", "银行支行", "有限公司", "学校", "评估中心"),
)
INSTITUTIONS = 500
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_HEAD = "91110105MA"  # seven digits follow, so that only they change the check sign
_SECONDS = 7_200  # an evening


@dataclass(frozen=True, slots=True)
class Times:
    """``upper``: all that happened lies before it (local time). ``stamp``: in a step, when everything is saved."""

    upper: datetime
    stamp: datetime | None = None

    @property
    def today(self) -> str:
        """The last day that has wholly passed."""
        return f"{self.upper - timedelta(days=1):%Y-%m-%d}"


def texts(values: tuple[str, ...]) -> str:
    """A list literal."""
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def macros(seed: int, times: Times) -> list[str]:
    """CREATE MACRO statements, in the order in which they need each other."""
    return [f"CREATE OR REPLACE MACRO {macro}" for macro in (*_draws(seed), *_times(times), *_words(), *_bodies())]


def _draws(seed: int) -> list[str]:
    return [
        # Hashed twice: combining two hashes is an exclusive or, which would leave draws of different salts alike.
        f"dice(x, salt) AS hash(hash(x, salt, {seed}))",
        "chance(x, salt, p) AS dice(x, salt) % 1000000 < p * 1000000",
        "draw(x, salt, n) AS (dice(x, salt) % CAST(n AS UBIGINT))::BIGINT",
        '"between"(x, salt, lo, hi) AS CAST(lo + draw(x, salt, greatest(hi - lo + 1, 1)) AS BIGINT)',
        "pick(x, salt, list) AS list_extract(list, 1 + draw(x, salt, len(list)))",
    ]


def _times(times: Times) -> list[str]:
    latest = f"TIMESTAMP '{times.upper - timedelta(seconds=3_660)}'"
    evening = f"CAST(d AS DATE) + to_seconds(61200 + draw(x, salt, {_SECONDS}))"
    saved = f"least({evening}, {latest} - to_seconds(draw(x, salt, 3540)))"
    if times.stamp is not None:
        saved = f"CASE WHEN d IS NOT NULL THEN TIMESTAMP '{times.stamp}' END"
    return [
        "day(x, salt, lo, hi) AS CAST(lo AS DATE) + CAST(draw(x, salt, greatest(CAST(hi AS DATE) - CAST(lo AS DATE) + 1, 1))"
        " AS INTEGER)",
        "days_after(d, n) AS CAST(d AS DATE) + CAST(n AS INTEGER)",
        "at_work(d, x, salt) AS CAST(d AS DATE) + to_seconds(32400 + draw(x, salt, 25200))",
        f"saved(d, x, salt) AS {saved}",
        "d8(d) AS strftime(CAST(d AS DATE), '%Y%m%d')",
        "dash(d) AS strftime(CAST(d AS DATE), '%Y-%m-%d')",
        "slash(d) AS strftime(CAST(d AS DATE), '%Y/%-m/%-d')",
        "month6(d) AS strftime(CAST(d AS DATE), '%Y%m')",
        "t14(d) AS strftime(CAST(d AS TIMESTAMP), '%Y%m%d%H%M%S')",
    ]


def _words() -> list[str]:
    weights = [pow(3, place, 31) for place in range(17)]
    head = sum(_CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(_CREDIT_HEAD, weights, strict=False))
    tail = " + ".join(f"b // {10 ** (6 - place)} % 10 * {weights[10 + place]}" for place in range(7))
    return [
        "ref(prefix, x, width) AS prefix || lpad(CAST(x AS VARCHAR), CAST(width AS INTEGER), '0')",
        f"credit_sign(b) AS substr('{_CREDIT_ALPHABET}', CAST((31 - ({head} + {tail}) % 31) % 31 + 1 AS INTEGER), 1)",
        f"credit_of(b) AS '{_CREDIT_HEAD}' || lpad(CAST(b AS VARCHAR), 7, '0') || credit_sign(b)",
        "credit(x) AS credit_of(CAST(x AS BIGINT) % 10000000)",
        f"named(x, salt) AS pick(x, salt || '/surname', {texts(SURNAMES)}) || pick(x, salt || '/given', {texts(MALE + FEMALE)})",
        "yuan(x, salt, lo, hi) AS CAST((CAST(lo AS DECIMAL(16,2)) * 100 + draw(x, salt, greatest((CAST(hi AS DECIMAL(16,2))"
        " - CAST(lo AS DECIMAL(16,2))) * 100 + 1, 1))) / 100 AS DECIMAL(16,2))",
        "fen(dec) AS CAST(round(CAST(dec AS DECIMAL(18,2)) * 100) AS BIGINT)",
    ]


def _bodies() -> list[str]:
    """Invented institutions: number i is of kind (i - 1) % 12, in district (i - 1) % 16."""
    codes, names = (texts(tuple(column)) for column in zip(*BEIJING, strict=True))
    kinds, many = texts(KINDS), len(KINDS)
    place = f"list_extract({names}, (i - 1) % {len(BEIJING)} + 1)"
    body = f"""{{
        'number': i, 'kind': list_extract({kinds}, (i - 1) % {many} + 1),
        'division': list_extract({codes}, (i - 1) % {len(BEIJING)} + 1),
        'name': {place} || '示例第' || ((i - 1) // {many} + 1) || list_extract({texts(_NAMES)}, (i - 1) % {many} + 1),
        'credit_code': credit_of(9000000 + CAST(i AS BIGINT)),
        'address': {place} || '示例路' || i || '号', 'phone': '010-0000' || lpad(CAST(i AS VARCHAR), 4, '0')}}"""
    # As many of each kind: number 481 on are left to the first kinds.
    of_kind = f"list_position({kinds}, kind) + {many} * (CAST(abs(CAST(x AS BIGINT)) AS INTEGER) % {INSTITUTIONS // many})"
    return [
        f"institution_of(i) AS {body}",
        f"institution(kind, x) AS institution_of(CAST({of_kind.replace('CAST(abs(CAST(x AS BIGINT)) AS INTEGER)', 'abs(x)')}"
        " AS INTEGER))",
    ]
