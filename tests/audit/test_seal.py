"""Sealing: every committed entry once, in one order that never changes, whatever happens to the sealer."""

import random
import shutil
import signal
import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, select, text

from audit import tiles
from audit.crosscheck import cross_check
from audit.error import DamageError, ForkError, NoteError
from audit.merkle import leaf_hash, mth
from audit.note import Signer
from audit.record import LOG_CHECKPOINT, LOG_ENTRY, record
from audit.report import entries
from audit.seal import restore, seal

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def numbers(room):
    return [entry.body["number"] for entry in entries(room.folder)]


def files(folder):
    """All that readers can see, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".tmp-")
    }


def test_an_empty_log_has_no_head(any_room):
    """Nothing recorded, nothing signed, no folder made."""
    assert any_room.seal() is None
    assert not any_room.folder.exists()


def test_every_entry_is_sealed_once_and_in_order(any_room):
    """Through full tiles, across their borders, and with nothing to do."""
    for size in (1, 2, 255, 256, 257, 257, 600):
        head = any_room.grown(size).seal()
        assert head is not None
        assert head.size == size
        assert head.root == mth([leaf_hash(data) for n in range(-(-size // 256)) for data in _bundle(any_room, n, size)])
        assert any_room.verify().ok
    assert numbers(any_room) == list(range(600))
    assert any_room.heads() == [1, 2, 255, 256, 257, 600]
    assert cross_check(any_room.engine, any_room.folder).ok


def _bundle(room, index, size):
    return tiles.entries(room.folder, index, tiles.width(0, index, size))


def test_the_files_do_not_depend_on_how_often_was_sealed(room, tmp_path):
    """One seal of 700 entries writes what seven seals write, but for partial tiles of the way."""
    room.grown(100, 200, 300, 400, 500, 600, 700)
    many = files(room.folder)
    shutil.rmtree(room.folder)
    assert restore(room.engine, room.folder, room.signer.verifier)
    once = files(room.folder)
    assert once.items() <= many.items()
    assert all(".p/" in name for name in many.keys() - once.keys())


def test_partial_tiles_go_when_the_full_one_is_there(room):
    """What remains is what the specification asks for."""
    room.grown(100, 200, 300)
    assert not (room.folder / "tile/0/000.p").exists()
    assert not (room.folder / "tile/entries/000.p").exists()
    assert (room.folder / "tile/0/001.p/44").exists()


def test_a_late_commit_is_not_lost(postgresql_room):
    """An entry with a smaller id that commits after a seal is sealed by the next one; a rolled back id is no gap.

    (SQLite has one writer at a time.)
    """
    late = postgresql_room.engine.connect()
    record(late, "part.outcome", {"number": 100}, AT)
    lost = postgresql_room.engine.connect()
    record(lost, "part.outcome", {"number": 101}, AT)
    postgresql_room.add(1)
    head = postgresql_room.seal()
    assert head is not None
    assert head.size == 1
    late.commit()
    lost.rollback()
    late.close()
    lost.close()
    postgresql_room.add(1)
    postgresql_room.seal()
    assert numbers(postgresql_room) == [0, 100, 1]
    assert postgresql_room.verify().ok


def _steps(room):
    seen = []
    room.seal(seen.append)
    return seen


def test_the_steps_are_in_the_promised_order(room):
    """Sequenced, written, signed, published, tidied; a head is signed only when all its files are written."""
    room.grown(100)
    room.add(500)
    seen = _steps(room)
    assert [step for step in seen if not step.startswith("wrote")] == ["sequenced", "signed", "published", "tidied"]
    assert seen[1].startswith("wrote")
    assert seen.index("signed") == len(seen) - 3


def test_a_sealer_killed_after_any_step_does_no_harm(any_room, child, killer, tmp_path):
    """kill -9 between any two steps; what is published verifies at once, and the next seal ends where a whole one does."""
    any_room.grown(200)
    step = 0
    while True:
        step += 1
        any_room.add(280)
        status = child(lambda step=step: any_room.seal(killer(step)))()
        assert any_room.verify().ok
        if status == 0:
            break
        assert status == -signal.SIGKILL
        if step % 3:  # sometimes more entries come before the repair
            any_room.add(70)
        head = any_room.seal()
        assert head is not None
        assert (head.size, any_room.waiting()) == (any_room.added, 0)
        assert any_room.verify().ok
    assert step >= 10
    assert numbers(any_room) == list(range(any_room.added))
    assert cross_check(any_room.engine, any_room.folder).ok


def test_a_sealer_killed_again_and_again_gets_there(room, child, killer):
    """Each one only gets one step further than the last before it is killed."""
    room.add(600)
    step = 1
    while child(lambda step=step: room.seal(killer(step)))() != 0:
        step += 1
    assert numbers(room) == list(range(600))
    assert room.verify().ok
    assert room.heads() == [600]


@pytest.mark.parametrize("seed", range(3))
def test_a_hub_killed_at_any_moment_loses_nothing(any_room, child, seed):
    """kill -9 in the middle of whatever it is doing: what was committed is sealed once, what was not is not there."""
    moments = random.Random(seed)

    def work(begin):
        for number in range(begin, begin + 10_000):
            with any_room.engine.begin() as connection:
                for _ in range(moments.randrange(1, 60)):
                    record(connection, "part.outcome", {"number": number}, AT)
            any_room.seal()

    for round_ in range(5):
        wait = child(lambda round_=round_: work(10_000 * round_))
        time.sleep(moments.uniform(0.02, 0.15))
        child.kill()
        assert wait() == -signal.SIGKILL
        verdict = any_room.verify()
        assert verdict.ok or verdict.counts == {"no-checkpoint": 1}
    any_room.add(1)
    any_room.seal()
    assert any_room.waiting() == 0
    assert any_room.verify().ok
    assert cross_check(any_room.engine, any_room.folder).ok


def test_sealers_at_once_have_one_effect(any_room, child):
    """Four processes seal while two record: each entry once, every head in line with the next, nothing left behind."""

    def work(who):
        for round_ in range(12):
            if who < 2:
                with any_room.engine.begin() as connection:
                    for number in range(15):
                        record(connection, "part.outcome", {"number": number, "round": round_, "who": who}, AT)
            else:
                seal(any_room.engine, any_room.folder, any_room.signer, AT)

    waits = [child(lambda who=who: work(who)) for who in range(6)]
    assert [wait() for wait in waits] == [0] * 6
    head = any_room.seal()
    assert head is not None
    assert head.size == 360
    bodies = [(entry.body["who"], entry.body["round"], entry.body["number"]) for entry in entries(any_room.folder)]
    assert sorted(bodies) == [(who, round_, number) for who in range(2) for round_ in range(12) for number in range(15)]
    for who in range(2):
        own = [body for body in bodies if body[0] == who]
        assert own == sorted(own)
    assert any_room.verify().ok
    assert cross_check(any_room.engine, any_room.folder).ok


def test_a_sealer_that_comes_second_starts_over(any_room):
    """While one sealer is writing, another one seals more: the first signs nothing of its own and gives a head in line."""
    any_room.add(300)
    once = []

    def interrupt(step):
        if step.startswith("wrote") and not once:
            once.append(step)
            any_room.add(50)
            any_room.seal()

    head = any_room.seal(interrupt)
    assert head is not None
    assert head.size == 350
    assert any_room.heads() == [350]
    assert any_room.verify().ok


def test_a_head_never_goes_back_in_the_folder(any_room):
    """A sealer that was overtaken after signing does not put its smaller head over the newer one."""
    any_room.add(10)
    once = []

    def interrupt(step):
        if step == "signed" and not once:
            once.append(step)
            any_room.add(5)
            any_room.seal()

    any_room.seal(interrupt)
    verdict = any_room.verify()
    assert verdict.ok
    assert verdict.entries == 15
    assert any_room.heads() == [10, 15]


class TestRestoredFromBackup:
    """A database or a folder that is older than the other."""

    @pytest.fixture
    def backup(self, room, tmp_path):
        """The database as it was at 100 entries, the log at 300."""
        room.grown(100)
        shutil.copy(tmp_path / "state.db", tmp_path / "old.db")
        shutil.copytree(room.folder, tmp_path / "old-log")
        room.grown(300)
        return tmp_path

    def back(self, room, backup):
        room.engine.dispose()
        shutil.copy(backup / "old.db", backup / "state.db")

    def test_an_old_database_is_refused(self, room, backup):
        """It knows fewer entries than the log shows: nothing is signed, the folder stays as it is."""
        before = files(room.folder)
        self.back(room, backup)
        with pytest.raises(ForkError, match=r"300 sealed entries, the database knows of 100.*nothing was signed"):
            room.seal()
        assert files(room.folder) == before

    def test_an_old_database_that_went_on_is_refused(self, room, backup):
        """With other entries since, as many or more, it never signed what the log shows."""
        before = files(room.folder)
        self.back(room, backup)
        room.added = 1000
        room.add(250)
        with pytest.raises(ForkError):
            room.seal()
        assert files(room.folder) == before
        assert room.waiting() == 250

    def test_an_old_database_cannot_write_over_tiles_when_the_checkpoint_is_gone(self, room, backup):
        """Without a checkpoint the tiles themselves contradict it."""
        (room.folder / "checkpoint").unlink()
        self.back(room, backup)
        room.added = 1000
        room.add(400)
        with pytest.raises(ForkError, match="is not what the database says"):
            room.seal()
        assert room.heads() == [100]

    def test_a_new_database_on_an_old_folder_is_refused(self, room, backup, tmp_path):
        """An empty database is not that of this log."""
        engine = create_engine(f"sqlite:///{tmp_path}/new.db")
        LOG_ENTRY.metadata.create_all(engine)
        with pytest.raises(ForkError, match="not that of this log"):
            seal(engine, room.folder, room.signer, AT)
        engine.dispose()

    def test_an_old_folder_is_brought_up_again(self, room, backup):
        """The database knows the rest: the very same head is shown again, nothing new is signed."""
        whole = files(room.folder)
        shutil.rmtree(room.folder)
        shutil.copytree(backup / "old-log", room.folder)
        head = room.seal()
        assert head is not None
        assert head.size == 300
        assert files(room.folder)["checkpoint"] == whole["checkpoint"]
        assert room.heads() == [100, 300]
        assert room.verify().ok

    def test_a_lost_folder_is_made_again(self, room, backup):
        """From the database, byte for byte, with the head that was signed."""
        whole = files(room.folder)
        shutil.rmtree(room.folder)
        room.seal()
        assert files(room.folder) == whole


class TestTampering:
    """What was changed behind the sealer's back is not signed over."""

    def test_a_torn_tile_is_noticed(self, room):
        """A tile of the right edge that was cut."""
        room.grown(300)
        path = room.folder / "tile/0/001.p/44"
        path.write_bytes(path.read_bytes()[:-5])
        room.add(1)
        with pytest.raises(DamageError, match=r"tile/0/001\.p/44 is torn"):
            room.seal()
        assert room.heads() == [300]

    def test_a_changed_tile_is_noticed(self, room):
        """A tile of the right edge that does not give the signed root."""
        room.grown(300)
        path = room.folder / "tile/1/000.p/1"
        path.write_bytes(bytes(32))
        room.add(1)
        with pytest.raises(DamageError, match="signed root of 300"):
            room.seal()
        assert room.heads() == [300]

    def test_a_damaged_folder_can_be_restored(self, room):
        """From the database, after which sealing goes on."""
        room.grown(300)
        before = files(room.folder)
        for name in before:
            (room.folder / name).write_bytes(b"rubbish")
        assert restore(room.engine, room.folder, room.signer.verifier)
        assert files(room.folder) == before
        room.grown(301)
        assert room.verify().ok

    def test_a_folder_is_not_restored_from_a_changed_database(self, room):
        """Then nothing is written at all."""
        room.grown(300)
        before = files(room.folder)
        with room.engine.begin() as connection:
            connection.execute(text("UPDATE log_entry SET entry = '{}' WHERE position = 7"))
        with pytest.raises(ForkError, match="does not hold the 300 entries"):
            restore(room.engine, room.folder, room.signer.verifier)
        assert files(room.folder) == before

    def test_an_empty_database_restores_nothing(self, room):
        """No head was signed, so there is none to show."""
        assert restore(room.engine, room.folder, room.signer.verifier) is None

    @pytest.mark.parametrize(
        "statement", ["UPDATE log_entry SET entry = '{}' WHERE position = 299", "DELETE FROM log_entry WHERE position = 299"]
    )
    def test_a_sealed_row_that_was_changed_is_noticed(self, any_room, statement):
        """In the unfinished tile, when the next seal reads it again; nothing is signed."""
        any_room.grown(300)
        with any_room.engine.begin() as connection:
            connection.execute(text(statement))
        any_room.add(1)
        with pytest.raises(ForkError, match=r"nothing was signed|after it was sealed"):
            any_room.seal()
        assert any_room.heads() == [300]

    def test_a_row_deleted_between_sequencing_and_sealing_is_noticed(self, room):
        """Positions have no holes."""

        class StopError(Exception):
            pass

        def stop(step):
            raise StopError

        room.grown(10)
        room.add(10)
        with pytest.raises(StopError):
            room.seal(stop)
        with room.engine.begin() as connection:
            connection.execute(text("DELETE FROM log_entry WHERE position = 15"))
        with pytest.raises(ForkError, match="entry 15 is missing"):
            room.seal()

    @pytest.mark.parametrize("column", ["size", "root"])
    def test_a_changed_head_in_the_database_is_noticed(self, room, column):
        """The row must say what its signed note says."""
        room.grown(10)
        with room.engine.begin() as connection:
            value = {"size": 11, "root": "00" * 32}[column]
            connection.execute(LOG_CHECKPOINT.update().values({column: value}))
        with pytest.raises(ForkError):
            room.seal()

    def test_a_checkpoint_of_another_key_is_refused(self, room):
        """A sealer with a new key does not go on with the old log."""
        room.grown(10)
        other = Signer("hub.example/log", Ed25519PrivateKey.from_private_bytes(b"x" * 32))
        with pytest.raises(NoteError, match="not signed"):
            seal(room.engine, room.folder, other, AT)

    def test_a_forged_checkpoint_is_refused(self, room):
        """A changed size in the folder's checkpoint."""
        room.grown(10)
        path = room.folder / "checkpoint"
        path.write_bytes(path.read_bytes().replace(b"\n10\n", b"\n9\n"))
        with pytest.raises(NoteError, match="changed after it was signed"):
            room.seal()


