"""The directory system on a real disk: whole files, one step, durable, never doubled."""

import hashlib
import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.systems import directory
from hub.interface import (
    Absent,
    Awaiting,
    ConfigurationError,
    Confirmed,
    Heading,
    Layout,
    Part,
    PermanentError,
    Rejected,
    RowFault,
    TransientError,
    Unknown,
)

PAYLOAD = b"1,\xe5\xbc\xa0\xe4\xb8\x89\n" * 50_000


@pytest.fixture
def part(tmp_path):
    """A part of 450 kB in the spool."""
    path = tmp_path / "spooled"
    path.write_bytes(PAYLOAD)
    digest = hashlib.sha256(PAYLOAD).hexdigest()
    heading = Heading("B0001", "city/person", "2026-11-22-02:00", "s@1", "2026-11-22 04:00:00")
    return Part("ab" * 32, 1, heading, Layout("person", "人员", (), ("sn",), "sn"), path, digest, 50_000, ".csv", "text/csv")


@pytest.fixture
def folders(tmp_path):
    """Folders of a partner that takes files and answers."""
    for name in ("in", "out", "done"):
        (tmp_path / name).mkdir()
    return tmp_path


def opened(folders, **settings):
    """A system on the folder ``in``."""
    return directory.connect({"folder": str(folders / "in")} | settings, None)


def answering(folders, archive=True, **settings):
    """A system whose partner writes results."""
    more = {"archive_folder": str(folders / "done")} if archive else {}
    return opened(folders, result_folder=str(folders / "out"), **more, **settings)


def there(folders):
    """What the partner sees."""
    return sorted(path.name for path in (folders / "in").iterdir())


def result(folders, part, text):
    """The partner's result file."""
    (folders / "out" / f"{part.file_name}.result").write_bytes(text.encode("gb18030"))


def test_a_file_stands_whole_under_its_name(folders, part):
    """After delivery the folder holds the file and nothing else; its digest is the receipt."""
    outcome = opened(folders).deliver(part)
    assert isinstance(outcome, Confirmed)
    assert (outcome.sha256, outcome.accepted, outcome.reference) == (part.sha256, 50_000, part.file_name)
    assert there(folders) == [part.file_name]
    assert (folders / "in" / part.file_name).read_bytes() == PAYLOAD


def test_the_ok_file_comes_last_and_is_made_good(folders, part):
    """A process that died between file and ``.ok`` leaves the outcome unknown; sending again adds only the ``.ok``."""
    system = opened(folders, ok_file=True)
    assert isinstance(system.deliver(part), Confirmed)
    assert there(folders) == [part.file_name, f"{part.file_name}.ok"]
    assert (folders / "in" / f"{part.file_name}.ok").read_text() == f"{part.sha256} {len(PAYLOAD)}\n"
    (folders / "in" / f"{part.file_name}.ok").unlink()
    before = (folders / "in" / part.file_name).stat().st_ino
    assert isinstance(system.ask(part), Unknown)
    assert isinstance(system.deliver(part), Confirmed)
    assert there(folders) == [part.file_name, f"{part.file_name}.ok"]
    assert (folders / "in" / part.file_name).stat().st_ino == before


def test_a_leftover_of_a_killed_process_is_taken_away(folders, part):
    """Half a temporary file is no file, and does not stay."""
    (folders / "in" / f".{part.file_name}.0badcafe").write_bytes(b"x" * 1_000_000)
    system = opened(folders)
    assert system.ask(part) == Absent()
    assert isinstance(system.deliver(part), Confirmed)
    assert there(folders) == [part.file_name]
    assert (folders / "in" / part.file_name).read_bytes() == PAYLOAD


def test_two_runs_at_once_leave_one_file(folders, part):
    """Each sees the whole file, whoever was first."""
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: attempt(opened(folders), part), range(16)))
    assert all(isinstance(outcome, Confirmed | Unknown | TransientError) for outcome in outcomes), outcomes
    assert isinstance(opened(folders).deliver(part), Confirmed)
    assert there(folders) == [part.file_name]
    assert (folders / "in" / part.file_name).read_bytes() == PAYLOAD


