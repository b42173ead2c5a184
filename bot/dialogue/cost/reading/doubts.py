"""Facts of which the person says that they do not know them: each may be anything it can be.

Told in a clause with its doubt: 这个月用了多少没记, 好像扣过起付线, 里面有一点检查费.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from bot.dialogue.cost.person import Rough
from bot.dialogue.cost.reading.amount_words import SUNDRIES
from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.dialogue.cost.reading.months import EARLIER_MONTH
from bot.dialogue.cost.reading.sentence import Part, Role
from bot.dialogue.cost.reading.share_words import FRACTION
from bot.knowledge.parameters import Condition
from bot.rules.case import Case
from bot.rules.money import NOTHING

_SAYS_SO = rf"[^,。;]{{0,8}}(?:{NOT_KNOWN}|没记)"
_PERHAPS = "(?:好像|可能|也许|似乎|说不定|兴许|不一定)"
_A_LITTLE = "(?:一些|一?点儿?|一丁点儿?|一小?部分|一?小部分|些|几样|几种)"
_TAKEN = "(?:用|花|刷|报|拿)[了过掉去]*"
_USED = re.compile(
    rf"{_TAKEN}多少{_SAYS_SO}|{NOT_KNOWN}[^,。;]{{0,6}}{_TAKEN}多少|(?:用|花|刷)[了过掉]*{_A_LITTLE}(?!检查)"
    rf"|[剩余][了下]*(?:多少|几多){_SAYS_SO}|{NOT_KNOWN}[^,。;]{{0,6}}剩多少"
    rf"|(?:快|差不多)要?用[完光]|用得?差不多了|上一?[单次回笔][^,。;]{{0,4}}多少{_SAYS_SO}"
)
_OF_THE_DEDUCTIBLE = re.compile(r"起付|门槛")
_CAP_REACHED = re.compile(
    rf"(?:封顶|顶|限额|额度)[^,。;]{{0,4}}{_PERHAPS}[^,。;\d]{{0,3}}[到满完](?:了|没)|{_PERHAPS}[^,。;]{{0,4}}(?:到|满|超)了?(?:封顶|顶|限额)"
    r"|[剩余][了下]*(?:个?零头|得?不多|没多少)|[快要]{1,2}(?:到)?(?:封顶|到顶)了?(?=[,。;]|$)"
)
_LEFT_A_LITTLE = re.compile(
    rf"上个?月[^,。;\d]{{0,4}}剩[了下]*{_A_LITTLE}|前一?个月[^,。;\d]{{0,4}}没[用买开花拿动]"
    rf"|{EARLIER_MONTH}(?:用|花)[掉去]?了{FRACTION}"
)
_GIVEN_BACK = re.compile(
    r"退[了掉回]*(?:一半|一些|一部分|几[盒瓶样]|一[盒瓶样])(?!\d|[一二两三四五六七八九])"
)
_EXAMINED = re.compile(r"(?:含|有|带)[着了]?(?:一些|一点儿?|点儿?|几项|部分)(?:检查|化验|检验)")
_NOT_LISTED = re.compile(
    rf"(?:{_PERHAPS}|有)[^,。;\d]{{0,8}}(?:不在(?:医保)?目录|目录里?没有|要自费|是自费|不能报|报不了)|自费的?(?:占|有){_A_LITTLE}"
    rf"|(?:一?[大小]?部分|有[些的])[^,。;\d]{{0,3}}是[^,。;\d]{{0,3}}(?:{SUNDRIES}|自费|别的病|治[^,。;\d]{{1,4}}的)"
)
_FACTS: tuple[tuple[str, frozenset[Role], Literal["limit", "cost"], re.Pattern[str]], ...] = (
    ("used", frozenset({"used", "quota_left"}), "limit", _USED),
    ("unused_before", frozenset({"unused_before"}), "limit", _LEFT_A_LITTLE),
    ("quota_left", frozenset({"quota_left"}), "cost", _CAP_REACHED),
    ("examination", frozenset({"examination"}), "cost", _EXAMINED),
    ("excluded", frozenset({"returned"}), "cost", _GIVEN_BACK),
    ("excluded", frozenset({"excluded"}), "cost", _NOT_LISTED),
)
"""A fact, the amounts that tell it, up to what it may be, and the words that leave it open."""
_OPEN: tuple[tuple[Condition, re.Pattern[str]], ...] = (
    ("not_designated", re.compile(rf"(?:是不是|算不算|{_PERHAPS}不?是|{NOT_KNOWN}是不是)[^,。;]{{0,4}}定点")),
    (
        "no_prescription",
        re.compile(
            rf"(?:有没有|开没开)(?:处方|方子){_SAYS_SO}|{NOT_KNOWN}[^,。;]{{0,4}}(?:有没有|开没开)(?:处方|方子)"
        ),
    ),
    (
        "inpatient_stay",
        re.compile(rf"住院[^,。;]{{0,6}}(?:还是|或者?是?)[^,。;]{{0,6}}出院[^,。;]{{0,4}}{_SAYS_SO}"),
    ),
)


def open_facts(part: Part, told: Case, limit: Decimal | None) -> Iterator[Rough]:
    """The facts left open beside those that are told, each as its whole range: nothing up to the limit, or the cost."""
    roles = {item.role for item in part.own_items}
    limits = [figure for figure in (limit, told.monthly_limit, told.annual_cap) if figure is not None]
    most = {"limit": max(limits, default=NOTHING), "cost": told.amount.high if told.amount else NOTHING}
    found: dict[str, Rough] = {}
    for name, known_by, up_to, words in _FACTS:
        if most[up_to] and not roles & known_by and words.search(part.text):
            found[name] = Rough(name, NOTHING, most[up_to])
    if _OF_THE_DEDUCTIBLE.search(part.text):
        found.pop("used", None)  # then it is of the deductible (reading.deductible)
    yield from found.values()


def open_conditions(text: str) -> frozenset[Condition]:
    """What may hold or not: 是不是定点不清楚."""
    return frozenset(condition for condition, words in _OPEN if words.search(text))
