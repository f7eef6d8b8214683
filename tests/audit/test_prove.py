"""Proofs: texts that anybody can check without the log."""

import base64
import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import tiles
from audit.checkpoint import FILE, Checkpoint, signed, unverified
from audit.error import DamageError, NoteError
from audit.merkle import EMPTY_ROOT
from audit.note import Signer
from audit.prove import (
    HEADER,
    check_consistency,
    check_inclusion,
    entry,
    head,
    prove_consistency,
    prove_inclusion,
    subtree,
)

SIZE = 66_000


@pytest.fixture(scope="module")
def trusted(large):
    return [large.signer.verifier]


def older(large, size):
    """The head that the log had at this size."""
    root = subtree(large.folder, SIZE)(0, size) if size else EMPTY_ROOT
    return Checkpoint(large.signer.name, size, root)


@settings(max_examples=40)
@given(data=st.data())
def test_every_entry_can_be_proved(large, trusted, data):
    """Anywhere in a log of three tile levels, from its files alone."""
    index = data.draw(st.integers(0, SIZE - 1) | st.sampled_from([0, 255, 256, 65_535, 65_536, SIZE - 1]))
    proof = prove_inclusion(large.folder, index)
    found, checkpoint = check_inclusion(proof, entry(large.folder, index, SIZE), trusted)
    assert (found, checkpoint.size) == (index, SIZE)


@settings(max_examples=40)
@given(data=st.data())
def test_the_head_extends_every_older_one(large, trusted, data):
    """From any size."""
    size = data.draw(st.integers(0, SIZE) | st.sampled_from([0, 1, 256, 300, 65_536, SIZE]))
    assert check_consistency(prove_consistency(large.folder, size), older(large, size), trusted).size == SIZE


def test_the_heads_that_were_signed_are_extended(large, trusted):
    """Those of the database, which the sealer signed on its way."""
    from sqlalchemy import select

    from audit.record import LOG_CHECKPOINT

    with large.engine.connect() as connection:
        notes = list(connection.scalars(select(LOG_CHECKPOINT.c.note)))
    assert len(notes) == 4
    for note in notes:
        was = unverified(note.encode())
        assert check_consistency(prove_consistency(large.folder, was.size), was, trusted).size == SIZE


def test_the_text_is_a_tlog_proof(large):
    """Header, extra data, index, hashes, a blank line, the checkpoint verbatim."""
    proof = prove_inclusion(large.folder, 300, b"receipt")
    top, _, checkpoint = proof.partition("\n\n")
    lines = top.split("\n")
    assert lines[:3] == [HEADER, "extra " + base64.b64encode(b"receipt").decode(), "index 300"]
    assert all(len(base64.b64decode(line)) == 32 for line in lines[3:])
    assert checkpoint == (large.folder / FILE).read_text()
    assert "extra" not in prove_inclusion(large.folder, 300)


def test_a_log_of_one_entry_has_an_empty_path(room):
    """Nothing between index and checkpoint but the blank line."""
    room.grown(1)
    proof = prove_inclusion(room.folder, 0)
    assert proof.startswith(f"{HEADER}\nindex 0\n\nhub.example/log\n1\n")
    assert check_inclusion(proof, entry(room.folder, 0, 1), [room.signer.verifier])[0] == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_no_character_of_a_proof_can_be_changed(large, trusted, data):
    """Whatever is changed, the proof no longer checks."""
    proof = prove_inclusion(large.folder, 300)
    place = data.draw(st.integers(0, len(proof) - 1))
    character = data.draw(st.sampled_from("0A \n+=") | st.characters(codec="utf-8"))
    if proof[place] == character:
        return
    with pytest.raises(NoteError):
        check_inclusion(proof[:place] + character + proof[place + 1 :], entry(large.folder, 300, SIZE), trusted)


