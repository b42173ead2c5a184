"""How often a cost told for one visit, box or bag came about: 一次420,一个月12次; 上周三次,本周两次; 一周三次,四周."""

import re

from bot.dialogue.cost.reading.sentence import Part
from bot.language.money import Amount
from bot.language.numerals import to_decimal

_PIECE = "[次回趟盒瓶支针天袋片贴包]"
_N = r"\d{1,3}|[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
_EACH = re.compile(
    rf"单价(?:是|为)?$|(?:每|一|单){_PIECE}(?:药[费钱]?|液)?(?:是|要|得|都|花|用|透析|费用?|药费?|大概)*$"
)
_EACH_AFTER = re.compile(rf"[元块]?钱?(?:/|一|每){_PIECE}")
_COUNTED = re.compile(rf"(?<![第每上\d])({_N}){_PIECE}(?!性)")
_ROUGHLY = re.compile(
    rf"(?<![第每上\d一二三四五六七八九十])(十?)([一二两三四五六七八])([二两三四五六七八九]){_PIECE}(?!性)"
)
_IN_ALL = re.compile(
    rf"(?:一共|总共|共|合计|拢共|前后|全部|这个?月|本月)[^,。;\d]{{0,5}}?(?<![第每\d])({_N}){_PIECE}"
)
_A_WEEK = re.compile(rf"(?:每|一个?|1)(?:周|星期|礼拜)[^,。;]{{0,2}}?({_N}){_PIECE}")
_WEEKS = re.compile(rf"(?<![上这本下每\d])({_N})个?(?:周|星期|礼拜)(?![一二三四五六日天])")
_OF_A_PERIOD = re.compile(
    r"(?:[上这本下]{1,2}个?(?:周|星期|礼拜|月)|月[初底]|[上中下]旬|前天|昨天|今天|上午|下午|\d月|[一二三四五六七八九十]月)[^,。;\d]{0,4}$"
)
_ONE_ASKED = re.compile(r"(?:每|一|单|这)[次回趟][^,。;\d]{0,4}报|报[^,。;\d]{0,3}(?:每|一)[次回趟]")
_MOST = 400


def visits_of(part: Part, amount: Amount) -> tuple[int, int]:
    """How often at least and at most; once where the cost is not one visit's, or one visit is asked about."""
    text = part.sentence.text
    begin, stop = part.sentence.clause(amount.start)
    each = _EACH.search(text[begin : amount.start]) or _EACH_AFTER.match(text[amount.end : stop])
    if not each or len(part.costs) > 1 or _ONE_ASKED.search(text[amount.end :]):
        return 1, 1
    if roughly := _ROUGHLY.search(part.text):  # 三四次, 十二三次
        return _number(roughly[1] + roughly[2]), _number(roughly[1] + roughly[3])
    often = _counted(part.text.replace("本周", "这周"))
    return (often, often) if 1 < often <= _MOST else (1, 1)


def _counted(text: str) -> int:
    rest = _A_WEEK.sub("", text)
    if in_all := _IN_ALL.search(rest):
        return _number(in_all[1])
    counts = [found for found in _COUNTED.finditer(rest) if _number(found[1]) > 1]
    of_periods = [found for found in _COUNTED.finditer(rest) if _OF_A_PERIOD.search(rest[: found.start()])]
    if len(of_periods) > 1:
        return sum(_number(found[1]) for found in of_periods)
    if counts:
        return _number(counts[0][1])
    a_week, weeks = _A_WEEK.search(text), _WEEKS.search(rest)
    return _number(a_week[1]) * _number(weeks[1]) if a_week and weeks else 1


def _number(numeral: str) -> int:
    return int(to_decimal(numeral) or 0)
