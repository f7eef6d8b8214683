"""Takes the result file of a file exchange, gives the outcome; alone knows its lines.

``|``-separated text, one line for the file and one for each refused row::

    part id|sha256 of the file|ACCEPTED or REJECTED|rows accepted|reference|code|words
    row id|field or nothing|code|words
"""

import codecs

from hub.interface import Confirmed, Outcome, Part, Rejected, RowFault, Unknown


def outcome(payload: bytes, part: Part, encoding: str) -> Outcome:
    """What the partner says of ``part``. A result that is not written as agreed leaves the outcome unknown."""
    try:
        first, *rest = codecs.decode(payload, encoding).splitlines()
        part_id, sha256, status, accepted, reference, code, words = first.split("|", 6)
        faults = tuple(_fault(line) for line in rest if line)
        count = int(accepted)
    except ValueError:  # UnicodeDecodeError too
        return Unknown("result-malformed")
    if part_id != part.id:
        return Unknown("result-of-another-part")
    if status == "ACCEPTED":
        return Confirmed(sha256, count, reference, payload, faults)
    return Rejected(code, words, payload) if status == "REJECTED" and sha256 == part.sha256 else Unknown("result-malformed")


def _fault(line: str) -> RowFault:
    row_id, field, code, words = line.split("|", 3)
    return RowFault(row_id, field or None, code, words)
