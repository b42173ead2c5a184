"""How often a cost told for one visit, box or day came about: 一次420,一个月12次; 上周三次,本周两次; 一天9块,30天."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from bot.dialogue.cost.reading.sentence import Part, within_a_month
from bot.language.money import Amount
from bot.language.numerals import to_decimal

_PIECES = "次回趟盒瓶支针袋片粒颗贴包"
_WEEK = "周|星期|礼拜"
_PIECE = f"[{_PIECES}天]|{_WEEK}"
_N = r"\d{1,3}|[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
_EACH = re.compile(
    rf"(?P<any>单价)(?:是|为)?$|(?:每|(?<![头第上下前后这那])一个?|单)(?P<piece>{_PIECE})"
    r"(?:一?[粒片颗]|药[费钱]?|液|是|要|得|都|花|用|吃|透析|费用?|药费?|大概|的)*$"
)
_EACH_AFTER = re.compile(rf"[元块]?钱?(?:左右|上下)?(?:/|一个?|每)(?P<piece>{_PIECE})")
_EACH_SOME_WEEKS = re.compile(r"每([二两三四])个?(?:周|星期|礼拜)(?:是|要|得|都|花|用|药费?|费用?)*$")
"""每两周60, of eight."""
_PERIODS = {
    "周": re.compile(rf"(?<![上这本下每\d])({_N})个?(?:周|星期|礼拜)(?![一二三四五六日天])"),
    "天": re.compile(rf"(?<![每第\d])({_N})天"),
}
_IN_A_MONTH = {"天": (28, 31), "周": (4, 5)}
"""How many days or weeks a month has, at least and at most."""
_OF_A_PERIOD = re.compile(
    r"(?:[上这本下]{1,2}个?(?:周|星期|礼拜|月)|月[初底]|[上中下]旬|前天|昨天|今天|上午|下午|\d月|[一二三四五六七八九十]月)[^,。;\d]{0,4}$"
)
_OF_A_MONTH = re.compile(r"(?:一个|每个?|这个?|整)月[^,。;\d]{0,6}(?:报|付|出|自费|花)")
_ONE_ASKED = re.compile(
    r"[按照只就]一[次回趟][^,。;\d]{0,3}[算报]|(?:每|一|单|这)[次回趟天][^,。;\d]{0,4}报|报[^,。;\d]{0,3}(?:每|一)[次回趟天]"
)
_AND_ON = re.compile(r"(?:和|跟|、|及|还有|,)")
_ON_EACH = re.compile(r"[^。;\d]{0,16}(?:各|都|每次|分别|均)")
_ONE_MORE = re.compile(r"[又再][^,。;\d]{0,3}一[次回趟](?:是|花了?|要)?$")
"""刚又去了一趟520 is one more visit, and no price of each."""
_A_VISIT = re.compile(r"(?:(?<![每上])一|第?[一二三四五]|头一?)[次回趟]$|[今昨前]天又?[花买拿开]了$")
_NOT_SO_OFTEN = re.compile(
    rf"不是(?:{_N})[{_PIECES}]|(?:次数|[记说搞弄数]错|不对)[^。;]{{0,10}}(?:{_N})[{_PIECES}]"
)
_DAY_BY_DAY = re.compile(r"天天|每天都|一天(?:都|也)?没(?:断|落|停|少|漏)|一整个?月|整月")
"""一天8块,9月天天没断."""
_DAYS_OF_A_WEEK = 7
_MOST = 400


def visits_of(part: Part, amount: Amount) -> tuple[int, int]:
    """How often at least and at most; once where the cost is not one visit's, or one visit is asked about."""
    text = part.sentence.text
    if days := days_of(part, amount):
        return len(days), len(days)
    if _each_told(part):
        return 1, 1
    begin, stop = part.sentence.clause(amount.start)
    begin = max([begin, *(cost.end for cost in part.costs if cost.end <= amount.start)])
    if weeks := _EACH_SOME_WEEKS.search(text[begin : amount.start]):
        told, each_time = _PERIODS["周"].search(_EACH_SOME_WEEKS.sub("", text)), _number(weeks[1])
        often = _number(told[1]) // each_time if told else 1
        return (often, often) if 1 < often <= _MOST else (1, 1)
    each = _EACH.search(text[begin : amount.start]) or _EACH_AFTER.match(text[amount.end : stop])
    if each and _ONE_MORE.search(text[begin : amount.start]):
        return 1, 1
    if not each or _ONE_ASKED.search(text[amount.end :]):
        return 1, 1
    piece = each["piece"] if "piece" in each.groupdict() else None
    counts = _counts_of(piece)
    for words in _told_of(part, amount, begin):
        if roughly := counts.roughly.search(words):  # 三四次, 十二三次
            return _number(roughly[1] + roughly[2]), _number(roughly[1] + roughly[3])
        if piece == "天" and _DAY_BY_DAY.search(part.text) and (every_day := _days_of_the_month(part)):
            return every_day, every_day
        often = _counted(words.replace("本周", "这周"), counts)
        if piece == "天" and often == 1 and (weeks := _PERIODS["周"].search(words)):
            often = _DAYS_OF_A_WEEK * _number(weeks[1])  # 一天15块,开满12周
        if 1 < often <= _MOST:
            return often, often
    by_month = _IN_A_MONTH.get("周" if piece and piece in _WEEK else piece or "")
    return by_month if by_month and _OF_A_MONTH.search(part.text) else (1, 1)


