"""A sentence with the figures that stand in it, and parts of it.

Positions are character offsets of its text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeVar

from bot.dialogue.cost.reading.circumstance_words import conditions_in, ruled_out_in
from bot.dialogue.cost.reading.others import without_others
from bot.dialogue.cost.reading.share_words import shares_in
from bot.dialogue.cost.reading.told import Circumstance, Told, is_condition
from bot.dialogue.cost.reading.written import as_meant
from bot.dialogue.turn import Mention, Turn
from bot.knowledge.parameters import Condition
from bot.language.dates import DateMention, find_dates, in_order_told
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.language.ratios import Ratio
from bot.language.spans import Span as Placed
from bot.rules.case import Days

Role = Literal[
    "cost",
    "limit",
    "monthly_limit",
    "quarterly_limit",
    "extra_limit",
    "used",
    "quota_left",
    "annual_cap",
    "deductible",
    "deductible_met",
    "deductible_left",
    "over_limit",
    "excluded",
    "within_policy",
    "examination",
    "unused_before",
    "claimed",
    "returned",
    "aside",
    "unplaced",
]
"""What an amount is of. `limit`: its period was not said. `claimed`: what the person heard the fund would pay.
`returned`: given back of a cost (退掉一盒60). `over_limit`: what the cost is beyond the limit.
`aside`: of something else, or asked about and not told ("是不是能加100"). `unplaced`: nobody said, beside costs.

