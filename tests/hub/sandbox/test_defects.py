"""The catalogue of defects against the schemas that it spoils."""

import pytest

from hub.sandbox.defects import DEFECTS, WARNINGS, Defect
from hub.sandbox.store import SYSTEMS
from hub.sandbox.story import LocalRow
from hub.sandbox.systems import marriage

ALL = [(table, defect) for table, defects in DEFECTS.items() for defect in defects]


def test_there_are_more_than_ten_kinds() -> None:
    """Fourteen that refuse a row or more, and two that only warn."""
    kinds = {defect.kind for _, defect in ALL}
    assert len(kinds - set(WARNINGS)) >= 14
    assert set(WARNINGS) <= kinds


def test_every_spoilt_table_exists() -> None:
    """Names of tables are names of the three systems."""
    known = {name for metadata in SYSTEMS.values() for name in metadata.tables}
    assert DEFECTS.keys() <= known


@pytest.mark.parametrize(("name", "defect"), ALL)
def test_a_defect_changes_columns_that_exist_and_fit(name: str, defect: Defect) -> None:
    """A row of plain values is spoilt only in columns of its table, within their sizes."""
    table = next(metadata.tables[name] for metadata in SYSTEMS.values() if name in metadata.tables)
    values: dict[str, object] = {column.name: "110101198503079130" for column in table.columns}
    values |= {column.name: "20240520" for column in table.columns if "rq" in column.name or "sj" in column.name}
    values |= {"sl": 10, "zt": "1", "cnrq": "20240520", "kssj": "20240520", "sjh": "1", "yxqz": "20240520", "zf": 1}
    for column, value in (defect.spoil(values) or {}).items():
        assert column in table.c
        size = getattr(table.c[column].type, "length", None)
        if size is not None and isinstance(value, str):
            assert len(value) <= size


def test_a_defect_that_only_fits_lone_rows_leaves_joined_ones() -> None:
    """A person inside a registration is not given a nationality that would spoil the registration by another rule."""
    lone = next(defect for defect in DEFECTS["hy_dsr"] if defect.alone)
    values = {"pid": 1}
    assert lone.earns(LocalRow(marriage.PARTY, values, ("marriage_party",)))
    assert not lone.earns(LocalRow(marriage.PARTY, values, ("marriage_party",), ("marriage_registration",)))


def test_a_bad_number_differs_in_its_last_sign_only() -> None:
    """So that birthday and sex stay plausible, and no other finding comes of it."""
    bad = next(defect for defect in DEFECTS["hy_djy"] if defect.kind == "bad-check-digit")
    changed = bad.spoil({"sfzh": "11010119850307919x"})
    assert changed is not None
    assert changed["sfzh"][:17] == "11010119850307919"
    assert changed["sfzh"][17] not in "xX"
