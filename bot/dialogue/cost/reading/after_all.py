"""What an amount is after all: said again in surprise, hoped for, given up, or the only one of a turn."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.dialogue.cost.person import UNPAID
from bot.dialogue.cost.reading.amount_words import IN_IT, OF_QUESTION
from bot.dialogue.cost.reading.sentence import Item, Sentence
from bot.dialogue.cost.reading.weighing import BY_PERIOD

_EACH_ADDED = re.compile(
    r"[讲说][^,。;\d]{0,6}[加添][两三]个$|(?:是不是|(?<!医保局)(?<!窗口)(?<!局里)(?<!经办)(?<!医保)[讲说]|以为|(?<!不)想)[^,。;\d]{0,8}(?:各|都|一[个种样]病?|每[个种样]病?)[^,。;\d]{0,3}[加添]"
)
"""Hearsay of what several more diseases add each: what they add together is still not told."""
_EACH_ADDS, _IS_IT_SO = (
    re.compile(r"(?:各|都|每[个样种]|一[个样种])[^,。;\d]{0,3}[加添]$"),
    re.compile(r"[元块]?钱?(?:对|是|没错)[吧吗不]"),
)
"""另两种各加100对吧."""
_NOT_WRITTEN = re.compile(
    r"[元块]?钱?,?就是|[元块]?钱?吧?,?[^,。;\d]{0,4}(?:没|未)(?:有)?(?:写|标|印|注明|说)"
)
"""各加100吧,单子上没写."""
_IS_NOT_COUNTED = re.compile(
    r"[元块]?钱?(?:医院|医生|医保局?|窗口|他们)?(?:[说讲]了?)?(?:是)?不[算在](?:慢特?病|门慢|门特|里头|限额)"
)
"""化验160医院讲了不算慢病."""
_CONCLUDED = re.compile(
    r"^那(?:么|样|我)?[不就也该应得岂可]+(?:是|有|等于|给|报|[只才]剩下?)(?:该)?$|^那(?:么)?是?报$"
)
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
_WENT_AGAIN = re.compile(r"[又再]去了?[一两几][趟次回]")
_EXCLAIMED = re.compile(r"^(?:[啊哎唉]?,?)?(?:怎么|咋)?(?:就|才|只|这么)+(?:给|报|有)?$")
_TAKEN_NOTE_OF, _NOTED = re.compile(r"[哦噢嗯哟好]+,?是?"), re.compile(r"[元块]?钱?[啊呀哈]?,")
"""Our answer, said again before another cost is told: 哦170,那我哥也花了300."""
_FIGURE = re.compile(r"\d{2}")
_IN_SURPRISE = re.compile(r"[元块]?钱?[啊呀哇吗么嘛]")
_IS_PAID = re.compile(r"[报给退付](?:得|了|的|我|你|整|个|出|销|是)*$")
_OR_RATHER = re.compile(r"[元块]?钱?,?还是(?:[报给退付](?:得|了|的|我|你|整|个|出|销|是)*)?")
_WISHED_FOR = re.compile(r"(?:按|照|当)(?:着)?$")
_WHETHER_SO = re.compile(
    r"[元块]?钱?的?(?:额度|限额|定额)?(?:来|给我?|一起|一块)*[算报](?:(?:对|行|好|可以?|能|成)(?:不|吗|么|吧|没)|吗|么|吧|不)"
)
"""按600额度算对不对: what is hoped for beside the limit that is told."""
_IS_SENT, _TO_ME = (
    re.compile(r"[会能要该把](?:再|就)?(?:打|发|转|退|补)?$"),
    re.compile(r"[元块]?钱?(?:打|发|转|退|补)?(?:给|到|进|在)[我俺](?:的)?(?:卡|账|手|$|[,。吗不])"),
)
"""医保会打255到我卡上不."""
_IS_IT_THAT = re.compile(r"[元块]?钱?,?(?:对吧|对不对|对吗|没错吧|是吧)")
_OF_THE_SECOND = re.compile(r"第二个?[种样]?病[^,。;\d]{0,8}[给加批添核][^,。;\d]{0,4}$")
"""第二个病给足了80,本来280: what it adds, as long as it is less than the other limit."""


def after_all(items: Sequence[Item], sentence: Sentence) -> list[Item]:
    """The same amounts, each of what it is once all others are known."""
    items = _with_what_is_added(_without_wishes(_without_answers(items, sentence)))
    told = [_after_all(item, sentence) for item in items]
    unplaced = [item for item in told if item.role == "unplaced"]
    if len(told) == 1:
        return [_alone(told[0], sentence)]
    if len(unplaced) == 1 and not any(item.role == "cost" for item in told):
        return [replace(item, role="cost") if item is unplaced[0] else item for item in told]
    return told


def _after_all(item: Item, sentence: Sentence) -> Item:
    if _is_hearsay(item) or _is_exclaimed(item, sentence):
        return replace(item, role="aside")
    if item.role == "excluded" and not item.because and not IN_IT.search(item.before):
        because = sentence.conditions(*sentence.clause(item.start)) & UNPAID
        return replace(item, because=because)  # 药400,同一天补牙180
    if item.role == "examination" and _IS_NOT_COUNTED.match(item.after):
        return replace(item, role="excluded")
    if _is_carried_over(item):
        return replace(item, role="unused_before")
    if item.role == "cost" and _IS_SENT.search(item.before) and _TO_ME.match(item.after):
        return replace(item, role="claimed")
    if item.role == "cost" and not item.before.strip(",") and item.start and _IS_IT_THAT.match(item.after):
        return replace(item, role="claimed")  # 限额300药费300,255对吧
    if _is_concluded(item, sentence):
        return replace(item, role="claimed")
    if _is_given_up(item, sentence) or _is_struck_out(item, sentence):
        return replace(item, role="returned")
    return item


def _without_answers(items: Sequence[Item], sentence: Sentence) -> list[Item]:
    """The same, two figures of which one is asked to be what is paid as asides: 是给一块还是八毛."""
    asked = [
        pair
        for pair in pairwise(items)
        if _IS_PAID.search(sentence.text[: pair[0].start])
        and _OR_RATHER.fullmatch(sentence.text, pair[0].end, pair[1].start)
    ]
    return [replace(i, role="aside") if any(i in pair for pair in asked) else i for i in items]


def _without_wishes(items: Sequence[Item]) -> list[Item]:
    """The same, a limit that is only asked for beside the one that is told as an aside."""
    wished = [
        i
        for i in items
        if i.role in BY_PERIOD and _WISHED_FOR.search(i.before) and _WHETHER_SO.match(i.after)
    ]
    told = any(i.role in BY_PERIOD and i not in wished for i in items)
    return [replace(i, role="aside") if told and i in wished else i for i in items]


def _with_what_is_added(items: Sequence[Item]) -> list[Item]:
    """The same, the smaller of two limits as what a further disease adds, if it is told so."""
    limits = [item for item in items if item.role in BY_PERIOD]
    least = min((item.amount.high for item in limits), default=None)
    return [
        replace(item, role="extra_limit")
        if item in limits
        and len(limits) > 1
        and item.amount.high == least
        and _OF_THE_SECOND.search(item.before)
        else item
        for item in items
    ]


def _alone(item: Item, sentence: Sentence) -> Item:
    """The only amount of a turn: what answers our question, else what was spent."""
    answers = OF_QUESTION.get(sentence.asked or "")
    if answers and item.role == "cost" and _is_monthly_alone(item):
        item = replace(item, role=answers)
    if item.role == "unplaced":
        item = replace(item, role="cost")
    if _is_asked_of(item) or _is_asked_by_name(item, sentence) or _is_of_another_visit(item, sentence):
        return replace(item, role="cost", placed=True)
    return item


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
    called_so = item.role in BY_PERIOD and not _CALLED_A_LIMIT.search(item.before)
    return called_so and bool(_PAID_OF_IT.match(item.after))


def _is_asked_by_name(item: Item, sentence: Sentence) -> bool:
    """Whether what is no cost of ours is the one thing asked about: 顺道补牙花了300,…这300给多少."""
    figure = re.escape(sentence.text[item.start : item.end])
    asked = re.search(rf"[这那]{figure}[元块]?钱?[^,。;\d]{{0,4}}[报付给出掏]", sentence.text[item.end :])
    return item.role == "aside" and asked is not None


def _is_of_another_visit(item: Item, sentence: Sentence) -> bool:
    """Whether it is what a further visit cost, though nothing beside it says so: 上周又跑了一趟,记得是230."""
    called_so = item.role in BY_PERIOD and not _CALLED_A_LIMIT.search(item.before)
    return called_so and bool(_WENT_AGAIN.search(sentence.text, 0, item.start))


def _is_hearsay(item: Item) -> bool:
    only_asked = _IS_IT_SO.match(item.after) or _NOT_WRITTEN.match(item.after)
    if item.role == "extra_limit" and _EACH_ADDS.search(item.before) and only_asked:
        return True
    return item.role in ("extra_limit", "unplaced") and bool(_EACH_ADDED.search(item.before))


def _is_exclaimed(item: Item, sentence: Sentence) -> bool:
    """Whether a turn begins with our answer, said again in surprise: 才300啊."""
    if _TAKEN_NOTE_OF.fullmatch(sentence.text, 0, item.start) and _NOTED.match(item.after):
        return bool(_FIGURE.search(sentence.text, item.end))
    begins = _EXCLAIMED.fullmatch(sentence.text[: item.start])
    return bool(begins and _IN_SURPRISE.match(item.after))
