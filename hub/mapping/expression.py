"""Takes SQL texts of contracts and mappings; gives checked expressions and the columns they read. Alone may parse SQL.

Expressions are scalar SQL of DuckDB from a closed list: ``FUNCTIONS``, the operators below and ``TRY_CAST``. Nothing on the
list can stop a batch because of one bad value, see the time, read a file, or look at another row. What is run is the
text generated from the tree that was checked, and that text parses to the same tree again.

``from:`` and ``where:`` run at the source in its own dialect and are sent as written; here they are only read, for the
tables they name and to refuse what is more than tables, joins and one condition.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]

from hub.mapping.language import FUNCTIONS, HARMLESS, NEAR, OPERATORS, TYPES
from hub.mapping.spelling import Slip, miscounted, unclosed, wide
from hub.problem import nearest

MAX_LENGTH = 4000

# fmt: off
_WORDS = frozenset({  # may stand before a bracket without being a function
    "cast", "and", "or", "not", "in", "when", "then", "else", "case", "between", "like", "ilike", "is", "from", "as", "escape",
    "decimal", "numeric", "varchar", "char", "interval",
})
_NODES = frozenset({
    exp.Abs, exp.Add, exp.And, exp.Between, exp.Boolean, exp.Case, exp.Cast, exp.Ceil, exp.Coalesce, exp.Column,
    exp.Concat, exp.ConcatWs, exp.Contains, exp.DPipe, exp.DataType, exp.DataTypeParam, exp.DateDiff, exp.Day, exp.Div,
    exp.EQ, exp.EndsWith, exp.Escape, exp.Extract, exp.Floor, exp.GT, exp.GTE, exp.Greatest, exp.Hour, exp.ILike,
    exp.Identifier, exp.If, exp.In, exp.IntDiv, exp.Interval, exp.Is, exp.LT, exp.LTE, exp.LastDay, exp.Least, exp.Left,
    exp.Length, exp.Like, exp.Literal, exp.Lower, exp.Minute, exp.Mod, exp.Month, exp.Mul, exp.NEQ, exp.Neg, exp.Not,
    exp.Null, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Nullif, exp.Or, exp.Pad, exp.Paren, exp.RegexpExtract,
    exp.RegexpFullMatch, exp.RegexpLike, exp.RegexpReplace, exp.Replace, exp.Reverse, exp.Right, exp.Round, exp.Second,
    exp.Sign, exp.SplitPart, exp.StartsWith, exp.StrPosition, exp.Sub, exp.Substring, exp.TimeToStr, exp.TimestampTrunc,
    exp.Translate, exp.Trim, exp.TryCast, exp.Upper, exp.Var, exp.Year,
})
# fmt: on
_LITERAL_ARGUMENT = {"RegexpLike", "RegexpFullMatch", "RegexpReplace", "RegexpExtract", "TimeToStr", "TRY_STRPTIME"}
_WRITES = (
    exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Placeholder, exp.Parameter, exp.SessionParameter, exp.NextValueFor
)  # fmt: skip
_DIALECTS = ("postgres", "mysql", "oracle", "tsql", "sqlite")
_MARK = "\ue000"
_WORD = re.compile(r"[^\W\d]")
_PLAIN = re.compile(r"[A-Za-z_]\w*")
_SIMPLE = re.compile(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*", re.ASCII)


class Refused(ValueError):  # noqa: N818 - it is caught to become a Problem
    """An SQL text that is not allowed: what is wrong, at which character of the text (from 0), and what would be right."""

    def __init__(self, message: str, cure: str = "", at: int | None = None) -> None:
        super().__init__(message)
        self.message = message if at is None else f"{message} (character {at + 1})"
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Expression:
    """``sql`` is what the kernel runs; ``columns`` are the names it reads, ``alias.column`` or bare, in the order met."""

    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a ``from:`` names: alias -> table, and the columns (as written) of its join conditions."""

    aliases: Mapping[str, str]
    columns: tuple[str, ...]


@lru_cache(maxsize=20_000)
def parse(text: str, alias: str = "") -> Expression:
    """A scalar expression; bare column names get ``alias`` if one is given. Raises Refused."""
    if _SIMPLE.fullmatch(text):
        return Expression(text, (text,))
    _refuse_slip(wide(text) or unclosed(text))
    tokens = _tokens(text)
    _refuse_names(tokens)
    _refuse_slip(miscounted(text))
    tree = _one(text, "duckdb")
    for node in tree.walk():
        _refuse_node(node)
    named = tuple(dict.fromkeys(_named(column) for column in _spelt(tree, alias)))
    sql = tree.sql("duckdb", comments=False)
    again = _one(sql, "duckdb")
    _spelt(again)
    if again != tree:
        raise Refused("this spelling has more than one reading", "write it in a plainer way")
    _PIECES.setdefault(sql, _split(tree))
    return Expression(sql, named)