All others but `cost` are fields of `bot.rules.case.Case`."""

_P = TypeVar("_P", bound=Placed)
_MARKS = ",。;!?\n"
_DONE = r"(?:(?:批|办|评|审|认定|通过|买|拿|开|看|花|去|做)*(?:下来|好|完)?[的了]?[吧呢呀]?)"
_OR = rf"{_DONE}(?:,?(?:也|又)?(?:还是|或者?是?|要么是?|要不是?|就是|(?:可能|也许|说不定)是?)[在是]?)+"
_EITHER_OR = re.compile(_OR)
_OR_THIS_MONTH = re.compile(rf"{_OR}(?:这个?月|本月|当月)")
_THIS_MONTH_OR = re.compile(rf"(?:这个?月|本月|当月){_OR}$")
_IN_A_MONTH = re.compile(
    r"一月(?=的?还是|[花吃用要药得开买]|大概|差不多|\d{2}|[一二两三四五六七八九]+[百千])"
)

_STAYED_LAST_MONTH = re.compile(r"上个?月[^,。;\d]{0,6}住(?:了|过|着)?(?:一次|一回)?院")
_STAYED_IN = re.compile(
    r"(?<![\d一二三四五六七八九十])(1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?(?:上半个?月|前半个?月|上旬|初)[^,。;\d]{0,4}住(?:了|过|着|在)?(?:医)?院"
)
_WHOM_A_RULE_IS_FOR = frozenset({"region", "scheme", "employment"})
_TOLD_THE_RULE = re.compile(r"[讲说](?:的是)?(?:[我俺咱]们?)?[^,。;他她自]{0,6}$")
_PLANNED = re.compile(r"[^,。;\d]{0,4}(?:打算|准备|计划|预备)")
_YET_TO_BUY = re.compile(r"份?(?:再|还要|还得|要)[去来]?[花买开拿配]")
_IF = re.compile(r"(?:要是|如果|假如|假设|万一)[^。;]*$")
_PUT_OFF, _MOVED_TO = re.compile(r"[忍等拖熬捱]到了?$"), re.compile(r"[留放挪推]到了?$")
_PRESCRIBED = re.compile(r"[开配拿买抓取]|处方|药")
_FROM_A_NUMBER = re.compile(r"(?<![\d.月])(?:1[0-2]|[1-9])(?:到|至|[-~—])$")
_ALLOWED = re.compile(r"(?:[批核给定准]|限额|额度|标准|最多|顶多)[的我给了是有]*$")
_A_MONTH_BY_NAME = re.compile(r"(?<!个)(?<!这)(?<!本)(?<!当)(?<!每)月(?!份?(?:限额|额度))")


@dataclass(frozen=True)
class Item:
    """An amount and what it is of.

    `before`, `after`: the words around it, as `around.Around` has them. `placed`: a word tells of what it is.
    `instead_of`: the figure it puts right, where no word tells of what it is. `because`: what it, unlike the other
    costs of the sentence, is not paid for. `formerly`: what it was in yuan until it was changed.
    """

    amount: Amount
    role: Role
    before: str = ""
    after: str = ""
    placed: bool = True
    weighed: bool = False
    instead_of: Decimal | None = None
    because: frozenset[Condition] = frozenset()
    formerly: Decimal | None = None

    @property
    def start(self) -> int:
        return self.amount.start

    @property
    def end(self) -> int:
        return self.amount.end

    def is_sum_of(self, parts: Sequence["Item"]) -> bool:
        """Whether it is only what they, several, come to: 药70,洗牙20,合着90."""
        return len(parts) > 1 and self.amount.low == sum(part.amount.low for part in parts)


PARTS: frozenset[Role] = frozenset({"cost", "excluded", "unplaced", "examination"})
"""What may add up to a whole cost."""


@dataclass(frozen=True)
class Sentence:
    """One turn's text with its dates and shares. `asked` names what we asked for last; `told` is what clauses tell
    without a figure, as far as that is learnt."""

    text: str
    turn: Turn
    asked: str | None
    ratios: tuple[Ratio, ...]
    dates: tuple[DateMention, ...]
    told: tuple[Told, ...] = ()

    @classmethod
    def of(
        cls, turn: Turn, asked: str | None, told_before: date | None = None, to_come: date | None = None
    ) -> "Sentence":
        """`told_before`: a day that an earlier turn told; `to_come`: the first day of a purchase that is still to come,
        which months that are told after it follow."""
        written, mentions = as_meant(turn)
        text = without_others(written)
        own = tuple(m for m in mentions if text[m.start : m.end] == written[m.start : m.end])
        own += _told_with_the_rule(mentions, own, written)
        today = turn.now.date()
        found = [_to_come(d, text, today) for d in find_dates(text, today) if not _ends_months(text, d)]
        told = in_order_told(found, text, told_before or _month_of_a_stay(text, today))
        dates = _one_or_the_other([d for d in told if not _in_a_month(text, d)], text)
        dates = [_or_this_month(mention, text, today) for mention in dates]
        dates = [_after(mention, text, to_come) for mention in dates] if to_come else dates
        return cls(text, replace(turn, mentions=own), asked, shares_in(text), tuple(dates))

    def conditions(self, begin: int, stop: int) -> frozenset[Condition]:
        """What a stretch of the text says holds: by our words, else by what was learnt, without what it rules out."""
        stretch = self.text[begin:stop]
        learnt = frozenset(
            told.circumstance
            for told in self.told
            if begin <= (told.start + told.end) // 2 < stop and is_condition(told.circumstance)
        )
        if not _PRESCRIBED.search(stretch):
            learnt -= {"long_prescription"}
        return conditions_in(stretch) | (learnt - ruled_out_in(stretch))

    def clause(self, position: int) -> tuple[int, int]:
        """Start and end of the clause around a position."""
        begin = max(self.text.rfind(mark, 0, position) for mark in _MARKS) + 1
        ends = [at for mark in _MARKS if (at := self.text.find(mark, position)) >= 0]
        return begin, min(ends, default=len(self.text))


@dataclass(frozen=True)
class Part:
    """The stretch of a sentence that concerns one person, or all of it."""

    sentence: Sentence
    items: tuple[Item, ...]
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.sentence.text[self.start : self.end]

    def tells(self, circumstance: Circumstance) -> bool:
        """Whether a clause tells this, by what was learnt."""
        return any(told.circumstance == circumstance for told in self._inside(self.sentence.told))

    @property
    def ratios(self) -> list[Ratio]:
        return self._inside(self.sentence.ratios)

    @property
    def dates(self) -> list[DateMention]:
        return self._inside(self.sentence.dates)

    @property
    def mentions(self) -> list[Mention]:
        return self._inside(self.sentence.turn.mentions)

    @property
    def own_items(self) -> list[Item]:
        return self._inside(self.items)

    @property
    def costs(self) -> list[Amount]:
        return [item.amount for item in self.own_items if item.role == "cost"]

    def _inside(self, placed: Iterable[_P]) -> list[_P]:
        return [one for one in placed if self.start <= one.start < self.end]


def _told_with_the_rule(
    mentions: tuple[Mention, ...], own: tuple[Mention, ...], written: str
) -> tuple[Mention, ...]:
    """Whom the rule is for that somebody else told of (邻居讲湖南退休报九成), where nothing else tells it."""
    told = {mention.entity for mention in own}
    others = (m for m in mentions if m.entity in _WHOM_A_RULE_IS_FOR - told)
    return tuple(m for m in others if _TOLD_THE_RULE.search(written[: m.start]))


def told_as_either(mention: DateMention, text: str) -> bool:
    """Whether it is one of two times (10月还是11月)."""
    told = text[mention.start : mention.end]
    return bool(re.search(_OR.removeprefix(_DONE), told) or re.search("[底末].+初$", told))


def within_a_month(mention: DateMention | Days) -> bool:
    """Whether it is a day or one month."""
    return (mention.last - mention.first).days <= 31


def _one_or_the_other(dates: list[DateMention], text: str) -> list[DateMention]:
    """九月底还是十月初, 9月批的还是10月批的 is one time, from the one to the other."""
    told: list[DateMention] = []
    for mention in dates:
        if told and _ends_and_begins(told[-1], mention, text):
            told[-1] = replace(told[-1], end=mention.end, last=mention.last)
        elif told and _EITHER_OR.fullmatch(text[told[-1].end : mention.start]):
            last = told[-1]
            first, until = min(last.first, mention.first), max(last.last, mention.last)
            told[-1] = replace(last, end=mention.end, first=first, last=until)
        else:
            told.append(mention)
    return told


def _ends_and_begins(first: DateMention, second: DateMention, text: str) -> bool:
    """3月底4月初."""
    ends, begins = text[: first.end].endswith(("底", "末")), text[: second.end].endswith("初")
    return first.end == second.start and ends and begins and first.last < second.first


def _to_come(mention: DateMention, text: str, today: date) -> DateMention:
    """4月9号准备再去开药 is the next one, not the last; so is 12月再花400, told in November."""
    led_by = text[: mention.start]
    put_off = _PUT_OFF.search(led_by) and not text.startswith("才", mention.end)
    planned = _PLANNED.match(text, mention.end) or put_off
    later_this_year = mention.first.replace(year=today.year, day=1) > today
    supposed = later_this_year and (
        _YET_TO_BUY.match(text, mention.end) or _IF.search(led_by) or _MOVED_TO.search(led_by)
    )
    if mention.first >= today or not (planned or supposed):
        return mention
    return next((d for d in find_dates(text, today, "future") if d.start == mention.start), mention)


def _after(mention: DateMention, text: str, to_come: date) -> DateMention:
    """A month without its year is the next one from a purchase that is still to come on: 12月再买; 1月也是."""
    if mention.first >= to_come or not re.match(
        r"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月", text[mention.start :]
    ):
        return mention
    start = to_come.replace(day=1)
    return next((d for d in find_dates(text, start, "future") if d.start == mention.start), mention)


def _or_this_month(mention: DateMention, text: str, today: date) -> DateMention:
    """上个月还是这个月批的: up to today."""
    after, before = _OR_THIS_MONTH.match(text, mention.end), _THIS_MONTH_OR.search(text[: mention.start])
    if after is None and before is None:
        return mention
    start, end = before.start() if before else mention.start, after.end() if after else mention.end
    return replace(mention, start=start, end=end, last=max(mention.last, today))


def _month_of_a_stay(text: str, today: date) -> date | None:
    """The first day of the month that a stay in hospital is told of: the days that follow are of that month."""
    if named := _STAYED_IN.search(text):
        month = int(to_decimal(named[1]) or 1)
        return date(today.year - (month > today.month), month, 1)
    return (today.replace(day=1) - timedelta(1)).replace(day=1) if _STAYED_LAST_MONTH.search(text) else None


def _ends_months(text: str, mention: DateMention) -> bool:
    """2到4月 is a stretch of months, not April."""
    return bool(_FROM_A_NUMBER.search(text[: mention.start]))


def _in_a_month(text: str, mention: DateMention) -> bool:
    """一月花三百 is a month's cost, not January's, unless another month is named."""
    after_a_figure = text[mention.start] == "一" and re.search(r"[\d百千元块]$", text[: mention.start])
    return bool(
        after_a_figure
        or (_IN_A_MONTH.match(text, mention.start) and not _A_MONTH_BY_NAME.search(text, mention.end))
        or (_IN_A_MONTH.match(text, mention.start) and _ALLOWED.search(text[: mention.start]))
    )
