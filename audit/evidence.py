"""Takes a log folder and one part's id, gives one file that proves, by itself, what the log says of that part.

The file is canonical JSON: ``evidence`` (the name of this format), ``part``, ``vkey``, ``entries`` (each the ``entry`` as
sealed and its ``proof``, a tlog-proof@v1 with the signed checkpoint) and ``files`` (receipt, manifest ...: ``name``, ``sha256``,
``data`` in base64).  Every file's SHA-256 stands in one of the entries, which is what ties it to the log.
``audit/check_evidence.py`` checks such a file on any machine with Python and nothing else.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from audit.canonical import canonical
from audit.prove import entry, head, prove_inclusion
from audit.report import entries

FORMAT = "jinmin-hub/evidence@1"


def evidence(folder: Path, part: str, vkey: str, files: Mapping[str, bytes]) -> bytes:
    """The evidence file for ``part``; ``files`` by name, for example ``{"receipt": ...}``. They go in verbatim.

    LookupError if no sealed entry speaks of the part or of one of the files, or if a receipt that one speaks of is not among the
    files; DamageError if the log cannot prove its entries.
    """
    size = head(folder).size
    spoken = [item for item in entries(folder, part=part) if item.index < size]
    found = [item.index for item in spoken]
    if not found:
        raise LookupError(f"no sealed entry speaks of the part {part}")
    sealed = [entry(folder, index, size).decode() for index in found]
    kept = []
    for name, data in files.items():
        digest = hashlib.sha256(data).hexdigest()
        if not any(f'"{digest}"' in text for text in sealed):
            raise LookupError(f"no entry of the part {part} has the digest of the file {name}: it is not the one that was logged")
        kept.append({"name": name, "sha256": digest, "data": base64.b64encode(data).decode()})
    receipts = {item.body.get("receipt_sha256") for item in spoken} - {None, *(one["sha256"] for one in kept)}
    if receipts:
        raise LookupError(f"{len(receipts)} receipt(s) that the log speaks of are gone: restore the state folder from its backup")
    proved = [{"entry": text, "proof": prove_inclusion(folder, index)} for index, text in zip(found, sealed, strict=True)]
    return canonical({"evidence": FORMAT, "part": part, "vkey": vkey.strip(), "entries": proved, "files": kept})
