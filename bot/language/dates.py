"""Dates and times of day as people say them: 2025年6月3号, 26年5月31, 去年12月, 上月底, 前天, 6月14号晚上九点.

A mention of a month or a year is a range. Nothing is guessed that was not said, except the year of
"3月12号", which is the nearest past one unless the caller prefers the future.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from datetime import time as TimeOfDay
from functools import lru_cache
from typing import Literal

from bot.language.festivals import FESTIVALS, festival
from bot.language.identifiers import find_identifiers
from bot.language.normalise import normalise
from bot.language.numerals import to_decimal
from bot.language.spans import overlaps, without_overlaps

Prefer = Literal["past", "future"]

_FIRST_MONTH = re.compile(r"(?<![\d一二两三四五六七八九十百千万])元月")
_TEXTS_KEPT = 64
"""Several parts of one turn ask for the dates in its text."""


@dataclass(frozen=True)
class DateMention:
    """`first` to `last`, both included, equal for a day; `time` is the time of day if one was said.

    `invalid` marks a day that does not exist (2月30号): the range is then the month or year that holds it,
    so that nobody takes it for a day.
    """

    start: int
    end: int
    first: date
    last: date
    time: TimeOfDay | None = None
    invalid: bool = False

    @property
    def day(self) -> date | None:
        """The day meant, or None if a longer time was meant or the day does not exist."""
        return self.first if self.first == self.last and not self.invalid else None


_N = r"(?:[零〇一二三四五六七八九十廿]{1,3}|\d{1,2})"
_WEEKDAY = r"(?:[(（]?(?:周|星期|礼拜)[一二三四五六日天][)）]?)?"
_YEAR = r"(?P<year>(?:19|20)\d\d|\d\d|[零〇一二三四五六七八九]{4}|[零〇一二三四五六七八九]{2})年"
_RELATIVE_YEAR = r"(?P<relative_year>大前年|前年|去年|今年|明年|后年)(?:[(（](?:20)?\d\d年?[)）])?[的就才只]?"
_PART = r"(?P<part>上旬|中旬|下旬|初|底|末)"
_DAYPART = r"(?P<daypart>凌晨|半夜|清早|清晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|夜里|晚|夜)"
_CLOCK = rf"(?:(?P<hour>两|{_N})(?:点钟?(?P<half>半)?(?:(?P<minute>{_N})分?)?|:(?P<colon_minute>\d\d)))"
_TIME = rf"{_WEEKDAY}(?:的? ?{_DAYPART})?(?: ?{_CLOCK})?"
_NOT_LONGER = r"(?![\d.]*\d)(?![零〇一二三四五六七八九十几])"
_NO_COUNT = (
    r"(?!\s*(?:周(?![一二三四五六日])|[个天元块%次折成年百千万月盒粒片分瓶支针甲级类样种项趟笔张把共起直口般回哈下]"
    r"|毛|文|楼|线|床|窗(?!口)))"
)

_REST_OF_A_FIGURE = r"(?<=[百千万])[一二三四五六七八九]{2}月"  # 一百六八月份: 160, in August

_FULL = re.compile(
    rf"(?<![\d.\-/])(?P<year>(?:19|20)\d\d)(?:(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})"
    rf"|(?P<month2>0[1-9]|1[0-2])(?P<day2>[0-3]\d))[号日]?(?![\d])(?!元|块){_TIME}"
)
_YEAR_MONTH = re.compile(r"(?<![\d.\-/])(?P<year>(?:19|20)\d\d)[-/](?P<month>0?[1-9]|1[0-2])(?![\d\-/.元块])")
_MONTH_DAY = re.compile(
    rf"(?:(?<![\d.第])|(?<=\d)(?=[一二三四五六七八九十]))(?:{_YEAR} ?|{_RELATIVE_YEAR} ?)?"
    rf"(?!{_REST_OF_A_FIGURE})(?P<month>{_N})月份?(?! ?(?:内|后|以))"
    rf"(?: ?(?:{_PART}|(?P<day>{_N})(?:[号日]|{_NOT_LONGER}{_NO_COUNT})(?<![4-9]\d)))?{_TIME}"
    rf"(?:[(（](?P<year_after>(?:19|20)?\d\d)年[)）])?"
)
_SHORT_MONTH_DAY = re.compile(
    rf"(?<![\d.\-/])(?:(?=\d{{1,2}}[./-]\d{{1,2}}[号日])|(?<=[,，。;；\s年又]))"
    rf"(?P<month>1[0-2]|0?[1-9])[./-](?P<day>[0-3]?\d)(?:[号日](?!文)|(?=(?:才|刚|又|去)*(?:批|住院|出院|[买开拿配]药|(?<=\d)又?[买开拿])))(?!\d){_TIME}"
)
_RELATIVE_MONTH = re.compile(
    rf"(?P<months>上上个?月|上个?月|这个月|本月|这月|下下个?月|下个?月)份?的?"
    rf"(?:{_PART}|(?P<day>{_N})(?:[号日]|{_NOT_LONGER}{_NO_COUNT}))?{_TIME}"
)
_WHOLE_YEAR = re.compile(
    r"(?:(?<!\d)(?P<year>(?:19|20)\d\d|[零〇一二三四五六七八九]{4}"
    r"|[12]\d(?=年[初底末]?(?:办|认定|批|申请|通过)))年"  # 21年办的 is a year, 21年的糖尿病 is not
    r"|(?P<relative_year>大前年|前年|去年|今年|明年|后年))"
    r"(?:年?(?P<part>初|底|末))?(?!度)"
)
_RELATIVE_DAY = re.compile(
    r"(?P<relative_day>大前天|前天|昨天|今天|明天|后天|大后天|大前儿|(?<![啥多么])前儿|昨儿|今儿|明儿|后儿"
    rf"|前日|昨日|今日|明日|后日|昨(?=[晚夜早])|今(?=[晚早夜])|明(?=[早晚])|前(?=晚上?[^些])|当天(?=今))个?{_TIME}"
)
_WEEK_DAY = re.compile(
    rf"(?P<week>上上|上|这|本|下下|下)个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天](?![次回趟]))?(?![岁年]){_TIME}"
)
_AGO = re.compile(
    r"(?<![到提第])(?P<count>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)(?P<unit>天|个月|个?星期|周|年)(?:之|以)?前"
    r"(?!提醒|通知|办|申请|复审|告诉)"
)
_DAY_OF_MONTH = re.compile(
    rf"(?:(?<![第\d.发办字函号〕\]A-Za-z月几到初零〇一二三四五六七八九十廿])|(?<=[当同]月))(?P<day>{_N})"
    rf"(?:号(?![文楼线床窗令码]|通(?!过))|日(?![内后前以之游间常期均子])){_TIME}"
)
_FESTIVAL = re.compile(
    rf"(?:{_YEAR}|{_RELATIVE_YEAR})?(?<![零〇一二三四五六七八九十])(?P<festival>{'|'.join(FESTIVALS)})(?:节|假期?|放假|长假)*的?"
    rf"(?:(?P<beside>头一天|前一[天日]|前两天|[当那这]天|当日|后一天|第二天)"
    rf"|(?=[批交递]|受理|通过|收到|(?:又|才|就|去|也)*[花买拿开配](?:[了药]|\d))){_TIME}"
)
_DONE_ON_WEEK_DAY = re.compile(
    rf"(?<![上下这本每到至])(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?![到至岁年一二三四五六]){_TIME}"
    r"(?=[^,，。;；?？]{0,10}(?:交|递|送|报|传|申请|提交|批|通过|收到|拿到|接到|补齐|受理|办)(?:上去|下来)?[的了])"
)
_TIME_ALONE = re.compile(rf"{_DAYPART} ?{_CLOCK}")

_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "明年": 1, "后年": 2}
_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_MONTHS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_BESIDE = {"头一天": -1, "前一天": -1, "前一日": -1, "前两天": -2, "后一天": 1, "第二天": 1}
_SOON_AFTER = timedelta(days=183)
_SHORTLY_BEFORE = timedelta(31)
_PARTS = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}
_RELATIVE_TO_ANOTHER_DATE = re.compile(r"(?:到期|届满|期满|复审|提|过期)的?$")


@lru_cache(_TEXTS_KEPT)
def find_dates(text: str, today: date, prefer: Prefer = "past") -> tuple[DateMention, ...]:
    """All dates in text order. A time of day said apart from the only date ("半夜两点…5月20号") belongs to it."""
    written = _FIRST_MONTH.sub("一月", normalise(text))
    identifiers = [found for found in find_identifiers(text) if found.kind != "application_no"]
    candidates = _Reader(written, today, prefer).mentions()
    mentions = [m for m in without_overlaps(candidates) if not overlaps(m, identifiers)]
    mentions = [_following(m, mentions, written) for m in mentions]
    if len(mentions) == 1 and mentions[0].time is None and mentions[0].first == mentions[0].last:
        alone = [
            match
            for match in _TIME_ALONE.finditer(written)
            if match.start() >= mentions[0].end or match.end() <= mentions[0].start
        ]
        if len(alone) == 1:
            return (_at(mentions[0], alone[0]),)
    return tuple(mentions)


def _following(mention: DateMention, mentions: list[DateMention], written: str) -> DateMention:
    """A day without its year, told after one that has it (2025年12月批的，1月3号买药): soon after that one."""
    dated = [m for m in mentions if m.start < mention.start and re.match(r"\d+年", written[m.start : m.end])]
    if not dated or not re.match(rf"{_N}月", written[mention.start : mention.end]):
        return mention
    for year in (dated[0].first.year, dated[0].first.year + 1):
        years = year - mention.first.year
        if years and (mention.last.month, mention.last.day) == (2, 29):
            return mention
        first = mention.first.replace(year=year)
        if timedelta(0) <= first - dated[0].first <= _SOON_AFTER:
            return replace(mention, first=first, last=mention.last.replace(year=mention.last.year + years))
    return mention


def in_order_told(
    mentions: Sequence[DateMention], written: str, told_before: date | None = None
) -> list[DateMention]:
    """Days without their year, told one after the other as they happened (11月20号批的，12月2号买药): where the
    nearest past year sets the later one before the earlier, the earlier is of the year before."""
    ordered = in_the_month_told(mentions, written, told_before)
    told_as = [mention.first for mention in ordered]
    for place in range(len(ordered) - 2, -1, -1):
        mention, following = ordered[place], ordered[place + 1]
        if not _tells_no_year(mention, written) or not _tells_no_year(following, written):
            continue
        if _TOLD_AFTERWARDS.match(written[following.end :]):
            continue
        if mention.first <= following.first or (mention.last.month, mention.last.day) == (2, 29):
            continue
        first = mention.first.replace(year=mention.first.year - 1)
        goes_along = following.first.year < told_as[place + 1].year  # 12号批的,3号花了…,12月5号花了…
        if first - _SHORTLY_BEFORE * goes_along <= following.first <= first + _SOON_AFTER:
            ordered[place] = replace(mention, first=first, last=mention.last.replace(year=first.year))
    return ordered


_TOLD_AFTERWARDS = re.compile(r"[^,，。;；\d]{0,2}(?:就|早就?|已经?)(?:批|评|认定|办)")
"""11月买了药，5月就批了的: what is told later was earlier."""
_THE_DAY_BEFORE = re.compile(r"(?:头|前)一?[天日](?:的|是|就|也)?$")
_BOUGHT_EARLIER = re.compile(
    r"(?:那天|的时候)?那[次回趟]|(?:那天|的时候)?(?:[我俺咱他她]|就|已经?|自己)*(?:[先预提][前早]?|还)(?:自己|自费|[掏垫]钱?|[凭拿]?处方)*[花买开拿配垫]"
)


def _months_apart(one: date, other: date) -> int:
    return (other.year - one.year) * 12 + other.month - one.month


def _is_before(led_by: str, followed_by: str) -> bool:
    """Whether a day is told as one before the last: 头天14号; 20号批的,11号先开过一回."""
    return bool(_THE_DAY_BEFORE.search(led_by) or _BOUGHT_EARLIER.match(followed_by))


def _is_amid(following: Sequence[DateMention], before: date, written: str) -> bool:
    """Whether the day after this one, without its month either, is of the month told."""
    after = following[0] if following else None
    bare = after and re.match(rf"{_N}[号日]", written[after.start : after.end])
    return bool(after and bare and after.day and after.day.day >= before.day)


def in_the_month_told(
    mentions: Sequence[DateMention], written: str, told_before: date | None = None
) -> list[DateMention]:
    """A later day without its month (9月5号住院，19号出院) is of the month told before it, or in an earlier turn; so is
    the day before that (10月15号批的，头天14号买的), and any day where that month is long past (8月5号批的，3号花的).
    A day told again is the same."""
    told: list[DateMention] = []
    before = told_before
    by_number: dict[int, date] = {}
    for place, mention in enumerate(mentions):
        day, led_by = mention.day, written[: mention.start]
        bare = re.match(rf"{_N}[号日]", written[mention.start : mention.end])
        if (
            day
            and before
            and bare
            and (
                before.day <= day.day
                or before is told_before
                or day.day in by_number
                or _is_amid(mentions[place + 1 :], before, written)
                or _is_before(led_by, written[mention.end :])
                or _months_apart(before, day) > 1
            )
            and day.day <= calendar.monthrange(before.year, before.month)[1]
        ):
            day = by_number.setdefault(day.day, before.replace(day=day.day))
            mention = replace(mention, first=day, last=day)
        elif not bare or before is None:
            in_it = before is not None and mention.first <= before <= mention.last  # 上个月…12号
            before = mention.day or (before if in_it else None)
        told.append(mention)
    return told


def _tells_no_year(mention: DateMention, written: str) -> bool:
    return bool(re.match(rf"{_N}[月./-]", written[mention.start : mention.end]))


class _Reader:
    """Reads one text; each method reads one way of saying a date."""

    def __init__(self, written: str, today: date, prefer: Prefer) -> None:
        self.written = written
        self.today = today
        self.prefer = prefer

    def mentions(self) -> list[DateMention]:
        """Candidates, the more explicit first."""
        readers = (
            (_FULL, self._full),
            (_FESTIVAL, self._festival),
            (_MONTH_DAY, self._month_day),
            (_SHORT_MONTH_DAY, self._month_day),
            (_RELATIVE_MONTH, self._relative_month),
            (_RELATIVE_DAY, self._relative_day),
            (_WEEK_DAY, self._week_day),
            (_DONE_ON_WEEK_DAY, self._done_on_week_day),
            (_YEAR_MONTH, self._month_day),
            (_AGO, self._ago),
            (_DAY_OF_MONTH, self._day_of_month),
            (_WHOLE_YEAR, self._whole_year),
        )
        found: list[DateMention] = []
        for pattern, read in readers:
            for match in pattern.finditer(self.written):
                try:
                    mention = read(match)
                except (ValueError, OverflowError):  # a year that no calendar has
                    continue
                if mention is not None:
                    found.append(_at(mention, match))
        return found

    def _full(self, match: re.Match[str]) -> DateMention | None:
        month = match["month"] or match["month2"]
        return _on(match, int(match["year"]), int(month), int(match["day"] or match["day2"]))

    def _month_day(self, match: re.Match[str]) -> DateMention | None:
        named = match.groupdict()
        month = _int(named["month"])
        day = _int(named["day"]) if named.get("day") else None
        year = self._year_said(named)
        if year is not None:
            return _on(match, year, month, day, named.get("part"))
        if month < 1 or month > 12:
            as_a_day = day is not None and re.search("[号日]", match[0])
            return _on(match, self.today.year, month, day) if as_a_day else None
        return self._nearest(
            match,
            [_month_before(self.today.year + 1, month, 12 * n) for n in range(10)],
            day,
            named.get("part"),
        )

    def _relative_month(self, match: re.Match[str]) -> DateMention | None:
        day = _int(match["day"]) if match["day"] else None
        if day is None and match["part"] is None and match["months"] in ("这个月", "本月", "这月"):
            return None  # a period of cost, not a date
        year, month = _month_before(
            self.today.year, self.today.month, -_MONTHS[match["months"].rstrip("个月")]
        )
        return _on(match, year, month, day, match["part"])

    def _relative_day(self, match: re.Match[str]) -> DateMention | None:
        day = self.today + timedelta(days=_DAYS[match["relative_day"].rstrip("天儿日")])
        return DateMention(match.start(), match.end(), day, day)

    def _week_day(self, match: re.Match[str]) -> DateMention | None:
        monday = self.today + timedelta(days=7 * _MONTHS[match["week"]] - self.today.weekday())
        if match["weekday"] is None:
            return DateMention(match.start(), match.end(), monday, monday + timedelta(days=6))
        day = monday + timedelta(
            days="一二三四五六日天".index(match["weekday"]) if match["weekday"] != "天" else 6
        )
        return DateMention(match.start(), match.end(), day, day)

    def _done_on_week_day(self, match: re.Match[str]) -> DateMention:
        """周三交的: the last one, today included."""
        weekday = "一二三四五六日".index(match["weekday"].replace("天", "日"))
        day = self.today - timedelta(days=(self.today.weekday() - weekday) % 7)
        return DateMention(match.start(), match.end(), day, day)

    def _festival(self, match: re.Match[str]) -> DateMention | None:
        """国庆前一天, 去年中秋那天; without a year the nearest on the preferred side."""
        said = self._year_said(match.groupdict())
        years = (said,) if said else range(self.today.year - 1, self.today.year + 2)
        beside = timedelta(days=_BESIDE.get(match["beside"], 0))
        days = [day + beside for year in years if (day := festival(match["festival"], year))]
        if said is None:
            days = [
                day for day in days if (day >= self.today if self.prefer == "future" else day <= self.today)
            ]
        day = min(days, key=lambda one: abs(one - self.today), default=None)
        return DateMention(match.start(), match.end(), day, day) if day else None

    def _ago(self, match: re.Match[str]) -> DateMention | None:
        if _RELATIVE_TO_ANOTHER_DATE.search(self.written[: match.start()]):
            return None
        if match["count"] == "半":
            return (
                None
                if match["unit"] != "年"
                else _on(match, *_month_before(self.today.year, self.today.month, 6))
            )
        count = _int(match["count"])
        if match["unit"] == "天":
            day = self.today - timedelta(days=count)
            return DateMention(match.start(), match.end(), day, day)
        if match["unit"] == "个月":
            return _on(match, *_month_before(self.today.year, self.today.month, count))
        if match["unit"] == "年":
            return DateMention(
                match.start(),
                match.end(),
                date(self.today.year - count, 1, 1),
                date(self.today.year - count, 12, 31),
            )
        monday = self.today - timedelta(days=7 * count + self.today.weekday())
        return DateMention(match.start(), match.end(), monday, monday + timedelta(days=6))

    def _day_of_month(self, match: re.Match[str]) -> DateMention | None:
        day = _int(match["day"])
        if not 1 <= day <= 31:
            return None
        return self._nearest(
            match,
            [_month_before(self.today.year, self.today.month, n) for n in range(12, -13, -1)],
            day,
            None,
        )

    def _whole_year(self, match: re.Match[str]) -> DateMention | None:
        year = self._year_said(match.groupdict())
        if year is None or (match["relative_year"] == "今年" and match["part"] is None):
            return None
        first, last = {"初": (1, 1), "底": (12, 12), "末": (12, 12), None: (1, 12)}[match["part"]]
        return DateMention(match.start(), match.end(), date(year, first, 1), date(year, last, 31))

    def _year_said(self, named: dict[str, str | None]) -> int | None:
        if named.get("relative_year"):
            return self.today.year + _YEARS[named["relative_year"] or ""]
        written = named.get("year") or named.get("year_after")
        if written is None:
            return None
        year = int(
            "".join(
                str("〇一二三四五六七八九".index(c)) if c in "〇一二三四五六七八九" else c
                for c in written.replace("零", "〇")
            )
        )
        if year >= 100:
            return year
        return 2000 + year if 2000 + year <= self.today.year + 20 else 1900 + year

    def _nearest(
        self, match: re.Match[str], months: list[tuple[int, int]], day: int | None, part: str | None
    ) -> DateMention | None:
        """The candidate nearest to today on the preferred side; the day's month must have that day."""
        possible = [_on(match, year, month, day, part) for year, month in months]
        valid = [mention for mention in possible if not mention.invalid]
        if not valid:
            possible = [m for m in possible if (m.first <= self.today) == (self.prefer == "past")]
            return min(possible, key=lambda mention: abs(mention.first - self.today), default=None)
        past = [mention for mention in valid if mention.first <= self.today]
        future = [mention for mention in valid if mention.last >= self.today]
        if self.prefer == "past":
            return max(past, key=lambda mention: mention.first) if past else None
        return min(future, key=lambda mention: mention.first) if future else None


