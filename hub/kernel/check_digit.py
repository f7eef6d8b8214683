"""Takes SQL of a text; gives SQL that is true where its check digit (GB 11643, GB 32100) does not hold. Pure text.

``id_odd`` is made for every row: arithmetic on the whole number instead of characters taken one by one. ``id_wrong`` says the
same in few words, for the rows that are looked at.
"""

from hub.kernel.sql import literal

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 2: no I O S V Z
_LAST_DAY = 28  # every month has it: only later days need the calendar
_YEARS = "BETWEEN 1800 AND 2099"


def id_wrong(text: str) -> str:
    """True where ``text`` is not a citizen's ID number; a missing one is not wrong.

    GB 11643-1999: six digits of division, a real date of birth, three of sequence and the check character of ISO 7064
    MOD 11-2: weights 2**i from the right, X is ten, the sum leaves 1 when divided by 11.
    """
    weights = [2**place for place in range(17, -1, -1)]
    real = f"{_is_day(text)} AND CAST(substr({text}, 7, 4) AS INTEGER) {_YEARS}"
    right = f"{_weighed(text, '0123456789X', weights)} % 11 = 1 AND {real}"
    return f"NOT CASE WHEN regexp_full_match({text}, '[1-9][0-9]{{16}}[0-9X]') THEN {right} ELSE {text} IS NULL END"


def id_digits(text: str) -> str:
    """The number as BIGINT, its last character X read as 0; null where the text is no such number."""
    number = f"TRY_CAST(CASE WHEN suffix({text}, 'X') THEN left({text}, 17) || '0' ELSE {text} END AS BIGINT)"
    return f"CASE WHEN strlen({text}) = 18 THEN {number} END"


def id_halves(digits: str) -> tuple[str, str]:
    """The first and the last nine digits, in DOUBLE: exact at this size, and a division costs a tenth of one of integers."""
    return f"CAST({digits} // 1000000000 AS DOUBLE)", f"CAST({digits} % 1000000000 AS DOUBLE)"


def id_odd(text: str, digits: str, high: str, low: str) -> str:
    """``id_wrong``, from the columns ``id_digits`` and ``id_halves``; the weighed sum is the text read as a number of base 2."""
    total = f"CAST(512 * ({_base_two(high)}) + ({_base_two(low)}) AS BIGINT) + CASE WHEN suffix({text}, 'X') THEN 10 ELSE 0 END"
    year, month, day = f"({digits} // 100000000) % 10000", f"({digits} // 1000000) % 100", f"({digits} // 10000) % 100"
    plain_day = f"{month} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND {_LAST_DAY}"
    real_day = f"CASE WHEN {plain_day} THEN TRUE ELSE {_is_day(text)} END"
    # A cast also reads 11010119900101e4; such a spelling leaves two zeros at the end at least.
    all_digits = f"CASE WHEN {digits} % 100 <> 0 THEN TRUE ELSE regexp_full_match({text}, '[0-9]{{17}}[0-9X]') END"
    right = f"{digits} >= {10**17} AND ({total}) % 11 = 1 AND {year} {_YEARS} AND {real_day} AND {all_digits}"
    return f"{text} IS NOT NULL AND ({digits} IS NULL OR NOT ({right}))"


def _is_day(text: str) -> str:
    return f"TRY_CAST(substr({text}, 7, 4) || '-' || substr({text}, 11, 2) || '-' || substr({text}, 13, 2) AS DATE) IS NOT NULL"


def _base_two(number: str) -> str:
    """The decimal digits of a number below 10**9 read in base 2.

    With q(k) = number // 10**k a digit is q(k) - 10 q(k+1), so the sum of the digits times 2**k is
    number - 8 q(1) - 16 q(2) - ...
    """
    return f"{number} - " + " - ".join(f"{2 ** (k + 2)}.0::DOUBLE * floor({number} / {10**k})" for k in range(1, 9))


def credit_wrong(text: str) -> str:
    """True where ``text`` is not a unified social credit code; a missing one is not wrong.

    GB 32100-2015: 18 characters of 31, six of them digits of a division; weights 3**i, the sum is divided by 31.
    """
    shape = f"regexp_full_match({text}, '[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}')"
    weights = [*(pow(3, place, 31) for place in range(17)), 1]
    return f"NOT CASE WHEN {shape} THEN {_weighed(text, _ALPHABET, weights)} % 31 = 0 ELSE {text} IS NULL END"


def _weighed(text: str, alphabet: str, weights: list[int]) -> str:
    """The sum of the places of a text's characters in the alphabet, each times its weight."""
    places = f"list_transform(string_split({text}, ''), lambda c: CAST(strpos({literal(alphabet)}, c) - 1 AS DOUBLE))"
    return f"CAST(list_dot_product({places}, [{', '.join(f'{weight}.0::DOUBLE' for weight in weights)}]) AS BIGINT)"
