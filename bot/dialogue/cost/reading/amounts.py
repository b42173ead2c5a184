"""The amounts of a sentence, each with what it is of."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.cost.reading.after_all import after_all
from bot.dialogue.cost.reading.amount_words import BARE_BY_CUE, IN_IT, OF_QUESTION
from bot.dialogue.cost.reading.around import Around, around_of
from bot.dialogue.cost.reading.learned import AmountRoles, Judged
from bot.dialogue.cost.reading.ranges import ends_joined
from bot.dialogue.cost.reading.reckoned import without_reckoned
from bot.dialogue.cost.reading.roles import role_of
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence
from bot.dialogue.cost.reading.signs import NOT_BY_WORDS, Figure, Seen
from bot.dialogue.cost.reading.together import told_together
from bot.dialogue.cost.reading.unpaid_parts import names_one_of_them
from bot.dialogue.cost.reading.weighing import BY_PERIOD, NO_COST, SURE, UNJUDGED, weighed
from bot.language.money import Amount, find_amounts, possible_amounts
from bot.language.numerals import to_decimal
from bot.language.spans import Span as Placed
from bot.language.spans import overlaps, without_overlaps

_BARE_ANSWER = re.compile(
    r"(?:^|[,。 :是为有约概到就共才加剩差])(\d+(?:\.\d{1,2})?|[零一二两三四五六七八九十百千万]+)"
    r"(?=块(?!儿|[总给报算能结付])|[元多左上吧呢啊哦呀了。,! ]|$)"
)
_OF_MONTHS = re.compile(r"(?:[到至和]|[-~—、])(?:(?:1[0-2]|[1-9])、)*(?:1[0-2]|[1-9])月")
"""2到4月, 8、9、10月."""
_FIGURE_LAST = re.compile(r"(?<=[,。 ])([1-9]\d{1,4}(?:\.\d{1,2})?)[。]?$")
_LEADS_TO_A_SHARE, _UNIT = re.compile(r"(?:报|按|比例|是)$"), re.compile("[元块]|万|千")
_VISITED = re.compile(r"[看花买拿开配抓补]")
_PAUSE = re.compile(r"(?<!\d),|,(?!\d)")  # a comma that does not group thousands
_SUM_ASKED = re.compile(r"[报付给掏出退][^,。;\d]{0,4}(?:多少|几多|好多|几个?钱)")


def items_in(sentence: Sentence, roles: AmountRoles | None) -> tuple[Item, ...]:
    """All amounts in text order, each with its role: by words alone where there are no learnt `roles`."""
    amounts = amounts_in(sentence)
    if roles is None:
        return by_words(sentence, amounts)
    unasked = replace(sentence, asked=None)  # as the marked sentences are
    figures = figures_in(by_words(unasked, amounts), possible_in(sentence, amounts))
    judged = _judged(figures, sentence, roles)
    found = [
        at.amount
        for at, told in judged
        if at.by_words == NOT_BY_WORDS
        and told.label
        and told.lead >= SURE
        and not names_one_of_them(at.amount.start, sentence)
    ]
    told_at = {at.amount.start: told for at, told in judged}
    words_at = {at.amount.start: at.by_words for at, _ in judged}
    items = by_words(sentence, sorted([*amounts, *found], key=lambda amount: amount.start))
    by_itself = {amount.start for amount in found}  # no answer to what we asked for
    learnt = [
        weighed(
            item,
            told_at.get(item.start, UNJUDGED),
            words_at.get(item.start, ""),
            unasked if item.start in by_itself else sentence,
        )
        for item in items
    ]
    if not any(item and item.role == "cost" for item in learnt):  # what stands beside nothing is no aside
        unsure = {start for start, told in told_at.items() if told.lead < SURE}
        asked = _SUM_ASKED.search(sentence.text)  # 六百到六百五之间,报85%,给多少
        pairs = zip(items, learnt, strict=True)
        learnt = [
            was
            if was.role == "cost"
            and was.start not in by_itself
            and now
            and not (now.role == "excluded" and IN_IT.search(was.before))
            and (now.role in NO_COST or (asked and was.start in unsure))
            else now
            for was, now in pairs
        ]
    learnt = _not_a_part_of_nothing(_one_limit(items, learnt))
    told = without_reckoned([item for item in learnt if item is not None], sentence)
    return tuple(after_all(told, sentence))


def _one_limit(items: Sequence[Item], learnt: Sequence[Item | None]) -> list[Item | None]:
    """What words call a cost is no second limit beside another: 头回花80,…一月给200."""
    limits = {item.amount.low for item in learnt if item and item.role in BY_PERIOD}
    pairs = zip(items, learnt, strict=True)
    return [
        was if len(limits) > 1 and was.role == "cost" and now and now.role in BY_PERIOD else now
        for was, now in pairs
    ]


def _not_a_part_of_nothing(learnt: Sequence[Item | None]) -> list[Item | None]:
    """What is not paid for is the whole cost, where the other figure is only what somebody hopes to get."""
    roles = {item.role for item in learnt if item}
    alone = "claimed" in roles and "cost" not in roles
    return [
        replace(item, role="cost", because=frozenset()) if alone and item and item.because else item
        for item in learnt
    ]


def amounts_in(sentence: Sentence) -> list[Amount]:
    """What words show to be amounts."""
    return _amounts(sentence) or _bare_answer(sentence)


def by_words(sentence: Sentence, amounts: Sequence[Amount]) -> tuple[Item, ...]:
    """These amounts with the roles that words around them tell."""
    items: list[Item] = []
    for index, amount in enumerate(amounts):
        items.append(_item(amount, around_of(sentence.text, amounts, index), sentence, items))
    alone = {item.start: item.role for item in items}
    together = told_together(items, sentence)
    return tuple(replace(item, weighed=item.role != alone.get(item.start)) for item in together)


def figures_in(items: Sequence[Item], more: Sequence[Amount]) -> list[Figure]:
    """All that are or may be amounts, in text order."""
    figures = [Figure(item.amount, _sign(item)) for item in items] + [Figure(a, NOT_BY_WORDS) for a in more]
    return sorted(figures, key=lambda figure: figure.amount.start)


def _sign(item: Item) -> str:
    role = "limit" if item.role in BY_PERIOD else item.role
    return f"{role}{'' if item.placed else '?'}{'+' if item.weighed else ''}"


def possible_in(sentence: Sentence, amounts: Sequence[Amount]) -> list[Amount]:
    """Other numbers that may be amounts."""
    possible = possible_amounts(_PAUSE.sub("，", sentence.text))
    return [amount for amount in possible if not _is_taken(amount, sentence, amounts)]


def _is_taken(amount: Amount, sentence: Sentence, amounts: Sequence[Amount]) -> bool:
    known: list[Placed] = [*sentence.ratios, *sentence.dates, *amounts]
    return bool(
        overlaps(amount, known) or _is_share(sentence, amount) or _OF_MONTHS.match(sentence.text, amount.end)
    )


def _judged(
    figures: Sequence[Figure], sentence: Sentence, roles: AmountRoles
) -> list[tuple[Figure, Judged[Role]]]:
    judged: list[tuple[Figure, Judged[Role]]] = []
    for index, figure in enumerate(figures):
        earlier = [told.label for _, told in judged]
        judged.append((figure, roles.judge(Seen(sentence.text, figures, index, earlier))))
    return judged


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
    last = _FIGURE_LAST.search(sentence.text)
    if last and not found and not any(bare) and _VISITED.search(sentence.text, 0, last.start()):
        bare.append(_exactly(last))  # 前天配的另一种药,170
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
    said_so = _LEADS_TO_A_SHARE.search(text[: amount.start]) and not _UNIT.match(text, amount.end)
    return sentence.asked == "ratio" and bool(alone or said_so) and amount.low <= 100