def rename(sql: str, names: Mapping[str, str]) -> str:
    """The checked expression with every column replaced by one quoted name: ``{"r.xm": "c0"}`` makes ``r.xm`` to ``"c0"``."""
    pieces = _pieces(sql)
    quoted = ('"' + names[column].replace('"', '""') + '"' for column in pieces[1::2])
    return pieces[0] + "".join(column + text for column, text in zip(quoted, pieces[2::2], strict=True))


def columns(sql: str) -> tuple[str, ...]:
    """The columns of a checked expression as often as they stand in it."""
    return _pieces(sql)[1::2]


def operands(sql: str) -> tuple[str, ...]:
    """What a checked expression joins by AND, OR and NOT or puts after WHEN, at any depth, but for comparisons.

    Each must be true or false: DuckDB would cast a text, and read '1' as true.
    """
    found: list[exp.Expr] = []
    for node in _one(sql, "duckdb").find_all(exp.Connector, exp.Not, exp.Case, bfs=False) if _TRUTHS.search(sql) else ():
        if isinstance(node, exp.Connector):
            found += [node.left, node.right]
        elif isinstance(node, exp.Not):
            found.append(node.this)
        elif not node.this:
            found += [each.this for each in node.args["ifs"]]
    loose = (each.unnest() for each in found)
    return tuple(dict.fromkeys(each.sql("duckdb") for each in loose if not isinstance(each, _TRUE_OR_FALSE)))


_TRUTHS = re.compile(r"\b(?:AND|OR|NOT|WHEN)\b")  # in capitals, as checked expressions have them
_TRUE_OR_FALSE = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)
_PIECES: dict[str, tuple[str, ...]] = {}


def _pieces(sql: str) -> tuple[str, ...]:
    """Text and column names of a checked expression by turns, beginning and ending with text; kept, as they are asked often."""
    if _SIMPLE.fullmatch(sql):
        return "", sql, ""
    if sql not in _PIECES:
        _PIECES[sql] = _split(_one(sql, "duckdb"))
    return _PIECES[sql]


def _split(tree: exp.Expr) -> tuple[str, ...]:
    for column in list(tree.find_all(exp.Column)):
        marked = exp.to_identifier(f"{_MARK}{_named(column)}{_MARK}", quoted=True)
        if column is tree:
            tree = marked
        else:
            column.replace(marked)
    pieces = re.split(f'"?{_MARK}"?', tree.sql("duckdb"))
    return tuple(piece.replace('""', '"') if number % 2 else piece for number, piece in enumerate(pieces))


def tables(text: str) -> Tables:
    """The tables and joins of a ``from:``. Raises Refused for anything more than named tables, aliases and conditions."""
    _refuse_tricks(text)
    tree = _select(text, "SELECT 1 FROM ")
    extra = [name for name, value in tree.args.items() if value and name not in ("expressions", "from_", "from", "joins", "kind")]
    if extra:
        raise Refused(f"from: has more than tables and joins ({extra[0].upper()})", "conditions belong under where:")
    aliases: dict[str, str] = {}
    for node in tree.walk():
        if isinstance(node, exp.Query | exp.Lateral | exp.Unnest | exp.Values) and node is not tree:
            raise Refused("from: may name tables only, no subqueries", "make a view in the source, or join the tables")
        _refuse_source(node)
        if isinstance(node, exp.Table):
            _add_table(node, aliases)
    if any(join.args.get("using") or join.args.get("method") == "NATURAL" for join in tree.find_all(exp.Join)):
        raise Refused("from: joins with USING or NATURAL", "write JOIN … ON a.x = b.x")
    return Tables(aliases, tuple(dict.fromkeys(_named(column) for column in tree.find_all(exp.Column, bfs=False))))


def condition(text: str) -> tuple[str, ...]:
    """The columns outside subqueries that a ``where:`` reads. Raises Refused unless it is one condition that only reads."""
    _refuse_tricks(text)
    tree = _select(f"{text})", "SELECT 1 WHERE (")
    where = tree.args.get("where")
    extra = [name for name, value in tree.args.items() if value and name not in ("expressions", "where", "kind")]
    if extra or where is None or not isinstance(where.this, exp.Paren):
        raise Refused("where: must be one condition", "no GROUP BY, ORDER BY, UNION or second condition")
    for node in tree.walk():
        _refuse_source(node)
    outside = (column for column in tree.find_all(exp.Column, bfs=False) if column.find_ancestor(exp.Select) is tree)
    return tuple(dict.fromkeys(_named(column) for column in outside))


def _refuse_slip(slip: Slip | None) -> None:
    if slip is not None:
        raise Refused(slip.message, slip.cure, slip.at)