def attempt(system, part):
    """The outcome, or the error as one."""
    try:
        return system.deliver(part)
    except TransientError as error:
        return error


def test_a_full_disk_has_no_effect(folders, part):
    """A disk that takes no more is worth another try, and no file stands under the name."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(TransientError, match="nothing was sent"):
            opened(folders).deliver(part)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert part.file_name not in there(folders)
    assert isinstance(opened(folders).deliver(part), Confirmed)
    assert there(folders) == [part.file_name]


def test_a_spool_that_changed_is_not_sent(folders, part):
    """Bytes that are not those of the part's digest never get its name."""
    part.path.write_bytes(PAYLOAD[:-1])
    with pytest.raises(PermanentError, match="not what was staged"):
        opened(folders).deliver(part)
    assert there(folders) == []


def test_a_missing_folder_is_a_setting_to_mend(folders, part):
    """The message names the folder, the probe does so before."""
    system = directory.connect({"folder": str(folders / "nowhere"), "result_folder": str(folders / "out")}, None)
    assert list(system.probe([part.layout])) == [f"no folder {folders / 'nowhere'} for us"]
    with pytest.raises(ConfigurationError, match="nowhere"):
        system.deliver(part)


def test_a_result_settles_the_part(folders, part):
    """With results a file that stands is not enough; the partner's words and refused rows come back as they are."""
    system = answering(folders)
    assert isinstance(system.deliver(part), Awaiting)
    assert isinstance(system.ask(part), Awaiting)
    result(folders, part, f"{part.file_name}|{part.sha256}|49999|1|R-7\r\n17|xm|E3|户名不符\r\n")
    answer = system.ask(part)
    assert isinstance(answer, Confirmed)
    assert (answer.accepted, answer.reference) == (49_999, "R-7")
    assert answer.faults == (RowFault("17", "xm", "E3", "户名不符"),)
    assert system.deliver(part) == answer


def test_a_file_that_was_taken_is_not_put_there_again(folders, part):
    """The archive tells that the partner has it, and so does a result."""
    system = answering(folders)
    assert system.ask(part) == Absent()
    system.deliver(part)
    (folders / "in" / part.file_name).rename(folders / "done" / part.file_name)
    assert isinstance(system.deliver(part), Awaiting)
    assert there(folders) == []
    result(folders, part, f"{part.file_name}|{part.sha256}|0|0|\n!|sum|合计不符\n")
    (folders / "done" / part.file_name).unlink()
    assert isinstance(system.deliver(part), Rejected)
    assert there(folders) == []


def test_a_malformed_result_is_no_reason_to_send_again(folders, part):
    """The partner has said something about this file: a person reads it, the file is not put there once more."""
    system = answering(folders)
    result(folders, part, "half a li")
    assert isinstance(system.deliver(part), Unknown)
    assert there(folders) == []


def test_without_an_archive_absence_is_not_sure(folders, part):
    """A file that is nowhere was taken or never sent: unknown, not absent."""
    assert isinstance(answering(folders, archive=False).ask(part), Unknown)
    assert isinstance(answering(folders, archive=False).deliver(part), Awaiting)


def test_other_bytes_under_our_name_are_a_conflict(folders, part):
    """In the folder or in the archive: never success, and never overwritten."""
    for name in ("in", "done"):
        other = folders / name / part.file_name
        other.write_bytes(b"other")
        assert isinstance(answering(folders).deliver(part), Rejected)
        assert other.read_bytes() == b"other"
        other.unlink()


def test_a_name_that_the_disk_refuses_is_a_setting_to_mend(folders, part):
    """An over-long batch number is told by the disk before anything is there."""
    long = replace(part, heading=replace(part.heading, batch="B" * 300))
    with pytest.raises(ConfigurationError):
        opened(folders).deliver(long)
    assert there(folders) == []
    assert not any(Path(folders / "in").iterdir())
