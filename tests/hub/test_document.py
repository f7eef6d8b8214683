"""Strict YAML: what is refused, where, and with which cure; what stays text."""

import json
import os
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.document import _INVISIBLE, MAX_BYTES, read
from hub.problem import Place

TABLE = """\
table: person
code: M_01
title: 人员
domain: 人员
grain: 一人一行
key: [bh]
fields:
  bh: {element: 编号, required: true}
  xm: {element: 姓名}
"""


def problems(tmp_path: Path, text: str | bytes, kind: str = "table") -> list[tuple[str, str]]:
    """(line:column, code) of everything that is wrong with a file."""
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    _, found = read(path, tmp_path, kind)
    assert all(problem.cure for problem in found), [str(problem) for problem in found if not problem.cure]
    assert all(problem.place.path == "a.yaml" for problem in found)
    return sorted((f"{problem.place.line}:{problem.place.column}", problem.code) for problem in found)


def test_a_sound_file_has_data_and_places(tmp_path: Path) -> None:
    """The value of a scalar, the key of a map and the item of a list are found by line and column."""
    (tmp_path / "a.yaml").write_text(TABLE)
    document, found = read(tmp_path / "a.yaml", tmp_path, "table")
    assert document is not None
    assert found == ()
    assert document.place("fields", "bh", "required") == Place("a.yaml", 8, 31)
    assert document.place("fields", "xm") == Place("a.yaml", 9, 3)
    assert document.key("fields", "bh", "required") == Place("a.yaml", 8, 21)
    assert document.place("key", 0) == Place("a.yaml", 6, 7)
    assert document.place("fields", "gone", "deeper") == Place("a.yaml", 7, 1)
    assert document.place() == Place("a.yaml", 1, 1)


def test_scalars_are_text_until_the_schema_asks_for_more(tmp_path: Path) -> None:
    """010101, NO, 1e5, 0x1F, 2026-01-01 and an unquoted null are texts; true is a boolean where the schema says boolean."""
    values = ["010101", "NO", "1e5", "0x1F", "2026-01-01", "12:30:45", "~", "null", ".inf", "1_000"]
    for value in values:
        (tmp_path / "a.yaml").write_text(TABLE.replace("title: 人员", f"title: {value}"))
        document, found = read(tmp_path / "a.yaml", tmp_path, "table")
        assert document is not None
        assert (document.data["title"], found) == (value, ())
        assert document.data["fields"]["bh"]["required"] is True


YAML = [
    ("duplicate key", TABLE + "title: 又\n", [("10:1", "yaml-duplicate-key")]),
    ("duplicate nested key", TABLE + "  xm: {element: 姓名}\n", [("10:3", "yaml-duplicate-key")]),
    ("anchor", TABLE.replace("M_01", "&a M_01"), [("2:7", "yaml-anchor")]),
    ("alias", TABLE.replace("M_01", "&a M_01") + "description: *a\n", [("10:14", "yaml-alias"), ("2:7", "yaml-anchor")]),
    ("standard tag", TABLE.replace("M_01", "!!str M_01"), [("2:7", "yaml-tag")]),
    ("python tag", TABLE.replace("M_01", "!!python/object/apply:os.system [id]"), [("2:7", "wrong-type"), ("2:7", "yaml-tag")]),
    ("merge key", TABLE + "<<: {grain: x}\n", [("10:1", "yaml-merge-key")]),
    ("second document", TABLE + "---\ntable: b\n", [("10:1", "yaml-documents")]),
    ("directive", "%YAML 1.1\n---\n" + TABLE, [("1:1", "yaml-directive")]),
    ("empty file", "", [("0:0", "yaml-empty")]),
    ("only a comment", "# nothing\n", [("0:0", "yaml-empty")]),
    ("only a marker", "---\n", [("0:0", "yaml-empty")]),
    ("a list", "- a\n- b\n", [("1:1", "yaml-top-level")]),
    ("a text", "hello\n", [("1:1", "yaml-top-level")]),
    ("tab indentation", TABLE + "\tdescription: x\n", [("10:1", "yaml-tab")]),
    ("tab under a key", "table: a\nfields:\n\txm: {element: b}\n", [("3:1", "yaml-tab")]),
    ("key that is a list", "? [a, b]\n: c\n", [("1:3", "yaml-key")]),
    ("key that is a map", "{{a: b}: c}\n", [("1:2", "yaml-key")]),
    ("empty key", TABLE + "'': x\n", [("10:1", "unknown-key"), ("10:1", "yaml-key")]),
    ("byte-order mark", b"\xef\xbb\xbf" + TABLE.encode(), [("1:1", "yaml-bom")]),
    ("GBK", TABLE.encode("gbk"), [("3:8", "yaml-not-utf8")]),
    ("UTF-16", TABLE.encode("utf-16"), [("1:1", "yaml-not-utf8")]),
    ("a lone surrogate", TABLE.replace("人员\nd", "\ud842\nd"), [("3:8", "yaml-not-utf8")]),
    ("zero byte", TABLE.replace("M_01", "M\0_01"), [("2:8", "yaml-character")]),
    ("text that runs right to left", TABLE.replace("M_01", "M\u202e_01"), [("2:8", "yaml-character")]),
    ("line separator", TABLE.replace("M_01", "M\u2028_01"), [("2:8", "yaml-character")]),
    ("unclosed list", TABLE.replace("[bh]", "[bh"), [("7:7", "yaml-syntax")]),
    ("unclosed map", TABLE.replace("姓名}", "姓名"), [("10:1", "yaml-syntax")]),
    ("unclosed quote", TABLE.replace("M_01", "'M_01"), [("10:1", "yaml-syntax")]),
    ("colon in a value", TABLE.replace("M_01", "M: 01"), [("2:8", "yaml-syntax")]),
    ("bad indentation", TABLE.replace("title", " title"), [("3:7", "yaml-syntax")]),
    ("word without a colon", TABLE.replace("title: 人员", "title"), [("4:1", "yaml-syntax")]),
    ("at sign", TABLE.replace("M_01", "@M"), [("2:7", "yaml-syntax")]),
    ("full-width colon", TABLE.replace("  bh: {", "  bh：{"), [("8:5", "yaml-syntax")]),
    ("full-width colon at the top", TABLE.replace("title: ", "title："), [("3:6", "yaml-syntax")]),
    ("full-width comma", TABLE.replace("编号, ", "编号，"), [("8:19", "yaml-syntax")]),
    ("full-width bracket", TABLE.replace("xm: {", "xm: ｛"), [("9:7", "yaml-syntax")]),
    ("full-width quotes", TABLE.replace("人员\nd", "“人员: 甲”\nd"), [("3:8", "yaml-syntax")]),
    ("full-width blank", TABLE.replace("  bh: ", "\u3000bh: "), [("8:1", "yaml-syntax")]),
    ("no full-width mark is blamed in a text", TABLE.replace("人员\ng", "人员：甲，“乙”\n  g"), [("5:8", "yaml-syntax")]),
    ("merge conflict", TABLE.replace("code", "<<<<<<< HEAD\ncode"), [("2:1", "yaml-syntax")]),
    ("a star before a value", TABLE.replace("M_01", "*/2 * * * *"), [("2:7", "yaml-syntax")]),
    ("escaped surrogate", TABLE.replace("M_01", '"\\ud842"'), [("2:10", "yaml-syntax")]),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in YAML], ids=[case[0] for case in YAML])
