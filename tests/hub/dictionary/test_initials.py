"""Pinyin initials that are learned from the names of fields."""

from hub.dictionary.initials import initials, learn

NAMED = [("姓名", "xm"), ("女方姓名", "nvf_xm"), ("登记编号", "djbh"), ("结婚日期", "jhrq"), ("办件名称", "pro_name")]


def test_a_title_is_abbreviated_by_what_other_names_say() -> None:
    """结婚登记 follows from 结婚日期 and 登记编号; 女 is nv, as the rule of names has it."""
    known = learn(NAMED)
    assert initials("结婚登记", known) == "jhdj"
    assert initials("女方", known) == "nvf"


def test_names_of_another_make_teach_nothing() -> None:
    """An English name does not align with its title, and a title with an unknown character has no initials."""
    known = learn(NAMED)
    assert "办" not in known
    assert initials("办件", known) == ""


def test_the_majority_decides() -> None:
    """One name that reads a character otherwise does not outvote the rest."""
    assert learn([("行", "x"), ("行", "x"), ("行", "h")]) == {"行": "x"}
