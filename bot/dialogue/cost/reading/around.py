"""The words around an amount, by which everything else tells what it is of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.cost.reading.amount_words import NEXT
from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.language.money import Amount

_FURTHER_DISEASE = re.compile(r"(?:再|又|另|还|多|第二)[^,。;]{0,4}[个种样]病种?$")
_ADDING = re.compile(r"(?:再|给|能|就|多)*加(?:了|上|个)*")
_NOT_USED_UP = re.compile(r"月份?(?:的?额度)?没[用花]完$")
_APPROVED = re.compile(r"(?:批|办|评|认定)(?:下来|好|上)?(?:的|了|啦)$")
_CHOSEN = re.compile(
    r"[选挑定]的(?:是)?[^,。;\d药费花]{2,8}$|[^,。;\d药费花]{2,8}(?:是|当|算|作)主(?:病|要的?)$|[^,。;\d药费花]{2,8}为主$"
)
_LIMIT_SPOKEN_OF = re.compile(r"(?:限额|额度|定额)[^,。;\d]{0,4}$")
_A_MONTH_ALONE = re.compile(r"(?:每个?|一个?|1个?)月(?:是|有|给)?")
_LEFT = re.compile(r"(?:还|也|就|大概)*剩下?了?")
_TERM = re.compile(r"第二[个种样]病?种?|(?:月|年|季度?)?(?:限额|额度|定额)|起付线?|门槛费?|封顶线?")
_NO_FIGURE_YET = re.compile(rf"{NOT_KNOWN}|多少|来着|几|嘛$|呢$|吧$|没[这那]么[多高]$")
_HEDGES = re.compile(
    r"(?:[我俺咱]的?|只|才|可能|大概|好像|应该|估计|反正|也就|约|大约|记得|印象中?|似乎|是|有|在|就|吧|呃|嗯)*"
)
_EACH_AS_FOLLOWS = re.compile(r"(?:分别|依次)(?:是|为)?$")
_INCOME = re.compile(r"(?:工资|退休金|养老金|低保)$")
_INSURANCE, _PAID_REGULARLY = (
    re.compile(r"(?:医保|社保)$"),
    re.compile(r"(?:每个?|一个?)[月年](?:都|要|得)*[交缴]"),
)
_NAMED = "限额|额度|定额|药费|药钱|费用|花费|起付线?|门槛费?|封顶线?|(?:报销)?比例"
_AND = "[、和跟与及]"
_NAMED_IN_TURN = re.compile(rf"((?:{_NAMED})(?:{_AND}(?:{_NAMED}))+)[^,。;\d]{{0,6}}?(?:分别|依次)(?:是|为)?")
"""限额跟药费分别是320和476: the names first, then the figures in their order."""
_SO_OFTEN = re.compile(r"[两二三四五六\d][次回趟笔张]$")
_TAKEN_BACK = re.compile(r"(?:说|搞|弄|记|写|看|算|报|打)?错了?|不对|更正|改一下|重说")
NOW_IT_IS = re.compile(r"^(?:而|应该|其实|实际|改)*(?:上|成)?(?:是|为)?(?:的)?$")


@dataclass(frozen=True)
class Around:
    """The clause before an amount, back to the amount before it, and what follows to the next one (`NEXT`).

    Where the clause only says "是", what the clause before it takes back is meant.
    """

    before: str
    after: str

    @property
    def words(self) -> str:
        """Those of its own clause."""
        return self.before + re.split(r"[,。;!?\n]", self.after)[0]


def around_of(text: str, amounts: Sequence[Amount], index: int) -> Around:
    begin = amounts[index - 1].end if index else 0
    *earlier, before = re.split(r"[,。;!?\n]", text[begin : amounts[index].start].rstrip())
    if earlier and _TAKEN_BACK.search(earlier[-1]) and NOW_IT_IS.match(before):
        before = _TAKEN_BACK.sub("", earlier[-1])  # 限额说错了,是450
    if earlier and _FURTHER_DISEASE.search(earlier[-1]) and _ADDING.fullmatch(before):
        before = earlier[-1] + before  # 再多一个病,加80
    granted = earlier and any(words.search(earlier[-1]) for words in (_APPROVED, _CHOSEN, _LIMIT_SPOKEN_OF))
    if granted and _A_MONTH_ALONE.fullmatch(before):
        before = "限额" + before  # 3月办好的,一个月260; 选的哮喘,每月有170
    if earlier and _EACH_AS_FOLLOWS.match(before):
        before = _SO_OFTEN.sub("", earlier[-1])  # 已经报了三回,分别是1200、900
    if earlier and not before and _SO_OFTEN.search(earlier[-1]):
        before = earlier[-1]  # 去了四趟,70、95
    if earlier and _NOT_USED_UP.search(earlier[-1]) and _LEFT.fullmatch(before):
        before = earlier[-1] + before  # 上个月没用完,剩几十块
    if earlier and not before and (income := _INCOME.search(earlier[-1])):
        before = income[0]  # 靠低保,六百一个月
    if earlier and _PAID_REGULARLY.fullmatch(before) and (insurance := _INSURANCE.search(earlier[-1])):
        before = insurance[0] + before  # 自己缴社保,一年缴三千
    term = _TERM.search(earlier[-1]) if earlier else None
    if term and _HEDGES.fullmatch(before) and (term[0] == earlier[-1] or _NO_FIGURE_YET.search(earlier[-1])):
        before = term[0] + before  # 限额记不清了,三百到三百五
    before = _named_in_turn(text, amounts[index].start) or before
    if index + 1 == len(amounts):
        return Around(before, text[amounts[index].end :])
    return Around(before, text[amounts[index].end : amounts[index + 1].start] + NEXT)


def _named_in_turn(text: str, start: int) -> str:
    """The name of the figure that begins there, where the names of several are told before the figures."""
    for told in _NAMED_IN_TURN.finditer(text, 0, start):
        names = re.split(_AND, told[1])
        place = len(re.findall(_AND, text[told.end() : start]))
        if place < len(names) and not re.search(r"[,。;]", text[told.end() : start]):
            return names[place]
    return ""
