"""Takes SQL of a text; gives SQL that is true where its check digit (GB 11643, GB 32100) does not hold. Pure text.

For the rows that are looked at; ``hub.kernel.digits`` says the same of whole columns.
"""

from hub.kernel.sql import literal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 2: no I O S V Z
_YEARS = "BETWEEN 1800 AND 2099"


def id_wrong(text: str) -> str:
    """True where ``text`` is not a citizen's ID number; a missing one is not wrong.

    GB 11643-1999: six digits of division, a real date of birth, three of sequence and the check character of ISO 7064
    MOD 11-2: weights 2**i from the right, X is ten, the sum leaves 1 when divided by 11.
    """
    weights = [2**place for place in range(17, -1, -1)]
    day = f"substr({text}, 7, 4) || '-' || substr({text}, 11, 2) || '-' || substr({text}, 13, 2)"
    real = f"TRY_CAST({day} AS DATE) IS NOT NULL AND CAST(substr({text}, 7, 4) AS INTEGER) {_YEARS}"
    right = f"{_weighed(text, '0123456789X', weights)} % 11 = 1 AND {real}"
    return f"NOT CASE WHEN regexp_full_match({text}, '[1-9][0-9]{{16}}[0-9X]') THEN {right} ELSE {text} IS NULL END"


def credit_wrong(text: str) -> str:
    """True where ``text`` is not a unified social credit code; a missing one is not wrong.

    GB 32100-2015: 18 characters of 31, six of them digits of a division; weights 3**i, the sum is divided by 31.
    """
    shape = f"regexp_full_match({text}, '[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}')"
    weights = [*(pow(3, place, 31) for place in range(17)), 1]
    return f"NOT CASE WHEN {shape} THEN {_weighed(text, ALPHABET, weights)} % 31 = 0 ELSE {text} IS NULL END"


def _weighed(text: str, alphabet: str, weights: list[int]) -> str:
    """The sum of the places of a text's characters in the alphabet, each times its weight."""
    places = f"list_transform(string_split({text}, ''), lambda c: CAST(strpos({literal(alphabet)}, c) - 1 AS DOUBLE))"
    return f"CAST(list_dot_product({places}, [{', '.join(f'{weight}.0::DOUBLE' for weight in weights)}]) AS BIGINT)"
