"""The closed expression language: what is allowed means the same to DuckDB before and after; all else is refused."""

import re
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping.expression import Refused, condition, operands, parse, rename, tables
from hub.mapping.language import FUNCTIONS

# Every function and operator at least once, over a (text), b (text), n (integer), m (decimal), d (date), t (timestamp).
ALLOWED = """
abs(n)
ceil(m)
coalesce(a, b, 'x')
concat(a, '-', b)
concat_ws('-', a, b)
contains(a, 'b')
date_diff('day', d, CAST(t AS DATE)) IS NULL
date_diff('month', d, d + INTERVAL 40 DAY)
date_trunc('month', d)
day(d)
ends_with(a, 'c')
extract(year FROM d)
floor(m)
greatest(a, b)
hour(t)
last_day(d)
least(n, 3)
left(a, 2)
length(a)
lower(a)
lpad(a, 8, '0')
ltrim(a, ' 0')
ltrim(a)
minute(t)
mod(n, 3)
month(d)
nullif(a, 'abc')
regexp_extract(a, '([a-z]+)', 1)
regexp_full_match(a, '[a-z]+')
regexp_matches(a, 'b')
regexp_replace(a, '[0-9]', 'x')
regexp_replace(a, '[0-9]', 'x', 'g')
replace(a, 'b', 'x')
reverse(a)
right(a, 2)
round(m, 1)
round(m)
rpad(a, 8, '*')
rtrim(a, 'c')
second(t)
sign(n)
split_part(a, '-', 1)
starts_with(a, 'a')
strftime(d, '%Y%m%d')
strftime(t, '%H:%M')
strpos(a, 'b')
substr(a, 2)
substring(a, 2, 1)
translate(a, 'abc', 'xyz')
trim(a)
trim(a, 'a')
try_cast(a AS INTEGER)
try_cast(a AS DECIMAL(17, 2))
try_cast(n AS VARCHAR)
try_cast(a AS TIMESTAMP)
try_strptime(a, '%Y%m%d')
upper(a)
year(d)
a = b
a <> b
a != b
n < 3 OR n > 5 AND n <= 7
NOT (n >= 3)
n + 1 - 2 * 3
n / 2
n // 2
n % 2
-n
(n + 1) * 2
a || '-' || b
a IS NULL
a IS NOT NULL
a IS DISTINCT FROM b
a IS NOT DISTINCT FROM b
n BETWEEN 1 AND 5
n NOT BETWEEN 1 AND 5
a IN ('abc', 'x')
a NOT IN ('abc', 'x')
a LIKE 'a%'
a NOT LIKE 'a%'
a ILIKE 'A%'
a LIKE 'a!%' ESCAPE '!'
CASE WHEN n > 3 THEN a ELSE b END
CASE a WHEN 'abc' THEN 1 WHEN 'x' THEN 2 END
d >= DATE '2024-01-31'
t >= TIMESTAMP '2024-01-31 00:00:00'
d + INTERVAL '1' MONTH
d - INTERVAL 1 DAY
(a IS NULL) = (b IS NULL)
TRUE
NULL
'it''s'
1.50
""".strip().splitlines()
ALLOWED.remove("date_diff('day', d, CAST(t AS DATE)) IS NULL")  # CAST of a column is not on the list

