"""Takes a seed and the clock; gives the SQL macros that stories are told with. Pure.

Each macro is a function of the seed and its arguments alone. ``salt`` names a draw: the same number with two salts gives two
draws that know nothing of each other. DuckDB's hash() stays the same within one release, and the release is pinned.
"""

from collections.abc import Sequence
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
    return [f"CREATE OR REPLACE MACRO {macro}" for macro in (*_draws(seed), *_times(times, seed), *_words(seed), *_bodies())]


def _dice(seed: int, salt: str = "salt") -> str:
    """Hashed twice: combining two hashes is an exclusive or, which would leave draws of different salts alike."""
    return f"hash(hash(x, {salt}, {seed}))"


def _drawn(seed: int, many: str, salt: str = "salt") -> str:
    """A number from 0 to ``many`` - 1 (SQL). Written out wherever it is needed: a macro inside a macro takes planning twice."""
    return f"CAST({_dice(seed, salt)} % CAST({many} AS UBIGINT) AS BIGINT)"


def _draws(seed: int) -> list[str]:
    return [
        f"dice(x, salt) AS {_dice(seed)}",
        # Without the cast every row's number becomes a decimal to be compared.
        f"chance(x, salt, p) AS {_dice(seed)} % 1000000 < CAST(p * 1000000 AS UBIGINT)",
        f"draw(x, salt, n) AS {_drawn(seed, 'n')}",
        f'"between"(x, salt, lo, hi) AS CAST(lo + {_drawn(seed, "greatest(hi - lo + 1, 1)")} AS BIGINT)',
        f"pick(x, salt, list) AS list_extract(list, 1 + {_drawn(seed, 'len(list)')})",
    ]


def _times(times: Times, seed: int) -> list[str]:
    latest = f"TIMESTAMP '{times.upper - timedelta(seconds=3_660)}'"
    evening = f"CAST(d AS DATE) + to_seconds(61200 + {_drawn(seed, str(_SECONDS))})"
    saved = f"least({evening}, {latest} - to_seconds({_drawn(seed, '3540')}))"
    if times.stamp is not None:
        saved = f"CASE WHEN d IS NOT NULL THEN TIMESTAMP '{times.stamp}' END"
    late = f"TIMESTAMP '{times.upper}' - to_seconds(60 + {_drawn(seed, '480')})"
    days = _drawn(seed, "greatest(CAST(hi AS DATE) - CAST(lo AS DATE) + 1, 1)")
    return [
        f"day(x, salt, lo, hi) AS CAST(lo AS DATE) + CAST({days} AS INTEGER)",
        "days_after(d, n) AS CAST(d AS DATE) + CAST(n AS INTEGER)",
        f"at_work(d, x, salt) AS CAST(d AS DATE) + to_seconds(32400 + {_drawn(seed, '25200')})",
        f"saved(d, x, salt) AS {saved}",
        # The next window's overlap of ten minutes reads these rows again.
        f"kept(recent, d, x, salt) AS CASE WHEN recent AND d IS NOT NULL THEN {late} ELSE {saved} END",
        "d8(d) AS strftime(CAST(d AS DATE), '%Y%m%d')",
        "dash(d) AS CAST(CAST(d AS DATE) AS VARCHAR)",
        "slash(d) AS strftime(CAST(d AS DATE), '%Y/%-m/%-d')",
        "month6(d) AS strftime(CAST(d AS DATE), '%Y%m')",
        "t14(d) AS strftime(CAST(d AS TIMESTAMP), '%Y%m%d%H%M%S')",
    ]


