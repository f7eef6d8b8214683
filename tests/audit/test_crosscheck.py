"""The database against the log: every sealed row is still what was sealed."""

import shutil

import pytest
from sqlalchemy import text

from audit import tiles
from audit.crosscheck import cross_check
from audit.error import DamageError
from audit.record import LOG_CHECKPOINT


def told(room):
    verdict = cross_check(room.engine, room.folder)
    return [(finding.code, finding.first, finding.last) for finding in verdict.findings]


def run(room, statement, **values):
    with room.engine.begin() as connection:
        connection.execute(text(statement), values)


@pytest.fixture
def sealed(room):
    return room.grown(100, 256, 300, 600)


def test_a_sound_database(any_room):
    """Nothing found; entries that wait for the next seal are noted."""
    sealed = any_room.grown(100, 256, 300, 600)
    verdict = cross_check(sealed.engine, sealed.folder)
    assert (verdict.ok, verdict.entries, verdict.notes) == (True, 600, ())
    sealed.add(3)
    assert cross_check(sealed.engine, sealed.folder).notes == ("3 entries wait for the next seal",)


def test_an_edited_row(sealed):
    """In any bundle, also where no seal will ever look again."""
    for position in (0, 300):
        run(sealed, "UPDATE log_entry SET entry = '{}' WHERE position = :position", position=position)
    assert told(sealed) == [("row-edited", 0, 0), ("row-edited", 300, 300)]


def test_a_deleted_row(sealed):
    """The log still has it."""
    run(sealed, "DELETE FROM log_entry WHERE position = 7")
    assert told(sealed) == [("row-missing", 7, 7)]


def test_exchanged_rows(sealed):
    """Two rows in each other's place."""
    for position, other in ((5, 9005), (9, 5), (9005, 9)):
        run(sealed, "UPDATE log_entry SET position = :other WHERE position = :position", position=position, other=other)
    assert told(sealed) == [("row-moved", 5, 5), ("row-moved", 9, 9)]


def test_a_row_taken_out_of_the_sequence(sealed):
    """It would be sealed a second time: told as missing, and as waiting."""
    run(sealed, "UPDATE log_entry SET position = NULL WHERE position = 7")
    verdict = cross_check(sealed.engine, sealed.folder)
    assert verdict.counts == {"row-missing": 1}
    assert verdict.notes == ("1 entries wait for the next seal",)


def test_a_log_that_was_rolled_back(sealed, tmp_path):
    """The folder of yesterday, the database of today."""
    shutil.copytree(sealed.folder, tmp_path / "yesterday")
    sealed.grown(900)
    shutil.rmtree(sealed.folder)
    shutil.copytree(tmp_path / "yesterday", sealed.folder)
    assert told(sealed) == [("rolled-back", 600, 899)]


def test_a_database_that_was_rolled_back(sealed):
    """It does not know the head that the log shows, nor the last rows."""
    run(sealed, "DELETE FROM log_checkpoint WHERE size = 600")
    run(sealed, "DELETE FROM log_entry WHERE position >= 598")
    assert told(sealed) == [("head-unknown", 0, 599), ("row-missing", 598, 598), ("row-missing", 599, 599)]


def test_a_head_that_is_not_in_the_log(sealed):
    """A changed row of the signed heads, and a log that does not have the head that was signed."""
    with sealed.engine.begin() as connection:
        connection.execute(LOG_CHECKPOINT.update().where(LOG_CHECKPOINT.c.size == 300).values(root="00" * 32))
    assert told(sealed) == [("head-edited", None, None), ("head-rewritten", 0, 299)]


def test_a_note_that_is_none(sealed):
    """Rubbish in the table is told, not raised."""
    run(sealed, "UPDATE log_checkpoint SET note = 'x' WHERE size = 300")
    assert told(sealed) == [("head-edited", None, None)]


def test_a_damaged_log_is_told_not_raised(sealed):
    """Missing files become findings."""
    (sealed.folder / tiles.name(tiles.ENTRIES, 1)).unlink()
    (sealed.folder / tiles.name(0, 0)).unlink()
    codes = {code for code, _, _ in told(sealed)}
    assert codes == {"missing-tile", "missing-bundle"}


def test_a_folder_that_is_no_log(any_room):
    """There is nothing to compare with."""
    with pytest.raises(DamageError):
        cross_check(any_room.engine, any_room.folder)