def test_yaml_that_is_not_strict_is_refused_where_it_stands(
    tmp_path: Path, text: str | bytes, expected: list[tuple[str, str]]
) -> None:
    """Every kind of YAML mistake has its own code, line and column, and a cure."""
    assert problems(tmp_path, text) == expected


@pytest.mark.parametrize("key", ["on", "off", "yes", "NO", "True", "false", "null", "~"])
def test_a_key_that_other_readers_take_for_a_boolean_needs_quotes(tmp_path: Path, key: str) -> None:
    """The key is fine in quotes and refused without."""
    text = "mapping: m\ntarget: a/b\nsource: s\nfrom: t\nfields:\n  x: {code: a, crosswalk: {%s: '1'}}\n"
    assert problems(tmp_path, text % key, "mapping") == [("6:28", "yaml-ambiguous-key")]
    assert problems(tmp_path, text % f"'{key}'", "mapping") == []


SCHEMA = [
    ("unknown key", TABLE.replace("required", "requird"), [("8:21", "unknown-key")]),
    ("unknown top key", TABLE + "titel: x\n", [("10:1", "unknown-key")]),
    ("missing key", TABLE.replace("grain: 一人一行\n", ""), [("1:1", "missing-key")]),
    ("missing nested key", TABLE.replace("{element: 姓名}", "{title: 姓名}"), [("9:3", "missing-key")]),
    ("text for a boolean", TABLE.replace("true", "'yes'"), [("8:31", "wrong-type")]),
    ("text for a list", TABLE.replace("[bh]", "bh"), [("6:6", "wrong-type")]),
    ("list for a text", TABLE.replace("M_01", "[M_01]"), [("2:7", "wrong-type")]),
    ("text for a map", TABLE.replace("{element: 姓名}", "姓名"), [("9:7", "wrong-type")]),
    ("no value", TABLE.replace("title: 人员", "title:"), [("3:7", "empty")]),
    ("bad name", TABLE.replace("  xm", "  Xm"), [("9:3", "bad-name")]),
    ("newline in a name", TABLE.replace("table: person", 'table: "person\\n"'), [("1:8", "bad-form")]),
    ("bad form", TABLE.replace("M_01", "M 01"), [("2:7", "bad-form")]),
    ("twice in a list", TABLE.replace("[bh]", "[bh, bh]"), [("6:6", "duplicate-item")]),
    ("empty list", TABLE.replace("[bh]", "[]"), [("6:6", "empty")]),
    ("empty map", TABLE.replace("[bh]", "[bh]\ncatalog: {a: }"), []),
    ("unknown word", TABLE + "rules: [{name: a, sql: b, severity: fatal}]\n", [("10:37", "unknown-word")]),
    ("another kind of file", TABLE.replace("table: person", "source: person"), [("1:1", "first-key")]),
    (
        "first key in second place",
        TABLE.replace("table: person\ncode: M_01", "code: M_01\ntable: person"),
        [("1:1", "first-key")],
    ),
    ("ODCS", "apiVersion: v3.0.0\nkind: DataContract\nid: x\n", [("1:1", "first-key")]),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in SCHEMA], ids=[case[0] for case in SCHEMA])
