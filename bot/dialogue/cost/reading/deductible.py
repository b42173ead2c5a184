"""The deductible, where it is told without a figure: 起付线满了, 没有起付线, 扣了一半, 扣没扣忘了."""

import re
from datetime import date
from decimal import Decimal

from bot.dialogue.cost.person import Rough
from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.dialogue.cost.reading.sentence import Part
from bot.dialogue.cost.reading.share_words import FRACTION, fraction, rough_fraction
from bot.language.numerals import CHINESE, to_decimal
from bot.rules.case import Case, Days
from bot.rules.money import to_fen

_NO_DEDUCTIBLE = re.compile(
    r"(?:(?<!有)没有?|无|不[设收扣]|不(?:用|要|需要?|必)(?:先|要)?(?:扣|交|付|过|掏|出|垫)?|免|取消了?)(?:什么|那个)?(?:起付|门槛)|从?第一块钱?(?:起|就|开始)+(?:给|能|可以)?(?:报|给|算|付)"
    r"|(?:起付|门槛)(?:线|标准|费)?(?:听说|好像|已经|今年|都|就|[是为:])*(?:没有(?!了)|0|零|免|取消|不[设收扣])(?!\.)"
)
_FULL = re.compile(
    r"(?:起付|门槛)(?:[^。;额顶]{0,20}?|[^,。;额顶]{0,26}?)"
    r"(?:够了|满了|够|交满|扣完|扣过了?(?!\d|多少)|付过(?!\d|多少)|交过(?!\d|多少)|扣掉了|(?:已经?|都|早)扣了?(?![\d没吗多]|[一二两三四五六七八九])|已[满过](?!\d)|过了(?!年)|付清|扣满|用完|完了|到了|累计满|已经?交了?(?!\d)|[交付缴扣]了(?=[,。;]|$)"
    r"|[扣交付缴抵凑扛][清齐足完走]|[扣交付][光没]了(?!没)|(?:已经?|今年|都|早)就?超[过了]+(?!\d)|[迈跨]过|过掉|没有了|[就都早]没了|不[用要]再[扣交付]|(?:上[回次]|之前|前面|年初|上半年)[^,。;\d]{0,4}[扣交付]了)"
    r"|(?:起付|门槛)线?以上[^,。;]{0,6}[花用看]了|已经?(?:过|满|够)了?(?:起付|门槛)|(?:过|满|够)了?(?=起付|门槛)|(?:已经?|早就?|都)[扣交付](?:满|够|完|齐)了?(?:\d+[元块]?|[一二两三四五六七八九]+[百千])的?(?=起付|门槛)|(?:交|付|扣)(?:满|够|完|过)了?(?:起付|门槛)"
)
_AS_A_RULE = re.compile(
    r"(?:起付|门槛)?[线费]?(?:[\d一二两三四五六七八九百千]+[元块]?钱?)?(?:的?(?:部分|以上|以后|之后|后(?!来))|才)|(?:起付|门槛)[线费]?(?:就|再)?(?:报|按|给)|线(?:就|再)?(?:报|按|给)"
)
"""Not that it is paid, but what holds once it is: 过了门槛报六成."""
_IS_PAID_FROM_THERE = re.compile(
    r"(?:了|线|以后|之后|后)*(?:才|就|再|开始|能|可以|给)*(?:按|报|给?[\d一二三四五六七八九]+(?:成|%))"
)
_ALL_PAID = re.compile(
    r"(?:^|[,。;])(?:[^,。;\d没未]{0,14}早就?|(?:都|全|已经?)+)[扣交付](?:完|满|够|清)了(?=[,。;]|$)"
)
_LAST_YEARS = re.compile(
    r"去年的?(?:起付|门槛)?[线费]?(?:早就?|已经?|就|都|也)+(?:[扣交付攒]?[满够完]|[交付扣]了)"
)
_COUNTED_THIS_YEAR = re.compile(
    r"今年[^,。;\d]{0,6}(?:头一[次回趟]|第一[次回趟]|前[头面])[^,。;\d]{0,4}[花看买]"
)
_FIGURE = rf"(\d+|{CHINESE})[元块]?钱?"
_PAID_BY_FIGURE = re.compile(
    rf"(?:[这那]{_FIGURE}|{_FIGURE}的?那个|(?:^|[,。]){_FIGURE}(?=年初|早|已经|上半年|\d{{1,2}}月))[^,。;没未还]{{0,8}}[扣交付扛抵缴][过完满够清齐]了"
)
_THIS_YEAR = re.compile(r"今年(?!就?(?:没变|也|不|还是|头一|第一))")
_EVERY_YEAR = re.compile(r"每年|年年|每次")
_ALREADY = re.compile(r"已|早|都|今年|我")
_OR_NOT = re.compile(r"(.)没\1(?=[^,。;]*,)")
_NOT_FULL = re.compile(r"(?:还|都)?(?:没|未)(?:有)?(?:过|满|够|到|达到|扣|交|付|累计|动)")
_FULL_ALONE = re.compile(r"^(?:今年|起付|都|早就?|已经?|也|,)*[扣交付](?:满|够|完)了?[。吧啊呢]*$")
_UNTOUCHED = re.compile(
    r"(?:还没|没有?|未)(?:扣|交|付|动|用(?!完)|累计)|(?:今年|本年)?(?:第一[次回张笔]|头一[次回张笔趟]|首次)|今年刚"
)
_PART_PAID = re.compile(rf"(?:交|付|扣|抵)(?:掉|过)?了?{FRACTION}")
_NEARLY_FULL = re.compile(r"还?差(?:一?点|一丢|没?多少)|(?:快|差不多|差一点儿?)[要就]?[扣交付]?满")
_PAID = r"(?:扣|交|付|抵|满|够|过|用|动)"
_PERHAPS_PAID = re.compile(
    rf"(?:好像|可能|应该|也许|似乎|大概)(?:已经?|都|是|就)*{_PAID}[过了满掉]|{_PAID}[过了满掉]*(?:没有?|不)[^,。;\d]{{0,3}}(?:查|问)(?![了过到])"
    rf"|(?:花|交|付|累计)[了掉过]*多少{NOT_KNOWN}|要不要再?{_PAID}[^,。;]{{0,4}}{NOT_KNOWN}"
)
_ONCE_MORE = re.compile(r"(?:再|又|重新)[^,。;\d]{0,4}[扣交付缴][^,。;\d]{0,2}(\d+(?:\.\d+)?)")
_PAID_OR_NOT = re.compile(
    rf"(?:{_PAID}[了过掉]*(?:没有?|不|吗|么){_PAID}*[过掉]?|有没有(?:把?起付[线费]?)?{_PAID}|{_PAID}[了过掉]*(?:多少|到哪))[^,。;]{{0,6}}{NOT_KNOWN}"
    rf"|{NOT_KNOWN}[^。;\d]{{0,8}}(?:{_PAID}[了过掉]*(?:没有?|不)|有没有(?:把?起付[线费]?)?{_PAID}|是不是{_PAID}|{_PAID}[了过掉]*多少)"
)


