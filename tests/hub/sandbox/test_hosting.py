"""Who plays whom: partners by their transport, tables by their schedules, variables by their names."""

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import hub
from hub.compile import layout_of
from hub.connection import INSTALLED
from hub.interface import ConfigurationError, Layout
from hub.load import load
from hub.plan import Partner
from hub.repository import Repository
from hub.sandbox.hosting import PLAYERS, ledger, play
from hub.sandbox.server import Settings
from hub.secret import references, resolve

ROOT = Path(hub.__file__).parents[1]


@pytest.fixture(scope="module")
def repository() -> Repository:
    """The checkout."""
    found, problems = load(ROOT)
    assert not [problem for problem in problems if problem.severity == "error"]
    return found


def settings(state: Path, **changes: Any) -> Settings:
    """All partners of the checkout over a handful of people."""
    (state / "sandbox").mkdir(parents=True, exist_ok=True)
    upper = datetime(2026, 11, 22, 4).isoformat()  # noqa: DTZ001 - local time of the bureau
    plain: dict[str, Any] = {
        "partners": None,
        "faults": (),
        "seed": 1,
        "refuse": 0.0,
        "people": 2,
        "upper": upper,
        "databases": {},
    }
    return Settings(root=str(ROOT), state=str(state), **plain | changes)


def layouts(repository: Repository, partner: Partner) -> list[Layout]:
    """What the schedules send to a partner."""
    return [
        layout_of(repository.standards[f"{schedule.standard}@{schedule.version}"].tables[table], partner)
        for schedule in repository.schedules.values()
        if schedule.partner == partner.name
        for table in schedule.tables
    ]


def test_every_secret_of_the_shipped_files_is_told(repository: Repository, tmp_path: Path) -> None:
    """What the YAML files of partners and sources refer to resolves from the env file alone; the partners fit their layouts."""
    with play(settings(tmp_path)) as addresses:
        assert set(addresses) == set(repository.partners)
        for partner in repository.partners.values():
            assert references(partner.settings)
            system = INSTALLED.system(partner, INSTALLED.format(partner, tmp_path), tmp_path)
            assert list(system.probe(layouts(repository, partner))) == []
            system.close()
        for source in repository.sources.values():
            assert resolve(source.settings, tmp_path)["url"].startswith("sqlite:///")
        assert ledger(tmp_path, "bank").parts() == ()
    assert not [thread.name for thread in threading.enumerate() if thread.name in ("platform", "bank", "ministry")]


def test_a_partner_is_played_by_its_transport(repository: Repository) -> None:
    """Every shipped partner can be played, and no transport is listed without a partner."""
    assert {partner.system for partner in repository.partners.values()} == set(PLAYERS)


def test_a_partner_that_needs_a_file_of_its_own_refuses_a_server(tmp_path: Path) -> None:
    """The error of one partner closes the others."""
    plain = settings(tmp_path, faults=("ministry=down",), databases={"ministry": "postgresql://nobody@127.0.0.1:1/none"})
    with pytest.raises(ConfigurationError, match="only with the sandbox's own SQLite file"), play(plain):
        pass
    assert not [thread.name for thread in threading.enumerate() if thread.name in ("platform", "bank")]
    assert not (tmp_path / "env").exists()


def test_purpose_and_legal_basis_are_said(repository: Repository) -> None:
    """Each partner says for what and under which law it receives; nobody gets a whole standard unnamed."""
    for partner in repository.partners.values():
        assert isinstance(partner, Partner)
        assert len(partner.ground.purpose) > 10
        assert "《" in partner.ground.legal_basis
        sent = {
            f"{schedule.standard}/{table}"
            for schedule in repository.schedules.values()
            if schedule.partner == partner.name
            for table in schedule.tables
        }
        assert set(partner.receives) == sent