def test_a_full_disk_stops_the_seal_and_the_next_one_goes_on(room, monkeypatch):
    """OSError from any write; what was published before still verifies."""
    room.grown(200)
    room.add(300)
    whole = tiles.replace
    for allowed in range(12):
        left = allowed

        def limited(folder, place, data):
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(28, "No space left on device")
            whole(folder, place, data)

        monkeypatch.setattr(tiles, "replace", limited)
        try:
            room.seal()
        except OSError:
            assert room.verify().ok
    monkeypatch.undo()
    head = room.seal()
    assert head is not None
    assert head.size == 500
    assert room.verify().ok


def test_positions_are_written_with_the_sequence_alone(any_room):
    """After the first step the order is in the database, for every entry, without holes."""

    class StopError(Exception):
        pass

    def stop(step):
        raise StopError

    any_room.add(70)
    with pytest.raises(StopError):
        any_room.seal(stop)
    with any_room.engine.connect() as connection:
        rows = connection.execute(select(LOG_ENTRY.c.id, LOG_ENTRY.c.position).order_by(LOG_ENTRY.c.id)).all()
    assert [row.position for row in rows] == list(range(70))
    assert not any_room.folder.exists()


def test_the_verifier_key_lies_beside_the_log(room):
    """For whoever copies the folder; it is written again if it was changed."""
    room.grown(1)
    vkey = (room.folder / "vkey").read_text()
    assert vkey == room.signer.verifier.vkey + "\n"
    (room.folder / "vkey").write_text("other")
    room.grown(2)
    assert (room.folder / "vkey").read_text() == vkey