def test_what_the_schema_forbids_is_told_where_it_stands(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    """The place is that of the key or value which is wrong."""
    assert problems(tmp_path, text) == expected


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    """Nine mistakes, nine problems; ``on`` is two of them."""
    text = TABLE.replace("M_01", "M 01").replace("true", "x").replace("[bh]", "[]") + "a: 1\nb: 2\ntitle: x\nrules: 3\non: 1\n"
    assert len(problems(tmp_path, text)) == 9


def test_the_message_names_the_nearest_known_word(tmp_path: Path) -> None:
    """An unknown key is answered with the known ones that are near."""
    (tmp_path / "a.yaml").write_text(TABLE.replace("required", "requird"))
    _, (problem,) = read(tmp_path / "a.yaml", tmp_path, "table")
    assert str(problem) == "a.yaml:8:21: error unknown-key: unknown key 'requird' in fields.bh; did you mean 'required'?"


def test_a_part_with_a_mistake_is_unsound_and_its_neighbours_are_not(tmp_path: Path) -> None:
    """Later checks pass over what is already known to be wrong."""
    (tmp_path / "a.yaml").write_text(TABLE.replace("{element: 姓名}", "{elemnt: 姓名}"))
    document, _ = read(tmp_path / "a.yaml", tmp_path, "table")
    assert document is not None
    assert [document.sound("fields", name) for name in ("bh", "xm")] == [True, False]
    assert [document.sound(name) for name in ("title", "fields", "key")] == [True, False, True]
    assert not document.sound()


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghi")
)
BOMBS = {
    "brackets": "[" * 2_000_000,
    "braces": "{a: " * 400_000,
    "dashes": "- " * 800_000,
    "questions": "? " * 800_000,
    "laughs": LAUGHS,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once(tmp_path: Path, name: str) -> None:
    """A million brackets or a billion laughs cost less than a second and no stack."""
    begun = time.process_time()
    codes = {code for _, code in problems(tmp_path, BOMBS[name])}
    assert codes <= {"yaml-too-deep", "yaml-key", "yaml-alias", "yaml-anchor"}
    assert time.process_time() - begun < 1


def test_a_file_of_more_than_four_mebibytes_is_not_read(tmp_path: Path) -> None:
    """The size is looked at before the content."""
    assert problems(tmp_path, b"#" * (MAX_BYTES + 1)) == [("0:0", "yaml-too-big")]


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    """No exception leaves the reader."""
    document, (problem,) = read(tmp_path / "none.yaml", tmp_path, "table")
    assert document is None
    assert str(problem.place) == "none.yaml"
    assert problem.code == "file-unreadable"
    assert read(tmp_path, tmp_path, "table")[1][0].code == "file-unreadable"
    os.mkfifo(tmp_path / "pipe.yaml")  # reading it would take until somebody writes
    assert read(tmp_path / "pipe.yaml", tmp_path, "table")[1][0].code == "file-unreadable"


def test_every_character_is_read_or_refused(tmp_path: Path) -> None:
    """Whatever the parser cannot read has been refused before it is asked."""
    for first in range(0, 0x110000, 0x800):
        text = "".join(map(chr, range(first, first + 0x800)))
        readable = "".join(
            character for character in text if not (0xD800 <= ord(character) <= 0xDFFF) and not _INVISIBLE.search(character)
        )
        folded = readable.replace("'", "''").replace("\r", "").replace("\n", "")
        (tmp_path / "a.yaml").write_text(TABLE.replace("title: 人员", f"title: 'x{folded}'"), encoding="utf-8", newline="")
        document, found = read(tmp_path / "a.yaml", tmp_path, "table")
        assert found == (), hex(first)
        assert document is not None
        assert document.data["title"] == "x" + folded.replace("''", "'")


VISIBLE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Zl", "Zp"]) | st.sampled_from('\n\t"'), max_size=20)


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever the file holds, the answer is a document or problems."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    document, found = read(path, path.parent, "mapping")
    assert found or document is not None


@given(st.dictionaries(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), VISIBLE, min_size=1))
def test_json_texts_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    """Every text that JSON can quote is read unchanged, because quoted scalars are never interpreted."""
    path = tmp_path_factory.getbasetemp() / "catalog.yaml"
    path.write_text(TABLE + "catalog: " + json.dumps(values, ensure_ascii=False) + "\n")
    document, _ = read(path, path.parent, "table")
    assert document is not None
    assert document.data["catalog"] == values
