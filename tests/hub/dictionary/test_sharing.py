"""Lineage and sharing as the pages show them, from the small repository."""

from typing import Any

import pytest

from hub.dictionary.lineage import Lineage, lineage
from hub.dictionary.sharing import sharings
from hub.load import load
from hub.repository import Repository


@pytest.fixture
def repository(checkout: Any) -> Repository:
    return load(checkout.root)[0]


def test_a_partner_sees_no_more_than_its_file_says(checkout: Any) -> None:
    """A field that is not listed is withheld, a table that is not scheduled has no schedule, the law is the domain's."""
    checkout.edit("adapters/partners/centre.yaml", "person: all", "person: [ry_bh, xm]")
    checkout.edit("schedules/to_centre.yaml", "domain: 人员", "tables: [office]")
    checkout.write(
        "adapters/partners/centre.yaml",
        (checkout.root / "adapters/partners/centre.yaml").read_text(encoding="utf-8")
        + "grounds: {人员: {purpose: 另有用途, legal_basis: 另有依据}}\n",
    )
    found = {each.table.name: each for each in sharings(load(checkout.root)[0])}
    assert [field.name for field in found["person"].withheld] == ["sfzh", "xb_dm", "mz_dm", "dj_rq", "je", "jg_bh"]
    assert found["person"].schedules == ()
    assert [each.name for each in found["office"].schedules] == ["to_centre"]
    assert found["person"].ground.purpose == "另有用途"


def person(repository: Repository) -> Lineage:
    table = repository.standards["mini@1.0.0"].tables["person"]
    mapping = repository.mapping("mini", "1.0.0", "person")
    assert mapping is not None
    return lineage(table, mapping, repository.sources[mapping.source])


def test_each_form_of_a_mapping_tells_its_origin(repository: Repository) -> None:
    """A rename names the column alone; an expression, a constant, a crosswalk and an absent field say what they are."""
    found = {each.field.name: each for each in person(repository).origins}
    assert found["ry_bh"].expression is None
    assert [local.column.table for local in found["ry_bh"].columns if local.column] == ["t_person"]
    assert found["xm"].expression == "TRIM(p.name)"
    assert found["jg_bh"].const == "JG01"
    assert found["je"].absent
    assert [(pair.local, pair.code, pair.name) for pair in found["xb_dm"].pairs] == [("M", "1", "男"), ("F", "2", "女")]
    assert found["xb_dm"].unmapped == "null"
