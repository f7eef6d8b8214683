"""What is written as YAML is read back as it was, by readers of YAML 1.1, whose words for true and false are many."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contract.export.yaml_text import text_of

TEXTS = ["NO", "01", "010", "1_0", "1.0.0", "on", "~", "", " x ", "null", "2024-01-01", "1e5", "0x1F", ".inf", "a: b", "- a", "#"]
MORE = [
    "&a",
    "*a",
    "!!x",
    "中文",
    "a\nb",
    "\t",
    "\x85",
    "\u2028",
    "\ufeff",
    '"',
    "\\",
    "'",
    "12:30:45",
    "=",
    "<<",
    "y",
    "@a",
    "%a",
    "😀",
]
texts = st.sampled_from(TEXTS + MORE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = texts | st.booleans() | st.integers(-(10**38), 10**38)
data = st.recursive(
    scalars, lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(texts, inner, min_size=1, max_size=3)
)


@settings(max_examples=40)
@given(st.dictionaries(texts, data, min_size=1, max_size=4))
def test_every_value_comes_back(document):
    """Texts stay texts, numbers numbers, in any nesting."""
    assert yaml.safe_load(text_of(document)) == document


@pytest.mark.parametrize("text", ["NO", "01", "010", "y", "Off", "1.0.0", "null", "~"])
def test_what_a_reader_could_take_for_something_else_is_quoted(text):
    """The country NO is not false, the code 010 is not eight."""
    assert text_of({"value": text}) == f'value: "{text}"\n'


def test_names_stand_without_quotes():
    """What nobody can mistake is left readable."""
    assert text_of({"a": [{"name": "marriage_office.djjg_dm", "b": True}], "v": "v3.2.0"}) == (
        "a:\n  - name: marriage_office.djjg_dm\n    b: true\nv: v3.2.0\n"
    )
