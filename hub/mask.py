"""Takes a value and an element's mask, gives what a person may see without a reason. Pure.

Masks: name | idcard | phone | account | address | all. What does not look like its kind (that is often why it was refused)
is hidden as a whole, apart from its length.
"""

import re
from collections.abc import Mapping

from hub.contract.model import Element
from hub.plan import Plan

_IDCARD = re.compile(r"\d{15}|\d{17}[0-9Xx]", re.ASCII)
_PHONE = re.compile(r"\d{11}", re.ASCII)
_ACCOUNT = re.compile(r"\d{9,30}", re.ASCII)
_ORDER = ("", "name", "address", "phone", "account", "idcard", "all")  # the stronger, the later


def masked(value: str | None, mask: str) -> str | None:
    """``value`` under ``mask``; an empty mask shows it."""
    if value is None or mask == "":
        return value
    if mask == "name" and value.strip():
        return value[0] + "*" * (len(value) - 1) if len(value) > 1 else "*"
    if mask == "idcard" and _IDCARD.fullmatch(value):
        return value[:6] + "*" * (len(value) - 8) + value[-2:]
    if mask == "phone" and _PHONE.fullmatch(value):
        return value[:3] + "****" + value[-4:]
    if mask == "account" and _ACCOUNT.fullmatch(value):
        return "*" * (len(value) - 4) + value[-4:]
    if mask == "address" and len(value) > 6:
        return value[:6] + "*" * (len(value) - 6)
    return "*" * len(value)


def of_element(element: Element) -> str:
    """The mask of an element: its own; everything of a personal or sensitive one that names none."""
    if element.mask is not None:
        return element.mask
    return "all" if element.personal or element.level == "敏感" else ""


def of_fields(plan: Plan) -> Mapping[str, str]:
    """The mask of each field of the target."""
    return {name: of_element(field.element) for name, field in plan.table.fields.items()}


def of_columns(plan: Plan) -> Mapping[str, str]:
    """The mask of each source column: the strongest of the fields it feeds; one that feeds none is hidden."""
    found: dict[str, str] = dict.fromkeys(plan.extract.columns, "all")
    fields = of_fields(plan)
    feeding = [(column, fields[name]) for name, field in plan.mapping.fields.items() for column in field.columns]
    for column in found:
        masks = [mask for fed, mask in feeding if fed == column]
        found[column] = max(masks, key=_ORDER.index) if masks else "all"
    return found
