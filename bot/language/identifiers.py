"""Identity numbers, mobile phones and application numbers, however they are typed.

Used to keep them from the engine and the logs, and to look up what they name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.language.normalise import normalise
from bot.language.spans import without_overlaps

Kind = Literal["id_number", "phone", "application_no"]


@dataclass(frozen=True)
class Identifier:
    """`value` is canonical: digits and capitals, application numbers with their hyphens.

    `valid` is False for an identity number whose check digit or birth date is wrong: still private,
    probably mistyped. Region codes are never judged, they change too often.
    """

    kind: Kind
    start: int
    end: int
    value: str
    valid: bool = True


_CHINESE_TO_DIGIT = str.maketrans("零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖叉", "0001234567891123456789X")
_GAP = r"[\s\-—_.·]{0,3}"
_ALONE = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
_ID_SPACED = re.compile(rf"{_ALONE}[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx]{_END}")
_ID_SOLID = re.compile(rf"{_ALONE}[1-9]\d{{16}}[\dXx]{_END}")
_ID_15 = re.compile(rf"{_ALONE}[1-8]\d{{14}}{_END}")
_PHONE = re.compile(rf"(?<![0-9A-Za-z])(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}{_END}")
_APPLICATION = re.compile(rf"{_ALONE}[A-Za-z]{{1,6}}-?\d{{2,}}(?:[-/]?\d+)*{_END}")
_APPLICATION_IN_GROUPS = re.compile(rf"{_ALONE}[A-Za-z]{{1,6}}-[A-Za-z]{{1,6}}-\d{{4,}}{_END}")
_NUMBER_AFTER_CUE = re.compile(
    r"(?:(?:申请|受理|业务|登记|流水)(?:编)?[号码]|编号|单号|流水)[是为:： ]{0,3}([A-Za-z0-9][A-Za-z0-9\-/]{4,30})"
)
_LEAST_DIGITS_OF_AN_APPLICATION = 5


_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))


def in_digits(text: str) -> str:
    """Each Chinese numeral read out as one digit, and the 叉 that stands for X; as long as `text`."""
    return text.translate(_CHINESE_TO_DIGIT)


def find_identifiers(text: str) -> list[Identifier]:
    """All identifiers in text order; none overlap."""
    return without_overlaps(_by_preference(normalise(text)))


def id_number_is_valid(number: str) -> bool:
    """GB 11643: birth date and, with 18 places, the ISO 7064 MOD 11-2 check character."""
    if len(number) == 15:
        return number.isdecimal() and _is_birth_date("19" + number[6:12])
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or not _is_birth_date(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17]


def luhn_fits(number: str) -> bool:
    """Whether a number of digits ends with Luhn's check digit, as those of bank cards do."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _by_preference(written: str) -> Iterator[Identifier]:
    digits = in_digits(written)
    for match in _ID_SOLID.finditer(digits):
        number = match[0].upper()
        yield Identifier("id_number", match.start(), match.end(), number, id_number_is_valid(number))
    for match in _ID_SPACED.finditer(digits):
        number = _bare(match[0])
        if id_number_is_valid(number):
            yield Identifier("id_number", match.start(), match.end(), number)
    for match in _ID_15.finditer(digits):
        if id_number_is_valid(match[0]):
            yield Identifier("id_number", match.start(), match.end(), match[0])
    for match in _PHONE.finditer(digits):
        yield Identifier("phone", match.start(), match.end(), _bare(match[0])[-11:])
    for match in _NUMBER_AFTER_CUE.finditer(digits):
        if _digits_in(match[1]) >= _LEAST_DIGITS_OF_AN_APPLICATION:
            number = match[1].rstrip("-/")
            yield Identifier("application_no", match.start(1), match.start(1) + len(number), number.upper())
    for match in _APPLICATION_IN_GROUPS.finditer(digits):
        yield Identifier("application_no", match.start(), match.end(), match[0].upper())
    for match in _APPLICATION.finditer(digits):
        if _digits_in(match[0]) >= _LEAST_DIGITS_OF_AN_APPLICATION:
            yield Identifier("application_no", match.start(), match.end(), match[0].upper())


def _bare(written: str) -> str:
    return re.sub(r"[^0-9X]", "", written.upper())


def _digits_in(written: str) -> int:
    return sum(character.isdecimal() for character in written)


def _is_birth_date(yyyymmdd: str) -> bool:
    try:
        born = date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:]))
    except ValueError:
        return False
    return born.year >= 1850
