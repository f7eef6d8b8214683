"""Takes a log folder, gives its entries in order, chosen by window, exchange, part or kind. Reads only; proves nothing."""

from collections.abc import Iterator
from pathlib import Path

from audit import tiles
from audit.entry import Entry, decode
from audit.prove import head


def entries(
    folder: Path,
    *,
    window: str | None = None,
    exchange: str | None = None,
    part: str | None = None,
    kind: str | None = None,
) -> Iterator[Entry]:
    """The sealed entries whose body has these values (and whose kind is this), oldest first, one bundle in memory.

    DamageError for a missing or torn bundle, EntryError for an entry that is none: verify the log.
    """
    wanted = {key: value for key, value in (("window", window), ("exchange", exchange), ("part", part)) if value is not None}
    # Entries are ASCII and their codes are never escaped, so most of the others are told apart without parsing them.
    signs = [value.encode(errors="replace") for value in (*wanted.values(), kind) if value is not None]
    size = head(folder).size
    for index in range(-(-size // tiles.WIDTH)):
        for place, data in enumerate(tiles.entries(folder, index, tiles.width(0, index, size)), index * tiles.WIDTH):
            if all(sign in data for sign in signs):
                entry = decode(place, data)
                if kind in (None, entry.kind) and all(entry.body.get(key) == value for key, value in wanted.items()):
                    yield entry
