"""Checkpoints: three lines in a signed note."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, opened, published, signed, unverified
from audit.error import NoteError
from audit.note import Signer, sign

KEY = Signer("hub.example/log", Ed25519PrivateKey.from_private_bytes(b"k" * 32))
ROOT = base64.b64encode(bytes(32)).decode()
# https://c2sp.org/tlog-checkpoint, the example (its key is not published)
EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
).encode()


@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32))
def test_checkpoints_read_back(size, root):
    """Origin, size, root and the note itself."""
    checkpoint = signed("hub.example/log", size, root, KEY)
    again = opened(checkpoint.note.encode(), [KEY.verifier])
    assert again == checkpoint == Checkpoint("hub.example/log", size, root)
    assert again.note == checkpoint.note


def test_the_published_example_reads():
    """A checkpoint made by another program; without its key it can be read, not trusted."""
    checkpoint = unverified(EXAMPLE)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    with pytest.raises(NoteError):
        opened(EXAMPLE, [KEY.verifier])


def test_extension_lines_are_ignored():
    """The specification allows them."""
    note = sign(f"hub.example/log\n1\n{ROOT}\nmore\nlines\n", [KEY])
    assert opened(note, [KEY.verifier]).size == 1


@pytest.mark.parametrize(
    "text",
    [
        "origin\n",
        "origin\n1\n",
        f"origin\n01\n{ROOT}\n",
        f"origin\n-1\n{ROOT}\n",
        f"origin\n1.0\n{ROOT}\n",
        f"origin\n１\n{ROOT}\n",
        f"origin\n{10**19}\n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        f"origin\n1\n{ROOT}\n\nx\n",
        f"origin\n1\n{ROOT[:-4]}\n",
        f"origin\n1\n{ROOT}=\n",
        "origin\n1\n" + "A" * 42 + "B=\n",
    ],
)
def test_malformed_checkpoints_are_refused(text):
    """Leading zeros, other digits, signs, empty lines, a root that is not 32 bytes or has a second spelling."""
    with pytest.raises(NoteError):
        opened(sign(text, [KEY]), [KEY.verifier])


def test_a_folder_without_checkpoint_shows_none(tmp_path):
    """Nothing sealed yet is not an error."""
    assert published(tmp_path, [KEY.verifier]) is None
