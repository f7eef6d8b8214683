"""The offline verification finds and names every sort of tampering, and accuses nobody else."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import tiles
from audit.checkpoint import FILE, signed
from audit.entry import encode
from audit.error import NoteError
from audit.merkle import EMPTY_ROOT, leaf_hash, mth
from audit.note import Signer, sign
from audit.verify import verify

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def fake(number):
    """An entry as it should look, which was never sealed."""
    return encode("part.outcome", {"number": number, "forged": True}, AT)


class Copy:
    """A copy of a log to tamper with."""

    def __init__(self, room, folder):
        shutil.copytree(room.folder, folder)
        self.folder, self.signer = folder, room.signer
        self.size = int((folder / FILE).read_text().split("\n")[1])

    def path(self, level, index):
        return self.folder / tiles.name(level, index, tiles.width(0 if level == tiles.ENTRIES else level, index, self.size))

    def entries(self, index):
        return tiles.decode_bundle(self.path(tiles.ENTRIES, index).read_bytes())[0]

    def all(self):
        return [entry for index in range(-(-self.size // 256)) for entry in self.entries(index)]

    def put(self, index, entries):
        """Replace a bundle, leave its tile."""
        self.path(tiles.ENTRIES, index).write_bytes(tiles.encode_bundle(entries))

    def put_tile(self, index, entries):
        self.path(0, index).write_bytes(b"".join(map(leaf_hash, entries)))

    def pack(self, entries):
        """Pack all bundles anew with these entries, as many as there is room for; leave the tiles."""
        for index in range(-(-self.size // 256)):
            width = tiles.width(0, index, self.size)
            self.put(index, entries[index * 256 : index * 256 + width])

    def rewrite(self, entries, signer=None):
        """Make all files anew for other entries; the checkpoint too if a key is given."""
        shutil.rmtree(self.folder / "tile")
        row, level, size = [leaf_hash(entry) for entry in entries], 0, len(entries)
        for index in range(-(-size // 256)):
            part = entries[index * 256 : (index + 1) * 256]
            tiles.replace(self.folder, tiles.name(tiles.ENTRIES, index, len(part)), tiles.encode_bundle(part))
        root = mth(row)
        while row:
            for index in range(-(-len(row) // 256)):
                part = row[index * 256 : (index + 1) * 256]
                tiles.replace(self.folder, tiles.name(level, index, len(part)), b"".join(part))
            row, level = [mth(row[i : i + 256]) for i in range(0, len(row) - 255, 256)], level + 1
        if signer:
            (self.folder / FILE).write_text(signed(signer.name, size, root, signer).note)

    def verdict(self, **options):
        return verify(self.folder, self.signer.verifier.vkey, **options)

    def told(self, **options):
        return [(finding.code, finding.first, finding.last) for finding in self.verdict(**options).findings]


@pytest.fixture(scope="module")
def original(tmp_path_factory, large):
    """A log of 700 entries (two full bundles and a partial one), sealed at 100, 256, 300 and 700, with its old heads."""
    folder = tmp_path_factory.mktemp("original")
    room = type(large)(f"sqlite:///{folder}/state.db", folder / "log", large.signer, large.engine)
    room.heads_kept = {}
    from_large = [entry for index in range(3) for entry in tiles.entries(large.folder, index, 256)]
    copy = Copy(large, folder / "log")
    for size in (100, 256, 300, 700):
        copy.rewrite(from_large[:size], large.signer)
        room.heads_kept[size] = (copy.folder / FILE).read_bytes()
    return room


@pytest.fixture
def log(original, tmp_path):
    """A copy of the log of 700 entries."""
    return Copy(original, tmp_path / "copy")


@pytest.fixture
def big(large, tmp_path):
    """A copy of the log of 66,000 entries."""
    return Copy(large, tmp_path / "copy")


def test_a_sound_log_verifies(log, large):
    """All entries are read, nothing is found, nothing noted."""
    verdict = log.verdict()
    assert verdict.ok
    assert (verdict.entries, verdict.findings, verdict.counts, verdict.notes) == (700, (), {}, ())
    assert verify(large.folder, large.signer.verifier.vkey).entries == 66_000


def test_a_log_made_otherwise_verifies(log):
    """Files made by other code from the same entries: the format is the contract."""
    log.rewrite(log.all())
    assert log.verdict().ok


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_logs_of_any_size_verify(log, size):
    """Empty, one entry, around the borders of tiles."""
    log.rewrite(log.all()[:size], log.signer)
    verdict = log.verdict()
    assert (verdict.ok, verdict.entries) == (True, size)


class TestEntries:
    """Entries changed, their tiles left: each is named."""

    @pytest.mark.parametrize("number", [0, 255, 256, 511, 512, 699])
    def test_an_edited_entry(self, log, number):
        """In any bundle."""
        index, place = divmod(number, 256)
        entries = log.entries(index)
        entries[place] = fake(number)
        log.put(index, entries)
        assert log.told() == [("edited", number, number)]

    def test_one_changed_bit(self, log):
        """A digit of a count: the entry is named, and no other."""
        path = log.path(tiles.ENTRIES, 1)
        path.write_bytes(path.read_bytes().replace(b'"number":300}', b'"number":301}'))
        assert log.told() == [("edited", 300, 300)]

    def test_edits_of_all_bundles(self, log):
        """All are named, in order."""
        for number in (10, 11, 300, 650):
            index, place = divmod(number, 256)
            entries = log.entries(index)
            entries[place] = fake(number)
            log.put(index, entries)
        assert log.told() == [("edited", 10, 11), ("edited", 300, 300), ("edited", 650, 650)]

    def test_a_deleted_entry(self, log):
        """Cut out of its bundle."""
        entries = log.entries(1)
        log.put(1, entries[:44] + entries[45:])
        assert log.told() == [("deleted", 300, 300)]

    def test_a_deleted_entry_and_all_packed_anew(self, log):
        """Every later bundle is shifted by one; only the deletion is called one."""
        entries = log.all()
        log.pack(entries[:100] + entries[101:])
        assert log.told() == [("deleted", 100, 100), ("shifted", 0, 255), ("shifted", 256, 511), ("shifted", 512, 699)]

    def test_an_inserted_entry(self, log):
        """Put into its bundle."""
        entries = log.entries(1)
        log.put(1, [*entries[:44], fake(0), *entries[44:]])
        assert log.told() == [("inserted", 300, 300)]

    def test_an_inserted_entry_and_all_packed_anew(self, log):
        """The last entry falls out at the end."""
        entries = log.all()
        log.pack([*entries[:100], fake(0), *entries[100:]])
        told = log.told()
        assert told[0] == ("inserted", 100, 100)
        assert [one for one in told if one[0] == "inserted"] == [told[0]]
        assert {"shifted", "truncated"} >= {code for code, _, _ in told[1:]}

    def test_exchanged_entries(self, log):
        """Two entries in each other's place."""
        entries = log.entries(0)
        entries[3], entries[9] = entries[9], entries[3]
        log.put(0, entries)
        codes = {code for code, _, _ in log.told()}
        assert codes == {"reordered"}

    def test_exchanged_bundles(self, log):
        """Two full bundles in each other's place."""
        first, second = log.entries(0), log.entries(1)
        log.put(0, second)
        log.put(1, first)
        assert {code for code, _, _ in log.told()} == {"shifted"}
        assert not log.verdict().ok

    def test_truncated_entries(self, log):
        """The last ones cut off, their tile left."""
        log.put(2, log.entries(2)[:100])
        assert log.told() == [("truncated", 612, 699)]

    def test_another_spelling(self, log):
        """An entry with a blank in it is neither what was sealed nor canonical."""
        entries = log.entries(0)
        entries[7] = entries[7].replace(b'":', b'": ')
        log.put(0, entries)
        assert log.told() == [("edited", 7, 7), ("not-canonical", 7, 7)]

    def test_sealed_entries_that_break_the_form(self, log):
        """A writer that seals other things: the tree is right, the entries are named."""
        entries = log.all()
        entries[5] = b'{"a": 1}'
        entries[300] = b'{"a":1}'
        entries[301] = b'{"at":"2026-11-22T02:00:00.000000Z","body":{},"kind":"a.b","v":1,"x":1}'
        log.rewrite(entries, log.signer)
        assert log.told() == [("not-canonical", 5, 5), ("not-an-entry", 300, 300), ("not-an-entry", 301, 301)]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
    @given(data=st.data())
    def test_any_edit_is_found_and_only_it(self, log, data):
        """Any set of entries of a bundle, exactly these are named."""
        index = data.draw(st.integers(0, 2))
        whole = log.entries(index)
        chosen = data.draw(st.sets(st.integers(0, len(whole) - 1), min_size=1, max_size=6))
        log.put(index, [fake(n) if n in chosen else entry for n, entry in enumerate(whole)])
        named = {n for code, first, last in log.told() if code == "edited" for n in range(first, last + 1)}
        log.put(index, whole)
        assert named == {index * 256 + n for n in chosen}