def test_a_proof_is_of_one_entry_only(large, trusted):
    """Other bytes, or the neighbour, are not proved by it."""
    proof = prove_inclusion(large.folder, 300)
    for data in (b"", entry(large.folder, 301, SIZE), entry(large.folder, 300, SIZE) + b" "):
        with pytest.raises(NoteError, match="does not lead"):
            check_inclusion(proof, data, trusted)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda proof: proof.replace("index 300", "index 0300"),
        lambda proof: proof.replace("index 300", "index 301"),
        lambda proof: proof.replace("index 300", "extra !!!\nindex 300"),
        lambda proof: proof.replace("\n\n", "\nAAAA\n\n", 1),
        lambda proof: proof.replace("@v1", "@v2"),
        lambda proof: proof[:-10],
        lambda proof: "",
        lambda proof: proof.replace("\n\n", "\n", 1),
    ],
)
def test_malformed_proofs_are_refused(large, trusted, spoil):
    """Leading zeros, another index, bad base64, another version, cut texts."""
    with pytest.raises(NoteError):
        check_inclusion(spoil(prove_inclusion(large.folder, 300)), entry(large.folder, 300, SIZE), trusted)


def test_a_proof_needs_a_key_one_trusts(large):
    """Another key of the same name, or a trusted key of another log, does not do."""
    proof, data = prove_inclusion(large.folder, 300), entry(large.folder, 300, SIZE)
    with pytest.raises(NoteError, match="not signed"):
        check_inclusion(proof, data, [Signer("hub.example/log", Ed25519PrivateKey.from_private_bytes(b"x" * 32)).verifier])
    with pytest.raises(NoteError, match="no key was given"):
        check_inclusion(proof, data, [Signer("other", Ed25519PrivateKey.from_private_bytes(b"k" * 32)).verifier])


def test_a_rewritten_history_cannot_be_proved(large, trusted):
    """An older head that is not in line, of another log, or of another size."""
    proof = prove_consistency(large.folder, 300)
    with pytest.raises(NoteError, match="rewritten"):
        check_consistency(proof, Checkpoint("hub.example/log", 300, bytes(32)), trusted)
    with pytest.raises(NoteError, match="two logs"):
        check_consistency(proof, Checkpoint("other", 300, older(large, 300).root), trusted)
    with pytest.raises(NoteError, match="starts at 300"):
        check_consistency(proof, older(large, 301), trusted)
    with pytest.raises(NoteError, match="not a consistency proof"):
        check_consistency(proof[1:], older(large, 300), trusted)


def test_what_is_not_there_cannot_be_proved(large, tmp_path):
    """An entry beyond the head, a head smaller than the older one, a folder that is no log."""
    with pytest.raises(ValueError, match="no entry 66000"):
        prove_inclusion(large.folder, SIZE)
    with pytest.raises(ValueError, match="no entry -1"):
        prove_inclusion(large.folder, -1)
    with pytest.raises(ValueError, match="no prefix"):
        prove_consistency(large.folder, SIZE + 1)
    with pytest.raises(DamageError, match="no checkpoint"):
        head(tmp_path)


def test_damaged_files_give_no_proof(room):
    """A proof that would not check is not handed out; the message sends to the verification."""
    room.grown(300)
    path = room.folder / tiles.name(0, 1, 44)
    whole = path.read_bytes()
    path.write_bytes(bytes(len(whole)))
    with pytest.raises(DamageError, match="verify the log"):
        prove_inclusion(room.folder, 299)
    with pytest.raises(DamageError, match="verify the log"):
        prove_consistency(room.folder, 290)
    path.unlink()
    with pytest.raises(DamageError, match="missing"):
        prove_inclusion(room.folder, 299)
    path.write_bytes(whole)
    shutil.rmtree(room.folder / "tile/entries")
    with pytest.raises(DamageError, match="missing"):
        prove_inclusion(room.folder, 299)


def test_a_proof_under_a_forged_head_is_refused(room):
    """A larger head signed by nobody we trust."""
    room.grown(10)
    other = Signer("hub.example/log", Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    forged = prove_inclusion(room.folder, 3).partition("\n\n")[0] + "\n\n" + signed(other.name, 10, bytes(32), other).note
    with pytest.raises(NoteError):
        check_inclusion(forged, entry(room.folder, 3, 10), [room.signer.verifier])
