"""Shares: 80%, 百分之八十五, 八成, 七成五, 报七折."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.language.normalise import normalise
from bot.language.numerals import CHINESE, to_decimal
from bot.language.spans import without_overlaps


@dataclass(frozen=True)
class Ratio:
    """`value` between 0 and 1."""

    start: int
    end: int
    value: Decimal


_PERCENT = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,4})?) ?(?:%|个点(?!数)|趴)")
_CHINESE_POINTS = re.compile(
    r"(?<![一二三四五六七八九十百千])([三四五六七八九]十[一二三四五六七八九]?)个点(?!数)"
)
_CHINESE_PERCENT = re.compile(rf"百分之(百|{CHINESE}|\d{{1,3}}(?:\.\d{{1,4}})?)")
_TENTHS = re.compile(
    r"(?<![第\d一二三四五六七八九十])([一二两三四五六七八九\d])成(?!年|人|立|功|为|员|果|本|都|都市|不变)((?:[一二三四五六七八九]|\d(?!\d))(?![百千万元块])|半)?"
)
_DISCOUNT = re.compile(
    r"(?<![打\d.一二三四五六七八九])([一二三四五六七八九\d])([一二三四五六七八九\d])?折(?!买|优惠|后|卖)"
)


def find_ratios(text: str) -> list[Ratio]:
    """All shares in text order. What exceeds the whole (120%) is no share."""
    return [ratio for ratio in without_overlaps(_candidates(normalise(text))) if 0 <= ratio.value <= 1]


def _candidates(written: str) -> Iterator[Ratio]:
    for match in _PERCENT.finditer(written):
        yield Ratio(match.start(), match.end(), Decimal(match[1]) / 100)
    for match in _CHINESE_PERCENT.finditer(written):
        percent = Decimal(100) if match[1] == "百" else to_decimal(match[1])
        if percent is not None:
            yield Ratio(match.start(), match.end(), percent / 100)
    for match in _CHINESE_POINTS.finditer(written):
        yield Ratio(match.start(), match.end(), (to_decimal(match[1]) or Decimal(0)) / 100)
    for pattern in (_TENTHS, _DISCOUNT):
        for match in pattern.finditer(written):
            yield Ratio(match.start(), match.end(), _tenths(match[1], match[2]))


def _tenths(tenths: str, hundredths: str | None) -> Decimal:
    return (10 * _digit(tenths) + (_digit(hundredths) if hundredths else 0)) / Decimal(100)


def _digit(written: str) -> int:
    return 5 if written == "半" else int(to_decimal(written) or 0)