REFUSED = [
    # text, words of the message or the cure
    ("", "empty"),
    ("-- nothing", "empty"),
    ("read_csv('/etc/passwd')", "read_csv is not on the list"),
    ("read_text('/etc/passwd')", "read_text is not on the list"),
    ("'/etc/passwd'::regclass", "not on the list"),
    ("getenv('HOME')", "getenv is not on the list"),
    ("\"getenv\"('HOME')", "getenv is not on the list"),
    ("getenv ('HOME')", "getenv is not on the list"),
    ("getenv/**/('HOME')", "comment"),
    ("main.getenv('HOME')", "not on the list"),
    ("nextval('s')", "not on the list"),
    ("(SELECT a FROM secret)", "subquery"),
    ("a IN (SELECT a FROM secret)", "subquery"),
    ("EXISTS (SELECT 1)", "not on the list"),
    ("a = ANY (SELECT 1)", "any is not on the list"),
    ("count(*)", "not on the list"),
    ("sum(n)", "not on the list"),
    ("row_number() OVER ()", "not on the list"),
    ("sum(n) OVER ()", "not on the list"),
    ("*", "not on the list"),
    ("r.*", "not alias.column"),
    ("COLUMNS('a.*')", "not on the list"),
    ("a; DROP TABLE t", "';'"),
    ("a -- rest", "comment"),
    ("a /* x */", "comment"),
    ("?", "not on the list"),
    ("$1", "not on the list"),
    (":x", "not on the list"),
    ("now()", "clock"),
    ("current_date", "not on the list"),
    ("current_timestamp", "not on the list"),
    ("today()", "not on the list"),
    ("random()", "not on the list"),
    ("uuid()", "not on the list"),
    ("CAST(a AS INTEGER)", "try_cast"),
    ("a::INTEGER", "try_cast"),
    ("strptime(a, '%Y')", "try_strptime"),
    ("try_cast(a AS INTEGER[])", "not on the list"),
    ("try_cast(a AS BLOB)", "not on the list"),
    ("try_cast(a AS STRUCT(x INT))", "not on the list"),
    ("DATE '2023-02-29'", "not a day"),
    ("TIMESTAMP '2023-01-01 25:00:00'", "not a day"),
    ("lpad(a, 1000000000, 'x')", "number up to 4000"),
    ("lpad(a, n, 'x')", "number up to 4000"),
    ("repeat(a, 1000000000)", "not on the list"),
    ("regexp_matches(a, b)", "in quotes"),
    ("try_strptime(a, b)", "in quotes"),
    ("strftime(d, a)", "in quotes"),
    ("d + INTERVAL (n) DAY", "number up to"),
    ("ifnull(a, b)", "coalesce"),
    ("nvl(a, b)", "coalesce"),
    ("decode(a, 'x', 'y')", "case"),
    ("len(a)", "length"),
    ("if(n > 1, a, b)", "case"),
    ("subsrt(a, 1)", "substr"),
    ("a[1]", "not on the list"),
    ("[1, 2]", "not on the list"),
    ("{'x': 1}", "not on the list"),
    ("a -> '$.x'", "not on the list"),
    ("a ->> '$.x'", "not on the list"),
    ("lambda x: x", "not an expression"),
    ("a GLOB '*'", "not on the list"),
    ("a SIMILAR TO 'x'", "not on the list"),
    ("a COLLATE NOCASE", "not on the list"),
    ("a AS b", "not on the list"),
    ("a, b", "not an expression"),
    ("a b", "not on the list"),
    ("SELECT 1", "subquery"),
    ("a UNION SELECT 1", "subquery"),
    ("x.y.z", "not alias.column"),
    ("w.x.y.z", "not alias.column"),
    ("trim(BOTH 'x' FROM a)", "more than one reading"),
    ("TRY(a)", "not on the list"),
    ("a = 'x", "a quote is not closed (character 5)"),
    ("a = = 'x'", "not an expression: a value is missing beside '=' (character 5)"),
    ("a = 'x' AND", "a value is missing beside 'AND' (character 9)"),
    ("upper(a) ) = 'x'", "')' does not belong here (character 10)"),
    ("lower(a b)", ") is missing at 'b' (character 9)"),
    ("a = 'x' OR\ngetenv(b) = 'y'", "getenv is not on the list (character 12)"),
    ("a = 'x' OR\nb = = 'y'", "a value is missing beside '=' (character 16)"),
    ("try_cast(a)", "try_cast(a as type): another type"),
    ("extract(d)", "extract(year from d): a part of a date"),
    ("left(a)", "left takes 2 arguments, not 1 (character 1)"),
    ("upper（a）", "the full-width '（' is no sign of SQL (character 6)"),
    ("(a", "not an expression"),
    ("PRAGMA version", "not on the list"),
    ("ATTACH 'x'", "not on the list"),
    ("x" * 4001, "longer than 4000"),
    ("(" * 300 + "a" + ")" * 300, "brackets"),
    ("NOT " * 900 + "a", "brackets"),
]


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    """Rows with NULLs, blanks, Chinese and digits."""
    connection = duckdb.connect()
    connection.execute(
        """CREATE TABLE rows AS SELECT * FROM (VALUES
        ('abc', 'x', 4, 1.25::DECIMAL(9, 2), DATE '2024-01-31', TIMESTAMP '2024-01-31 09:30:15'),
        (' 00a-b ', NULL, -7, -2.50, DATE '1999-12-31', TIMESTAMP '1999-12-31 23:59:59'),
        ('20240229', '𠮷民', 0, 0, NULL, NULL), (NULL, 'x', NULL, NULL, DATE '2000-02-29', NULL)) v(a, b, n, m, d, t)"""
    )
    yield connection
    connection.close()


