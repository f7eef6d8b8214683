"""Every test that stands in a mapping file, through the real kernel."""

from datetime import date
from pathlib import Path

import pytest

from hub.kernel.inline_test import run_tests
from hub.load import load
from hub.mapping.model import Mapping

REPOSITORY, _ = load(Path(__file__).parents[2], date(2026, 11, 22))


@pytest.mark.parametrize("mapping", REPOSITORY.mappings, ids=lambda mapping: mapping.name)
def test_a_mapping_keeps_its_own_tests(mapping: Mapping) -> None:
    """What it takes comes out as written, what it refuses is refused for the reason given."""
    results = list(run_tests(mapping, REPOSITORY))
    assert len(results) == len(mapping.tests)
    assert [str(result) for result in results if not result.passed] == []
