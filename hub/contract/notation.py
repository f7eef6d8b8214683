"""Takes a field format in any spelling met in data standards; gives a Notation, or says why it is none.

Sources: GB/T 18391 and GB/T 19488.1 (``c..50``, ``n..17,2``), GB/T 7408 (``YYYYMMDD``, ``YYYYMMDDThhmmss``), and the habits of
Chinese data dictionaries: capitals, full-width digits, ``anc`` for any text, ``DT15`` for a date and time, ``C(60)``.
"""

import re
import unicodedata

from hub.contract.model import Notation

EXAMPLES = "c..50 c18 an18 a..3 n2 n..5 n..17,2 d8 d10 t14 t19"
_KINDS = {"c": "c", "anc": "c", "an": "an", "a": "a", "n": "n", "d": "d", "t": "t", "dt": "t"}
_FORM = re.compile(r"(anc|an|dt|[acndt])(?:(?:(\d*)(\.\.))?(\d+))?(?:[,.](\d+))?", re.ASCII)
_PATTERNS = {
    "yyyy": Notation("d", 4, 4),
    "yyyymm": Notation("d", 6, 6),
    "yyyymmdd": Notation("d", 8, 8),
    "yyyy-mm-dd": Notation("d", 10, 10),
    "yyyymmddhhmmss": Notation("t", 14, 14),
    "yyyymmddthhmmss": Notation("t", 14, 14),
    "yyyy-mm-ddhh:mm:ss": Notation("t", 19, 19),
    "yyyy-mm-ddthh:mm:ss": Notation("t", 19, 19),
}
_MOMENTS = {"d": (4, 6, 8, 10), "t": (14, 19)}
_INSIDE = {"a": {"a"}, "n": {"n"}, "an": {"an", "a", "n"}, "c": {"c", "an", "a", "n"}, "d": {"d"}, "t": {"t"}}
MAX_TEXT, MAX_DIGITS = 1_000_000, 38


def parse(text: str) -> Notation:
    """The notation that ``text`` spells. Raises ValueError in the reader's words."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    known = _PATTERNS.get(plain)
    if known:
        return known
    match = _FORM.fullmatch(re.sub(r"\(([^()]*)\)$", r"\1", plain))
    if not match:
        raise ValueError(f"'{text[:40]}' is not a format")
    kind, low, dots, high, scale = match.groups()
    if high is None:
        raise ValueError(f"'{text[:40]}' has no length")
    name, least, most = _KINDS[kind], int(low or 0), int(high)
    if name in _MOMENTS:
        return _moment(text, name, most, bool(dots or scale))
    shortest = (least if least > 1 else 0) if dots else most  # no value is empty, so 0 and 1 say the same
    return _sized(text, name, (shortest, most), int(scale or 0))


def narrows(field: Notation, element: Notation) -> bool:
    """Whether every value of ``field`` is one of ``element``: a field may narrow its element, never widen it.

    A number by value and text made of digits are different things: n2 does not narrow n..5.
    """
    if field.numeric or element.numeric:
        whole = field.maximum - field.scale <= element.maximum - element.scale
        return field.numeric and element.numeric and whole and field.scale <= element.scale
    inside = field.kind in _INSIDE[element.kind]
    return inside and element.minimum <= field.minimum and field.maximum <= element.maximum


def _moment(text: str, kind: str, length: int, extra: bool) -> Notation:
    if kind == "t" and length == 15:  # YYYYMMDDThhmmss: the T carries nothing
        length = 14
    if extra or length not in _MOMENTS[kind]:
        known = " ".join(f"{kind}{each}" for each in _MOMENTS[kind])
        raise ValueError(f"'{text[:40]}' is no format of a {'date' if kind == 'd' else 'time'} (known: {known})")
    return Notation(kind, length, length)


def _sized(text: str, kind: str, lengths: tuple[int, int], scale: int) -> Notation:
    least, most = lengths
    if most < 1 or least > most:
        raise ValueError(f"'{text[:40]}' has an impossible length")
    if scale and kind != "n":
        raise ValueError(f"'{text[:40]}' has decimals, but only n may")
    if scale >= most and scale:
        raise ValueError(f"'{text[:40]}' has more decimals than digits")
    if kind == "n" and (scale or least != most) and most > MAX_DIGITS:
        raise ValueError(f"'{text[:40]}' has more than {MAX_DIGITS} digits")
    if most > MAX_TEXT:
        raise ValueError(f"'{text[:40]}' is longer than {MAX_TEXT} characters")
    return Notation(kind, 0 if scale else least, most, scale)