class TestFiles:
    """Files torn, lost or changed, the entries sound: the file is named, no entry is."""

    @pytest.mark.parametrize("cut", [1, 31, 32, 5000])
    def test_a_torn_tile(self, log, cut):
        """The entries below still give the signed root."""
        path = log.path(0, 1)
        path.write_bytes(path.read_bytes()[:-cut])
        [finding] = log.verdict().findings
        assert (finding.code, finding.place, finding.first) == ("torn-tile", "tile/0/001", None)

    @pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 2), (1, 0)])
    def test_a_changed_tile(self, log, level, index):
        """A full tile, a partial one, one of the upper level."""
        path = log.path(level, index)
        path.write_bytes(bytes(32) + path.read_bytes()[32:])
        [finding] = log.verdict().findings
        assert (finding.code, finding.place) == ("bad-tile", str(path.relative_to(log.folder)))

    @pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 2), (1, 0)])
    def test_a_missing_tile(self, log, level, index):
        """It is made anew for the verification, and named."""
        log.path(level, index).unlink()
        [finding] = log.verdict().findings
        assert (finding.code, finding.place) == ("missing-tile", str(log.path(level, index).relative_to(log.folder)))

    def test_all_tiles_missing(self, log):
        """The entries alone give the signed root: nothing but tiles is missing."""
        for level in (0, 1):
            shutil.rmtree(log.folder / "tile" / str(level))
        verdict = log.verdict()
        assert verdict.counts == {"missing-tile": 4}
        assert verdict.entries == 700

    def test_a_torn_bundle(self, log):
        """Cut within an entry: what is whole is checked, the rest is gone."""
        whole = tiles.encode_bundle(log.entries(1)[:20])
        log.path(tiles.ENTRIES, 1).write_bytes(whole[:-3])
        assert log.told() == [("torn-bundle", 275, 275), ("deleted", 275, 511)]

    def test_a_missing_bundle(self, log):
        """In the middle."""
        log.path(tiles.ENTRIES, 1).unlink()
        assert log.told() == [("missing-bundle", 256, 511)]

    def test_the_last_bundles_missing(self, log):
        """At the end it is a truncation."""
        log.path(tiles.ENTRIES, 1).unlink()
        log.path(tiles.ENTRIES, 2).unlink()
        assert log.told() == [("truncated", 256, 699)]

    def test_the_end_missing_with_its_tiles(self, log):
        """Then the root cannot be proved either."""
        shutil.rmtree(log.folder / "tile/entries/002.p")
        shutil.rmtree(log.folder / "tile/0/002.p")
        assert log.told() == [("unproved", 0, 699), ("truncated", 512, 699)]

    def test_everything_missing(self, log):
        """A checkpoint alone."""
        shutil.rmtree(log.folder / "tile")
        assert log.told() == [("unproved", 0, 699), ("truncated", 0, 699)]

    def test_a_full_tile_may_stand_for_a_partial_one(self, log, large):
        """A copy taken while the log went on: the full files replaced the partial ones."""
        shutil.rmtree(log.folder / "tile/entries/002.p")
        shutil.rmtree(log.folder / "tile/0/002.p")
        for level in (0, tiles.ENTRIES):
            shutil.copy(large.folder / tiles.name(level, 2), log.folder / tiles.name(level, 2))
        verdict = log.verdict()
        assert verdict.ok
        assert verdict.entries == 700
        assert "beyond" in verdict.notes[0]


