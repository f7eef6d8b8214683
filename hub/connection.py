"""Takes sources and partners, gives their readers, formats and systems, secrets resolved; alone connects anything.

``Adapters`` is what a run is given; INSTALLED finds them as files in adapters/, a test brings its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.adapter import module
from hub.interface import Format, Reader, System
from hub.mapping.model import Source
from hub.plan import Partner
from hub.secret import resolve


@dataclass(frozen=True, slots=True)
class Adapters:
    """How to reach the outside; the path is the state folder, where secrets are."""

    reader: Callable[[Source, Path], Reader]
    format: Callable[[Partner, Path], Format]
    system: Callable[[Partner, Format, Path], System]


def _reader(source: Source, state: Path) -> Reader:
    found: Reader = module("readers", source.reader).connect(resolve(source.settings, state), source.timezone)
    return found


def _format(partner: Partner, state: Path) -> Format:
    found: Format = module("formats", partner.format).create(resolve(partner.format_settings, state))
    return found


def _system(partner: Partner, format: Format, state: Path) -> System:
    found: System = module("systems", partner.system).connect(resolve(partner.settings, state), format)
    return found


INSTALLED = Adapters(_reader, _format, _system)