def _words(seed: int) -> list[str]:
    surname = _drawn(seed, str(len(SURNAMES)), "salt || '/surname'")
    given = _drawn(seed, str(len(MALE + FEMALE)), "salt || '/given'")
    fen = "CAST({} AS DECIMAL(16,2)) * 100".format
    spread = _drawn(seed, f"greatest({fen('hi')} - {fen('lo')} + 1, 1)")
    return [
        # A power of ten in front instead of padding: half the time. Numbers with more signs than ``width`` lose the first ones.
        "ref(prefix, x, width) AS prefix || substr(CAST(x + CAST(pow(10, width) AS BIGINT) AS VARCHAR), 2)",
        f"credit_sign(b) AS substr('{_CREDIT_ALPHABET}', CAST((31 - ({_credit_total()}) % 31) % 31 + 1 AS INTEGER), 1)",
        f"credit_of(b) AS '{_CREDIT_HEAD}' || substr(CAST(b + 10000000 AS VARCHAR), 2) || credit_sign(b)",
        "credit(x) AS credit_of(CAST(x AS BIGINT) % 10000000)",
        f"named(x, salt) AS list_extract(getvariable('surnames'), 1 + {surname})"
        f" || list_extract(getvariable('given'), 1 + {given})",
        f"yuan(x, salt, lo, hi) AS CAST(({fen('lo')} + {spread}) / 100 AS DECIMAL(16,2))",
        # Clerks set names of two signs apart to fill three places, and often write the check sign X small.
        f"written(surname, given, x, salt) AS CASE WHEN length(surname) = 1 AND length(given) = 1 AND {_dice(seed)} % 10 < 3"
        " THEN surname || '\u3000' || given ELSE surname || given END",
        f"typed(id, x, salt) AS CASE WHEN {_dice(seed)} % 10 < 3 THEN replace(id, 'X', 'x') ELSE id END",
        "fen(dec) AS CAST(round(CAST(dec AS DECIMAL(18,2)) * 100) AS BIGINT)",
    ]


def _credit_total() -> str:
    """GB 32100: the weighted sum of a code's 17 signs, of which the last seven are those of ``b``."""
    weights = [pow(3, place, 31) for place in range(17)]
    head = sum(_CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(_CREDIT_HEAD, weights, strict=False))
    return f"{head} + {weighted(weights[10:], 31)}"


def weighted(weights: Sequence[int], modulus: int) -> str:
    """SQL of the weighted sum of the digits of ``b`` (as many as weights, the first digit first); equal to it by ``modulus``.

    A digit is a quotient less ten times the next, so each quotient counts once and no remainder is taken: dividing is what costs.
    """
    terms = []
    for place, weight in enumerate(reversed(weights)):
        lower = weights[len(weights) - place] if place else 0
        factor = (weight - 10 * lower) % modulus
        if factor:
            terms.append(f"b // {10**place} * {factor}")
    return " + ".join(terms)


def _bodies() -> list[str]:
    """Institutions out of the variables that ``variables`` sets."""
    return [
        "institution_of(i) AS list_extract(getvariable('institutions'), i)",
        f"institution(kind, x) AS list_extract(getvariable(kind), 1 + abs(x) % {INSTITUTIONS // len(KINDS)})",
    ]


def variables() -> list[str]:
    """SET VARIABLE statements, after the macros: long lists that a statement finds ready instead of planning them each time.

    Invented institutions: number i is of kind (i - 1) % 12, in district (i - 1) % 16. All of them stand in ``institutions``; as
    many of each kind in a variable of the kind's name (those above 492 are left out).
    """
    codes, names = (texts(tuple(column)) for column in zip(*BEIJING, strict=True))
    kinds, many = texts(KINDS), len(KINDS)
    place = f"list_extract({names}, (i - 1) % {len(BEIJING)} + 1)"
    body = f"""{{
        'number': CAST(i AS INTEGER), 'kind': list_extract({kinds}, (i - 1) % {many} + 1),
        'division': list_extract({codes}, (i - 1) % {len(BEIJING)} + 1),
        'name': {place} || '示例第' || ((i - 1) // {many} + 1) || list_extract({texts(_NAMES)}, (i - 1) % {many} + 1),
        'credit_code': credit_of(9000000 + i),
        'address': {place} || '示例路' || i || '号', 'phone': '010-0000' || lpad(CAST(i AS VARCHAR), 4, '0')}}"""
    own = "FROM (SELECT unnest(getvariable('institutions')) AS each) WHERE each.kind = '{0}'"
    return [
        f"SET VARIABLE surnames = {texts(SURNAMES)}",
        f"SET VARIABLE given = {texts(MALE + FEMALE)}",
        f"SET VARIABLE institutions = (SELECT list({body} ORDER BY i) FROM range(1, {INSTITUTIONS + 1}) t(i))",
        *(
            f'SET VARIABLE "{kind}" = (SELECT list(each ORDER BY each.number)[:{INSTITUTIONS // many}] {own.format(kind)})'
            for kind in KINDS
        ),
    ]