class TestTree:
    """Entries and tiles changed together."""

    def test_an_entry_and_its_tile(self, log):
        """The tile above still knows: the 256 entries below it are named."""
        entries = log.entries(1)
        entries[44] = fake(300)
        log.put(1, entries)
        log.put_tile(1, entries)
        assert log.told() == [("edited", 256, 511)]

    def test_an_entry_differing_from_a_changed_tile(self, log):
        """Tile and bundle changed in different ways: the range, and within it where they disagree."""
        entries = log.entries(1)
        log.put_tile(1, [fake(256), *entries[1:]])
        entries[44] = fake(300)
        log.put(1, entries)
        told = log.told()
        assert told[0] == ("edited", 256, 511)
        assert ("edited", 300, 300) in told

    def test_all_tiles_of_a_large_log(self, big):
        """An entry, its tile and the tile above that: the uppermost still knows."""
        entries = big.entries(7)
        entries[0] = fake(1792)
        big.put(7, entries)
        big.put_tile(7, entries)
        upper = tiles.split(big.path(1, 0).read_bytes())
        upper[7] = mth([leaf_hash(entry) for entry in entries])
        big.path(1, 0).write_bytes(b"".join(upper))
        assert big.told() == [("edited", 0, 65_535)]

    def test_an_upper_tile_of_a_large_log(self, big):
        """Changed or gone, it is made anew from the tiles below; even if one of those is gone as well."""
        big.path(1, 0).write_bytes(bytes(8192))
        assert [finding.place for finding in big.verdict().findings] == ["tile/1/000"]
        big.path(1, 0).unlink()
        big.path(0, 3).unlink()
        assert big.verdict().counts == {"missing-tile": 2}

    def test_a_single_edit_in_a_large_log(self, big):
        """One of 66,000."""
        entries = big.entries(200)
        entries[17] = fake(0)
        big.put(200, entries)
        assert big.told() == [("edited", 51_217, 51_217)]

    def test_everything_made_anew_without_the_key(self, log):
        """All files fit each other, but not the signed root."""
        entries = log.all()
        entries[5] = fake(5)
        log.rewrite(entries)
        assert log.told() == [("wrong-root", 0, 699)]

    def test_files_that_go_on_behind_the_head(self, log, original):
        """An older checkpoint was put back: no fault by itself, but noted."""
        (log.folder / FILE).write_bytes(original.heads_kept[300])
        verdict = log.verdict()
        assert verdict.entries == 300
        assert "beyond the 300 entries" in verdict.notes[0]


