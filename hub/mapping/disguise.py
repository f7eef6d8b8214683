"""Takes values of real rows; gives invented ones of the same kind and shape: the same value becomes the same. Pure.

Letters stay letters, digits digits, blanks and marks where they are, so that what a mapping trims, splits or refuses is so still.
"""

import re
from collections.abc import Callable
from datetime import datetime

_CARD = re.compile(r"([1-9]\d{5})(\d{8})(\d{3})([\dXx])", re.ASCII)
_PHONE = re.compile(r"1\d{10}", re.ASCII)
_DAY = re.compile(r"((?:19|20)\d\d)(\D?)(\d{1,2})(\D?)(\d{1,2})(.*)", re.ASCII | re.DOTALL)
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ffff]")
_SIGNS = "示例甲乙丙丁戊己庚辛"
_TRIES = 100  # to find a value that is not there yet
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Disguise:
    """Remembers what it gave, so that numbers that join rows still join them."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._births: dict[str, str] = {}
        self._count = 0

    def meet(self, value: str) -> None:
        """Look at a value before any is disguised: an identity number decides what its date of birth becomes."""
        found = _CARD.fullmatch(value.strip())
        if found:
            self._births[found[2]] = _another(found[2])

    def number(self, value: str) -> str:
        """An identity number: same year of birth and sex, right or wrong as before; any other number by its shape."""
        found = _CARD.fullmatch(value.strip())
        if not found:
            return self.text(value)
        return self._once(value, lambda count: value.replace(found[0], self._card(found, count)))

    def date(self, value: str) -> str:
        """A day: of a birth, that of the disguised number; else another day of the year; no day: four years earlier, as wrong."""
        found = _DAY.fullmatch(value.strip())
        if not found:
            return self.text(value)
        year, one, month, two, day, rest = found.groups()
        plain = f"{year}{int(month):02}{int(day):02}"
        try:
            datetime.strptime(plain, "%Y%m%d")  # noqa: DTZ007 - only whether the day exists
        except ValueError:
            return f"{int(year) - 4}{one}{month}{two}{day}{re.sub(r'[1-9]', '0', rest)}"
        new = self._births.get(plain) or _another(plain)
        return f"{year}{one}{new[4:6]}{two}{new[6:]}{re.sub(r'[1-9]', '0', rest)}"

    def amount(self, value: str) -> str:
        """A number of the same sign and size: its first digit stays, unless it is the only one."""
        digits = [sign for sign in value if sign.isdigit() and sign != "0"]
        if not digits:
            return value
        first = value.index(digits[0])
        kept = digits[0] if len(digits) > 1 else str(int(digits[0]) % 9 + 1)
        return value[:first] + kept + re.sub(r"\d", "0", value[first + 1 :])

    def text(self, value: str) -> str:
        """A name, a telephone, an address, a number of a case, any text: sign by sign."""
        if not any(sign.isalnum() for sign in value):
            return value
        if _CARD.fullmatch(value.strip()):
            return self.number(value)
        if _PHONE.fullmatch(value.strip()):
            return self._once(value, lambda count: f"1390000{count:04}")
        return self._once(value, lambda count: _shaped(value, count))

    def _once(self, value: str, make: Callable[[int], str]) -> str:
        """What was given for the value before, or something new that nobody got; never the value itself."""
        if value not in self._given:
            self._count += 1
            offered = [made for step in range(_TRIES) if (made := make(self._count + step)) != value]
            taken = set(self._given.values())
            self._given[value] = next((made for made in offered if made not in taken), offered[0])
        return self._given[value]

    def _card(self, found: re.Match[str], count: int) -> str:
        man = int(found[3][2]) % 2
        body = f"110101{self._births.get(found[2], _another(found[2]))}9{count % 10}{2 * (count // 10 % 5) + man}"
        right = check_sign(body)
        was = check_sign(found[0][:17]) == found[4].upper()
        last = right if was else str((int(right) + 1) % 10) if right != "X" else "0"
        return body + (last.lower() if found[4] == "x" else last)


def check_sign(body: str) -> str:
    """The last sign of an identity number from its first 17 digits (GB 11643)."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def _another(day: str) -> str:
    """Another day of the same year, whose month and day have two digits however they are written."""
    return day[:4] + ("1113" if day[4:] != "1113" else "1114")


def _shaped(value: str, count: int) -> str:
    """Sign by sign; the digits end in the count, so that two values stay two."""
    digits = str(count).zfill(sum(sign.isdigit() for sign in value))
    digits = digits[len(digits) - sum(sign.isdigit() for sign in value) :]
    place, made = 0, []
    for number, sign in enumerate(value):
        if sign.isdigit():
            made.append(digits[place])
            place += 1
        elif _HAN.match(sign):
            made.append(_SIGNS[(count + number) % len(_SIGNS)])
        elif sign.isalpha():
            made.append("x" if sign.islower() else "X")
        else:
            made.append(sign)
    return "".join(made)
