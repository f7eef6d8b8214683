"""Takes a log folder, gives its entries in order, chosen by window, exchange, part or kind. Reads only; proves nothing."""

from collections.abc import Iterator
from pathlib import Path

from audit import tiles
from audit.entry import Entry, decode
from audit.error import DamageError
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
    signs = [value.encode() for value in (*wanted.values(), kind) if value is not None]
    size = head(folder).size
    for index in range(-(-size // tiles.WIDTH)):
        for place, data in enumerate(_bundle(folder, index, size), index * tiles.WIDTH):
            if all(sign in data for sign in signs):
                entry = decode(place, data)
                if kind in (None, entry.kind) and all(entry.body.get(key) == value for key, value in wanted.items()):
                    yield entry


def _bundle(folder: Path, index: int, size: int) -> list[bytes]:
    width = tiles.width(0, index, size)
    place = tiles.name(tiles.ENTRIES, index, width)
    try:
        found = tiles.decode_bundle(tiles.load(folder, tiles.ENTRIES, index, width))[0]
    except FileNotFoundError:
        raise DamageError(f"{place} is missing from the log: verify the log") from None
    if len(found) < width:
        raise DamageError(f"{place} is torn: it has {len(found)} entries instead of {width}")
    return found[:width]