def deductible_of(part: Part, told: Case, known: Case) -> Case:
    """What is said of the deductible beside the figures in `told`; `known` is what earlier turns told."""
    if denies_deductible(part):
        return Case(deductible=Decimal(0))
    if _FULL_ALONE.match(part.text) or (known.deductible and _is_paid_up(known.deductible, part.text)):
        return Case(deductible_full=True)
    paid_up = not forgotten_deductible(part, told) and told.deductible_met is None
    full = (
        _says_full(part.text, told.deductible)
        or (told.deductible and _ALL_PAID.search(part.text))
        or (part.tells("deductible_full") and not (_UNTOUCHED.search(part.text) or _doubts_paid(part.text)))
    )
    if paid_up and full and not _PART_PAID.search(part.text):
        again = known.deductible_full and known.deductible_met_in and not _THIS_YEAR.search(part.text)
        when = known.deductible_met_in if again else _this_year(part, told)
        return Case(deductible_full=True, deductible_met_in=when)
    if forgotten_deductible(part, told):
        return Case()
    if told.deductible_met and _is_taken_again(told.deductible_met, part.text):
        return Case(deductible=told.deductible_met, deductible_met_in=_this_year(part, told))
    if told.deductible_met and _COUNTED_THIS_YEAR.search(part.text):
        year = part.sentence.turn.now.year
        return Case(deductible_met_in=Days(date(year, 1, 1), date(year, 12, 31)))
    if told.deductible_met and told.deductible_met_in is None:
        return Case(deductible_met_in=_this_year(part, told))
    if told.deductible and told.deductible_met is None and (paid := _PART_PAID.search(part.text)):
        return Case(deductible_met=to_fen(told.deductible * fraction(paid[0])))
    told_so = _UNTOUCHED.search(part.text)
    untouched = told_so or part.tells("deductible_untouched")
    put_right = told_so and not _doubts_paid(part.text) and ("起付" in part.text or "门槛" in part.text)
    if told.deductible_met is None and (untouched if told.deductible is not None else put_right):
        return Case(deductible_met=Decimal(0))
    return Case()


