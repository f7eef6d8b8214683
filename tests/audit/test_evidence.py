"""Evidence: one file that proves what happened to a part, checked by a script that knows nothing of the hub."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import check_evidence
from audit.canonical import parse
from audit.evidence import evidence
from audit.note import Signer, sign
from audit.record import record

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
RECEIPT = "回执：成功 2 行".encode()
PART = "ab" * 32


@pytest.fixture
def sealed(room):
    """A log in which a part was sent and confirmed, among 600 other entries."""
    room.add(300)
    digest = hashlib.sha256(RECEIPT).hexdigest()
    with room.engine.begin() as connection:
        record(connection, "part.sending", {"exchange": "a/b", "part": PART, "rows": 2}, AT)
        record(connection, "part.outcome", {"exchange": "a/b", "part": PART, "receipt_sha256": digest}, AT)
        record(connection, "part.outcome", {"exchange": "a/b", "part": "cd" * 32}, AT)
    room.add(300)
    room.seal()
    return room


@pytest.fixture
def proof(sealed):
    return json.loads(evidence(sealed.folder, PART, sealed.signer.verifier.vkey, {"receipt": RECEIPT}))


def check(tmp_path, content, vkey):
    """Run the script as a reviewer would: a copy of it, alone, in an isolated Python."""
    script, file = tmp_path / "alone.py", tmp_path / "evidence.json"
    shutil.copy(Path(check_evidence.__file__), script)
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    command = [sys.executable, "-I", "-S", "-O", str(script), str(file), vkey]
    return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)


def test_the_file_is_canonical_and_holds_all_of_the_part(sealed):
    """Both entries, each with a proof; the receipt verbatim; nothing of other parts."""
    value = parse(evidence(sealed.folder, PART, sealed.signer.verifier.vkey + "\n", {"receipt": RECEIPT}))
    assert [parse(one["entry"].encode())["kind"] for one in value["entries"]] == ["part.sending", "part.outcome"]
    assert [(one["name"], base64.b64decode(one["data"])) for one in value["files"]] == [("receipt", RECEIPT)]
    assert "cd" * 32 not in json.dumps(value)


def test_the_script_alone_proves_it(sealed, proof, tmp_path):
    """No hub, no packages, assertions switched off."""
    done = check(tmp_path, proof, sealed.signer.verifier.vkey)
    assert (done.returncode, done.stderr) == (0, "")
    assert "entry 300, 2026-11-22T02:00:00.000000Z: part.sending" in done.stdout
    assert done.stdout.endswith("PROVED: the log of this key holds these entries.\n")


def test_the_script_imports_nothing_of_ours():
    """What it needs is in every Python."""
    lines = Path(check_evidence.__file__).read_text("utf-8").splitlines()
    modules = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert modules == {"base64", "hashlib", "json", "sys", "pathlib"}


def spoil_entry(value):
    value["entries"][0]["entry"] = value["entries"][0]["entry"].replace('"rows":2', '"rows":3')


def spoil_index(value):
    value["entries"][0]["proof"] = value["entries"][0]["proof"].replace("index 300", "index 301")


def spoil_proofs(value):
    one, two = value["entries"]
    one["proof"], two["proof"] = two["proof"], one["proof"]


def spoil_size(value):
    value["entries"][0]["proof"] = value["entries"][0]["proof"].replace("\n603\n", "\n604\n")


def spoil_file(value):
    value["files"][0]["data"] = base64.b64encode(b"other").decode()


def spoil_file_and_digest(value):
    value["files"][0] |= {"data": base64.b64encode(b"other").decode(), "sha256": hashlib.sha256(b"other").hexdigest()}


def spoil_part(value):
    value["part"] = "cd" * 32


def spoil_by_leaving_all_out(value):
    value["entries"], value["files"] = [], []


def spoil_signature(value):
    proof = value["entries"][0]["proof"]
    value["entries"][0]["proof"] = proof[: proof.rindex(" ") + 10] + "AAAA" + proof[proof.rindex(" ") + 14 :]


def spoil_form(value):
    value["entries"] = "x"


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_entry,
        spoil_index,
        spoil_proofs,
        spoil_size,
        spoil_file,
        spoil_file_and_digest,
        spoil_part,
        spoil_by_leaving_all_out,
        spoil_signature,
        spoil_form,
    ],
)
def test_whatever_is_changed_is_not_proved(sealed, proof, tmp_path, spoil):
    """One line on stderr, exit code 1, nothing claimed."""
    spoil(proof)
    done = check(tmp_path, proof, sealed.signer.verifier.vkey)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NOT PROVED: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"evidence":"jinmin-hub/evidence@1","entries":[{}],"files":[]}'])
def test_rubbish_is_not_proved(sealed, tmp_path, content):
    """Without a traceback."""
    done = check(tmp_path, content, sealed.signer.verifier.vkey)
    assert done.returncode == 1
    assert done.stderr.startswith("NOT PROVED: ")


def test_another_key_proves_nothing(sealed, proof, tmp_path):
    """Same name, other key; and rubbish as a key."""
    other = Signer("hub.example/log", Ed25519PrivateKey.from_private_bytes(b"x" * 32)).verifier.vkey
    for vkey in (other, "rubbish", "a+b+c"):
        assert check(tmp_path, proof, vkey).returncode == 1


def test_no_evidence_is_made_without_a_receipt_that_was_logged(sealed):
    """A receipt that is gone is said, not left out."""
    with pytest.raises(LookupError, match=r"1 receipt.* gone"):
        evidence(sealed.folder, PART, sealed.signer.verifier.vkey, {})


def test_no_evidence_is_made_of_what_was_not_logged(sealed):
    """A part nobody knows, a receipt that is not the one that was logged."""
    vkey = sealed.signer.verifier.vkey
    with pytest.raises(LookupError, match="no sealed entry"):
        evidence(sealed.folder, "ef" * 32, vkey, {})
    with pytest.raises(LookupError, match="file receipt"):
        evidence(sealed.folder, PART, vkey, {"receipt": RECEIPT + b" "})


@settings(max_examples=12)
@given(st.binary(min_size=32, max_size=32), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_its_signatures_are_those_of_the_library(seed, text):
    """Its own Ed25519 accepts what the cryptography package signs, and nothing that was changed afterwards."""
    key = Signer("log", Ed25519PrivateKey.from_private_bytes(seed))
    note = sign(f"log\n{text}\n", [key]).decode()
    assert check_evidence.check_signature(note, key.verifier.vkey) == f"log\n{text}"
    with pytest.raises(ValueError, match="wrong"):
        check_evidence.check_signature(note.replace("log\n", "log\n.", 1), key.verifier.vkey)