def _tokens(text: str) -> list[Token]:
    if len(text) > MAX_LENGTH:
        raise Refused(f"the expression is longer than {MAX_LENGTH} characters", "use a crosswalk, or a view in the source")
    try:
        tokens = sqlglot.tokenize(text, read="duckdb")
    except SqlglotError as error:
        raise Refused(f"not an expression: {_words(error)}", "check quotes: 'text' in single quotes") from None
    if _MARK in text:
        raise Refused("a private character (U+E000) in an expression", "remove it")
    if not tokens:
        raise Refused("the expression is empty", "write alias.column, or leave the field out")
    return tokens


def _refuse_names(tokens: list[Token]) -> None:
    """Functions by name, before anything is parsed; comments and statement ends."""
    for position, token in enumerate(tokens):
        if token.comments:
            raise Refused("a comment in an expression", "put the remark into a YAML comment")
        if token.token_type == TokenType.SEMICOLON:
            raise Refused("a ';' in an expression", "write one expression", token.start)
        name = token.text.lower()
        called = position + 1 < len(tokens) and tokens[position + 1].token_type == TokenType.L_PAREN
        quoted = token.token_type == TokenType.IDENTIFIER
        if called and (quoted or (_WORD.match(name) and name not in FUNCTIONS and name not in _WORDS)):
            cure = NEAR.get(name) or nearest(name, FUNCTIONS)
            raise Refused(f"the function {name[:60]} is not on the list", cure, token.start)


def _refuse_node(node: exp.Expr) -> None:
    """Everything of the tree that is not on the list."""
    name = type(node).__name__
    if isinstance(node, exp.Query | exp.Exists):
        raise Refused("a subquery in an expression", "join the table under from:")
    if isinstance(node, exp.AggFunc | exp.Window):
        raise Refused("an expression sees one row at a time: no aggregates, no windows", "make a view in the source")
    if isinstance(node, exp.Anonymous):
        name = node.name.upper()
        if name.lower() not in FUNCTIONS:
            raise Refused(f"the function {name.lower()[:60]} is not on the list", nearest(name.lower(), FUNCTIONS))
    elif type(node) not in _NODES:
        raise Refused(
            f"'{node.sql('duckdb')[:60]}' ({name}) is not on the list of operators and functions", f"allowed: {OPERATORS}"
        )
    if isinstance(node, exp.Column) and (len(node.parts) > 2 or isinstance(node.this, exp.Star)):
        raise Refused(f"'{node.sql()[:60]}' is not alias.column", "write alias.column")
    _refuse_arguments(node, name)


def _refuse_arguments(node: exp.Expr, name: str) -> None:
    """Arguments that could stop a batch or fill the memory."""
    if isinstance(node, exp.Cast):
        _refuse_cast(node)
    elif isinstance(node, exp.Pad):
        _number(node.expression, 4000, "the length of lpad and rpad")
    elif isinstance(node, exp.Interval):
        _number(node.this, 100_000, "the length of an interval")
    elif name in _LITERAL_ARGUMENT:
        pattern = node.expressions[1] if isinstance(node, exp.Anonymous) and len(node.expressions) == 2 else _second(node)
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            raise Refused(f"the pattern or format of {name.lower()} must be a text in quotes", "write 'pattern'")


def _second(node: exp.Expr) -> object:
    return node.args.get("format") or node.args.get("expression")


def _refuse_cast(node: exp.Cast) -> None:
    kind = node.to
    if kind.sql("duckdb").partition("(")[0] not in TYPES:
        raise Refused(f"the type {kind.sql('duckdb')[:60]} is not on the list", f"allowed: {', '.join(sorted(TYPES))}")
    if isinstance(node, exp.TryCast):
        return
    if not (isinstance(node.this, exp.Literal) and node.this.is_string and kind.sql("duckdb") in ("DATE", "TIMESTAMP")):
        raise Refused("cast is not on the list", NEAR["cast"])
    reads = date.fromisoformat if kind.sql("duckdb") == "DATE" else datetime.fromisoformat
    try:
        reads(node.this.name)
    except ValueError:
        raise Refused(f"'{node.this.name[:60]}' is not a day that exists", "write DATE '2026-01-31'") from None


def _number(node: exp.Expr | None, greatest: int, what: str) -> None:
    if not (isinstance(node, exp.Literal) and node.name.isdecimal() and int(node.name) <= greatest):
        raise Refused(f"{what} must be a number up to {greatest}", "write the number")


