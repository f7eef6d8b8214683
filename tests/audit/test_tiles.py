"""Names and bytes of tlog-tiles files, and that a file appears whole or not at all."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import tiles
from audit.error import DamageError, ForkError


@pytest.mark.parametrize(
    ("index", "width", "path"),
    [
        (0, 256, "tile/0/000"),
        (999, 256, "tile/0/999"),
        (1000, 256, "tile/0/x001/000"),
        (1234067, 256, "tile/0/x001/x234/067"),  # the specification's example
        (273, 112, "tile/0/273.p/112"),
        (1234067, 1, "tile/0/x001/x234/067.p/1"),
    ],
)
def test_names_follow_the_specification(index, width, path):
    """Three digits a folder, ``x`` before all but the last, ``.p/<width>`` for a partial tile."""
    assert tiles.name(0, index, width) == path


def test_the_specification_s_tree_of_70000():
    """273 full tiles and one of 112 at level 0, one full and one of 17 at level 1, one of 1 at level 2."""
    size = 70_000
    assert tiles.levels(size) == 3
    assert [tiles.width(0, index, size) for index in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [tiles.width(1, index, size) for index in (0, 1, 2)] == [256, 17, 0]
    assert [tiles.width(2, index, size) for index in (0, 1)] == [1, 0]
    assert (tiles.levels(256), tiles.width(0, 0, 256), tiles.width(1, 0, 256)) == (2, 256, 1)
    assert tiles.levels(0) == 0


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_read_back(entries):
    """Any entries, empty ones too."""
    assert tiles.decode_bundle(tiles.encode_bundle(entries)) == (entries, 0)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20), st.data())
def test_a_torn_bundle_gives_its_whole_entries_and_tells_the_rest(entries, data):
    """Cut anywhere, what is whole is read, and what is left over is counted."""
    whole = tiles.encode_bundle(entries)
    cut = data.draw(st.integers(0, len(whole) - 1))
    found, rest = tiles.decode_bundle(whole[:cut])
    assert found == entries[: len(found)]
    assert len(found) < len(entries)
    assert len(tiles.encode_bundle(found)) + rest == cut


def test_a_length_is_16_bits_big_endian():
    """The specification's prefix."""
    assert tiles.encode_bundle([b"a" * 258]) == b"\x01\x02" + b"a" * 258


def test_a_file_that_is_there_is_never_written_over(tmp_path):
    """Same bytes: fine; other bytes: a fork, and the file stays."""
    tiles.put(tmp_path, "tile/0/000", b"one")
    tiles.put(tmp_path, "tile/0/000", b"one")
    with pytest.raises(ForkError, match="tile/0/000"):
        tiles.put(tmp_path, "tile/0/000", b"two")
    assert (tmp_path / "tile/0/000").read_bytes() == b"one"


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    """A full disk at the last moment: the old content stays, nothing temporary is left."""
    tiles.replace(tmp_path, "checkpoint", b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        tiles.replace(tmp_path, "checkpoint", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("checkpoint", b"old")]


def test_files_can_be_read_by_the_web_server(tmp_path):
    """Static files: mode 644, whatever the temporary file had."""
    tiles.replace(tmp_path, "checkpoint", b"x")
    assert (tmp_path / "checkpoint").stat().st_mode & 0o777 == 0o644


def test_a_partial_tile_may_be_replaced_by_the_full_one(tmp_path):
    """The specification lets logs drop partial tiles; readers take the beginning of the full one."""
    full = bytes(range(256)) * 32
    tiles.put(tmp_path, tiles.name(0, 0), full)
    assert tiles.hashes(tmp_path, 0, 0, 3) == tiles.split(full)[:3]
    tiles.put(tmp_path, tiles.name(tiles.ENTRIES, 0), tiles.encode_bundle([b"a", b"b"]))
    assert tiles.entries(tmp_path, 0, 1) == [b"a"]


def test_missing_and_torn_tiles_are_named(tmp_path):
    """The message names the file and the cure."""
    with pytest.raises(DamageError, match=r"tile/1/000\.p/3 is missing"):
        tiles.hashes(tmp_path, 1, 0, 3)
    tiles.put(tmp_path, tiles.name(1, 0, 3), bytes(95))
    with pytest.raises(DamageError, match="torn"):
        tiles.hashes(tmp_path, 1, 0, 3)
    with pytest.raises(DamageError, match="missing"):
        tiles.entries(tmp_path, 0, 3)
    tiles.put(tmp_path, tiles.name(tiles.ENTRIES, 0, 3), b"\x00\x01a\x00")
    with pytest.raises(DamageError, match="torn after 1"):
        tiles.entries(tmp_path, 0, 3)


def test_names_stay_below_the_folder():
    """A name is relative and has no parent steps, whatever the index."""
    for index in (0, 10**9, 10**18):
        assert not Path(tiles.name(63, index)).is_absolute()
        assert ".." not in tiles.name(63, index)