def _on(
    match: re.Match[str], year: int, month: int, day: int | None = None, part: str | None = None
) -> DateMention:
    if not 1 <= month <= 12:
        return DateMention(match.start(), match.end(), date(year, 1, 1), date(year, 12, 31), invalid=True)
    length = calendar.monthrange(year, month)[1]
    if day is not None and not 1 <= day <= length:
        return DateMention(
            match.start(), match.end(), date(year, month, 1), date(year, month, length), invalid=True
        )
    first, last = (day, day) if day else _PARTS[part] if part else (1, length)
    return DateMention(
        match.start(), match.end(), date(year, month, first), date(year, month, min(last, length))
    )


def _at(mention: DateMention, match: re.Match[str]) -> DateMention:
    """The mention with the time of day that `match` read beside it, if any."""
    named = match.groupdict()
    if not named.get("hour"):
        return mention
    hour = _int(named["hour"])
    minute = 30 if named.get("half") else _int(named.get("minute") or named.get("colon_minute") or "0")
    part = named.get("daypart") or ""
    if (part in ("下午", "傍晚") and hour < 12) or (part == "中午" and hour < 10):
        hour += 12
    if part in ("晚上", "晚", "夜里", "夜", "半夜") and 5 <= hour < 12:
        hour += 12
    days = 0
    if hour == 24 or (hour == 12 and part in ("晚上", "晚", "夜里", "夜", "半夜")):
        hour, days = 0, 1  # midnight ends the day that was named
    if hour > 23 or minute > 59:
        return mention
    shifted = timedelta(days=days)
    return replace(
        mention, first=mention.first + shifted, last=mention.last + shifted, time=TimeOfDay(hour, minute)
    )


def _month_before(year: int, month: int, months: int) -> tuple[int, int]:
    index = 12 * year + month - 1 - months
    return index // 12, index % 12 + 1


def _int(numeral: str) -> int:
    value = to_decimal(numeral)
    if value is None:
        raise ValueError(numeral)
    return int(value)