def _one(text: str, dialect: str, before: str = "") -> exp.Expr:
    """The tree of ``before`` and the text, which are one statement; where it is wrong is told within the text."""
    try:
        found = sqlglot.parse(before + text, dialect=dialect)
    except ParseError as error:
        raise _unread(error, before + text, len(before)) from None
    except SqlglotError as error:
        raise Refused(f"not an expression: {_words(error)}", "check brackets and quotes") from None
    except RecursionError:
        raise Refused("too many brackets inside each other", "write it in a plainer way") from None
    if len(found) != 1 or found[0] is None:
        raise Refused("not one expression", "write one expression")
    return found[0]


def _select(text: str, before: str) -> exp.Select:
    """The statement in the first dialect that reads it: the source's own is known only when it is connected."""
    complaint = None
    for dialect in _DIALECTS:
        try:
            tree = _one(text, dialect, before)
        except Refused as refused:
            complaint = complaint or refused
            continue
        if isinstance(tree, exp.Select):
            return tree
    raise complaint or Refused("more than one condition", "no UNION, no second statement")


_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]")
_TRICK = re.compile(r";|--|/\*|#|\\|\$\$|@|'|\"|`")


def _refuse_tricks(text: str) -> None:
    """What one dialect reads as a comment, an escape or a quote and another does not."""
    if len(text) > MAX_LENGTH:
        raise Refused(f"longer than {MAX_LENGTH} characters", "make a view in the source")
    bare = _QUOTED.sub(lambda match: (" " if "\\" not in match.group() else "\\") * len(match.group()), text)
    found = _TRICK.search(bare)
    if found:
        shown = "a quote that is not closed" if found.group() in "'\"`" else f"'{found.group()}'"
        raise Refused(f"{shown} cannot stand in SQL for a source", "no comments, variables, ';' or backslash; close every quote")
    _refuse_slip(wide(bare))


def _refuse_source(node: exp.Expr) -> None:
    """Whatever is not plain reading."""
    if isinstance(node, _WRITES) and not isinstance(node, exp.Query):
        raise Refused(f"'{node.sql()[:60]}' is more than reading", "write tables, joins and conditions only")
    if isinstance(node, exp.Rand | exp.Uuid):
        raise Refused("a condition that is another one each time", "count and rows would not agree")
    if isinstance(node, exp.Anonymous) and node.name.lower() not in HARMLESS:
        raise Refused(
            f"the function {node.name.lower()[:60]} is not known to be harmless", "compute it in fields:, or make a view"
        )


def _add_table(node: exp.Table, aliases: dict[str, str]) -> None:
    extra = {key for key, value in node.args.items() if value} - {"this", "db", "alias"}
    if not isinstance(node.this, exp.Identifier) or extra:
        raise Refused(f"'{node.sql()[:60]}' is not a table", "name tables that the source declares")
    name = f"{node.db}.{node.name}" if node.db else node.name
    alias = node.alias or node.name
    if alias in aliases:
        raise Refused(f"the alias {alias} is used twice", "give every table an alias of its own")
    aliases[alias] = name


def _named(column: exp.Column) -> str:
    return ".".join(part.name for part in column.parts)


def _spelt(tree: exp.Expr, alias: str = "") -> list[exp.Column]:
    """The columns in the order met, after each got its alias, and quotes only where it needs them."""
    found = list(tree.find_all(exp.Column, bfs=False))
    for column in found:
        if alias and not column.table:
            column.set("table", exp.to_identifier(alias))
        for part in column.parts:
            part.set("quoted", not _PLAIN.fullmatch(part.name))
    return found


def _unread(error: ParseError, text: str, before: int) -> Refused:
    """The parser's first complaint without its own words for things, and where in the text it stopped."""
    found = error.errors[0]
    said, near = str(found["description"]), str(found["highlight"])
    lines = text.splitlines(keepends=True)
    at = sum(map(len, lines[: found["line"] - 1])) + found["col"] - len(near) - before
    if said.startswith("Required keyword"):
        said, cure = f"a value is missing beside '{near[:40]}'", "an operator stands between two values: d.zt = '1'"
    elif said.startswith("Invalid expression"):
        said, cure = f"'{near[:40]}' does not belong here", "check brackets and quotes, and the operator before it"
    elif said.startswith("Expecting"):
        said, cure = f"{said.removeprefix('Expecting ')} is missing at '{near[:40]}'", "close every bracket that is opened"
    else:
        called = _MEANT.get(said.split()[-1])
        said = _CLASS.sub("the expression", said.partition(" but got <")[0])[:120]
        cure = FUNCTIONS[called] if called else "check brackets and quotes"
    return Refused(f"not an expression: {said}", cure, max(at, 0))


_CLASS = re.compile(r"<class '[^']*'>")
_MEANT = {"CAST": "try_cast", "EXTRACT": "extract"}


def _words(error: Exception) -> str:
    """The parser's first sentence, without its colours and without the rest of the text."""
    first: Iterator[str] = iter(re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines())
    return next(first, "unreadable").strip()[:120]