def _is_paid_up(figure: Decimal, text: str) -> bool:
    """Whether a deductible that is named by its figure is said to be paid: 那500五月份就交完了."""
    return any(
        figure in map(to_decimal, filter(None, named.groups())) for named in _PAID_BY_FIGURE.finditer(text)
    )


def _is_taken_again(met: Decimal, text: str) -> bool:
    """Whether it is asked if what was paid of it would be taken once more: 扣过500起付线,还得再扣500不."""
    return any(to_decimal(again[1]) == met for again in _ONCE_MORE.finditer(text))


def _this_year(part: Part, told: Case) -> Days | None:
    """The year in which it was paid, this one where nothing else is said: in the next it begins anew."""
    if told.deductible_met_in:
        return told.deductible_met_in
    year = part.sentence.turn.now.year - bool(_LAST_YEARS.search(part.text))
    if told.treated_on and "今年" not in part.text:
        year = told.treated_on.last.year
    return Days(date(year, 1, 1), date(year, 12, 31))


def forgotten_deductible(part: Part, told: Case) -> Rough | None:
    """How much of the deductible was paid, where that is not sure: 扣没扣忘了, 扣了大概一半."""
    if not told.deductible or told.deductible_met is not None:
        return None
    if gone := rough_fraction(part.text, "[交付扣抵]"):
        low, high = (to_fen(told.deductible * end) for end in gone)
        return Rough("deductible_met", low, high)
    return Rough("deductible_met", Decimal(0), told.deductible) if _doubts_paid(part.text) else None


def doubts_of_the_deductible(part: Part, told: Case) -> frozenset[str]:
    """That it is not sure how much was paid of a deductible told in an earlier turn."""
    told_now = told.deductible is not None or told.deductible_met is not None or part.own_items
    return frozenset() if told_now or not _doubts_paid(part.text) else frozenset({"deductible_met"})


def _doubts_paid(text: str) -> bool:
    unsure = (_PERHAPS_PAID, _PAID_OR_NOT, _NEARLY_FULL)
    return any(words.search(text) for words in unsure)


def denies_deductible(part: Part) -> bool:
    """Whether the person says there is none."""
    return bool(_NO_DEDUCTIBLE.search(part.text))


def _says_full(text: str, told: Decimal | None) -> bool:
    """Whether the deductible is said to be paid, not merely what holds once it is: 过了门槛报六成; where its figure is
    told, 扣完报六成."""
    return any(
        not _NOT_FULL.search(_OR_NOT.sub("", full[0]))
        and not _EVERY_YEAR.search(full[0])
        and not _AS_A_RULE.match(text, full.end())
        and not (told and _IS_PAID_FROM_THERE.match(text, full.end()) and not _ALREADY.search(full[0]))
        for full in _FULL.finditer(text)
    )
