"""Rows as JSON objects, as json.dumps writes them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sandbox.wording import writer

NAMES = ("xm", "bh", "100%", "甲")


@pytest.mark.parametrize(("ascii_only", "in_order"), [(False, False), (True, True), (True, False)])
@given(rows=st.lists(st.tuples(*[st.none() | st.text(max_size=5)] * 4), max_size=4))
def test_it_writes_what_json_writes(ascii_only: bool, in_order: bool, rows: list[tuple[str | None, ...]]) -> None:
    """Letter by letter, so that what was drawn from a row's text stays drawn, and old ledgers read like new ones."""
    written = writer(NAMES, ascii_only=ascii_only, in_order=in_order)(rows)
    objects = [dict(zip(NAMES, row, strict=True)) for row in rows]
    assert written == [json.dumps(one, ensure_ascii=ascii_only, sort_keys=in_order) for one in objects]
