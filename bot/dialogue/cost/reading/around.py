"""The words around an amount, by which everything else tells what it is of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.cost.reading.amount_words import NEXT
from bot.language.money import Amount

_FURTHER_DISEASE = re.compile(r"(?:再|又|另|还|多|第二)[^,。;]{0,4}[个种样]病种?$")
_ADDING = re.compile(r"(?:再|给|能|就|多)*加(?:了|上|个)*")
_TAKEN_BACK = re.compile(r"(?:说|搞|弄|记|写|看|算|报|打)?错了?|不对|更正|改一下|重说")
NOW_IT_IS = re.compile(r"^(?:而|应该|其实|实际|改)*(?:上|成)?(?:是|为)?(?:的)?$")


@dataclass(frozen=True)
class Around:
    """The clause before an amount, back to the amount before it, and what follows to the next one (`NEXT`).

    Where the clause only says "是", what the clause before it takes back is meant.
    """

    before: str
    after: str


def around_of(text: str, amounts: Sequence[Amount], index: int) -> Around:
    begin = amounts[index - 1].end if index else 0
    *earlier, before = re.split(r"[,。;!?\n]", text[begin : amounts[index].start].rstrip())
    if earlier and _TAKEN_BACK.search(earlier[-1]) and NOW_IT_IS.match(before):
        before = _TAKEN_BACK.sub("", earlier[-1])  # 限额说错了,是450
    if earlier and _FURTHER_DISEASE.search(earlier[-1]) and _ADDING.fullmatch(before):
        before = earlier[-1] + before  # 再多一个病,加80
    if index + 1 == len(amounts):
        return Around(before, text[amounts[index].end :])
    return Around(before, text[amounts[index].end : amounts[index + 1].start] + NEXT)
