"""Takes SQL of a text; gives SQL of the day or time it spells, in the notation of a contract. Pure text.

The usual spellings are read by casts behind a look at the length, the others by regular expressions: a cast alone would
take half a date for another day (``try_strptime('2024115', '%Y%m%d')`` is the 5th of November), and PostgreSQL's ``infinity``
for the year 1900.
"""

from hub.contract.model import Notation
from hub.kernel.sql import literal

_YEAR, _MONTH, _DAY = "([1-9][0-9]{3})", "([0-9]{1,2})", "([0-9]{1,2})"
_BETWEEN = (("-", "-", ""), ("/", "/", ""), (r"\.", r"\.", ""), ("年", "月", "日"))
_SPELLINGS = [f"{_YEAR}{one}{_MONTH}{two}{_DAY}{three}" for one, two, three in _BETWEEN]
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_DAY_AND_CLOCK = f"(?:{'|'.join(_SPELLINGS)})(?:[ T]?{_CLOCK})?".replace("([", "(?:[")
_APART = f"^{_YEAR}[-/.年]{_MONTH}[-/.月]{_DAY}日?[ T]?"
_SHORT = {4: "([1-9][0-9]{3})年?", 6: "([1-9][0-9]{3})[-/.年]?(0[1-9]|1[0-2])月?"}
_PRINTED = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y-%m-%d", 14: "%Y%m%d%H%M%S", 19: "%Y-%m-%d %H:%M:%S"}
_ISO_TIME = "'%Y-%m-%d %H:%M:%S'"


def usual(notation: Notation, text: str) -> str:
    """A DATE (``d``) or TIMESTAMP (``t``) from ISO text, as readers write it, or from digits alone; null for anything else."""
    fraction = f"{text} LIKE '____-__-__ __:__:__.%' AND regexp_full_match(substr({text}, 21), '[0-9]{{1,6}}')"
    word = f"WHEN NOT ({text} >= '0' AND {text} < ':') THEN NULL"  # it does not begin with a digit
    day = f"WHEN {text} LIKE '____-__-__' THEN TRY_CAST({text} AS DATE)"
    digits = f"WHEN strlen({text}) = 8 THEN try_strptime({text}, '%Y%m%d')"
    long_digits = f"WHEN strlen({text}) = 14 THEN try_strptime({text}, '%Y%m%d%H%M%S')"
    time = f"WHEN strlen({text}) = 19 THEN try_strptime({text}, {_ISO_TIME})"
    precise = f"WHEN {fraction} THEN try_strptime(left({text}, 19), {_ISO_TIME})"
    if notation.kind == "d":
        rest = " ".join((digits, time, precise, long_digits))
        return f"CASE {word} {day} ELSE CAST(CASE {rest} END AS DATE) END"
    return f"CASE {word} {time} {long_digits} {precise} {day} {digits} END"


def printed(notation: Notation, moment: str) -> str:
    """The text of a DATE or TIMESTAMP between the years 1000 and 9999; null outside."""
    whole = f"{moment} >= DATE '1000-01-01' AND {moment} < DATE '10000-01-01'"
    spelt = f"strftime({moment}, '{_PRINTED[notation.maximum]}')"
    if notation.maximum == 10:
        spelt = f"CAST({moment} AS VARCHAR)"
    elif notation.maximum == 8:  # arithmetic takes half the time of strftime
        spelt = f"CAST(year({moment}) * 10000 + month({moment}) * 100 + day({moment}) AS VARCHAR)"
    return f"CASE WHEN {whole} THEN {spelt} END"


def read(text: str) -> str:
    """A TIMESTAMP from any spelling that is allowed: 2024/1/5, 2024.01.15, 2024年1月15日, with or without a time; else null."""
    apart = f"rtrim(regexp_replace({text}, {literal(_APART)}, '\\1-\\2-\\3 '))"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(_DAY_AND_CLOCK)}) THEN TRY_CAST({apart} AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, '[1-9][0-9]{{7}}') THEN try_strptime({text}, '%Y%m%d') "
        f"WHEN regexp_full_match({text}, '[1-9][0-9]{{13}}') THEN try_strptime({text}, '%Y%m%d%H%M%S') END"
    )


def spelt(notation: Notation, text: str, moment: str) -> str:
    """The canonical text of what ``read`` made of ``text``; a year or a month may also stand alone."""
    full = f"strftime({moment}, '{_PRINTED[notation.maximum]}')"
    if notation.maximum not in _SHORT:
        return full
    short = literal(_SHORT[notation.maximum])
    groups = "\\1\\2" if notation.maximum == 6 else "\\1"
    return f"CASE WHEN regexp_full_match({text}, {short}) THEN regexp_replace({text}, {short}, '{groups}') ELSE {full} END"


def day_of(notation: Notation, text: str) -> str:
    """The day, as the eight digits of ``d8``, that a canonical text names; the first of its month or year if it has no day."""
    if notation.maximum < 8:
        return f"{text} || '{'0101' if notation.maximum == 4 else '01'}'"
    digits = text if notation.maximum in (8, 14) else f"replace({text}, '-', '')"
    return digits if notation.maximum == 8 else f"left({digits}, 8)"