class TestHead:
    """The checkpoint itself."""

    def test_a_changed_size(self, log):
        """The signature no longer holds, and the tree does not either."""
        path = log.folder / FILE
        path.write_bytes(path.read_bytes().replace(b"\n700\n", b"\n512\n"))
        assert log.told() == [("bad-signature", None, None), ("wrong-root", 0, 511)]

    def test_an_enormous_size(self, log):
        """Hostile numbers do not send the verification on an endless walk."""
        path = log.folder / FILE
        path.write_bytes(path.read_bytes().replace(b"\n700\n", b"\n999999999999999999\n"))
        (log.folder / "tile/entries/x999/x999/x999/x999").mkdir(parents=True)
        (log.folder / "tile/entries/x999/x999/x999/x999/999").write_bytes(b"")
        counts = log.verdict().counts
        assert {"bad-signature", "truncated", "unproved"} <= counts.keys()

    def test_the_signature_of_another_key(self, log):
        """Same name, other key: not signed by the key that was asked for; the entries are looked at nevertheless."""
        other = Signer(log.signer.name, Ed25519PrivateKey.from_private_bytes(b"x" * 32))
        log.rewrite(log.all(), other)
        verdict = log.verdict()
        assert [finding.code for finding in verdict.findings] == ["bad-signature"]
        assert verdict.entries == 700

    def test_another_origin(self, log):
        """Signed by the right key, but for another log."""
        text = (log.folder / FILE).read_text().partition("\n\n")[0] + "\n"
        (log.folder / FILE).write_bytes(sign(text.replace("hub.example/log", "hub.example/other"), [log.signer]))
        assert [code for code, _, _ in log.told()] == ["wrong-origin"]
        assert log.told(origin="hub.example/other") == []

    @pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff\xfe", b"a\n1\nb\n\n"])
    def test_no_checkpoint_at_all(self, log, content):
        """Rubbish is told as such."""
        (log.folder / FILE).write_bytes(content)
        assert [code for code, _, _ in log.told()] == ["bad-checkpoint"]

    def test_a_missing_checkpoint(self, log, tmp_path):
        """A folder that is no log, or not even a folder."""
        (log.folder / FILE).unlink()
        assert [code for code, _, _ in log.told()] == ["no-checkpoint"]
        assert not verify(tmp_path / "nowhere", log.signer.verifier.vkey).ok

    def test_a_malformed_key_is_the_caller_s_mistake(self, log):
        """The only thing that raises."""
        with pytest.raises(NoteError):
            verify(log.folder, "not a key")


