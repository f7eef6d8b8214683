"""Takes SQL of a text; gives SQL that is true where its check digit (GB 11643, GB 32100) does not hold. Pure text.

Both are made for a column: no lists, no characters taken one by one where arithmetic on the whole number does it.
"""

from hub.kernel.sql import literal

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 2: no I O S V Z
_LAST_DAY = 28  # every month has it: only later days need the calendar


def id_digits(text: str) -> str:
    """The number as BIGINT, its last character X read as 0; null where the text is no such number."""
    number = f"TRY_CAST(CASE WHEN suffix({text}, 'X') THEN left({text}, 17) || '0' ELSE {text} END AS BIGINT)"
    return f"CASE WHEN strlen({text}) = 18 THEN {number} END"


def id_wrong(text: str, digits: str, halves: tuple[str, str] | None = None) -> str:
    """True where ``text`` is not a citizen's ID number; ``digits`` is ``id_digits`` of it, ``halves`` are ``id_halves`` of those.

    GB 11643-1999: six digits of division, a real date of birth, three of sequence and the check character of ISO 7064
    MOD 11-2, which is the text read as a number of base 2, X as ten, that leaves 1 when divided by 11.
    """
    high, low = halves or id_halves(digits)
    total = f"CAST(512 * ({_base_two(high)}) + ({_base_two(low)}) AS BIGINT) + CASE WHEN suffix({text}, 'X') THEN 10 ELSE 0 END"
    year, month, day = f"({digits} // 100000000) % 10000", f"({digits} // 1000000) % 100", f"({digits} // 10000) % 100"
    plain_day = f"{month} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND {_LAST_DAY}"
    real_day = f"CASE WHEN {plain_day} THEN TRUE ELSE TRY_CAST({_day(text)} AS DATE) IS NOT NULL END"
    # A cast also reads 11010119900101e4; such a spelling leaves two zeros at the end at least.
    all_digits = f"CASE WHEN {digits} % 100 <> 0 THEN TRUE ELSE regexp_full_match({text}, '[0-9]{{17}}[0-9X]') END"
    right = f"{digits} >= {10**17} AND ({total}) % 11 = 1 AND {year} BETWEEN 1800 AND 2099 AND {real_day} AND {all_digits}"
    return f"{text} IS NOT NULL AND ({digits} IS NULL OR NOT ({right}))"


def id_halves(digits: str) -> tuple[str, str]:
    """The first and the last nine digits, in DOUBLE: exact at this size, and a division costs a tenth of one of integers."""
    return f"CAST({digits} // 1000000000 AS DOUBLE)", f"CAST({digits} % 1000000000 AS DOUBLE)"


def _base_two(number: str) -> str:
    """The decimal digits of a number below 10**9 read in base 2.

    With q(k) = number // 10**k a digit is q(k) - 10 q(k+1), so the sum of the digits times 2**k is
    number - 8 q(1) - 16 q(2) - ...
    """
    return f"{number} - " + " - ".join(f"{2 ** (k + 2)}.0::DOUBLE * floor({number} / {10**k})" for k in range(1, 9))


def _day(text: str) -> str:
    return f"(substr({text}, 7, 4) || '-' || substr({text}, 11, 2) || '-' || substr({text}, 13, 2))"


def credit_wrong(text: str) -> str:
    """True where ``text`` is not a unified social credit code (GB 32100-2015): 18 characters of 31, weights 3**i mod 31."""
    weighed = " + ".join(
        f"{pow(3, place, 31)} * (strpos({literal(_ALPHABET)}, substr({text}, {place + 1}, 1)) - 1)" for place in range(17)
    )
    check = f"strpos({literal(_ALPHABET)}, substr({text}, 18, 1)) - 1"
    shape = f"regexp_full_match({text}, '[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}')"
    return f"NOT ({shape}) OR ({weighed} + {check}) % 31 <> 0"
