"""Takes nothing, gives the closed list of what an expression may use, with the meaning of each word. Pure data."""

from collections.abc import Mapping

FUNCTIONS: Mapping[str, str] = {
    "abs": "abs(n): the number without its sign",
    "ceil": "ceil(n): the next whole number upwards",
    "coalesce": "coalesce(a, b, …): the first that is not NULL",
    "concat": "concat(a, b, …): the texts joined; NULL counts as empty",
    "concat_ws": "concat_ws(sep, a, b, …): the texts joined with a separator, NULLs left out",
    "contains": "contains(a, b): whether a contains b",
    "date_diff": "date_diff('day', a, b): boundaries of a unit between two dates",
    "date_trunc": "date_trunc('month', d): the beginning of the unit",
    "day": "day(d): day of the month",
    "ends_with": "ends_with(a, b): whether a ends with b",
    "extract": "extract(year from d): a part of a date",
    "floor": "floor(n): the next whole number downwards",
    "greatest": "greatest(a, b, …): the greatest that is not NULL",
    "hour": "hour(t): hour of the day",
    "last_day": "last_day(d): last day of the month",
    "least": "least(a, b, …): the least that is not NULL",
    "left": "left(a, n): the first n characters",
    "length": "length(a): number of characters",
    "lower": "lower(a): small letters",
    "lpad": "lpad(a, n, b): filled with b on the left to n characters (n a number up to 4000)",
    "ltrim": "ltrim(a[, chars]): without blanks (or chars) on the left",
    "minute": "minute(t): minute of the hour",
    "mod": "mod(a, b): remainder",
    "month": "month(d): month of the year",
    "nullif": "nullif(a, b): NULL where a = b, else a",
    "regexp_extract": "regexp_extract(a, 'pattern'[, group]): the part that matches",
    "regexp_full_match": "regexp_full_match(a, 'pattern'): whether the whole text matches",
    "regexp_matches": "regexp_matches(a, 'pattern'): whether a part of the text matches",
    "regexp_replace": "regexp_replace(a, 'pattern', b[, 'g']): matches replaced",
    "replace": "replace(a, b, c): every b replaced by c",
    "reverse": "reverse(a): the characters backwards",
    "right": "right(a, n): the last n characters",
    "round": "round(n[, digits]): rounded half away from zero",
    "rpad": "rpad(a, n, b): filled with b on the right to n characters (n a number up to 4000)",
    "rtrim": "rtrim(a[, chars]): without blanks (or chars) on the right",
    "second": "second(t): second of the minute",
    "sign": "sign(n): one of -1, 0, 1",
    "split_part": "split_part(a, sep, n): the n-th part",
    "starts_with": "starts_with(a, b): whether a starts with b",
    "strftime": "strftime(d, 'format'): a date or timestamp as text",
    "strpos": "strpos(a, b): where b begins in a; 0: nowhere",
    "substring": "substring(a, from[, length]): a part; characters count from 1",
    "substr": "substr(a, from[, length]): the same as substring",
    "translate": "translate(a, from, to): characters replaced one by one",
    "trim": "trim(a[, chars]): without blanks (or chars) on both sides",
    "try_cast": "try_cast(a as type): another type; NULL where it cannot be",
    "try_strptime": "try_strptime(a, 'format'): a timestamp read from text; NULL where it cannot be",
    "upper": "upper(a): capital letters",
    "year": "year(d): the year",
}
"""Every function an expression may call, with its meaning; matching is by name, whatever the case of its letters."""

OPERATORS = (
    "= <> < <= > >=  + - * / // %  ||  AND OR NOT  IS [NOT] NULL  IS [NOT] DISTINCT FROM  BETWEEN  IN (list)  [NOT] LIKE  ILIKE  "
    "CASE WHEN … THEN … ELSE … END  DATE '…'  TIMESTAMP '…'  INTERVAL '1' DAY  TRUE FALSE NULL"
)
TYPES = frozenset({"TEXT", "SMALLINT", "INT", "BIGINT", "DECIMAL", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN"})

NEAR: Mapping[str, str] = {
    "cast": "write try_cast(… as type): cast would stop the whole batch at one bad value",
    "strptime": "write try_strptime(…): strptime would stop the whole batch at one bad value",
    "to_date": "write try_strptime(…, '%Y%m%d')",
    "to_char": "write strftime(…, '%Y%m%d')",
    "date_format": "write strftime(…, '%Y%m%d')",
    "ifnull": "write coalesce(a, b)",
    "nvl": "write coalesce(a, b)",
    "isnull": "write coalesce(a, b), or a IS NULL",
    "decode": "write case … when … then … end, or a crosswalk",
    "if": "write case when … then … else … end",
    "iif": "write case when … then … else … end",
    "len": "write length(a)",
    "char_length": "write length(a)",
    "instr": "write strpos(a, b)",
    "mid": "write substring(a, from, length)",
    "datediff": "write date_diff('day', a, b)",
    "now": "an expression cannot see the clock: use a column of the source",
}
"""What to write instead of words that people bring from other databases."""

# fmt: off
HARMLESS = frozenset({
    "charindex", "convert", "curdate", "datalength", "date_format", "decode", "find_in_set", "getdate", "ifnull",
    "instr", "instrb", "isnull", "lengthb", "locate", "nvl", "nvl2", "regexp_like", "regexp_substr", "str_to_date",
    "strftime", "substrb", "substring_index", "sysdate", "to_char", "to_date", "to_number", "to_timestamp", "trunc",
    "unix_timestamp",
})
# fmt: on
"""Functions that ``where:`` and joins may call although the parser does not know them in every dialect: they only read."""