class TestOlderCheckpoint:
    """A checkpoint that somebody kept binds the log to its past."""

    @pytest.mark.parametrize("size", [100, 256, 300, 700])
    def test_a_log_that_only_grew(self, log, original, size):
        """Extends each of its own heads."""
        assert log.told(older=original.heads_kept[size]) == []

    @pytest.mark.parametrize("size", [100, 256, 300])
    def test_history_rewritten_with_the_key(self, log, original, size):
        """Everything made anew and signed: only the older checkpoint tells."""
        entries = log.all()
        entries[size - 1] = fake(0)
        log.rewrite(entries, log.signer)
        assert log.verdict().ok
        assert log.told(older=original.heads_kept[size]) == [("rewritten", 0, size - 1)]

    def test_a_change_after_the_older_checkpoint(self, log, original):
        """What came later is not bound by it."""
        entries = log.all()
        entries[300] = fake(0)
        log.rewrite(entries, log.signer)
        assert log.told(older=original.heads_kept[300]) == []

    def test_a_log_rolled_back(self, log, original):
        """Shorter than it was, whole and signed."""
        log.rewrite(log.all()[:300], log.signer)
        assert log.told(older=original.heads_kept[700]) == [("rolled-back", 300, 699)]

    def test_a_large_log(self, large):
        """Across two tile levels."""
        older = signed(large.signer.name, 65_537, bytes(32), large.signer).note.encode()
        codes = [finding.code for finding in verify(large.folder, large.signer.verifier.vkey, older=older).findings]
        assert codes == ["rewritten"]

    def test_an_empty_older_checkpoint(self, log):
        """Every log extends the empty one."""
        assert log.told(older=signed(log.signer.name, 0, EMPTY_ROOT, log.signer).note.encode()) == []

    @pytest.mark.parametrize(
        ("name", "byte", "why"), [("hub.example/log", b"x", "not signed"), ("hub.example/other", b"k", "not signed")]
    )
    def test_a_checkpoint_of_another_log(self, log, name, byte, why):
        """Of another key, or another name."""
        other = Signer(name, Ed25519PrivateKey.from_private_bytes(byte * 32))
        [finding] = log.verdict(older=signed(name, 1, bytes(32), other).note.encode()).findings
        assert finding.code == "bad-older"
        assert why in finding.message

    def test_when_the_past_is_missing_it_is_not_called_rewritten(self, log, original):
        """Files are missing: that is said, and that the comparison could not be made."""
        shutil.rmtree(log.folder / "tile")
        assert log.told(older=original.heads_kept[300])[-1] == ("unproved", 0, 299)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_no_byte_of_the_log_can_be_changed(log, data):
    """A byte changed, added or cut, or a file lost, anywhere: always found, never a crash."""
    paths = sorted(path for path in log.folder.rglob("*") if path.is_file() and path.name != "vkey")
    path = data.draw(st.sampled_from(paths))
    whole = path.read_bytes()
    place, byte = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    changed = {
        "flip": whole[:place] + bytes([whole[place] ^ byte]) + whole[place + 1 :],
        "cut": whole[:place],
        "remove": whole[:place] + whole[place + 1 :],
        "add": whole + bytes([byte]),
        "insert": whole[:place] + bytes([byte]) + whole[place:],
    }[data.draw(st.sampled_from(["flip", "cut", "remove", "add", "insert"]))]
    path.write_bytes(changed)
    verdict = log.verdict()
    path.write_bytes(whole)
    assert not verdict.ok


def test_many_findings_are_counted_and_the_first_kept(big):
    """Memory stays bounded whatever was done."""
    for index in range(250):
        entries = big.entries(index)
        big.put(index, [fake(0), *entries[1:]])
    verdict = big.verdict()
    assert verdict.counts == {"edited": 250}
    assert len(verdict.findings) == 100


def test_the_verifier_needs_neither_database_nor_writer():
    """It can run where no hub is installed: importing it loads no SQLAlchemy, no sealer, no hub."""
    code = "import sys, audit.verify; print(*sorted(sys.modules))"
    root = Path(__file__).parents[2]
    loaded = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "audit.seal", "audit.record", "audit.keys", "hub", "adapters"} & set(loaded)
    assert "audit.walk" in loaded


def test_the_copy_is_only_read(log):
    """A copy on a read-only medium will do: nothing in the folder changes."""
    before = {path: path.stat().st_mtime_ns for path in log.folder.rglob("*")}
    log.verdict()
    assert {path: path.stat().st_mtime_ns for path in log.folder.rglob("*")} == before
