"""Costs of which, unlike the others beside them, nothing is paid: other care, parts without a prescription …"""

import re
from dataclasses import replace

from bot.dialogue.cost.person import UNPAID
from bot.dialogue.cost.reading.amount_words import WHOLE
from bot.dialogue.cost.reading.sentence import Item, Sentence
from bot.knowledge.parameters import Condition

_PART_ALONE = re.compile(
    r"(?:[^,。;\d]{1,4}[说讲])?(?:[哦噢啊呀诶哎唉]|对了|,|那|这|不过|可是?|但是?|只是|票|单子?|账单)*(?:(?:其中|里[面头边])(?:有|是|含)?|里(?:有|是|含)|有(?=\d+[元块]?钱?的?是))"
)
_DONE_IN_ALL = re.compile(r"[花买开拿付费药]")
_ONE_OF_THEM = re.compile(r"有一[家次张笔回趟][^,。;]*")
_THE_REST_IS_PAID = re.compile(
    r"(?:其余|其他|其它|剩下|别)的?[^,。;\d]{0,6}(?:都|全)[^,。;\d]{0,2}(?:在|是|算|能)[^,。;\d]{0,4}(?:目录|范围|政策|报|慢特?病)"
)
_ANOTHER_ONE = re.compile(r"又|另外|还有|后来|再(?![报付给])")
_DESIGNATED = re.compile(r"(?:在|到|去)(?:个|一家)?(?:医保)?定点")
_THAT_PLACE = re.compile(r"[那这](?:家|个?店|边|里|个?诊所)")
"""网上叫了药132,那家不是定点."""
_OF_ITSELF = re.compile(r"[元块]?钱?(?:的|都?是|算)")
_A_PART = re.compile(r"其中|里[头面边]|含|另外?|还有|又|外加|顺[带便手]|剩下|夹|搭|(?<![还没])有(?=\d)")


def _part_of_what_was_told(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "里面有300是没处方的" alone: a part of a cost told before, never the whole."""
    costs = [item for item in items if item.role == "cost"]
    if len(costs) != 1 or any(item.role in ("excluded", "examination") for item in items):
        return items
    begin, stop = sentence.clause(costs[0].start)
    if not _PART_ALONE.match(sentence.text, begin) or _DONE_IN_ALL.search(sentence.text[:begin]):
        return items
    because = (sentence.conditions(begin, stop) or _conditions_of(costs[0], items, sentence)) & UNPAID
    part = replace(costs[0], role="excluded" if because else "aside", because=because)
    return [part if item is costs[0] else item for item in items]


def without_parts(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "500,里头蛋白粉60,其余都在目录里": where all the rest is paid for, what is told apart is not."""
    if not _THE_REST_IS_PAID.search(sentence.text):
        return items
    parts = [item for item in items if item.role in ("cost", "unplaced") and _A_PART.search(item.before)]
    return [replace(item, role="excluded") if item in parts else item for item in items]


def not_paid_for(items: list[Item], sentence: Sentence) -> list[Item]:
    """One of several costs that, unlike the others, is not paid for (其中200没有处方): it is excluded."""
    if told := _one_of_them(items, sentence):
        return told
    in_a_whole = any(WHOLE.search(sentence.text[: item.start]) for item in items if item.role == "cost")
    parts = ("cost", "excluded", "unplaced", "aside") if in_a_whole else ("cost", "excluded", "unplaced")
    costs = [item for item in items if item.role in parts]
    costs = [item for item in costs if not item.is_sum_of([c for c in costs if c.end <= item.start])]
    unpaid = {item.start: _conditions_of(item, items, sentence) & UNPAID for item in costs}
    if not any(not unpaid[item.start] for item in costs if item.role == "cost"):
        return _part_of_what_was_told(items, sentence)
    return [
        replace(item, role="excluded", because=because) if (because := unpaid.get(item.start)) else item
        for item in items
    ]


def names_one_of_them(position: int, sentence: Sentence) -> bool:
    """Whether a figure there only says which of the costs that were told is not paid for: 有一家90的不是定点."""
    return any(m.start() <= position < m.end() for m in _ONE_OF_THEM.finditer(sentence.text))


def _one_of_them(items: list[Item], sentence: Sentence) -> list[Item] | None:
    """ "有一家90的不是定点": the cost of that figure is excluded; where none is told, the last one only says why a
    part is not paid for, and which is open."""
    costs = [item for item in items if item.role == "cost"]
    clause = _ONE_OF_THEM.search(sentence.text)
    because = sentence.conditions(*clause.span()) & UNPAID if clause else frozenset()
    if (
        not clause
        or not because
        or len(costs) < 2
        or any(clause.start() <= c.start < clause.end() for c in costs)
    ):
        return None
    named = [c for c in costs if re.search(rf"(?<!\d){c.amount.low}(?!\d)", clause[0])]
    unpaid = replace(named[0], role="excluded") if len(named) == 1 else costs[-1]
    return [replace(unpaid, because=because) if item.start == unpaid.start else item for item in items]


def _conditions_of(item: Item, items: list[Item], sentence: Sentence) -> frozenset[Condition]:
    """What holds for one amount: the words of its clause; else those of the next where it is told as a part, and of
    the one before, which tells where it was spent (那家店不是定点的,拿了120)."""
    text = sentence.text
    begin, stop = sentence.clause(item.start)
    earlier = max((other.end for other in items if other.end <= item.start), default=0)
    later = min((other.start for other in items if other.start >= item.end), default=len(text))
    first, last = max(begin, earlier), min(stop, later)
    if last == later and earlier <= begin and not _OF_ITSELF.match(text, item.end):
        last = item.end  # what leads up to the next amount is of that one: 狼疮药680外带补牙220
    if last == later and (another := _ANOTHER_ONE.search(text, item.end, last)):
        last = another.start()  # 中心拿了70又上小店买了20
    if found := sentence.conditions(first, last):
        return found
    if _A_PART.search(text[first:last]) or _THAT_PLACE.match(text, min(stop + 1, len(text))):
        _, stop = sentence.clause(min(stop + 1, len(text)))
        return sentence.conditions(item.end, min(stop, later))
    if _DESIGNATED.search(text[first:last]):
        return frozenset()
    if WHOLE.search(item.before):
        return frozenset()
    before, _ = sentence.clause(max(begin - 1, 0))
    return sentence.conditions(before, begin) if before >= earlier else frozenset()
