"""Takes the result file (回盘) of a file exchange, gives the outcome; alone knows its lines.

``|``-separated text, ended by CR LF or LF::

    <file name>|<sha256 of the file>|<rows accepted>|<rows refused>|<reference>      the first line
    <row id>|<field or nothing>|<code>|<words>                                       one or more for each refused row
    !|<code>|<words>                                                                 instead, when the whole file is refused
"""

from hub.interface import Confirmed, Outcome, Part, Rejected, RowFault, Unknown


def outcome(payload: bytes, part: Part, encoding: str) -> Outcome:
    """What the partner says of ``part``. A result that is not written as agreed leaves the outcome unknown."""
    try:
        text = payload.decode("utf-8-sig" if encoding == "utf-8" else encoding)  # a BOM, as Windows writes it, is not a name's
        first, *rest = [line for line in text.replace("\r\n", "\n").split("\n") if line]  # words may hold U+2028 and its like
        name, sha256, accepted, refused, reference = first.split("|", 4)
        whole = rest[0].split("|", 2) if rest and rest[0].startswith("!|") else None
        faults = () if whole else tuple(_fault(line) for line in rest)
        counts = int(accepted), int(refused)
    except ValueError:  # UnicodeDecodeError too
        return Unknown("result-malformed")
    if name != part.file_name:
        return Unknown("result-of-another-file")
    if whole:
        told = len(whole) == 3 and sha256 == part.sha256
        return Rejected(whole[1], whole[2], payload) if told else Unknown("result-malformed")
    if counts[1] != len({fault.row_id for fault in faults}):  # one row may have several lines, a reason each
        return Unknown("result-torn")
    return Confirmed(sha256, counts[0], reference, payload, faults)


def _fault(line: str) -> RowFault:
    row_id, field, code, words = line.split("|", 3)
    return RowFault(row_id, field or None, code, words)
