"""Takes an evidence file and a log's verifier key, says whether the log proves it. Stands alone: Python, no other module.

    python3 check_evidence.py evidence.json 'hub.example/log+b49acfc3+AfQP...'

It shares no code with the hub on purpose.  RFC 6962 (leaf, node), RFC 9162 section 2.1.3.2 (inclusion), C2SP signed-note and
tlog-proof, RFC 8032 section 5.1.7 (Ed25519).  Exit code 0: everything is proved; 1: something is not, said in one line.
Take the key from somewhere else than the evidence.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def need(condition: object, words: str) -> None:
    """Stop here unless the condition holds (an assert would not stop under ``python3 -O``)."""
    if not condition:
        raise ValueError(words)


def point(encoded: bytes) -> Point:
    """Decode a point of edwards25519 (RFC 8032 section 5.1.3)."""
    y, sign = int.from_bytes(encoded, "little") & (1 << 255) - 1, encoded[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need(y < P and (x * x - square) % P == 0 and (x or not sign), "a malformed point")
    return (P - x if x & 1 != sign else x), y


def add(a: Point, b: Point) -> Point:
    """The sum of two points."""
    both = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + both, -1, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - both, -1, P) % P


def times(number: int, a: Point) -> Point:
    """A multiple of a point."""
    total = (0, 1)
    while number:
        total, a, number = (add(total, a) if number & 1 else total), add(a, a), number >> 1
    return total


def check_signature(note: str, vkey: str) -> str:
    """The text of a checkpoint that the key signed for its own log."""
    name, key_id, key = vkey.strip().split("+", 2)
    material, (text, _, lines) = base64.b64decode(key, validate=True), note.rpartition("\n\n")
    need(hashlib.sha256(f"{name}\n".encode() + material).hexdigest()[:8] == key_id, "a malformed key")
    need(len(material) == 33 and material[0] == 1, "not an Ed25519 key")
    all_ = [base64.b64decode(line.split(" ")[2]) for line in lines.split("\n") if line.startswith(f"— {name} ")]
    own = [signature[4:] for signature in all_ if signature[:4].hex() == key_id]
    need(own and len(own[0]) == 64, "the checkpoint is not signed by this key")
    public, r, s = material[1:], own[0][:32], int.from_bytes(own[0][32:], "little")
    k = int.from_bytes(hashlib.sha512(r + public + f"{text}\n".encode()).digest(), "little") % Q
    base = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    need(s < Q and times(s, base) == add(point(r), times(k, point(public))), "the signature of the checkpoint is wrong")
    need(text.split("\n")[0] == name, "the checkpoint is of another log")
    return text


def check_entry(entry: str, proof: str, vkey: str) -> int:
    """The index of an entry whose proof leads to a signed root."""
    top, _, note = proof.partition("\n\n")
    lines = [line for line in top.split("\n") if not line.startswith("extra ")]
    need(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("index "), "not a tlog-proof")
    _, size, root = check_signature(note, vkey).split("\n")[:3]
    index = fn = int(lines[1][6:])
    sn, r = int(size) - 1, hashlib.sha256(b"\x00" + entry.encode()).digest()
    need(0 <= fn <= sn, "an index beyond the log")
    for p in (base64.b64decode(line, validate=True) for line in lines[2:]):
        need(sn, "a proof that is too long")
        left = fn & 1 or fn == sn
        r = hashlib.sha256(b"\x01" + (p + r if left else r + p)).digest()
        while left and fn and not fn & 1:
            fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and r == base64.b64decode(root), "the proof does not lead to the signed root")
    return index


def main(path: str, vkey: str) -> None:
    """Check everything in the file, then print what is proved."""
    evidence = json.loads(Path(path).read_text("utf-8"))
    need(evidence["evidence"] == "jinmin-hub/evidence@1" and evidence["entries"], "not an evidence file")
    proved = []
    for one in evidence["entries"]:
        index, entry = check_entry(one["entry"], one["proof"], vkey), json.loads(one["entry"])
        need(entry["body"]["part"] == evidence["part"], "an entry of another part")
        proved.append(f"entry {index}, {entry['at']}: {entry['kind']} {json.dumps(entry['body'])}")
    for one in evidence["files"]:
        digest = hashlib.sha256(base64.b64decode(one["data"], validate=True)).hexdigest()
        need(digest == one["sha256"], "a file that has not the digest it is said to have")
        need(any(f'"{digest}"' in each["entry"] for each in evidence["entries"]), "a file that no entry names")
        proved.append(f"file {json.dumps(one['name'])}: sha256 {digest}, named by an entry above")
    print("\n".join([*proved, "PROVED: the log of this key holds these entries."]))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError) as problem:
        sys.exit(f"NOT PROVED: {problem or type(problem).__name__}")
