"""Limits told without the word: one for each of several diseases, a monthly figure beside the cost."""

import re
from dataclasses import replace
from itertools import pairwise

from bot.dialogue.cost.reading.roles import MONTHLY
from bot.dialogue.cost.reading.sentence import Item, Sentence

_ONE_OF_SEVERAL = re.compile(r"(?:^|[,。;])(?:另)?一[个种]病?种?的?(?:月?(?:限额|额度|定额))?[是为批给定]*$")
_A_DISEASE = re.compile(r"一[个种]病种?(?:是|批|给|定)?$")
_ONE_CAP = re.compile(r"一[个种][^,。;\d]{0,3}(?:年度?|一年|每年)[^,。;\d]{0,2}(?:限额|额度|封顶)?[是为]?$")
_ABOUT_LIMITS = re.compile(r"限额|额度|定额")
_A_MONTH = re.compile(r"[元块]?钱?是?(?:/月|(?:一个|每个?)月(?:的额度?)?(?=[,。;]|$))")
_SPENT = re.compile(r"花|买|吃|开|拿|药费?|用了?$|费用")
_FORMER = re.compile(r"原[来先本]|本来|以前|之前|自己(?:还|也)?有|普通|病种")
OF_THE_FORMER = re.compile(r"(?:原[来先本]?|本来|以前|之前)[^,。;\d]{0,4}病种?的?那?个?(?:限额|额度|定额)?$")
_DRUGS = re.compile(r"[元块]?钱?的?药(?!费?限)")
_CHOSEN = re.compile(
    r"(?:大头|主病|主的|主要的?)是[^,。;\d]{2,8}$|[选挑][^,。;\d]{2,8}(?:做|作|当|为|是)主(?:病|的)*,[^,。;\d]*$"
)
"""我选冠心病做主的,一个月280."""
_OF_THE_FIRST = re.compile(r"(?:本来|原来|原先|原本|主病)的?(?:是|有|给)?$")
"""第二个病加80,原先260: without the second the limit was that."""
_USED_UP_BY_IT = re.compile(r"长(?:期)?处方[^,。;]{0,6}把[^,。;\d]{0,8}$")
_IN_A_MONTH = re.compile(r"[\d一二三四五六七八九十这本上]个?月份?[是为]?$")


def one_each(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "限额一个300一个200": the limits of several diseases, told one after the other."""
    if caps := _caps_of_each(items):
        return [replace(item, role="annual_cap") if item in caps else item for item in items]
    paired = [item for item in items if _ONE_OF_SEVERAL.search(item.before)]
    of_diseases = all(_A_DISEASE.search(item.before) for item in paired)
    if len(paired) < 2 or not (of_diseases or _ABOUT_LIMITS.search(sentence.text[: paired[0].start])):
        return items
    return [replace(item, role="limit") if item in paired else item for item in items]


def _caps_of_each(items: list[Item]) -> list[Item]:
    """ "一个年限额2000一个3000": the caps of two diseases."""
    for first, second in pairwise(items):
        named = _ONE_CAP.search(first.before) and _ONE_OF_SEVERAL.search(
            f",{second.before.lstrip('元块钱,')}"
        )
        if first.role in ("annual_cap", "limit") and named:
            return [first, second]
    return []


def limits_of_diseases(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "高血压200,冠心病350,药费340": what stands right after the diseases' names are their limits."""
    ends = {m.end for m in sentence.turn.mentions if m.entity == "disease"}
    named = [item for item in items if item.role == "cost" and item.start in ends]
    if len(named) < 2 or not any(item.role == "cost" and item not in named for item in items):
        return items
    return [replace(item, role="limit") if item in named else item for item in items]


def replaced_by_the_separate(items: list[Item], sentence: Sentence) -> list[Item]:
    """Beside the limit of a drug that is paid separately the disease's own counts for nothing
    (湘医保发〔2022〕52号第二十条)."""
    bounds = [i for i in items if i.role in ("limit", "monthly_limit", "quota_left", "unused_before")]
    former = [item for item in bounds if _FORMER.search(_clause_before(item, sentence))]
    former += [item for item in items if item not in bounds and OF_THE_FORMER.search(item.before)]
    if "单列" not in sentence.text or not former or all(item in former for item in bounds):
        return items
    return [replace(item, role="aside") if item in former else item for item in items]


def of_a_long_prescription(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "长处方把二季度900的额度用光了,限额300": what several months' limits came to is not a month's."""
    bounds = [item for item in items if item.role in ("limit", "monthly_limit", "quarterly_limit", "cost")]
    used_up = [item for item in bounds if _USED_UP_BY_IT.search(_clause_before(item, sentence))]
    if not used_up or len(used_up) == len(bounds):
        return items
    return [replace(item, role="aside") if item in used_up else item for item in items]


def _clause_before(item: Item, sentence: Sentence) -> str:
    return sentence.text[sentence.clause(item.start)[0] : item.start]


def monthly_without_a_word(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "每月250,这个月花了300": where a cost is told beside it, what is only called monthly is the limit."""
    if any(item.role in ("limit", "monthly_limit", "quota_left") for item in items):
        return items
    costs = [item for item in items if item.role == "cost"]
    bare = [item for item in costs if _only_called_monthly(item)]
    ends = [item.end for item in items]
    others = [
        sentence.text[max((end for end in ends if end <= item.start), default=0) : item.start]
        for item in costs
        if item not in bare
    ]
    added = any(item.role == "extra_limit" for item in items)
    bare = bare or [item for item in costs if added and _OF_THE_FIRST.search(item.before)]
    if len(bare) == 1 and (added or _CHOSEN.search(sentence.text[: bare[0].start])):
        return [replace(item, role="monthly_limit") if item in bare else item for item in items]
    if len(bare) != 1 or not any(_SPENT.search(before) or _IN_A_MONTH.search(before) for before in others):
        return items
    return [replace(item, role="monthly_limit") if item in bare else item for item in items]


def _only_called_monthly(item: Item) -> bool:
    before = item.before.strip()
    monthly = re.search(rf"(?:{MONTHLY.pattern})$", before) or _A_MONTH.match(item.after)
    return bool(monthly) and not _SPENT.search(before) and not _DRUGS.match(item.after)
