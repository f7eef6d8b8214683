"""The benchmark beside dlt and Sling: who takes part where."""

from pathlib import Path

import pytest

from tests.bench.peers import sling

BINARY = b"\x7fELF..."


@pytest.mark.parametrize(("content", "counts"), [(BINARY, True), (b"#!/bin/sh\n", False), (None, False)])
def test_only_a_binary_of_sling_counts(
    content: bytes | None, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The launcher of its wheel would download one, and a wrong path is none: Sling then stays out and dlt goes on."""
    path = tmp_path / "sling"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SLING_BINARY", str(path))
    assert sling() == (str(path) if counts else None)
