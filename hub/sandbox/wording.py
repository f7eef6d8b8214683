"""Takes field names, gives the writer of rows as JSON objects, letter by letter as ``json.dumps`` writes them.

``json.dumps`` makes an encoder for every object it is given; a partner writes thousands of rows that have the same names.
"""

from collections.abc import Callable, Sequence
from json.encoder import encode_basestring, encode_basestring_ascii

Values = Sequence[str | None]


def writer(names: Sequence[str], *, ascii_only: bool = False, in_order: bool = False) -> Callable[[Sequence[Values]], list[str]]:
    """A function from rows, their values in the order of ``names``, to one text for each.

    ``ascii_only`` escapes the rest, as ``ensure_ascii`` does; ``in_order`` sorts the names, as ``sort_keys`` does.
    """
    quoted = encode_basestring_ascii if ascii_only else encode_basestring
    order = sorted(range(len(names)), key=names.__getitem__) if in_order else range(len(names))
    form = "{" + ", ".join(f"{quoted(names[place])}: ".replace("%", "%%") + "%s" for place in order) + "}"

    def cells(column: Values) -> Sequence[str]:
        if None in column:
            return ["null" if value is None else quoted(value) for value in column]
        return list(map(quoted, column))  # type: ignore[arg-type]

    def written(rows: Sequence[Values]) -> list[str]:
        columns = list(zip(*rows, strict=True))
        return [form % row for row in zip(*(cells(columns[place]) for place in order), strict=True)] if columns else []

    return written
