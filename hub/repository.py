"""What the YAML and CSV files of a checkout say, as values. Pure: who has it from a cache needs none of the readers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.contract.model import Standard
from hub.mapping.model import Mapping as FieldMapping
from hub.mapping.model import Source
from hub.plan import Partner, Schedule

ROOMS = ("contracts", "mappings", "adapters/sources", "adapters/partners", "schedules")


@dataclass(frozen=True, slots=True)
class Repository:
    """What the files say. Files with mistakes are left out; ``broken``: the targets (standard/table) of broken mappings.

    ``standards`` by ``name@version``; the others by name. A mapping that pins no release stands once for every release
    that a schedule asks for, and for the current one if none does; but for no release that another mapping pins. So a
    release that comes into force disturbs nobody who has pinned an older one.
    """

    root: Path
    standards: Mapping[str, Standard]
    sources: Mapping[str, Source]
    mappings: tuple[FieldMapping, ...]
    partners: Mapping[str, Partner]
    schedules: Mapping[str, Schedule]
    broken: frozenset[str] = frozenset()

    def mapping(self, standard: str, version: str, table: str) -> FieldMapping | None:
        """The mapping that makes a table of a release."""
        return next(
            (each for each in self.mappings if (each.standard, each.version, each.table) == (standard, version, table)), None
        )