@pytest.mark.parametrize("text", ALLOWED)
def test_what_is_allowed_gives_what_it_gives_as_written(rows: duckdb.DuckDBPyConnection, text: str) -> None:
    """The normalised SQL and the text of the mapping have the same values in DuckDB, and normalising again changes nothing."""
    made = parse(text)
    assert rows.execute(f"SELECT {made.sql} FROM rows").fetchall() == rows.execute(f"SELECT {text} FROM rows").fetchall()
    assert parse(made.sql) == made


def test_every_documented_function_is_allowed_and_tried_here() -> None:
    """The list in the code is the list above."""
    used = {name.lower() for text in ALLOWED for name in re.findall(r"([a-z_]+)\(", text)}
    assert set(FUNCTIONS) <= used


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_meaning_of_a_function_begins_with_its_call(name: str) -> None:
    """The list is printed as documentation."""
    assert re.match(rf"{name}\(.*\): \w", FUNCTIONS[name])


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[case[0][:40] for case in REFUSED])
def test_what_is_not_on_the_list_is_refused_with_what_is_near(text: str, words: str) -> None:
    """The message or the cure says which way to go."""
    with pytest.raises(Refused) as refused:
        parse(text)
    assert words in f"{refused.value.message}; {refused.value.cure}"
    assert refused.value.cure
    assert "\x1b" not in refused.value.message


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["a", "(", ")", "'", "--", "select", "trim(", ",", ";", "1", "||", "$$", "::"])).map(" ".join)
)
def test_no_text_makes_the_parser_fail(text: str) -> None:
    """Any text is an expression that is stable, or is refused."""
    try:
        made = parse(text)
    except Refused:
        return
    assert parse(made.sql).sql == made.sql


def test_columns_are_named_in_the_order_met() -> None:
    """Qualified as written; a lone alias is added to bare names; strings that look like columns are none."""
    assert parse("coalesce(r.b, r.a, r.b) || 'r.c'").columns == ("r.b", "r.a")
    assert parse("trim(name) || p.x", "p").sql == "TRIM(p.name) || p.x"
    assert parse("name", "p").columns == ("p.name",)
    assert parse("r.cert_no").sql == "r.cert_no"
    assert parse('trim(r."姓名")').columns == ("r.姓名",)


@pytest.mark.parametrize("word", ["user", "type", "date", "order", "group", "key", "desc", "end", "time", "comment"])
def test_a_column_named_like_a_word_of_sql_is_a_column(rows: duckdb.DuckDBPyConnection, word: str) -> None:
    """Local systems use such names; what runs quotes them where they need it."""
    made = parse(f"coalesce(r.{word}, 'none')")
    assert made.columns == (f"r.{word}",)
    rows.execute(f"SELECT {made.sql} FROM (SELECT 'x' AS \"{word}\") r").fetchall()


def test_columns_can_be_renamed_to_anything_without_touching_texts() -> None:
    """The kernel gives every column one quoted name."""
    sql = parse("trim(r.a) || r.b || 'r.a'").sql
    assert rename(sql, {"r.a": "r.a", "r.b": 'x"y'}) == 'TRIM("r.a") || "x""y" || \'r.a\''
    assert rename("r.a", {"r.a": "0"}) == '"0"'


FROM = [
    ("t", {"t": "t"}),
    ("t r", {"r": "t"}),
    ("t AS r", {"r": "t"}),
    ("s.t r", {"r": "s.t"}),
    ("t r JOIN u ON u.id = r.id LEFT JOIN u v ON v.id = r.id AND v.k = 'x'", {"r": "t", "u": "u", "v": "u"}),
    ("t r, u", {"r": "t", "u": "u"}),
    ("`t` r", {"r": "t"}),
    ('"T" r', {"r": "T"}),
    ("[t] r", {"r": "t"}),
]


@pytest.mark.parametrize(("text", "aliases"), FROM)
def test_the_tables_of_a_from_are_found_in_any_dialect(text: str, aliases: dict[str, str]) -> None:
    """PostgreSQL's quotes, MySQL's and SQL Server's."""
    assert tables(text).aliases == aliases


