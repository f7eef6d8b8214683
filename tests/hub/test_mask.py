"""What a person sees of a refused row without a reason."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.model import Element, Notation
from hub.mask import masked, of_columns, of_element, of_fields
from hub.plan import Plan
from hub.problem import Place

MASKS = ["name", "idcard", "phone", "account", "address", "all"]


@pytest.mark.parametrize(
    ("mask", "value", "seen"),
    [
        ("", "任何值", "任何值"),
        ("name", "张三", "张*"),
        ("name", "欧阳修文", "欧***"),
        ("name", "张", "*"),
        ("idcard", "330106199001011234", "330106**********34"),
        ("idcard", "33010619900101123X", "330106**********3X"),
        ("idcard", "张三丰", "***"),
        ("phone", "13800138000", "138****8000"),
        ("phone", "0571-88", "*******"),
        ("account", "6222020200112233445", "***************3445"),
        ("address", "浙江省杭州市西湖区文三路1号", "浙江省杭州市********"),
        ("address", "文三路1号", "*****"),
        ("all", "任何值", "***"),
        ("name", "", ""),
        ("idcard", None, None),
    ],
)
def test_masks(mask: str, value: str | None, seen: str | None) -> None:
    """Each mask leaves what tells two rows apart and hides what names a person."""
    assert masked(value, mask) == seen


@given(st.text(), st.sampled_from(MASKS))
def test_a_mask_keeps_the_length_and_never_shows_everything(value: str, mask: str) -> None:
    """Whatever the text: same length, and unless it is blank not the same text."""
    seen = masked(value, mask) or ""
    assert len(seen) == len(value)
    assert not value.strip("* ") or seen != value


def test_a_personal_element_without_a_mask_is_hidden() -> None:
    """Personal or sensitive and no mask named: everything is hidden; an ordinary element is shown."""

    def mask(**more: object) -> str:
        return of_element(Element("x", "1", "x", Notation("c", 1, 9), "x", Place("t"), **more))  # type: ignore[arg-type]

    assert (mask(), mask(personal=True), mask(level="敏感"), mask(level="敏感", mask="name")) == ("", "all", "all", "name")


def test_a_source_column_has_the_strongest_mask_of_its_fields(make_plan: Callable[..., Plan]) -> None:
    """A column feeds fields: it is hidden as they are; one that feeds none is hidden as a whole."""
    plan = make_plan()
    assert of_fields(plan) == {"djbh": "", "xm": "name", "sfzh": "idcard", "je": ""}
    assert of_columns(plan) == {"r.id": "", "r.name": "name", "r.card": "idcard", "r.amount": "", "r.changed": "all"}
