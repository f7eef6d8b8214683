"""Takes notations, checks, masks, times; gives what they mean in the reader's words, Chinese and English. Pure."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from hub.contract.model import Field, Notation


class Words(NamedTuple):
    """One thing said in both languages of the interface."""

    zh: str
    en: str


_TEXT = {"c": Words("任意文字", "any text"), "a": Words("字母", "letters"), "an": Words("字母和数字", "letters and digits")}
_DIGITS = Words("数字（文本，前导零有效）", "digits (text: leading zeros count)")
_MOMENTS = {
    ("d", 4): Words("年，YYYY", "year, YYYY"),
    ("d", 6): Words("年月，YYYYMM", "month, YYYYMM"),
    ("d", 8): Words("日期，YYYYMMDD", "date, YYYYMMDD"),
    ("d", 10): Words("日期，YYYY-MM-DD", "date, YYYY-MM-DD"),
    ("t", 14): Words("日期时间，YYYYMMDDhhmmss", "date and time, YYYYMMDDhhmmss"),
    ("t", 19): Words("日期时间，YYYY-MM-DD hh:mm:ss", "date and time, YYYY-MM-DD hh:mm:ss"),
}
CHECKS: Mapping[str, Words] = {
    "gb11643": Words("校验位按 GB 11643（公民身份号码）", "check digit of GB 11643 (citizen number)"),
    "gb32100": Words("校验位按 GB 32100（统一社会信用代码）", "check digit of GB 32100 (unified social credit code)"),
}
MASKS: Mapping[str, Words] = {
    "name": Words("只露第一个字", "the first character is shown"),
    "idcard": Words("只露前六位和末两位", "the first six and the last two are shown"),
    "phone": Words("只露前三位和末四位", "the first three and the last four are shown"),
    "account": Words("只露末四位", "the last four are shown"),
    "address": Words("只露前六个字", "the first six characters are shown"),
    "all": Words("全部遮盖", "nothing is shown"),
}
TERMS: Mapping[str, Words] = {
    "一般": Words("一般", "ordinary"),
    "重要": Words("重要", "important"),
    "敏感": Words("敏感", "sensitive"),
    "无条件共享": Words("无条件共享", "shared without condition"),
    "有条件共享": Words("有条件共享", "shared on condition"),
    "不予共享": Words("不予共享", "not shared"),
    "每两小时": Words("每两小时", "every two hours"),
    "每日": Words("每日", "daily"),
    "每月": Words("每月", "monthly"),
    "每年": Words("每年", "yearly"),
    "draft": Words("草案", "draft"),
    "published": Words("已发布", "published"),
    "retired": Words("已废止", "retired"),
    "error": Words("错误：隔离", "error: quarantined"),
    "warning": Words("提醒：计数放行", "warning: counted, passes"),
    "share": Words("共享类型", "Sharing"),
    "condition": Words("共享条件", "Condition"),
    "period": Words("更新周期", "Update period"),
    "provider": Words("提供方", "Provider"),
}
_EVERY = re.compile(r"(\d+) \*/(\d+) \* \* \*", re.ASCII)
_DAILY = re.compile(r"(\d+) (\d+) \* \* \*", re.ASCII)


def term(word: str) -> Words:
    """A word of the closed vocabularies (level, sharing, period, status, severity); any other stays as it is."""
    return TERMS.get(word, Words(word, word))


def notation(said: Notation, *, numeric: bool) -> Words:
    """What ``c..50`` or ``n..17,2`` allows. ``numeric``: a number by value, not text made of digits."""
    if (said.kind, said.maximum) in _MOMENTS:
        return _MOMENTS[said.kind, said.maximum]
    if numeric and said.scale:
        return Words(
            f"小数，共 {said.maximum} 位，小数 {said.scale} 位", f"decimal, {said.maximum} digits, {said.scale} after the point"
        )
    if numeric:
        return Words(f"整数，至多 {said.maximum} 位", f"integer, at most {said.maximum} digits")
    kind = _TEXT.get(said.kind, _DIGITS)
    length = _length(said)
    return Words(f"{kind.zh}，{length.zh}", f"{kind.en}, {length.en}")


def limits(minimum: str | None, maximum: str | None, unit: str) -> Words | None:
    """The bounds of a value with its unit; None without any."""
    if minimum is None and maximum is None:
        return Words(f"单位：{unit}", f"unit: {unit}") if unit else None
    span = " – ".join(part if part is not None else "…" for part in (minimum, maximum))
    return Words(f"范围 {span}{unit and ' ' + unit}", f"from {span}{unit and ' ' + unit}")


def format_of(field: Field) -> Words:
    """The format of a field in words."""
    return notation(field.notation, numeric=field.numeric)


def unmapped(word: str) -> Words:
    """What a local code without a translation does."""
    fixed = {
        "reject": Words("未对照的值：拒收", "an unmapped code is rejected"),
        "null": Words("未对照的值：留空", "an unmapped code becomes empty"),
        "keep": Words("未对照的值：原样保留", "an unmapped code is kept"),
    }
    code = word.removeprefix("=")
    return fixed.get(word, Words(f"未对照的值：取 {code}", f"an unmapped code becomes {code}"))


def times(cron: str) -> Words:
    """When a cron line of a common shape fires; any other as it is written."""
    every, daily = _EVERY.fullmatch(cron), _DAILY.fullmatch(cron)
    if every:
        minute, hours = every.groups()
        zh, en = ("整点", "on the hour") if int(minute) == 0 else (f"第 {minute} 分", f"at minute {minute}")
        return Words(f"每 {hours} 小时，{zh}", f"every {hours} hours, {en}")
    if daily:
        clock = f"{int(daily[2]):02}:{int(daily[1]):02}"
        return Words(f"每日 {clock}", f"daily at {clock}")
    return Words(cron, cron)


def _length(said: Notation) -> Words:
    if said.minimum == said.maximum:
        return Words(f"定长 {said.maximum}", f"exactly {said.maximum}")
    if said.minimum <= 1:
        return Words(f"至多 {said.maximum}", f"at most {said.maximum}")
    return Words(f"{said.minimum} 至 {said.maximum}", f"{said.minimum} to {said.maximum}")
