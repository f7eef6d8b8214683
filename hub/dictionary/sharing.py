"""Takes a Repository; gives who may receive which table, with which fields, when, for what and under which law. Pure."""

from dataclasses import dataclass

from hub.contract.model import Field, Table
from hub.plan import Ground, Partner, Schedule
from hub.repository import Repository


@dataclass(frozen=True, slots=True)
class Sharing:
    """One table that a partner is entitled to; without ``schedules`` it is not sent. ``withheld``: fields it may not see."""

    partner: Partner
    table: Table
    ground: Ground
    withheld: tuple[Field, ...]
    schedules: tuple[Schedule, ...]


def sharings(repository: Repository) -> tuple[Sharing, ...]:
    """By partner, then in the order of releases and tables."""
    return tuple(
        _sharing(repository, partner, table)
        for partner in repository.partners.values()
        for standard in repository.standards.values()
        for table in standard.tables.values()
        if f"{table.standard}/{table.name}" in partner.receives
    )


def _sharing(repository: Repository, partner: Partner, table: Table) -> Sharing:
    entitled = partner.receives[f"{table.standard}/{table.name}"]
    sent = tuple(
        schedule
        for schedule in repository.schedules.values()
        if (schedule.partner, schedule.standard, schedule.version) == (partner.name, table.standard, table.version)
        and table.name in schedule.tables
    )
    withheld = tuple(field for name, field in table.fields.items() if name not in entitled)
    return Sharing(partner, table, partner.grounds.get(table.domain, partner.ground), withheld, sent)
