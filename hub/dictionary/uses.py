"""Takes a Standard; gives who uses what in it: fields by element, by code list, and by the table they refer to. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from hub.contract.model import Field, Standard, Table


@dataclass(frozen=True, slots=True)
class Use:
    """A field of a table, in the place where it is used."""

    table: Table
    field: Field


@dataclass(frozen=True, slots=True)
class Uses:
    """Fields by the name of their element, of their code list, and of the table they refer to; in the order of the tables."""

    elements: Mapping[str, tuple[Use, ...]]
    code_lists: Mapping[str, tuple[Use, ...]]
    tables: Mapping[str, tuple[Use, ...]]


def uses(standard: Standard) -> Uses:
    """Every use in a release."""
    elements: defaultdict[str, list[Use]] = defaultdict(list)
    lists: defaultdict[str, list[Use]] = defaultdict(list)
    tables: defaultdict[str, list[Use]] = defaultdict(list)
    for table in standard.tables.values():
        for field in table.fields.values():
            use = Use(table, field)
            elements[field.element.name].append(use)
            if field.codes is not None:
                lists[field.codes.name].append(use)
            if field.references is not None:
                tables[field.references[0]].append(use)
    return Uses(*({name: tuple(found) for name, found in each.items()} for each in (elements, lists, tables)))
