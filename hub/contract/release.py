"""Takes every release of every standard; gives the one that a reference means, or says why there is none. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.contract.model import Standard, Table
from hub.interface import ConfigurationError
from hub.problem import Place, Problem, nearest


@dataclass(frozen=True, slots=True)
class Releases:
    """``standards`` by ``name@version``. ``tables``: for every release folder the tables that have a file, sound or not."""

    standards: Mapping[str, Standard]
    tables: Mapping[str, frozenset[str]]
    today: date

    def find(self, reference: str, place: Place) -> tuple[Standard | None, list[Problem]]:
        """The release of ``jinmin@1.0.0``, or of ``jinmin``: the newest published one that is in force."""
        if reference in self.standards:
            return self.standards[reference], []
        if reference in self.tables:  # it is there, but wrong, and its own files say so
            return None, []
        name, _, version = reference.partition("@")
        known = sorted({each.partition("@")[0] for each in self.tables})
        if name not in known:
            return None, [Problem(place, "unknown-standard", f"there is no standard '{name}'", nearest(name, known))]
        versions = [each.partition("@")[2] for each in self.tables if each.partition("@")[0] == name]
        if version:
            return None, [Problem(place, "unknown-version", f"{name} has no release {version}", nearest(version, versions))]
        return self._current(name, place)

    def table(self, standard: Standard, name: str, place: Place) -> tuple[Table | None, list[Problem]]:
        """A table of a release; a table whose file is wrong is None without a word."""
        release = f"{standard.name}@{standard.version}"
        if name in standard.tables or name in self.tables[release]:
            return standard.tables.get(name), []
        message = f"{release} has no table '{name}'"
        return None, [Problem(place, "unknown-table", message, nearest(name, self.tables[release]))]

    def unripe(self, standard: Standard, place: Place) -> list[Problem]:
        """Why nothing leaves under the release that a schedule names at ``place``: a draft never, another not before its day."""
        release = f"{standard.name}@{standard.version}"
        if standard.status == "draft":
            message = f"{release} is a draft, and nothing is exchanged under a draft"
            cure = f"write a published release; hub contract shadow {release} judges rows under the draft without sending any"
            return [Problem(place, "draft-release", message, cure)]
        if standard.effective_from > self.today:
            message = f"{release} counts from {standard.effective_from}; the exchanges of this schedule are refused until then"
            cure = f"write a release in force, or standard: {standard.name}, which changes over on the day"
            return [Problem(place, "future-release", message, cure, "warning")]
        return []

    def _current(self, name: str, place: Place) -> tuple[Standard | None, list[Problem]]:
        releases = [each for each in self.standards.values() if each.name == name]
        current = [each for each in releases if each.status == "published" and each.effective_from <= self.today]
        if current:
            return max(current, key=lambda each: order(each.version)), []
        if len(releases) < sum(each.partition("@")[0] == name for each in self.tables):
            return None, []  # one is there, but wrong
        message = f"no release of {name} is published and in force on {self.today}"
        return None, [Problem(place, "no-release", message, _cure(releases) if releases else "")]


def _cure(releases: Sequence[Standard]) -> str:
    """What brings one of these, of which none is published and in force, into force."""
    newest = max(releases, key=lambda each: order(each.version))
    release = f"{newest.name}@{newest.version}"
    if newest.status == "published":
        return f"{release} counts from {newest.effective_from}; pin a release in force until then"
    if newest.status == "draft":
        return f"publish {release}: status: published in {newest.place.path}"
    return f"pin one: {release}"


def pair(known: Collection[str], old: str, new: str) -> tuple[str, str]:
    """Two releases of one standard as a person writes them: ``jinmin@1.0.0``, or ``1.0.0`` where no other standard has both.

    ConfigurationError with the nearest known ones if there is none, or with all that are meant if there are several.
    """
    written = {word.partition("@")[0] for word in (old, new) if "@" in word}
    if len(written) > 1:
        raise ConfigurationError(f"{' and '.join(sorted(written))[:80]} are two standards: name two releases of one")
    versions = [word.rpartition("@")[2] for word in (old, new)]
    names = written or {each.partition("@")[0] for each in known}
    whole = [[f"{name}@{version}" for version in versions] for name in sorted(names)]
    hits = [each for each in whole if set(each) <= set(known)]
    if len(hits) == 1:
        return hits[0][0], hits[0][1]
    if hits:
        raise ConfigurationError(f"several standards have both releases: {', '.join(each[0] for each in hits)}; write one so")
    missing = next((each for each in whole[0] if each not in known), old) if written else f"{old} and {new}"
    raise ConfigurationError(f"there is no release {missing[:80]!r}: {nearest(missing, known)}")


def order(version: str) -> tuple[int, ...]:
    """By which releases are older or newer."""
    return tuple(int(number) for number in version.split("."))
