"""The amounts of a sentence, each with what it is of."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.cost.reading.amount_words import BARE_BY_CUE, IN_IT, OF_QUESTION
from bot.dialogue.cost.reading.around import Around, around_of
from bot.dialogue.cost.reading.earlier import COUNTED_UP
from bot.dialogue.cost.reading.learned import AmountRoles, Judged
from bot.dialogue.cost.reading.ranges import ends_joined
from bot.dialogue.cost.reading.reckoned import without_reckoned
from bot.dialogue.cost.reading.roles import limit_by_period, role_of
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence
from bot.dialogue.cost.reading.signs import NOT_BY_WORDS, Figure, Seen
from bot.dialogue.cost.reading.together import told_together
from bot.dialogue.cost.reading.unpaid_parts import names_one_of_them
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
_VISITED = re.compile(r"[看花买拿开配抓补]")
_PAUSE = re.compile(r"(?<!\d),|,(?!\d)")  # a comma that does not group thousands


_ALL_ASKED = re.compile(
    r"(?:一共|总共|合计|拢共|加起来|合起来|一起|一块儿?|两[次笔回张趟]|[三四几][次笔回张趟])[^,。;\d]{0,8}报"
)
"""What was spent before is asked about, too."""
_BY_PERIOD: frozenset[Role] = frozenset({"limit", "monthly_limit", "quarterly_limit"})

_SUM_ASKED = re.compile(r"[报付给掏出退][^,。;\d]{0,4}(?:多少|几多|好多|几个?钱)")
_SURE = 0.5
_SURE_OF_ITSELF = 0.8
_BEYOND_DOUBT = 1.5
_SURER_THAN_A_GUESS = 0.2
"""By so much the role that was learnt must lead, to be believed before what our words say; where they say that nobody
can know, so that whether it is summed at all would rest on what was learnt alone; and where they place nothing, and
it is told to be of something else about the same cost."""

_UNJUDGED = Judged[Role](None, 0.0)
"""Of an amount that words took for none until another was found beside it."""
_WORKED_OUT: frozenset[tuple[Role, Role | None]] = frozenset(
    {
        ("used", "cost"),  # spent before the one that is asked about
        ("cost", "used"),  # the only one asked about
        ("aside", "quota_left"),
        ("aside", "deductible_left"),
        ("aside", "over_limit"),
        ("aside", "used"),
        ("unused_before", "quota_left"),
        ("deductible_met", "deductible"),  # 扣了500,不对,是600
        ("aside", "limit"),  # of the disease, beside that of a drug paid separately
    }
)
"""What the amounts together say is not what one of them seems to be of."""
_OPEN: frozenset[tuple[Role, Role | None]] = frozenset(
    {
        ("aside", "extra_limit"),  # asked about and not told: 会不会再添80
        ("unused_before", "cost"),
        ("unused_before", "limit"),  # as are those that tell what was left: 6月限额剩200
        ("deductible_met", "limit"),  # words that tell what was paid are plain: 把260交清了
        ("examination", "excluded"),  # no document settles whether it is paid for
        ("examination", "aside"),
    }
)
"""What is open is not settled by what it sounds like."""
_EACH_ADDED = re.compile(
    r"(?:是不是|(?<!医保局)(?<!窗口)(?<!局里)(?<!经办)(?<!医保)[讲说]|以为)[^,。;\d]{0,8}(?:各|都|一[个种样]病?|每[个种样]病?)[^,。;\d]{0,3}[加添]"
)
"""Hearsay of what several more diseases add each: what they add together is still not told."""
_EACH_ADDS, _IS_IT_SO = (
    re.compile(r"(?:各|都|每[个样种])[^,。;\d]{0,3}[加添]$"),
    re.compile(r"[元块]?钱?(?:对|是|没错)[吧吗不]"),
)
"""另两种各加100对吧."""
_OF_A_CLASS = re.compile(r"[甲乙]类药?[费的是]?$")
_IS_OF_A_CLASS = re.compile(r"[元块]?钱?的?是[甲乙]类")
"""Of each class a part of the cost is told."""
_NO_COST_OF_THIS = re.compile(r"[元块]?钱?(?:是[两三四五六2-6](?:个月|[次回趟])|超[了出过]的|乘以?|×|\*)")
"""620是两个月的; 拿900乘75%."""
_WAS_PAID = ("报了", "给报了", "报销了")
"""Right after another amount: 头一次180报了144."""
_IS_THE_LIMIT = re.compile(r"[元块]?钱?[才就]?是(?:每?月)?(?:限额|额度|定额)(?![里内之])")
_DRUGS_BOUGHT = re.compile(
    r"…[元块]?钱?的?药(?:[,。;]|$)|[拿买吃用配抓][^,。;\d]{0,3}…[元块]?钱?的[^,。;\d]{0,3}药|…[元块]?钱?(?:来|去)?[开买拿吃配抓]药"
)
"""每月拿230块的药 is spent, and no limit."""
_CONCLUDED = re.compile(r"^那(?:么|样|我)?[不就也该应得岂可]+(?:是|有|等于|给|报|[只才]剩下?)(?:该)?$")
_SO_IT_IS = re.compile(r"[多来]?[元块]?钱?(?:[呗吧嘛咯啦啰喽喔哦呀啊么吗]|对不对|[,。?]|$)")
_A_SHORT_ANSWER = 12
_ONLY_MONTHLY = re.compile(r"(?:每|一个?|每个)月(?:是|有|给)?$")
"""What answers our question for a limit, though it is told as costs are, too: 翻出来了,一个月380."""
_BOUGHT = re.compile(r"[花买吃开拿用药]")
_LEFT_OF_IT = re.compile(r"(?:剩|余|没用完|没花完)下?的?那?$|^那$")
_CARRIED_OVER = re.compile(
    r"[元块]?钱?的?(?:额度)?(?:能不能|可不可以|可以|能|是不是|想|让|都)*(?:挪|结转|搬|移|留|攒|补|顶|滚|加|转)(?:到|给|进|在|得|上)"
)
_THAT_PIECE = re.compile(r"[那这一]?[盒瓶样支](?:药|是|要)*$")
_FEWER = re.compile(r"(?:少|不|别)[给]?(?:开|拿|买|配|要)[^,。;\d]{0,3}一?[盒瓶样支]")
_CALLED_A_LIMIT = re.compile(
    r"限额|额度|定额|指标|标准|上限|封顶|最多|顶多|线|能|[批核给定准][的了我是]*(?:每|一个?)?月?$"
)
_PAID_OF_IT = re.compile(r"[元块]?钱?,?(?:医保|统筹)?(?:能|可以?|给|该)*报(?:销)?(?:多少|几|好多)")
_STRUCK_OUT = re.compile(
    r"(?:去掉|刨[掉开出]|拿掉|除开|扣掉)[,]?(?:它|那个)?(?:就)?(?:别|不|莫)(?:要)?算|别(?:把它)?算(?:进|在里)"
)
_BACK_TO_IT = re.compile(r"[元块]?钱?的?那[个笔次回](?:价|数)?来")
_WENT_AGAIN = re.compile(r"[又再]去了?[一两几][趟次回]")
_OF_THE_QUARTER = re.compile(r"把[^,。;\d]{0,3}(?:季度?|三个月)的?(?:额度|限额)?$")
"""4月就把二季度900用完了: what a long prescription took at once."""
_SENT_TO_ME = re.compile(r"[元块]?钱?(?:打|发|转|汇)(?:给|到|进|在)?[我俺]")
"""能把221打我卡上不: what somebody hopes to get."""
_ON_A_BILL = re.compile(
    r"(?:单子|发票|小票|账单)[上里面]*(?:写的?|打的?)?是?$|(?:药店|商店|定点店|药房|医院|社区|卫生[院室所]|诊所|门诊)[里的]?[,\s]*$"
)
"""定点店 320块, 单子上是960: what was spent."""
_EXCLAIMED = re.compile(r"^(?:[啊哎唉]?,?)?(?:怎么|咋)?(?:就|才|只|这么)+(?:给|报|有)?$")
_IN_SURPRISE = re.compile(r"[元块]?钱?[啊呀哇吗么嘛]")
_NOTHING_ELSE = re.compile(
    r"(?:大概|差不多|大约|约|可能|应该|好像|就|是|有|嗯|哦|呃|那|我|吧|呢|啊|呀|了|的|样子|左右|上下|多|来|[元块]钱?|整|[,。.!?\s])*"
)
_IN_OR_OUT: frozenset[Role] = frozenset({"aside", "cost"})
"""Whether it is part of the bill at all, and nothing of why not."""
_NO_COST: frozenset[Role] = frozenset({"aside", "excluded"})


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
        and told.lead >= _SURE
        and not names_one_of_them(at.amount.start, sentence)
    ]
    told_at = {at.amount.start: told for at, told in judged}
    words_at = {at.amount.start: at.by_words for at, _ in judged}
    items = by_words(sentence, sorted([*amounts, *found], key=lambda amount: amount.start))
    by_itself = {amount.start for amount in found}  # no answer to what we asked for
    learnt = [
        _learnt(
            item,
            told_at.get(item.start, _UNJUDGED),
            words_at.get(item.start, ""),
            unasked if item.start in by_itself else sentence,
        )
        for item in items
    ]
    if not any(item and item.role == "cost" for item in learnt):  # what stands beside nothing is no aside
        unsure = {start for start, told in told_at.items() if told.lead < _SURE}
        asked = _SUM_ASKED.search(sentence.text)  # 六百到六百五之间,报85%,给多少
        pairs = zip(items, learnt, strict=True)
        learnt = [
            was
            if was.role == "cost"
            and was.start not in by_itself
            and now
            and not (now.role == "excluded" and IN_IT.search(was.before))
            and (now.role in _NO_COST or (asked and was.start in unsure))
            else now
            for was, now in pairs
        ]
    learnt = _not_a_part_of_nothing(_one_limit(items, learnt))
    told = without_reckoned([item for item in learnt if item is not None], sentence)
    told = [
        replace(item, role="aside") if _is_hearsay(item) or _is_exclaimed(item, sentence) else item
        for item in told
    ]
    told = [replace(item, role="unused_before") if _is_carried_over(item) else item for item in told]
    told = [replace(item, role="claimed") if _is_concluded(item, sentence) else item for item in told]
    told = [replace(item, role="returned") if _is_given_up(item, sentence) else item for item in told]
    told = [replace(item, role="returned") if _is_struck_out(item, sentence) else item for item in told]
    answers = OF_QUESTION.get(sentence.asked or "")
    if len(told) == 1 and answers and told[0].role == "cost" and _is_monthly_alone(told[0]):
        told = [replace(told[0], role=answers)]
    unplaced = [item for item in told if item.role == "unplaced"]
    if len(unplaced) == 1 and not any(item.role == "cost" for item in told):
        told = [replace(item, role="cost") if item is unplaced[0] else item for item in told]
    if len(told) == 1 and (_is_asked_of(told[0]) or _is_of_another_visit(told[0], sentence)):
        told = [replace(told[0], role="cost", placed=True)]
    return tuple(told)


def _is_concluded(item: Item, sentence: Sentence) -> bool:
    """Whether the person says what, they think, comes of it, where no figure was asked for: 那不就是448嘛."""
    asked_for = sentence.asked in OF_QUESTION and len(sentence.text) <= _A_SHORT_ANSWER
    said_so = _CONCLUDED.search(item.before) and _SO_IT_IS.match(item.after)
    return item.role in ("cost", "deductible", "quota_left", "unplaced") and bool(said_so) and not asked_for


def _is_carried_over(item: Item) -> bool:
    """Whether it is what an earlier month left, and is wished into a later one: 余的70转到五月用."""
    left = item.role in ("quota_left", "unplaced", "cost", "aside") and _LEFT_OF_IT.search(item.before)
    return bool(left and _CARRIED_OVER.match(item.after))


def _is_given_up(item: Item, sentence: Sentence) -> bool:
    """Whether it is the price of what would not be bought: 少开一盒呢,那盒68."""
    return item.role == "cost" and bool(_THAT_PIECE.search(item.before) and _FEWER.search(sentence.text))


def _is_struck_out(item: Item, sentence: Sentence) -> bool:
    """Whether a part is to be left out altogether: 其中30替人带的,刨开不算."""
    return item.role == "excluded" and bool(_STRUCK_OUT.search(sentence.text, item.end))


def _is_monthly_alone(item: Item) -> bool:
    return bool(_ONLY_MONTHLY.search(item.before)) and not _BOUGHT.search(item.before)


def _is_asked_of(item: Item) -> bool:
    """Whether what is called monthly is what is asked to be paid: 那个针一个月三千四报多少."""
    called_so = item.role in _BY_PERIOD and not _CALLED_A_LIMIT.search(item.before)
    return called_so and bool(_PAID_OF_IT.match(item.after))


def _is_of_another_visit(item: Item, sentence: Sentence) -> bool:
    """Whether it is what a further visit cost, though nothing beside it says so: 上周又跑了一趟,记得是230."""
    called_so = item.role in _BY_PERIOD and not _CALLED_A_LIMIT.search(item.before)
    return called_so and bool(_WENT_AGAIN.search(sentence.text, 0, item.start))


def _is_hearsay(item: Item) -> bool:
    if item.role == "extra_limit" and _EACH_ADDS.search(item.before) and _IS_IT_SO.match(item.after):
        return True
    return item.role in ("extra_limit", "unplaced") and bool(_EACH_ADDED.search(item.before))


def _is_exclaimed(item: Item, sentence: Sentence) -> bool:
    """Whether a turn begins with our answer, said again in surprise: 才300啊."""
    begins = _EXCLAIMED.fullmatch(sentence.text[: item.start])
    return bool(begins and _IN_SURPRISE.match(item.after))


def _one_limit(items: Sequence[Item], learnt: Sequence[Item | None]) -> list[Item | None]:
    """What words call a cost is no second limit beside another: 头回花80,…一月给200."""
    limits = {item.amount.low for item in learnt if item and item.role in _BY_PERIOD}
    pairs = zip(items, learnt, strict=True)
    return [
        was if len(limits) > 1 and was.role == "cost" and now and now.role in _BY_PERIOD else now
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
    role = "limit" if item.role in _BY_PERIOD else item.role
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


def _learnt(item: Item, told: Judged[Role], by_words: str, sentence: Sentence) -> Item | None:
    """The amount with the role that was learnt, None where it is none; what puts another right, what is only asked
    about and what follows from the others is left as words have it. `by_words`: what they take it for, had we asked
    nothing."""
    answers = sentence.asked is not None and OF_QUESTION.get(sentence.asked) == item.role
    taken_for_the_cost = item.role == "cost" and told.label and told.label not in _NO_COST
    asked_for = answers and (not taken_for_the_cost or _is_alone(item, sentence))
    sure = _SURER_THAN_A_GUESS if answers and by_words.endswith("?") else _how_sure(item, told.label)
    all_asked = (item.role, told.label) == ("cost", "used") and _ALL_ASKED.search(sentence.text)
    told_why = bool(item.because) and told.label in _IN_OR_OUT
    worked_out = item.weighed and (
        (item.role, told.label) in _WORKED_OUT
        or ((item.role, told.label) == ("aside", "annual_cap") and told.lead < _BEYOND_DOUBT)
    )
    if (
        asked_for
        or (item.role, told.label) in _OPEN
        or (item.weighed and item.role == "deductible_met" and COUNTED_UP.search(sentence.text, item.end))
        or (item.role == "used" and told.label == "claimed" and item.before in _WAS_PAID)
        or (item.role == "aside" and _NO_COST_OF_THIS.match(item.after))
        or (item.role == "aside" and _SENT_TO_ME.match(item.after))
        or (item.role == "aside" and _OF_THE_QUARTER.search(item.before))
        or (item.role == "cost" and _BACK_TO_IT.match(item.after))
        or (item.role == "cost" and told.label == "limit" and _ON_A_BILL.search(item.before))
        or (item.because - {"inpatient_stay"} and told.label == "aside")
        or (item.role in _BY_PERIOD and _IS_THE_LIMIT.match(item.after))
        or (item.role == "cost" and told.label == "aside" and _is_of_a_class(item))
        or (
            item.role == "cost"
            and told.label == "limit"
            and _DRUGS_BOUGHT.search(item.before + "…" + item.after)
        )
        or item.instead_of is not None
        or worked_out
        or all_asked
        or told_why
        or told.lead < sure
    ):
        return item
    if told.label is None:
        return None
    if told.label == "limit":
        around = Around(item.before, item.after)
        return (
            item
            if item.role in _BY_PERIOD
            else replace(item, role=limit_by_period(around, sentence), placed=True)
        )
    return item if item.role == told.label else replace(item, role=told.label, placed=True)


def _is_of_a_class(item: Item) -> bool:
    return bool(_OF_A_CLASS.search(item.before) or _IS_OF_A_CLASS.match(item.after))


def _is_alone(item: Item, sentence: Sentence) -> bool:
    """Whether nothing is told but a figure: 350, 大概350吧."""
    text = sentence.text
    return bool(_NOTHING_ELSE.fullmatch(text[: item.start]) and _NOTHING_ELSE.fullmatch(text[item.end :]))


def _how_sure(item: Item, label: Role | None) -> float:
    if item.role == "unplaced" and (label in _IN_OR_OUT or label == "excluded"):
        return _SURE_OF_ITSELF
    a_guess = item.role == "cost" and not item.placed
    return _SURER_THAN_A_GUESS if a_guess and label and label not in _NO_COST else _SURE


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
    return sentence.asked == "ratio" and alone and amount.low <= 100
