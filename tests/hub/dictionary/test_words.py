"""Formats, bounds and times in the reader's words."""

import pytest

from hub.contract.notation import parse
from hub.dictionary import words


@pytest.mark.parametrize(
    ("notation", "numeric", "chinese", "english"),
    [
        ("c..50", False, "任意文字，至多 50", "any text, at most 50"),
        ("an18", False, "字母和数字，定长 18", "letters and digits, exactly 18"),
        ("n2", False, "数字（文本，前导零有效），定长 2", "digits (text: leading zeros count), exactly 2"),
        ("c2..8", False, "任意文字，2 至 8", "any text, 2 to 8"),
        ("n..5", True, "整数，至多 5 位", "integer, at most 5 digits"),
        ("n..17,2", True, "小数，共 17 位，小数 2 位", "decimal, 17 digits, 2 after the point"),
        ("d8", False, "日期，YYYYMMDD", "date, YYYYMMDD"),
        ("t19", False, "日期时间，YYYY-MM-DD hh:mm:ss", "date and time, YYYY-MM-DD hh:mm:ss"),
    ],
)
def test_a_format_in_words(notation: str, numeric: bool, chinese: str, english: str) -> None:
    """Each kind of notation says what it allows, in both languages."""
    assert words.notation(parse(notation), numeric=numeric) == (chinese, english)


def test_times_of_common_shapes_are_words_and_others_stay() -> None:
    """Every n hours and daily are told in words; a cron line of another shape is shown as it is written."""
    assert words.times("0 */2 * * *").zh == "每 2 小时，整点"
    assert words.times("15 */6 * * *").en == "every 6 hours, at minute 15"
    assert words.times("5 3 * * *").en == "daily at 03:05"
    assert words.times("0 3 * * 1-5").zh == "0 3 * * 1-5"


def test_bounds_and_unmapped_codes() -> None:
    """A bound without its other end shows an ellipsis; the policy for unknown codes names the code it falls to."""
    assert words.limits("0", None, "元") == ("范围 0 – … 元", "from 0 – … 元")
    assert words.limits(None, None, "") is None
    assert words.unmapped("=97").zh == "未对照的值：取 97"
    assert words.term("自造的词") == ("自造的词", "自造的词")
