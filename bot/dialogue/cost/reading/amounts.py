"""The amounts of a sentence, each with what it is of."""

import re
from collections.abc import Sequence

from bot.dialogue.cost.reading.amount_words import BARE_BY_CUE, OF_QUESTION
from bot.dialogue.cost.reading.around import Around, around_of
from bot.dialogue.cost.reading.ranges import ends_joined
from bot.dialogue.cost.reading.roles import role_of
from bot.dialogue.cost.reading.sentence import Item, Sentence
from bot.dialogue.cost.reading.together import told_together
from bot.language.money import Amount, find_amounts
from bot.language.numerals import to_decimal
from bot.language.spans import Span as Placed
from bot.language.spans import overlaps, without_overlaps

_BARE_ANSWER = re.compile(
    r"(?:^|[,。 :是为有约概到就共才加剩差])(\d+(?:\.\d{1,2})?|[零一二两三四五六七八九十百千万]+)"
    r"(?=[元块多左上吧呢啊哦呀了。,! ]|$)"
)
_PAUSE = re.compile(r"(?<!\d),|,(?!\d)")  # a comma that does not group thousands


def items_in(sentence: Sentence) -> tuple[Item, ...]:
    """All amounts in text order, each with its role."""
    amounts = _amounts(sentence) or _bare_answer(sentence)
    items: list[Item] = []
    for index, amount in enumerate(amounts):
        items.append(_item(amount, around_of(sentence.text, amounts, index), sentence, items))
    return told_together(items, sentence)


def _item(amount: Amount, around: Around, sentence: Sentence, known: Sequence[Item]) -> Item:
    role, placed = role_of(around, sentence, known)
    return Item(amount, role, around.before, around.after, placed)


def _amounts(sentence: Sentence) -> list[Amount]:
    """Amounts the language module finds, and small bare numbers that only our cue words make amounts (加60)."""
    found = [a for a in find_amounts(_PAUSE.sub("，", sentence.text)) if not _is_share(sentence, a)]
    bare = [
        _exactly(match, group)
        for cued in BARE_BY_CUE
        for match in re.finditer(cued, sentence.text)
        for group in range(1, len(match.groups()) + 1)
    ]
    taken: list[Placed] = [*found, *sentence.ratios, *sentence.dates]
    free = [amount for amount in bare if amount and not overlaps(amount, taken)]
    return ends_joined(without_overlaps(sorted(found + free, key=lambda a: a.start)), sentence.text)


def _bare_answer(sentence: Sentence) -> list[Amount]:
    """A number alone, where we asked for an amount."""
    match = _BARE_ANSWER.search(sentence.text) if sentence.asked in OF_QUESTION else None
    amount = _exactly(match) if match else None
    return [amount] if amount else []


def _exactly(match: re.Match[str], group: int = 1) -> Amount | None:
    value = to_decimal(match[group])
    return None if value is None else Amount(match.start(group), match.end(group), value, value, False, value)


def _is_share(sentence: Sentence, amount: Amount) -> bool:
    """A share, or a bare number that answers our question for one."""
    if overlaps(amount, sentence.ratios):
        return True
    text = sentence.text
    alone = text.strip(" 。,") == text[amount.start : amount.end]
    return sentence.asked == "ratio" and alone and amount.low <= 100
