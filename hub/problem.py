"""What is wrong in a file, where, and what would be right: Place, Problem and the error that carries all of them."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hub.interface import ConfigurationError


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file: path relative to the root, line and column from 1 (0: the whole file)."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: a stable code (``yaml-duplicate-key``), what is wrong in the reader's words, and the cure."""

    place: Place
    code: str
    message: str
    cure: str = ""
    severity: str = field(default="error", compare=False)  # error | warning

    def __str__(self) -> str:
        cure = f"; {self.cure}" if self.cure else ""
        return f"{self.place}: {self.severity} {self.code}: {self.message}{cure}"


class Problems(ConfigurationError):  # noqa: N818 - it is named for what it carries
    """Every mistake of every file, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """A cure of the form ``did you mean 'x' or 'y'?``, or the known words when nothing is near; never empty."""
    names = sorted(set(known))
    close = difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"'{name}'" for name in close) + "?"
    return f"known: {', '.join(names[:12])}{' …' if len(names) > 12 else ''}" if names else "there is none yet"


CODES: Mapping[str, str] = {
    "ambiguous-column": "same: true finds the column in several tables",
    "bad-adapter": "an adapter's SETTINGS are no JSON Schema, or its module cannot be imported",
    "bad-as-of": "as_of: names a field that is no day",
    "bad-bound": "min or max is no value of the field's format, or the two are reversed",
    "bad-cron": "cron: is not five fields that name a time",
    "bad-date": "a day or a moment that does not exist, or is written in another form",
    "bad-form": "a text does not have the form its key asks for",
    "bad-name": "a name with characters that it may not have",
    "bad-value": "a constant in a mapping is not what the field's format allows",
    "bad-watermark": "the watermark column cannot tell when a row changed",
    "code-format": "codes of a list do not have the format of the field that uses it",
    "crosswalk-pending": "local codes of a crosswalk wait for a reviewer (warning)",
    "csv-blank": "blanks around a value in a CSV file",
    "csv-duplicate-column": "a column stands twice in the header of a CSV file",
    "csv-empty": "a CSV file without rows, or without a header",
    "csv-line-break": "a line break inside a cell",
    "csv-missing-column": "a column is missing in the header of a CSV file",
    "csv-not-utf8": "a CSV file that is not UTF-8",
    "csv-ragged": "a line with more or fewer cells than columns",
    "csv-separator": "a CSV file whose cells are not separated by commas",
    "csv-syntax": "quotes that are not closed, or text after a quote",
    "csv-too-big": "a CSV file of more than 16 MiB",
    "csv-unknown-column": "a column that nobody reads in the header of a CSV file",
    "draft-release": "a schedule that pins a draft",
    "duplicate-code": "the same code twice at the same time, or the same table code twice",
    "duplicate-exchange": "two schedules send the same table to the same partner",
    "duplicate-file": "two code lists of one file",
    "duplicate-id": "two elements of one id",
    "duplicate-item": "a list that names the same thing twice",
    "duplicate-mapping": "two mappings make the same table of a release",
    "duplicate-name": "two things of one name",
    "duplicate-title": "two fields or tables of one title",
    "empty": "a value or a list that must not be empty",
    "expression": "an expression with something that is not on the closed list",
    "expression-type": "an expression whose types do not fit",
    "file-name": "a name inside a file that is not the name of its file or folder",
    "file-unreadable": "a file that is missing or cannot be read",
    "first-key": "a file that does not begin with the key of its kind",
    "future-release": "a schedule that pins a release whose day has not come (warning)",
    "kernel": "a mapping that cannot be compiled",
    "live-column-missing": "a declared column that the live source does not have",
    "live-column-unused": "columns of the live source that no mapping uses or ignores (warning)",
    "live-table-missing": "a declared table that the live source does not have",
    "missing-key": "a key that must be there is missing",
    "mixed-domain": "tables of two domains in one folder",
    "no-mapping": "a schedule sends a table that no mapping makes",
    "no-release": "a standard of which no release is published and in force",
    "no-reviewer": "an approved row of a crosswalk without a reviewer",
    "no-such-file": "a code list whose CSV file does not exist",
    "no-tables": "a release without tables",
    "not-entitled": "an exchange that would send what its partner may not receive",
    "out-of-bounds": "a number or a length beyond its limits",
    "partner-differs": "what a live partner has is not what the exchange sends",
    "partner-unreachable": "a live partner does not answer",
    "reference-format": "a field has another format than the field it refers to",
    "required-absent": "a required field is listed as absent",
    "reserved-name": "a field named like a column of the envelope",
    "secret-literal": "a secret written into a file",
    "secret-misplaced": "a reference to a secret where none is looked up",
    "source-sql": "from: or where: with more than tables, joins and one condition",
    "source-unreachable": "a live source cannot be read",
    "story-sql": "a statement of a story that is no view",
    "stray-file": "a file that nothing reads",
    "unknown-adapter": "a system, format or reader that has no module",
    "unknown-alias": "an alias that from: does not give",
    "unknown-code": "a code that is not in the list of the field",
    "unknown-code-list": "a code list that the release does not have",
    "unknown-column": "a column that the source does not declare",
    "unknown-crosswalk": "a crosswalk that has no CSV file",
    "unknown-domain": "a domain of which the release has no table",
    "unknown-element": "an element that the release does not have",
    "unknown-field": "a field that the table does not have",
    "unknown-format": "a field format in no known spelling",
    "unknown-key": "a key that the kind of file does not have",
    "unknown-partner": "a partner that has no file",
    "unknown-source": "a source that has no file",
    "unknown-standard": "a standard that has no folder",
    "unknown-table": "a table that is not declared",
    "unknown-timezone": "a time zone that does not exist",
    "unknown-version": "a release that has no folder",
    "unknown-word": "a word that is none of those allowed here",
    "unmapped-field": "a field of the target that nothing makes",
    "unused-crosswalk": "a crosswalk that no mapping uses (warning)",
    "used-and-ignored": "a column that is used and ignored at once",
    "widened-format": "a field that is wider than its element",
    "wrong-type": "a value of another shape than its key asks for",
    "yaml-alias": "an alias",
    "yaml-ambiguous-key": "a key that other YAML readers take for a boolean or null",
    "yaml-anchor": "an anchor",
    "yaml-bom": "a byte-order mark",
    "yaml-character": "an invisible or unreadable character",
    "yaml-directive": "a % directive",
    "yaml-documents": "a second document in one file",
    "yaml-duplicate-key": "a key that is given twice",
    "yaml-empty": "an empty file",
    "yaml-key": "a key that is empty, a list or a map",
    "yaml-merge-key": "a merge key",
    "yaml-not-utf8": "a YAML file that is not UTF-8",
    "yaml-syntax": "a text that is not YAML",
    "yaml-tab": "a tab in the indentation",
    "yaml-tag": "a tag",
    "yaml-too-big": "a YAML file of more than 4 MiB",
    "yaml-too-deep": "more than 32 levels",
    "yaml-top-level": "a file that is not a map",
}
"""Every code of a Problem with what it means: stable names, for documentation and for filters."""
