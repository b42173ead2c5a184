"""Finds the figures in a text: numbers with their units, in Arabic or Chinese numerals.

Two figures are the same if value and kind of unit agree: 80% and 百分之八十, 20个工作日 and 二十个工作日.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import cn2an

CHINESE_DIGITS = "零〇一二三四五六七八九十百"

_UNITS = {
    "percent": ("%", "％"),
    "money": ("万元", "元", "块钱", "块"),
    "workday": ("个工作日", "工作日"),
    "day": ("日", "天", "号"),
    "hour": ("个小时", "小时"),
    "week": ("个星期", "星期", "周"),
    "month": ("个月", "月份", "月"),
    "quarter": ("个季度", "季度"),
    "year": ("周年", "年"),
    "level": ("级",),
    "count": (
        "个",
        "种",
        "名",
        "位",
        "次",
        "家",
        "类",
        "项",
        "人",
        "份",
        "步",
        "条",
        "款",
        "部门",
        "方面",
        "倍",
        "成",
    ),
}
_KIND_OF = {unit: kind for kind, units in _UNITS.items() for unit in units}
_UNIT = "|".join(sorted(map(re.escape, _KIND_OF), key=len, reverse=True))
_NUMERAL = "[零〇一二两三四五六七八九十百千万]"
_FIGURE = re.compile(
    rf"百分之(?P<percent>{_NUMERAL}+|\d+(?:\.\d+)?)"
    rf"|(?P<arabic>\d+(?:,\d{{3}})*(?:\.\d+)?)\s*(?P<unit>{_UNIT})?"
    rf"|(?P<chinese>{_NUMERAL}+)\s*(?P<chinese_unit>{_UNIT})"
)
_NOT_FIGURES = re.compile(
    rf"第[{CHINESE_DIGITS}\d]+[条章项款步]"  # places in a document
    r"|〔\d{4}〕\s*\d+\s*号"  # document numbers
    rf"|附件[{CHINESE_DIGITS}\d]+"
    rf"|[{CHINESE_DIGITS}]+（[{CHINESE_DIGITS}]+）\d?"  # heading paths
    r"|(?<!\d)(12393|120)(?![\d元%％天日])"
    rf"|[同每任某另哪逐统唯]一[个种次名家年天月日级项位]|一[次]性|一[些定般致样并直]|(?<![二三四五六七八九])十分|万一|千万(?!元)|其[一二三]"
    rf"|(?<![期满为])(?<!{_NUMERAL})一(个?月|年|季度)(?![以之内后前])"  # 一年 as in "a year's", not a term of one year
)
_ARTICLES_OF_SPEECH = {"count", "day"}
"""Kinds of unit with which 一 is a word like "a", not a figure (一个, 一种, 一天)."""


@dataclass(frozen=True)
class Figure:
    """`kind` is None for a bare number; `text` is how it is written."""

    value: Decimal
    kind: str | None
    text: str

    def stands_in(self, others: "frozenset[tuple[Decimal, str | None]]") -> bool:
        """Whether a figure of this value and kind is among `others`; a bare number matches any kind."""
        if self.kind is None:
            return any(value == self.value for value, _ in others)
        return (self.value, self.kind) in others or (self.value, None) in others


def figures(text: str) -> Iterator[Figure]:
    """Every figure in the text. Article and document numbers, 12393 and 120 are none; nor is 一 as in 一个."""
    for found in _FIGURE.finditer(_NOT_FIGURES.sub("，", text)):
        if percent := found["percent"]:
            yield Figure(_value(percent), "percent", found.group())
        elif arabic := found["arabic"]:
            yield _with_unit(_value(arabic), found["unit"], found.group())
        elif not (found["chinese"] == "一" and _KIND_OF[found["chinese_unit"]] in _ARTICLES_OF_SPEECH):
            yield _with_unit(_value(found["chinese"]), found["chinese_unit"], found.group())


def figure_set(text: str) -> frozenset[tuple[Decimal, str | None]]:
    """Values and kinds of all figures of a text, for `Figure.stands_in`; here every 一 counts, and a quarter is
    three months."""
    marked = re.sub(rf"(?<!{_NUMERAL})一([个种次名家天日年月])", r"1\1", text)
    found = {(figure.value, figure.kind) for figure in figures(marked)}
    return frozenset(found | ({(Decimal(3), "month")} if "季度" in text else set()))


def _with_unit(value: Decimal, unit: str | None, text: str) -> Figure:
    if unit == "万元":
        value *= 10000
    if unit == "成":
        return Figure(value * 10, "percent", text)
    return Figure(value, _KIND_OF[unit] if unit else None, text)


def _value(numeral: str) -> Decimal:
    if numeral[0].isdigit():
        return Decimal(numeral.replace(",", ""))
    try:
        return Decimal(str(cn2an.cn2an(numeral.replace("〇", "零"), "smart")))
    except ValueError:
        return Decimal("NaN")  # "两三千": equal to nothing, so it stands nowhere
