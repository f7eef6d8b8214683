"""What feeds the items of the standards: states, lineage, counts."""

from datetime import date
from typing import Any

from hub.load import load
from hub.mapping.coverage import Item, counts, items

TODAY = date(2026, 11, 22)


def found(checkout: Any) -> tuple[Item, ...]:
    repository, _ = load(checkout.root, TODAY)
    return items(repository.standards, repository.mappings, repository.sources)


def item(checkout: Any, table: str, field: str) -> Item:
    return next(each for each in found(checkout) if (each.table, each.field) == (table, field))


def test_a_fed_item_names_system_table_and_column(checkout: Any) -> None:
    """Lineage goes down to source.table.column, with expression, crosswalk and the line of the mapping that says so."""
    name, sex, nation = (item(checkout, "person", field) for field in ("xm", "xb_dm", "mz_dm"))
    assert (name.state, name.columns, name.expression) == ("fed", ("local.t_person.name",), "TRIM(p.name)")
    assert (sex.columns, sex.expression, sex.crosswalk) == (("local.t_person.sex",), None, "inline")
    assert nation.crosswalk == "nation"
    assert name.mapping == checkout.find("mappings/local/person.yaml", "trim(p.name)")


def test_what_is_not_fed_is_constant_absent_or_unmapped(checkout: Any) -> None:
    """Constants and absent items are told apart; a table that no mapping makes has only unmapped items."""
    office, amount = item(checkout, "person", "jg_bh"), item(checkout, "person", "je")
    assert (office.state, office.const, office.columns) == ("constant", "JG01", ())
    assert (amount.state, amount.expression, amount.missed) == ("absent", None, False)
    (checkout.root / "mappings/local/office.yaml").unlink()
    assert {each.state for each in found(checkout) if each.table == "office"} == {"unmapped"}


def test_every_item_is_counted_once(checkout: Any) -> None:
    """The states of a domain or table add up to its items; a required item that nothing feeds is told."""
    (checkout.root / "mappings/local/office.yaml").unlink()
    listed = found(checkout)
    for by_table in (False, True):
        groups = counts(listed, by_table=by_table)
        assert sum(each.items for each in groups) == len(listed)
        assert all(each.fed + each.constant + each.absent + each.unmapped == each.items for each in groups)
    office = next(each for each in counts(listed, by_table=True) if each.table == "office")
    assert (office.tables, office.mapped, office.required_unfed) == (1, 0, sum(i.missed for i in listed if i.table == "office"))
    assert office.required_unfed > 0
