"""The share of a cost that is the person's own before anything is paid: 乙类先自付10%."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.dialogue.cost.reading.sentence import Item, Part, Sentence
from bot.language.money import Amount
from bot.language.ratios import Ratio
from bot.rules.case import Case
from bot.rules.money import to_fen

OWN_SHARE = re.compile(
    r"(?:自付|我(?:自己)?(?:出|付|掏|承担)|自己(?:要|得|只|就|才)*(?:出|付|掏|承担|负担|拿)|个人(?:[只就]?[要得]?)(?:付|出|掏|拿|负担|承担|自付)|自负|自理)(?:比例)?(?:是|为)?$"
)
_OWN_FIRST = re.compile(
    r"先(?:行|由|要|得)?(?:自己|个人|自)*(?:支?付|掏|出|承担|负担)(?:掉|了|个)*(?:的那?)?(?:,?(?:说|讲)?是|,?(?:大概|一般|在))?$"
)
_IN_YUAN = 6
_CLASS_B = re.compile(r"乙类[^,。;\d]{0,6}$")
_OF_CLASS_B = re.compile(r"[元块]?钱?的?(?:是|属于?)?乙类")
_CLASS_B_BEFORE = re.compile(r"乙类[^,。;]{0,12}$")
_THEN_THE_REST = re.compile(r"(?:以后|之后|后|了)?,?(?:再|剩下?的?|其余|余下|剩余)[^,。;\d]{0,4}(?:报|按)")
_NOT_PAID_FOR = re.compile(
    r"的?(?:都)?(?:是|属于?)(?:纯)?(?:自费|丙类|目录外|目录之外|不(?:能|给)?报|不在目录)"
)
"""What follows a share that is no part of what may be paid for: 三成是自费药."""
_RESTATED = re.compile(r"(?:就是|等于|也就|合|得|即|=)[^,。;\d]{0,3}$")
_NEAR = 16
"""Characters between an amount and a share of it, at most."""


def own_first(part: Part) -> Case:
    """The person's own share before the ratio: of one of several costs if told in its clause, else of all."""
    for ratio in part.ratios:
        told_in_yuan = any(
            i.role == "excluded"
            and (_is_so_much_in_yuan(ratio, i, part.sentence) or _is_share_of(ratio, i, part.sentence))
            for i in part.own_items
        )
        if told_in_yuan or not is_own_first(ratio, part.sentence):
            continue
        begin, _ = part.sentence.clause(ratio.start)
        own = [cost for cost in part.costs if _is_class_b(cost, part.sentence)] or [
            cost for cost in part.costs if begin <= cost.start < ratio.start
        ]
        if own and len(part.costs) > 1:
            others = (i.amount.low for i in part.own_items if i.role == "excluded")
            return Case(excluded=sum(others, own[-1].low * ratio.value))
        return Case(excluded_ratio=ratio.value)
    return Case()


def _is_so_much_in_yuan(ratio: Ratio, item: Item, sentence: Sentence) -> bool:
    """Whether a share and the amount right after it are the same: 先自付10%,也就是30."""
    between = sentence.text[ratio.end : item.start]
    return 0 <= item.start - ratio.end <= _IN_YUAN and not re.search("[;。]|另", between)


def _is_class_b(cost: Amount, sentence: Sentence) -> bool:
    """Whether a cost is told as that of class B drugs: 乙类200, 200是乙类."""
    return bool(_CLASS_B.search(sentence.text[: cost.start]) or _OF_CLASS_B.match(sentence.text, cost.end))


def _is_share_of(ratio: Ratio, item: Item, sentence: Sentence) -> bool:
    """Whether a share is told right after the amount that it is of: 乙类的300自己先出15%."""
    return 0 <= ratio.start - item.end <= _NEAR and is_own_first(ratio, sentence)


def own_shares(items: Sequence[Item], sentence: Sentence) -> tuple[Item, ...]:
    """The amounts again, that of which a share is paid by the person first as that share."""
    told = [_own_share(item, sentence) if item.role == "excluded" else item for item in items]
    again = {own.end: own.amount.low for own, item in zip(told, items, strict=True) if own is not item}
    return tuple(
        replace(item, role="aside") if _is_restated(item, again, sentence) else item for item in told
    )


def _is_restated(item: Item, shares: Mapping[int, Decimal], sentence: Sentence) -> bool:
    """Whether it is only what the share of an amount before it comes to: 乙类1200先自付一成就是120."""
    return item.role == "excluded" and any(
        share == item.amount.low and end <= item.start and _RESTATED.search(sentence.text, end, item.start)
        for end, share in shares.items()
    )


def _own_share(item: Item, sentence: Sentence) -> Item:
    of_it = next((r for r in sentence.ratios if _is_share_of(r, item, sentence)), None)
    if of_it is None or item.amount.low != item.amount.high:
        return item
    share = to_fen(item.amount.low * of_it.value)
    return replace(item, amount=replace(item.amount, low=share, high=share))


def is_own_first(ratio: Ratio, sentence: Sentence) -> bool:
    """Whether a share is paid by the person before the ratio applies: 先自付10%, 自付10%后再报."""
    before, after = sentence.text[: ratio.start], sentence.text[ratio.end :]
    if _NOT_PAID_FOR.match(after):
        return True
    of_class_b = _CLASS_B_BEFORE.search(before) or _THEN_THE_REST.match(after)
    return bool(_OWN_FIRST.search(before) or (OWN_SHARE.search(before) and of_class_b))
