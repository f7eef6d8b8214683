"""The words in which two releases differ: Change, and what every kind of change means to either side. Pure data.

Each change is judged twice. As 报送方, who reports: tightening hurts, rows that were in order are refused. As 用数方, who
uses what arrives: loosening hurts, values come that never came before, or no longer come.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.problem import Place

BREAKING, REVIEW, SAFE = "breaking", "review", "safe"
"""``breaking``: rows are refused, or readers fail. ``review``: a person looks at it first. ``safe``: nothing to do."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change, told once. ``subject``: ``table``, ``table.field``, an element or a code list; ``hits``: the fields it reaches.

    ``place`` is in the newer release; in the older one if it is gone there.
    """

    kind: str
    subject: str
    title: str
    before: str
    after: str
    reporting: str
    using: str
    cure: str
    hits: tuple[str, ...]
    place: Place


def judged(kind: str, subject: str, title: str, change: tuple[str, str], place: Place, hits: tuple[str, ...] = ()) -> Change:
    """A change of a known kind with its two verdicts and the cure. ``change``: what was said before and after."""
    reporting, using, cure = KINDS[kind]
    return Change(kind, subject, title, *change, reporting, using, cure, hits, place)


KINDS: Mapping[str, tuple[str, str, str]] = {
    "table-added": (REVIEW, SAFE, "write its mapping if it is to be sent"),
    "table-removed": (
        BREAKING,
        BREAKING,
        "take it out of mappings and schedules; who still needs it stays with the older release",
    ),
    "table-renamed": (BREAKING, BREAKING, "rename it in mappings, schedules and at the receiving end on the same day"),
    "table-described": (REVIEW, REVIEW, "read whether it still means the same rows"),
    "share-changed": (REVIEW, REVIEW, "compare with what the partners may receive"),
    "key-changed": (BREAKING, BREAKING, "rows are told apart otherwise: agree on a day, empty the table there, send it anew"),
    "as-of-changed": (REVIEW, REVIEW, "codes are judged by another day of the row"),
    "field-added-required": (BREAKING, REVIEW, "map it before the day; hub contract shadow counts the rows without it"),
    "field-added-optional": (REVIEW, REVIEW, "map it or list it under absent:; receivers make room for a column"),
    "field-removed": (REVIEW, BREAKING, "take it out of the mapping; users find another origin"),
    "field-renamed": (BREAKING, BREAKING, "rename it in mappings and at the receiving end on the same day"),
    "fields-reordered": (SAFE, REVIEW, "who reads columns by their position adapts"),
    "title-changed": (REVIEW, REVIEW, "read whether it still means the same"),
    "now-required": (BREAKING, SAFE, "fill it at the source; hub contract shadow counts the rows without it"),
    "now-optional": (SAFE, BREAKING, "users expect rows without it"),
    "element-replaced": (REVIEW, REVIEW, "read both definitions"),
    "element-renamed": (SAFE, SAFE, ""),
    "definition-changed": (REVIEW, REVIEW, "read whether the values still mean the same"),
    "format-narrowed": (BREAKING, SAFE, "hub contract shadow counts the values that no longer fit"),
    "format-widened": (SAFE, BREAKING, "users make their columns as wide"),
    "format-changed": (BREAKING, BREAKING, "both sides change the form of the value on the same day"),
    "bound-tightened": (BREAKING, SAFE, "hub contract shadow counts the values beyond it"),
    "bound-loosened": (SAFE, BREAKING, "users expect values beyond the older bound"),
    "check-added": (BREAKING, SAFE, "hub contract shadow counts the values with a wrong check digit"),
    "check-removed": (SAFE, BREAKING, "users no longer rely on the check digit"),
    "check-changed": (BREAKING, BREAKING, "read which check digit the values have"),
    "unit-changed": (BREAKING, BREAKING, "convert in the mapping; users convert what they already have"),
    "codes-attached": (BREAKING, SAFE, "write a crosswalk to the list"),
    "codes-detached": (SAFE, BREAKING, "users expect values that are in no list"),
    "codes-replaced": (BREAKING, BREAKING, "write a crosswalk from the older list to the newer one"),
    "code-added": (SAFE, BREAKING, "users take the new codes in before the first row brings one"),
    "code-removed": (BREAKING, REVIEW, "map to another code; rows that were delivered keep the old one"),
    "code-ended": (BREAKING, SAFE, "from that day map to the code that replaces it"),
    "code-extended": (SAFE, BREAKING, "users expect the code on more days"),
    "code-renamed": (REVIEW, REVIEW, "read whether the code still means the same"),
    "level-raised": (REVIEW, REVIEW, "have it reviewed: who may receive it, under which law, how it is masked"),
    "level-lowered": (REVIEW, REVIEW, "have it reviewed: who decided that it needs less protection"),
    "personal-changed": (REVIEW, REVIEW, "have it reviewed: who may receive it, under which law"),
    "mask-changed": (REVIEW, REVIEW, "look at what is shown under the new mask"),
    "reference-added": (REVIEW, SAFE, "send the table that it points to first"),
    "reference-removed": (SAFE, REVIEW, "users no longer find every value in the other table"),
    "reference-changed": (REVIEW, REVIEW, "send the table that it points to first; users join another table"),
    "rule-added": (BREAKING, SAFE, "hub contract shadow counts the rows that break it"),
    "rule-removed": (SAFE, BREAKING, "users expect rows that break it"),
    "rule-hardened": (BREAKING, SAFE, "it refuses from now on; hub contract shadow counts the rows"),
    "rule-softened": (SAFE, BREAKING, "it only warns from now on; users expect rows that break it"),
    "rule-changed": (BREAKING, BREAKING, "hub contract shadow counts the rows that break it in its new wording"),
    "rule-renamed": (SAFE, SAFE, ""),
    "warning-added": (REVIEW, SAFE, "it warns and refuses nothing"),
    "warning-removed": (SAFE, REVIEW, "it warned and refused nothing"),
    "warning-changed": (REVIEW, REVIEW, "it warns and refuses nothing"),
}
"""Kind: how it is judged as 报送方, as 用数方, and what to do about it."""
