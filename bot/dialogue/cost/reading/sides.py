"""What one side paid of a cost that is not told itself, the other side's part being asked for: 医保付了272,我出了多少;
自己掏了90,医保出了多少."""

import re
from dataclasses import replace

from bot.dialogue.cost.reading.sentence import Item, Part
from bot.rules.case import Case

_BY_THE_FUND = re.compile(
    r"(?:医保|统筹|基金|公家)[^,。;\d]{0,6}[付报出给掏销][了过掉]?(?:我|的是)?$|报(?:销)?了$"
)
_BY_ONESELF = re.compile(
    r"(?:自己|个人|自个儿?|[我俺](?:妈|爸|们|家)?)(?:就|才|只|一共|总共|共|实际?)*[掏出付贴][了掉]*(?:的是)?$|自付(?:了|的是|部分)*(?:是|为)?$|(?:自己|个人)(?:部分|那块|账户)?[刷付扣]了?$|(?:窗口|药房|药店|医院|人家|只|就)收了?[我俺](?:的是)?$"
)
_HOW_MUCH = r"[^,。;\d]{0,6}(?:多少|几多|好多|几)"
_OWN_ASKED = re.compile(
    rf"(?:自己|个人|自个儿?|[我俺])[^,。;\d]{{0,4}}[掏出付贴花]{_HOW_MUCH}|自付{_HOW_MUCH}"
)
_PAID_ASKED = re.compile(rf"(?:医保|统筹|基金|公家)[^,。;\d]{{0,6}}[付报出给掏垫]{_HOW_MUCH}|报了{_HOW_MUCH}")
_WHOLE_ASKED = re.compile(
    rf"(?:总共|一共|总的?|全部|原来|到底)[^,。;\d]{{0,6}}[花买拿开用是]?{_HOW_MUCH}|药费{_HOW_MUCH}"
)


def of_one_side(case: Case, part: Part) -> Case:
    """The case, what is told of a cost only by one side's part taken for that."""
    figures = [item for item in part.own_items if item.role in ("cost", "used", "claimed", "aside")]
    if len(figures) != 1 or case.by_month or figures[0].amount.approximate:
        return case
    text = part.sentence.text
    told, rest = figures[0], text[: figures[0].start] + "," + text[figures[0].end :]
    if _BY_THE_FUND.search(told.before) and (_OWN_ASKED.search(rest) or _WHOLE_ASKED.search(rest)):
        return replace(_without_it(case, told), fund_paid=told.amount.low)
    if _BY_ONESELF.search(told.before) and (_PAID_ASKED.search(rest) or _WHOLE_ASKED.search(rest)):
        return replace(_without_it(case, told), own_paid=told.amount.low)
    return case


def _without_it(case: Case, told: Item) -> Case:
    """The case without what the figure was taken for."""
    cost = None if told.role == "cost" else case.amount
    used = None if told.role == "used" else case.used
    return replace(case, amount=cost, used=used, used_as_paid=None, used_as_cost=None)