def _days_of_the_month(part: Part) -> int | None:
    """How many days the one month that is named has."""
    months = {d.first.replace(day=1) for d in part.dates if within_a_month(d)}
    if len(months) != 1:
        return None
    month = months.pop()
    return monthrange(month.year, month.month)[1]


def price_of(part: Part) -> Decimal | None:
    """What the only cost is told to be for one visit or piece (一次400), in yuan, be it told how often or not."""
    if len(part.costs) != 1 or part.costs[0].approximate:
        return None
    cost, text = part.costs[0], part.sentence.text
    begin, stop = part.sentence.clause(cost.start)
    each = _EACH.search(text[begin : cost.start]) or _EACH_AFTER.match(text[cost.end : stop])
    return cost.low if each and not _ONE_ASKED.search(text[cost.end :]) else None


def visits_told(part: Part) -> int | None:
    """How often it came about, where no cost is told beside it: 上个月做了12次."""
    often = 1 if part.costs else _counted(part.text, _counts_of(None))
    return often if 1 < often <= _MOST else None


def puts_visits_right(part: Part) -> bool:
    """Whether it is a number of visits that is put right: 一周三次,不是两次."""
    return bool(_NOT_SO_OFTEN.search(part.text))


def _each_told(part: Part) -> bool:
    """Whether each visit is told with its own cost: 一回60,一回90."""
    text = part.sentence.text
    return sum(bool(_A_VISIT.search(text[: cost.start])) for cost in part.costs) > 1


def days_of(part: Part, amount: Amount) -> tuple[date, ...]:
    """The days that a cost is told for, each of them: 2号、9号各做一回,都是350; empty where it is told for one."""
    text, dates = part.sentence.text, [d for d in part.sentence.dates if d.day and d.end <= amount.start]
    for place in range(len(dates) - 1, 0, -1):
        listed = [dates[place]]
        for earlier in reversed(dates[:place]):
            if not _AND_ON.fullmatch(text[earlier.end : listed[0].start]):
                break
            listed.insert(0, earlier)
        if len(listed) > 1 and _ON_EACH.match(text, listed[-1].end, amount.start):
            return tuple(d.first for d in listed)
    return ()


def _told_of(part: Part, amount: Amount, begin: int) -> tuple[str, ...]:
    """The words that may tell how often: of one cost alone all; of several those after it, then those before."""
    if len(part.costs) == 1:
        return (part.text,)
    text = part.sentence.text
    stop = min((c.start for c in part.costs if c.start > amount.start), default=part.end)
    return text[amount.end : stop], text[begin : amount.start]


@dataclass(frozen=True)
class _Counts:
    """The words that tell how many of one kind of thing, day or visit there were, as patterns."""

    counted: re.Pattern[str]
    roughly: re.Pattern[str]
    in_all: re.Pattern[str]
    a_period: Mapping[str, re.Pattern[str]]

    @classmethod
    def of(cls, same: str) -> "_Counts":
        return cls(
            re.compile(rf"(?<![第每上这\d])({_N})个?(?:{same})(?!性|[日末])"),
            re.compile(
                rf"(?<![第每上\d一二三四五六七八九十])(十?)([一二两三四五六七八])([二两三四五六七八九])个?(?:{same})(?!性)"
            ),
            re.compile(
                rf"(?:一共|总共|共|合计|拢共|前后|全部|这个?月|本月)[^,。;\d]{{0,5}}?(?<![第每\d])({_N})个?(?:{same})"
            ),
            {
                "周": re.compile(rf"(?:每|一个?|1)(?:周|星期|礼拜)[^,。;]{{0,2}}?({_N})(?:{same})"),
                "天": re.compile(rf"(?:每|一|1)天[^,。;]{{0,2}}?({_N})(?:{same})"),
            },
        )


@cache
def _counts_of(piece: str | None) -> _Counts:
    """Of pieces alike: what is paid a 次 may be counted in 回."""
    if piece is None:
        return _Counts.of(f"[{_PIECES}]")
    return _Counts.of(next((alike for alike in ("[次回趟]", "[针支]", _WEEK) if piece in alike), piece))


def _counted(text: str, counts: _Counts) -> int:
    rest = counts.a_period["周"].sub("", text)
    if in_all := counts.in_all.search(rest):
        return _number(in_all[1])
    if (daily := _by_periods(text, "天", counts)) > 1:
        return daily
    found = [m for m in counts.counted.finditer(rest) if _number(m[1]) > 1]
    of_periods = [m for m in found if _OF_A_PERIOD.search(rest[: m.start()])]
    if len(of_periods) > 1:
        return sum(_number(m[1]) for m in of_periods)
    if found:
        return _number(found[0][1])
    return next((often for period in _PERIODS if (often := _by_periods(text, period, counts)) > 1), 1)


def _by_periods(text: str, period: str, counts: _Counts) -> int:
    """一周三次,四周; 一天一片,开了30天."""
    often = counts.a_period[period].search(text)
    periods = _PERIODS[period].search(counts.a_period[period].sub("", text))
    return _number(often[1]) * _number(periods[1]) if often and periods else 1


def _number(numeral: str) -> int:
    return int(to_decimal(numeral) or 0)
