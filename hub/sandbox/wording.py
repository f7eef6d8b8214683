"""Takes field names, gives the writer of their values as a JSON object, letter by letter as ``json.dumps`` writes it.

``json.dumps`` makes an encoder for every object it is given; a partner writes thousands of rows that have the same names.
"""

from collections.abc import Callable, Sequence
from json.encoder import encode_basestring, encode_basestring_ascii

Values = Sequence[str | None]


def writer(names: Sequence[str], *, ascii_only: bool = False, in_order: bool = False) -> Callable[[Values], str]:
    """A function from values, in the order of ``names``, to text.

    ``ascii_only`` escapes the rest, as ``ensure_ascii`` does; ``in_order`` sorts the names, as ``sort_keys`` does.
    """
    quoted = encode_basestring_ascii if ascii_only else encode_basestring
    order = sorted(range(len(names)), key=names.__getitem__) if in_order else range(len(names))
    form = ", ".join(f"{quoted(names[place])}: ".replace("%", "%%") + "%s" for place in order)

    def written(values: Values) -> str:
        ordered = [values[place] for place in order] if in_order else values
        return "{" + form % tuple("null" if value is None else quoted(value) for value in ordered) + "}"

    return written
