"""Days in hospital, told by dates: 3号到12号住院; 5号住进去,15号出院."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.dialogue.cost.reading.sentence import Part, Sentence
from bot.language.dates import DateMention
from bot.language.numerals import to_decimal
from bot.rules.case import Days

_N = r"[一二三四五六七八九十廿]{1,3}|\d{1,2}"
_TO_A_DAY = re.compile(rf"(?:到|至|[-~—])(?:(?P<month>{_N})月)?(?P<day>{_N})[号日]?")
_IN_HOSPITAL = re.compile(
    r"住(?:了|着|进|上|的)?(?:去|医)?院(?!的?(?:报|比例|政策|待遇|起付|标准|封顶|额度|是?百分|\d+(?:\.\d+)?(?:%|个点)|\d{2}[,。;]))|进了?(?:医)?院|住进|躺[在进]|住在[^,。;\d]{0,8}(?:院|科|病房|病床|附(?!近))|入院"
)
_TO = ("到", "至", "-")
_OUT_AGAIN, _CAME_OUT = re.compile(r"(?<!没)(?<!没有)(?<!未)(?<!不能)出[了的]?院"), re.compile(r"(?<!没)出来")


@dataclass(frozen=True)
class Stay:
    """Days in hospital, both included; None: not said. `start`/`end`: where the sentence tells of it."""

    start: int
    end: int
    first: date | None
    last: date | None


def stay_in(sentence: Sentence) -> Stay | None:
    """The stay a sentence dates, if it does."""
    told = [stay for mention in sentence.dates for stay in _told_at(sentence, mention)]
    if not told:
        return None
    first = next((stay.first for stay in told if stay.first), None)
    last = next((stay.last for stay in told if stay.last), None)
    return Stay(min(s.start for s in told), max(s.end for s in told), first, last)


def days_in_hospital(part: Part) -> Days | None:
    """The days of the stay that is dated; an end that is not told lies as far off as can be."""
    stay = stay_in(part.sentence)
    return Days(stay.first or date.min, stay.last or date.max) if stay else None


def _told_at(sentence: Sentence, mention: DateMention) -> Iterator[Stay]:
    begin, stop = sentence.clause(mention.end)
    following = [d.start for d in sentence.dates if d.start > mention.start]
    until = _TO_A_DAY.match(sentence.text, mention.end)
    if until and _IN_HOSPITAL.search(sentence.text[begin:stop]):
        yield Stay(mention.start, until.end(), mention.first, _day_of(until, mention.first))
        return
    last = next((d for d in sentence.dates if sentence.text[mention.end : d.start] in _TO), None)
    if last and _IN_HOSPITAL.search(sentence.text[begin : sentence.clause(last.end)[1]]):
        yield Stay(mention.start, last.end, mention.first, last.last)
        return
    own = sentence.text[mention.end : min([stop, *following])]
    if _OUT_AGAIN.search(own) or (_CAME_OUT.search(own) and _IN_HOSPITAL.search(sentence.text)):
        yield Stay(mention.start, mention.end, None, mention.first)
    elif _IN_HOSPITAL.search(own):
        yield Stay(mention.start, mention.end, mention.first, None)


def _day_of(until: re.Match[str], first: date) -> date | None:
    """The day a stay lasts to, on or after its first; None where there is no such day."""
    day, month = to_decimal(until["day"]), to_decimal(until["month"] or str(first.month))
    try:
        last = first.replace(month=int(month or 0), day=int(day or 0))
    except ValueError:
        return None
    return last if last >= first else None
