"""Takes a YAML file; gives its data, typed by the schema of its kind, with the place of every key. Alone may read YAML.

The YAML is strict: no anchors, aliases, tags, merge keys, directives, duplicate keys or second documents; UTF-8 without a
byte-order mark; at most 4 MiB and 32 levels. The parser's events are read one by one, so that neither a billion laughs
nor a million brackets costs anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hub.problem import Place, Problem
from hub.schema import Branch, Entry, Items, Key, Node, Scalar, Schema, check, node_at, of_kind

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 32
_AMBIGUOUS = frozenset({"on", "off", "yes", "no", "true", "false", "null", "~"})
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_NAMELESS = frozenset({"elements", "codes"})  # kinds whose file is a plain map of many things


@dataclass(frozen=True, slots=True)
class Document:
    """One file. ``data`` is what the schema makes of it; parts that are not ``sound`` may have any shape."""

    path: str
    kind: str
    data: Mapping[str, Any]
    tree: Node
    faults: tuple[Problem, ...] = ()

    def place(self, *keys: Key) -> Place:
        """Where the value at ``keys`` stands; of a map or list, where its key stands; else the nearest that exists."""
        entry = node_at(self.tree, keys)
        if entry is None:
            return Place(self.path, 1, 1)
        if isinstance(entry.value, Scalar):
            return Place(self.path, entry.value.line, entry.value.column)
        return Place(self.path, entry.line, entry.column)

    def key(self, *keys: Key) -> Place:
        """Where the key at ``keys`` stands."""
        entry = node_at(self.tree, keys)
        return Place(self.path, entry.line, entry.column) if entry else Place(self.path, 1, 1)

    def sound(self, *keys: Key) -> bool:
        """Whether the schema finds nothing wrong at ``keys`` or below."""
        if not self.faults:
            return True
        entry = node_at(self.tree, keys)
        low, high = _extent(entry, self.tree)
        return not any(low <= (fault.place.line, fault.place.column) <= high for fault in self.faults)

    def settings(self, schema: Schema, key: str, adapter: str) -> tuple[Any, tuple[Problem, ...]]:
        """The map at ``key`` typed and checked by the schema of an adapter, which is named at the key ``adapter``.

        Settings that are left out are an empty map; what is missing in it is told where the adapter is named.
        """
        if key in self.data:
            return check(self.path, self.tree, schema, [key])
        place = self.place(adapter)
        return check(self.path, Branch(place.line, place.column), schema)


def read(path: Path, root: Path, kind: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """One file of a kind; None when it cannot be understood at all. Places are relative to ``root``."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    text, problem = _text(path, name)
    if problem:
        return None, (problem,)
    tree, problems = _tree(text, name)
    if tree is None:
        return None, tuple(problems)
    if not isinstance(tree, Branch):
        wrong = Problem(
            Place(name, tree.line, tree.column), "yaml-top-level", "the file is not a map", "write 'key: value' lines"
        )
        return None, (*problems, wrong)
    schema = of_kind(kind)
    problems += _first_key(name, tree, kind)
    if kind not in _NAMELESS and kind not in tree.entries:
        return None, tuple(problems)  # another kind of file: what its keys mean here is of no use to anybody
    data, faults = check(name, tree, schema, secrets="${" in text)
    faults = (*problems, *faults)
    return Document(name, kind, data, tree, faults), faults


def misnamed(document: Document, key: str, expected: str) -> list[Problem]:
    """A name inside a file that is not the name of its file or folder."""
    said = document.data[key]
    if said == expected:
        return []
    message = f"{key} is '{said}', but the file or folder is named '{expected}'"
    return [Problem(document.place(key), "file-name", message, "rename one of the two")]


