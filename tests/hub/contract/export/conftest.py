"""The shipped releases, and rows that keep a table's promise."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

import hub
from hub.compile import ENVELOPE
from hub.contract.load import load_standard
from hub.contract.model import Field, Standard, Table
from hub.interface import Heading, Layout

ROOT = Path(hub.__file__).parents[1]
HEADING = Heading("20260101020012345678", "p/t", "2026-01-01-02:00", "", "2026-01-01 04:00:01")
_MOMENTS = {
    "d4": "2024",
    "d6": "202402",
    "d8": "20240229",
    "d10": "2024-02-29",
    "t14": "20240229235959",
    "t19": "2024-02-29 23:59:59",
}
_LETTERS = {"c": "𠮷", "a": "Z", "an": "x", "n": "9"}
Sampler = Callable[..., tuple[Layout, pa.RecordBatch]]


@pytest.fixture(scope="session")
def standards() -> Mapping[str, Standard]:
    """Every release of the repository."""
    found = [load_standard(path.parent, ROOT)[0] for path in sorted(ROOT.glob("contracts/*/*/standard.yaml"))]
    return {f"{standard.name}@{standard.version}": standard for standard in found if standard}


@pytest.fixture(scope="session")
def jinmin(standards: Mapping[str, Standard]) -> Standard:
    """The largest of them."""
    return standards["jinmin@1.0.0"]


@pytest.fixture
def heading() -> Heading:
    """What stands around the rows; the standard is the test's to say."""
    return HEADING


@pytest.fixture
def sampled() -> Sampler:
    """A layout and four rows: the longest values, the least ones, the required fields alone, the key alone (a withdrawal)."""
    return _sampled


def _sampled(table: Table, *, envelope: bool) -> tuple[Layout, pa.RecordBatch]:
    columns = (*(ENVELOPE if envelope else ()), *(field.column for field in table.fields.values()))
    layout = Layout(table.name, table.title, columns, table.key, "row_guid" if envelope else "/".join(table.key))
    fields = table.fields.items()
    rows = [
        {"cd_operation": "I"} | {name: _longest(field) for name, field in fields},
        {"cd_operation": "I"} | {name: _least(field) for name, field in fields},
        {"cd_operation": "I"} | {name: _longest(field) for name, field in fields if field.required},
        {"cd_operation": "D"} | {name: _longest(field) for name, field in fields if name in table.key},
    ]
    same = {"row_guid": "0a" * 16, "cd_time": HEADING.staged_at, "cd_batch": HEADING.batch, "data_source": "marriage"}
    rows = [same | {"data_version": table.version} | row for row in rows]
    return layout, pa.RecordBatch.from_pylist(rows, schema=layout.schema())


def _longest(field: Field) -> object:
    notation = field.notation
    if field.codes:
        return sorted(field.codes.codes)[-1]
    if field.numeric:
        most = Decimal("9" * notation.maximum).scaleb(-notation.scale)
        number = min(most, Decimal(field.maximum)) if field.maximum else most
        return number if notation.scale or notation.maximum > 18 else int(number)
    return _MOMENTS.get(str(notation)) or _LETTERS[notation.kind] * notation.maximum


def _least(field: Field) -> object:
    notation = field.notation
    if field.codes:
        return min(field.codes.codes)
    if field.numeric:
        least = Decimal("-" + "9" * notation.maximum).scaleb(-notation.scale)
        number = Decimal(field.minimum) if field.minimum else least
        return number if notation.scale or notation.maximum > 18 else int(number)
    return _MOMENTS.get(str(notation)) or _LETTERS[notation.kind] * max(notation.minimum, 1)
