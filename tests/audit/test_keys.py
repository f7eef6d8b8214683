"""The log's key: made once, readable by its owner alone, and never silently another."""

import secrets
import threading

import pytest

from audit.error import NoteError
from audit.keys import FILE, make_or_read, read


def test_a_key_is_made_once(tmp_path):
    """The second time it is read; folder and file are the owner's alone."""
    folder = tmp_path / "state" / "keys"
    first = make_or_read(folder, "hub.example/log", secrets.token_bytes)
    assert make_or_read(folder, "hub.example/log", secrets.token_bytes).verifier == first.verifier
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_known_seed_gives_go_s_encoding(tmp_path):
    """The line is what golang.org/x/mod/sumdb/note reads: PRIVATE+KEY, name, key id, type and seed."""
    make_or_read(tmp_path, "example.com/foo", lambda size: bytes(size))
    line = (tmp_path / FILE).read_text()
    assert line.startswith("PRIVATE+KEY+example.com/foo+")
    assert line.endswith("+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")


def test_makers_at_once_get_one_key(tmp_path):
    """Many threads, one key, nothing left over."""
    found = []

    def make():
        found.append(make_or_read(tmp_path, "hub.example/log", secrets.token_bytes).verifier.vkey)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_key_that_others_can_read_is_refused(tmp_path):
    """It may have been copied; the message says what to do."""
    make_or_read(tmp_path, "hub.example/log", secrets.token_bytes)
    (tmp_path / FILE).chmod(0o640)
    with pytest.raises(NoteError, match="chmod 600"):
        make_or_read(tmp_path, "hub.example/log", secrets.token_bytes)


def test_the_key_of_another_log_is_refused(tmp_path):
    """A log that changes its name would start a second history under the same key."""
    make_or_read(tmp_path, "hub.example/log", secrets.token_bytes)
    with pytest.raises(NoteError, match=r"not of hub\.example/other"):
        make_or_read(tmp_path, "hub.example/other", secrets.token_bytes)


@pytest.mark.parametrize("damage", [lambda text: "", lambda text: text[:-6], lambda text: text.replace("PRIVATE", "PUBLIC")])
def test_a_damaged_key_is_refused_without_quoting_it(tmp_path, damage):
    """It is not replaced by a new one either."""
    make_or_read(tmp_path, "hub.example/log", secrets.token_bytes)
    whole = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(damage(whole))
    with pytest.raises(NoteError, match="backup") as caught:
        read(tmp_path / FILE)
    assert whole.split("+", 4)[4][2:12] not in str(caught.value)


def test_a_changed_key_is_noticed(tmp_path):
    """The key id in the line is that of the key."""
    make_or_read(tmp_path, "hub.example/log", lambda size: bytes(size))
    line = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(line.replace("+AQAAAA", "+AQAAAB"))
    with pytest.raises(NoteError, match="key id"):
        read(tmp_path / FILE)


def test_a_log_needs_a_proper_name(tmp_path):
    """No blank, no plus; no file is left."""
    with pytest.raises(NoteError):
        make_or_read(tmp_path, "金民 log", secrets.token_bytes)
    assert not list(tmp_path.iterdir())
