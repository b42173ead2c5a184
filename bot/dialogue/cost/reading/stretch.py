"""Over which months a cost recurs: 今年3月到9月每月210,6月没买; 从2月做到上个月; 7月起涨到380."""

import re
from datetime import date, timedelta

from bot.dialogue.cost.person import Stretch
from bot.dialogue.cost.reading.sentence import Part
from bot.language.numerals import to_decimal

MONTH = r"1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九]"
_YEAR = r"(?:(今年|去年|前年|明年|(?:20)?\d\d年)的?)?"
_FROM_TO = re.compile(
    rf"(?<![\d第一二两三四五六七八九十]){_YEAR}({MONTH})(?:月份?[^,。;\d月个]{{0,5}}?)?(?:到|至|-|~)"
    rf"(?:{_YEAR}({MONTH})月(?!\d|份?[^,。;\d花买药拿]{{0,4}}(?:在职|在岗|上班|没退))|(上个?月|这个?月|本月|现在|今天|目前|年底))"
)
_FROM = re.compile(
    rf"(?:从{_YEAR}({MONTH})月|(?<![\d一二两三四五六七八九十到至]){_YEAR}({MONTH})月份?(?:起|开始|以来|往后|以后))(?![^,。;\d花买药拿]{{0,4}}(?:退休|退了|退的))"
)
_BEFORE_AND_AFTER = re.compile(
    rf"(?<!\d)({MONTH})月份?(?:我|他|她|还|都|是|在)*(?:在岗|在职|上着?班|没退)[^。;\d]{{0,8}}({MONTH})月(?:\d+[号日])?[^,。;\d]{{0,6}}退休"
)
"""6月还在岗,7月起退休,两个月都是300."""
_LAST_MONTH_AND_THIS = re.compile(
    r"(?<!上)上个?月[^,。;\d]{0,3}(?:在职|在岗|上班|没退)[^。;\d]{0,6}(?:这个?月|本月)[^,。;\d]{0,6}退"
)
"""上月还在职这月退休,两个月各300."""
BOTH_HALVES = re.compile(
    r"(?:1月?|一月?)(?:到|至|-)[6六]月份?[^。;\d]{0,4}(?:在职|在岗|上班|没退)[^。;\d]{0,4}[7七]月份?[^,。;\d]{0,6}退|上半年[^。;\d]{0,8}(?:在职|在岗|上班|没退)[^。;\d]{0,6}下半年[^,。;\d]{0,6}退"
)
"""上半年在职下半年退休,每月都是200,全年报多少."""
_THESE_TWO = re.compile(r"[这那]?[两2俩]个?月")
"""5月在职,7月退休,这两个月各280."""
_TO = re.compile(rf"[算吃拿用做开买打]?[到至]{_YEAR}({MONTH})月(?:份?为止|[底末])")
_NOTHING_THEN = re.compile(
    rf"(?<![\d到至一二两三四五六七八九十])((?:(?:{MONTH})、)*(?:{MONTH}))月份?(?:我|他|她|那个?月|一?整个?月|全月|在|都|,)*"
    r"(?:住院[^。;\d]{0,10}?|(?:(?![花买拿开配用刷][了掉]|起|开始)[^,。;\d]){0,10}?)(?:没|忘[了记]?)(?:有|得|能|顾上|去|再)*"
    r"(?:在?门诊)?(?:[买开拿用配抓取吃做打透][过了成]?药?|去|看)(?:[了成的]|[,。;]|$|那个?月|要)"
    rf"|(?<![\d到至一二两三四五六七八九十])({MONTH})月份?(?:我|他|她|那个?月|在|都)*(?:一?整个?月|全月)[^,。;\d]{{0,3}}住院"
)
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}


def stretch_of(part: Part) -> Stretch:
    """The months that are told of, as far as they are."""
    text, today = part.text.replace("元月", "1月"), part.sentence.turn.now.date()
    empty = (found[1] or found[2] for found in _NOTHING_THEN.finditer(text))
    without = tuple(sorted({_number(number) for months in empty for number in months.split("、")}))
    if BOTH_HALVES.search(text):
        return Stretch(date(today.year, 1, 1), date(today.year, 12, 1), without)
    if _LAST_MONTH_AND_THIS.search(text):
        return Stretch(_relative("上个月", today), today.replace(day=1), without)
    if both := _BEFORE_AND_AFTER.search(text):
        first, last = (_month(None, number, today) for number in both.groups())
        if _THESE_TWO.search(text):
            without += tuple(month for month in range(first.month + 1, last.month))
        return Stretch(first, last, without)
    if told := _FROM_TO.search(text):
        first = _month(told[1], told[2], today)
        last = _relative(told[5], today) if told[5] else _month(told[3], told[4], today)
        return Stretch(first, _not_before(last, first), without)
    begins = _FROM.search(text)
    since = _month(begins[1] or begins[3], begins[2] or begins[4], today) if begins else None
    return Stretch(since, last_month_of(part), without)


def last_month_of(part: Part) -> date | None:
    """The month up to which something goes on: 算到10月底."""
    ends = _TO.search(part.text)
    return _month(ends[1], ends[2], part.sentence.turn.now.date()) if ends else None


def _month(year: str | None, number: str, today: date) -> date:
    """The first day of a month; without its year the nearest past one, this month the latest."""
    month = _number(number)
    if year is None:
        return date(today.year - (month > today.month), month, 1)
    if year in _YEARS:
        return date(today.year + _YEARS[year], month, 1)
    told = int(year.rstrip("年"))
    return date(told if told > 99 else 2000 + told, month, 1)


def _relative(last: str, today: date) -> date:
    this_month = today.replace(day=1)
    if last == "年底":
        return date(today.year, 12, 1)
    return (this_month - timedelta(1)).replace(day=1) if last.startswith("上") else this_month


def _not_before(last: date, first: date) -> date:
    return last if last >= first else last.replace(year=last.year + 1)


def _number(written: str) -> int:
    return int(to_decimal(written) or 0)