NOT_FROM = [
    "(SELECT 1) x",
    "t WHERE 1 = 1",
    "t; DROP TABLE t",
    "t -- x",
    "t # x",
    "t /* x */",
    "read_csv('x') r",
    "t r, LATERAL (SELECT 1) y",
    "t JOIN u USING (a)",
    "t NATURAL JOIN u",
    "t r JOIN t r ON 1 = 1",
    "t r JOIN u ON pg_sleep(3)",
    "t UNION SELECT 1",
    "t FOR UPDATE",
    "t GROUP BY 1",
    "t LIMIT 1",
    "t TABLESAMPLE (10)",
    "a.b.c.d r",
    "VALUES (1)",
    "t r JOIN u ON r.a = 'x\\'",
    "t r JOIN u ON EXISTS (SELECT 1)",
    "",
    "t r JOIN",
    "t 'x",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "t INTO OUTFILE 'x'",
]


@pytest.mark.parametrize("text", NOT_FROM, ids=[text[:30] for text in NOT_FROM])
def test_a_from_names_tables_and_joins_only(text: str) -> None:
    """Whatever else a SELECT can have is refused."""
    with pytest.raises(Refused) as refused:
        tables(text)
    assert refused.value.cure


def test_columns_outside_subqueries_are_told_for_checking() -> None:
    """A subquery has tables of its own."""
    assert condition("r.a = 'x' AND r.b IN (SELECT z.c FROM z WHERE z.d = 1)") == ("r.a", "r.b")
    assert tables("t r JOIN u ON u.id = r.id").columns == ("u.id", "r.id")


CONDITIONS = [
    "r.status <> 'X'",
    "to_date(r.a, 'YYYY') > sysdate",
    "nvl(r.a, '0') = '1'",
    "instr(r.a, 'x') > 0",
    "r.d >= str_to_date('2024-01-01', '%Y-%m-%d')",
    "nvl2(r.a, 1, 0) = 1",
    "isnull(r.a, '') <> ''",
    "r.ts > now() - interval '3 days'",
    "r.a IS NOT NULL AND r.b LIKE '%x%'",
    "EXISTS (SELECT 1 FROM z WHERE z.a = r.b)",
    "(r.a, r.b) IN (SELECT x, y FROM z)",
    "r.a = 'it''s; -- fine'",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_where_may_use_the_dialect_of_its_source(text: str) -> None:
    """It is sent as written."""
    condition(text)


NOT_WHERE = [
    "1 = 1) UNION SELECT (1",
    "r.a = 1 GROUP BY 1",
    "r.a = 1 ORDER BY 1",
    "r.a = 1; DELETE FROM t",
    "r.a = 1 -- x",
    "rand() < 0.5",
    "NEXT VALUE FOR s > 1",
    "sleep(5) = 0",
    "load_file('/etc/passwd') IS NULL",
    "benchmark(1000000, md5('x')) = 0",
    "pg_read_file('/etc/passwd') IS NULL",
    "utl_http.request('http://x') IS NULL",
    "dbo.xp_cmdshell('x') = 1",
    "r.a = 1 # x",
    "r.a = ?",
    "r.a = :x",
    "r.a = @@version",
    "pg_sleep(10)",
    "r.a = 'x\\'",
    "r.a = $$x$$",
    "lo_import('/etc/passwd') = 1",
    "r.a IN (DELETE FROM t RETURNING 1)",
    "",
    "r.a = 'x",
    "EXISTS (SELECT 1 FROM z FOR UPDATE)",
    "r.a = (SELECT 1 INTO z)",
]


@pytest.mark.parametrize("text", NOT_WHERE, ids=[text[:30] for text in NOT_WHERE])
def test_a_where_is_one_condition_that_only_reads(text: str) -> None:
    """Brackets cannot be closed early, nothing can follow, nothing can be written."""
    with pytest.raises(Refused) as refused:
        condition(text)
    assert refused.value.cure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 'D' OR a", ("a",)),
        ("a AND b", ("a", "b")),
        ("NOT ((a))", ("a",)),
        ("a IS NOT NULL AND n NOT BETWEEN 1 AND 5 AND a NOT IN ('x')", ()),
        ("CASE WHEN a THEN b ELSE n > 1 AND a END", ("a",)),
        ("CASE a WHEN 'x' THEN b END", ()),
        ("coalesce(upper(a) OR contains(a, 'x'), TRUE)", ("UPPER(a)", "CONTAINS(a, 'x')")),
        ("a = 'x OR y'", ()),
        ("a", ()),
    ],
)
def test_what_stands_as_a_condition_is_found_at_any_depth(text: str, expected: tuple[str, ...]) -> None:
    """Comparisons are left out: they are true or false whatever they compare."""
    assert operands(parse(text).sql) == expected
