"""Signed notes, against the examples of the specification and of Go's sumdb."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.error import NoteError
from audit.note import Signer, check_name, open_note, parse, parse_vkey, sign

# https://c2sp.org/signed-note, "Example"
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# golang.org/x/mod/sumdb/note, package example
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()


def signer(name, byte=1):
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32))


@pytest.mark.parametrize(("vkey", "note"), [(VKEY, NOTE), (GO_VKEY, GO_NOTE)])
def test_the_published_examples_open(vkey, note):
    """Keys and notes made by other programs."""
    verifier = parse_vkey(vkey)
    assert verifier.vkey == vkey
    opened = open_note(note, [verifier])
    assert opened.text.encode() == note.split(b"\n\n")[0] + b"\n"
    assert opened.signed_by == (verifier,)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_what_is_signed_opens(text):
    """Any text without control characters, blank lines included."""
    key = signer("hub.example/log")
    assert open_note(sign(f"{text}\n\n{text}\n", [key]), [key.verifier]).text == f"{text}\n\n{text}\n"


def test_several_signatures():
    """A note opens with any one of its keys; the keys one does not know are ignored, whatever they say."""
    one, two = signer("one"), signer("two", 2)
    note = sign("text\n", [one, two]) + f"— stranger {base64.b64encode(bytes(68)).decode()}\n".encode()
    assert open_note(note, [two.verifier]).signed_by == (two.verifier,)
    assert open_note(note, [one.verifier, two.verifier]).signed_by == (one.verifier, two.verifier)
    with pytest.raises(NoteError, match="not signed"):
        open_note(note, [signer("one", 3).verifier])


def test_sixteen_signatures_are_accepted():
    """The specification's minimum."""
    keys = [signer(f"key{number}", number) for number in range(1, 17)]
    assert len(open_note(sign("text\n", keys), [key.verifier for key in keys]).signed_by) == 16


def test_a_known_key_whose_signature_fails_spoils_the_note():
    """Even if another known key's signature is good."""
    one, two = signer("one"), signer("two", 2)
    note = sign("text\n", [one]) + sign("other\n", [two]).split(b"\n\n")[1]
    with pytest.raises(NoteError, match="two does not verify"):
        open_note(note, [one.verifier, two.verifier])
    assert open_note(note, [one.verifier]).signed_by == (one.verifier,)


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_byte_of_a_note_can_be_changed(place, change):
    """Every single changed byte is noticed."""
    changed = bytearray(NOTE)
    changed[place] ^= change
    with pytest.raises(NoteError):
        open_note(bytes(changed), [parse_vkey(VKEY)])


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        b"text\n\nnot a signature\n",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE.replace(b"This", b"Th\x00s"),
        NOTE.replace(b"\n", b"\r\n"),
        b"\xff" + NOTE,
        NOTE.replace(b"=\n", b"==\n"),
        "text\n\n— a b+c AAAAAAA=\n".encode(),
        "text\n\n— a+b AAAAAAA=\n".encode(),
        "text\n\n— a AAAA\n".encode(),
        "text\n\n— a AAAAAAB=\n".encode(),
        b"x" * (1 << 20) + NOTE,
    ],
)
def test_malformed_notes_are_refused(note):
    """No blank line, no signature, control characters, bad UTF-8, loose base64, too large."""
    with pytest.raises(NoteError):
        parse(note)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "example.com/foo",
        VKEY.replace("530d903a", "530d903b"),
        VKEY.replace("530d903a", "530D903A"),
        VKEY[:-4],
        "ex ample+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_malformed_verifier_keys_are_refused(vkey):
    """No key, an id that is not the key's, a cut key, a blank in the name, another algorithm."""
    with pytest.raises(NoteError):
        parse_vkey(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\u200bb"])
def test_bad_key_names_are_refused(name):
    """No blanks of any script, no plus, nothing invisible."""
    with pytest.raises(NoteError):
        check_name(name)


def test_only_text_can_be_signed():
    """A text ends in a newline and has no control characters."""
    for text in ("", "text", "a\tb\n"):
        with pytest.raises(NoteError):
            sign(text, [signer("one")])


def test_a_signer_does_not_show_its_key():
    """Its repr may end up in a traceback."""
    key = signer("one")
    assert key.private.private_bytes_raw().hex() not in repr(key)
    assert str(key.private.private_bytes_raw()) not in repr(key)