def _text(path: Path, name: str) -> tuple[str, Problem | None]:
    try:
        if path.stat().st_size > MAX_BYTES:
            return "", Problem(Place(name), "yaml-too-big", "the file is larger than 4 MiB", "split it into several files")
        if path.exists() and not path.is_file() and not path.is_dir():  # reading a pipe would wait for its writer
            return "", Problem(Place(name), "file-unreadable", "this is no file", "remove it")
        raw = path.read_bytes()
    except OSError as error:
        return "", Problem(Place(name), "file-unreadable", f"the file cannot be read: {error.strerror}", "check path and rights")
    if raw.startswith(b"\xef\xbb\xbf"):
        return "", Problem(
            Place(name, 1, 1), "yaml-bom", "the file starts with a byte-order mark", "save it as UTF-8 without BOM"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
        place = Place(name, before.count(b"\n") + 1, column)
        return "", Problem(place, "yaml-not-utf8", "the file is not UTF-8 here", "save it as UTF-8 (not GBK, not UTF-16)")
    hidden = _INVISIBLE.search(text)
    if hidden:
        line = text.count("\n", 0, hidden.start()) + 1
        place = Place(name, line, hidden.start() - text.rfind("\n", 0, hidden.start()))
        message = f"an invisible character U+{ord(hidden.group()):04X}"
        return "", Problem(place, "yaml-character", message, "remove it, or write it as an escape in double quotes")
    return text, None


def _first_key(name: str, tree: Branch, kind: str) -> list[Problem]:
    first = next(iter(tree.entries), None)
    if kind in _NAMELESS or first == kind:
        return []
    entry = tree.entries[first] if first is not None else Entry(tree.line, tree.column, tree)
    message = f"the first key must be '{kind}', not '{(first or '')[:60]}'"
    cure = f"start the file with '{kind}: …'"
    if {"apiVersion", "kind"} <= tree.entries.keys():
        cure = "ODCS documents are written by 'hub contract export', not read: write the table in shorthand"
    return [Problem(Place(name, entry.line, entry.column), "first-key", message, cure)]


def _extent(entry: Entry | None, tree: Node) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last place that belongs to an entry (or to the whole tree)."""
    node = entry.value if entry else tree
    low = (entry.line, entry.column) if entry else (0, 0)
    high = (node.line, node.column)
    pending = [node]
    while pending:
        node = pending.pop()
        high = max(high, (node.line, node.column))
        if isinstance(node, Branch):
            for inner in node.entries.values():
                high = max(high, (inner.line, inner.column))
                pending.append(inner.value)
        elif isinstance(node, Items):
            pending.extend(node.nodes)
    return low, high if entry else (1 << 30, 0)


class _Stop(Exception):  # noqa: N818 - it ends the reading of one file
    """The rest of the file cannot be read."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _tree(text: str, name: str) -> tuple[Node | None, list[Problem]]:
    """The tree of the only document in the text, or None, and what is wrong with the YAML itself."""
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            builder.take(event)
    except _Stop as stop:
        return None, [*builder.problems, stop.problem]
    except yaml.MarkedYAMLError as error:
        return None, [*builder.problems, _syntax(error, name, text)]
    if builder.root is None or (isinstance(builder.root, Scalar) and not builder.root.text):
        return None, [*builder.problems, Problem(Place(name), "yaml-empty", "the file is empty", "write it, or delete it")]
    return builder.root, builder.problems


class _Builder:
    """Tree from events, with a stack of its own: depth is bounded and nothing recurses."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[tuple[Branch | Items, Entry | None]] = []  # with the entry that waits for its value
        self._documents = 0

    def take(self, event: Any) -> None:
        """One event of the parser."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            self._refuse(event, line, column)
            self._attach(Scalar(event.value, line, column, not event.style))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse(event, line, column)
            node = Branch(line, column) if isinstance(event, yaml.MappingStartEvent) else Items(line, column)
            self._attach(node)
            self._open.append((node, None))
            if len(self._open) > MAX_DEPTH:
                raise _Stop(self._problem(line, column, "yaml-too-deep", f"more than {MAX_DEPTH} levels", "flatten the file"))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise _Stop(self._problem(line, column, "yaml-alias", f"an alias *{event.anchor}", "write the value out"))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event, line, column)

    def _attach(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent, waiting = self._open[-1]
        if isinstance(parent, Items):
            parent.nodes.append(node)
        elif waiting is None:
            self._open[-1] = parent, self._key(parent, node)
        else:
            waiting.value = node
            self._open[-1] = parent, None

    def _key(self, parent: Branch, node: Node) -> Entry:
        """The entry that a key opens; a duplicate's value is read and forgotten."""
        if not isinstance(node, Scalar):
            raise _Stop(self._problem(node.line, node.column, "yaml-key", "a key that is not a plain word", "write 'key: value'"))
        entry = Entry(node.line, node.column, node)
        place = node.line, node.column
        if node.text in parent.entries:
            first = parent.entries[node.text].line
            message = f"the key '{node.text[:60]}' is given twice; first in line {first}"
            self._tell(*place, "yaml-duplicate-key", message, "keep one of the two")
            return entry
        if node.text == "<<":
            self._tell(*place, "yaml-merge-key", "a merge key <<", "write the keys out")
            return entry
        if node.plain and node.text.lower() in _AMBIGUOUS:
            message = f"the key {node.text} is not a word to every YAML reader"
            self._tell(*place, "yaml-ambiguous-key", message, f"put it in quotes: '{node.text}'")
        if not node.text:
            self._tell(*place, "yaml-key", "an empty key", "write 'key: value'")
        parent.entries[node.text] = entry
        return entry

    def _refuse(self, event: Any, line: int, column: int) -> None:
        if event.anchor is not None:
            self._tell(line, column, "yaml-anchor", f"an anchor &{event.anchor}", "remove it and write values out")
        if event.tag is not None:
            self._tell(line, column, "yaml-tag", f"a tag {event.tag[:60]}", "remove it: the schema knows the type")

    def _document(self, event: Any, line: int, column: int) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _Stop(
                self._problem(line, column, "yaml-documents", "a second document in one file", "make it a file of its own")
            )
        if event.version or event.tags:
            self._tell(1, 1, "yaml-directive", "a % directive", "remove the line")

    def _tell(self, line: int, column: int, code: str, message: str, cure: str) -> None:
        self.problems.append(self._problem(line, column, code, message, cure))

    def _problem(self, line: int, column: int, code: str, message: str, cure: str) -> Problem:
        return Problem(Place(self.name, line, column), code, message, cure)


_SYNTAX = (
    ("mapping values are not allowed", "a ': ' where no key can be", "put the value in quotes, or check the indentation"),
    ("expected ',' or ']'", "a list [ … ] is not closed, or a value in it needs quotes", "close it with ], or quote the value"),
    ("expected ',' or '}'", "a map { … } is not closed, or a value in it needs quotes", "close it with }, or quote the value"),
    ("unexpected end of stream", "a quoted text is not closed", "close it with the same quote"),
    (
        "could not find expected ':'",
        "a line that is neither 'key: value' nor part of a text",
        "add ': ', or check the indentation",
    ),
    ("expected <block end>", "the indentation does not fit the lines above", "align the keys of one map"),
    ("did not find expected key", "the indentation does not fit the lines above", "align the keys of one map"),
    ("did not find expected '-'", "a line that does not belong to the list above", "align it with the first key of its item"),
    ("cannot start any token", "a character that cannot start a value", "put the value in quotes"),
    ("expected alphabetic or numeric", "a value that begins with * or &", "put the value in quotes"),
)
# What a Chinese keyboard gives where YAML wants its own marks: behind a key, before a value, between two keys, as indentation.
_WIDE = re.compile(r"^[ -]*[^\s:：'\"#]+(?P<a>：)|: +(?P<b>[｛［“‘])|(?P<c>，)\s*[\w-]+: |^ *(?P<d>[\u3000\u00a0])")
_NARROW = {"：": "': '", "｛": "'{'", "［": "'['", "“": "'\"'", "‘": '"\'"', "，": "', '", "\u3000": "blanks", "\u00a0": "blanks"}
_CONFLICT = re.compile(r"<{7}|={7}|>{7}")


def _syntax(error: yaml.MarkedYAMLError, name: str, text: str) -> Problem:
    """The parser's complaint in words that say what to do."""
    within = "scanning an a" in (error.context or "")  # an alias or an anchor, which is no word
    mark = error.context_mark if within else error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    lines = text.split("\n")
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in written[: max(column, len(written) - len(written.lstrip()))]:
        column = written.index("\t") + 1
        return Problem(Place(name, line, column), "yaml-tab", "a tab in the indentation", "indent with spaces")
    for number in range(max(line - 1, 1), min(line, len(lines)) + 1):  # the parser may notice it a line later
        slip = _slip(lines[number - 1], name, number)
        if slip:
            return slip
    opened = f" (it begins in line {error.context_mark.line + 1})" if error.context_mark else ""
    for words, message, cure in _SYNTAX:
        if words in (error.problem or ""):
            return Problem(Place(name, line, column), "yaml-syntax", message + opened, cure)
    return Problem(
        Place(name, line, column), "yaml-syntax", f"not YAML: {error.problem}{opened}", "check the line and the one above"
    )


def _slip(written: str, name: str, line: int) -> Problem | None:
    """What in a line makes it no YAML, whatever the parser says of it."""
    if _CONFLICT.match(written):
        return Problem(Place(name, line, 1), "yaml-syntax", "a mark of a merge conflict", "settle it, and remove the marks")
    wide = _WIDE.search(written)
    if not wide or not wide.lastgroup:
        return None
    character = wide[wide.lastgroup]
    message = f"a full-width '{character}'" if character in "：｛［“‘，" else "a wide blank in the indentation"
    return Problem(Place(name, line, wide.start(wide.lastgroup) + 1), "yaml-syntax", message, f"write {_NARROW[character]}")
