"""The days of festivals; those of the moon's calendar by year, as the package lunardate computes them."""

from datetime import date

_FIXED = {
    "元旦": (1, 1),
    "五一": (5, 1),
    "劳动节": (5, 1),
    "六一": (6, 1),
    "妇女节": (3, 8),
    "儿童节": (6, 1),
    "七一": (7, 1),
    "建党节": (7, 1),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "双十一": (11, 11),
}
_BY_YEAR = {
    "春节": {2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26)},
    "除夕": {2024: (2, 9), 2025: (1, 28), 2026: (2, 16), 2027: (2, 5), 2028: (1, 25)},
    "元宵": {2024: (2, 24), 2025: (2, 12), 2026: (3, 3), 2027: (2, 20), 2028: (2, 9)},
    "清明": {2024: (4, 4), 2025: (4, 4), 2026: (4, 5), 2027: (4, 5), 2028: (4, 4)},
    "端午": {2024: (6, 10), 2025: (5, 31), 2026: (6, 19), 2027: (6, 9), 2028: (5, 28)},
    "中秋": {2024: (9, 17), 2025: (10, 6), 2026: (9, 25), 2027: (9, 15), 2028: (10, 3)},
}
_OTHER_NAMES = {
    "七一建党节": "七一",
    "六一儿童节": "六一",
    "五一劳动节": "五一",
    "大年三十": "除夕",
    "年三十": "除夕",
    "过年": "春节",
    "大年初一": "春节",
}

FESTIVALS = (*_OTHER_NAMES, *_FIXED, *_BY_YEAR)
"""As they are named; the longer names first where one begins like another."""


def festival(name: str, year: int) -> date | None:
    """The day of a festival in a year; None where our tables do not have it."""
    name = _OTHER_NAMES.get(name, name)
    month_and_day = _FIXED.get(name) or _BY_YEAR[name].get(year)
    return date(year, *month_and_day) if month_and_day else None
