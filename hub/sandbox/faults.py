"""Takes ``--fault`` texts, gives Fault values and tells a sandbox partner when to misbehave; alone may decide that, by seed.

A fault is written ``<partner>=<name>[:<argument>][@<n> | @<p>% | @always]``, for example ``bank=cut-at-percent:40@2``: cut
the second upload after 40 percent. ``@n`` strikes once, on the n-th occasion (one chance of that fault to strike: a
connection, a batch, an answer); ``@p%`` strikes each time with that probability, reproducible by the seed. Without ``@`` a
passing fault strikes on the first occasion and a lasting one always.
"""

import random
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.interface import ConfigurationError
from hub.problem import nearest


@dataclass(frozen=True, slots=True)
class Kind:
    """What a fault does. ``systems``: the transports that can show it; ``argument``: default number (None: it takes none)."""

    name: str
    title: str
    systems: frozenset[str]
    lasting: bool = False
    argument: int | None = None
    unit: str = ""
    maximum: int = 100


_ANY = frozenset({"sql", "http", "sftp"})
_HTTP = frozenset({"http"})
_SFTP = frozenset({"sftp"})
_ANSWERS = frozenset({"http", "sftp"})  # transports where an answer follows each request

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("down", "nothing answers at the partner's address", _ANY, lasting=True),
        Kind("refuse-connections", "the connection is shut before a byte is read", _ANSWERS),
        Kind("slow", "every answer takes longer", _ANY, lasting=True, argument=300, unit="milliseconds", maximum=60_000),
        Kind("timeout-with-effect", "the part takes effect, the answer never comes", _ANSWERS),
        Kind("500-after-commit", "the part takes effect, the answer is an internal error", _HTTP),
        Kind("duplicate-as-error", "a part sent again is answered as an error", _HTTP, lasting=True),
        Kind("partial-accept", "part of the rows is refused", _ANY, argument=20, unit="percent of the rows"),
        Kind("wrong-digest-receipt", "the receipt names another digest", _ANY),
        Kind("dropped-receipt", "the part takes effect, its receipt is lost", _ANY),
        Kind("swapped-receipt", "the receipt of another part comes back", _ANY),
        Kind("disk-full-at-partner", "the partner has no room", _ANY),
        Kind("cut-at-percent", "the upload breaks off", _SFTP, argument=50, unit="percent of the bytes"),
        Kind("rename-reply-lost", "the file is renamed, the reply is lost", _SFTP),
        Kind("takes-file-at-once", "the finished file disappears the moment it is renamed", _SFTP, lasting=True),
        Kind("host-key-changed", "the server shows another host key", _SFTP, lasting=True),
    )
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one partner. Exactly one of ``nth`` and ``probability`` is set, or neither: always."""

    partner: str
    name: str
    argument: int = 0
    nth: int | None = None
    probability: float | None = None

    def __str__(self) -> str:
        argument = f":{self.argument}" if KINDS[self.name].argument is not None else ""
        chance = "always" if self.probability is None else f"{self.probability * 100:g}%"
        when = chance if self.nth is None else str(self.nth)
        return f"{self.partner}={self.name}{argument}@{when}"


_TEXT = re.compile(r"(?P<partner>[^=:@]+)=(?P<name>[^=:@]+)(:(?P<argument>[^@]*))?(@(?P<when>.+))?")
_PERCENT = re.compile(r"(\d{1,3}(\.\d{1,3})?)%")


def parse(texts: Iterable[str], systems: Mapping[str, str]) -> tuple[Fault, ...]:
    """The faults that ``texts`` name. ``systems``: partner -> its transport (sql, http, sftp).

    Raises ConfigurationError that lists every mistake of every text.
    """
    faults: list[Fault] = []
    mistakes: list[str] = []
    for text in texts:
        try:
            faults.append(_parse(text, systems))
        except ConfigurationError as error:
            mistakes.append(f"--fault '{text}': {error}")
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))
    return tuple(faults)


def _parse(text: str, systems: Mapping[str, str]) -> Fault:
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise ConfigurationError("write it as partner=fault[:argument][@n|@p%|@always], for example bank=cut-at-percent:40@2")
    partner, name = match["partner"], match["name"]
    if partner not in systems:
        raise ConfigurationError(f"the sandbox plays no partner '{partner}'; {nearest(partner, systems)}")
    kind = KINDS.get(name)
    possible = sorted(known.name for known in KINDS.values() if systems[partner] in known.systems)
    if kind is None:
        raise ConfigurationError(f"there is no fault '{name}'; {nearest(name, possible)}")
    if systems[partner] not in kind.systems:
        raise ConfigurationError(
            f"'{name}' is not possible for {partner}, which is reached by {systems[partner]}; possible: {', '.join(possible)}"
        )
    nth, probability = _when(match["when"], kind)
    return Fault(partner, name, _argument(match["argument"], kind), nth, probability)


def _argument(text: str | None, kind: Kind) -> int:
    if kind.argument is None:
        if text is not None:
            raise ConfigurationError(f"'{kind.name}' takes no argument: leave ':{text}' out")
        return 0
    if text is None:
        return kind.argument
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > kind.maximum:
        raise ConfigurationError(f"the argument of '{kind.name}' is a whole number of {kind.unit}, 0 to {kind.maximum}")
    return int(text)


def _when(text: str | None, kind: Kind) -> tuple[int | None, float | None]:
    if text is None:
        return (None, None) if kind.lasting else (1, None)
    if text == "always":
        return None, None
    if re.fullmatch(r"[1-9][0-9]{0,5}", text):
        return int(text), None
    percent = _PERCENT.fullmatch(text)
    if percent and float(percent[1]) <= 100:
        return None, float(percent[1]) / 100
    raise ConfigurationError(f"'@{text}' is neither an occasion (@3), a probability (@5%) nor @always")


class Injector:
    """The faults of one partner as it runs: asked at each occasion, answers whether to misbehave. Safe to share by threads."""

    def __init__(self, partner: str, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self._faults = tuple(fault for fault in faults if fault.partner == partner)
        self._chance = {fault: random.Random(f"{seed}/{fault}") for fault in self._faults}  # noqa: S311 - reproducible, not secret
        self._occasions = dict.fromkeys(self._faults, 0)
        self._lock = threading.Lock()

    def strikes(self, name: str) -> Fault | None:
        """Count one occasion of the fault called ``name``: the Fault if it strikes now."""
        with self._lock:
            struck = [fault for fault in self._faults if fault.name == name and self._strikes(fault)]
        return struck[0] if struck else None

    def _strikes(self, fault: Fault) -> bool:
        self._occasions[fault] += 1
        if fault.nth is not None:
            return self._occasions[fault] == fault.nth
        return fault.probability is None or self._chance[fault].random() < fault.probability

    def has(self, name: str) -> bool:
        """Whether that fault was asked for at all; counts no occasion."""
        return any(fault.name == name for fault in self._faults)
