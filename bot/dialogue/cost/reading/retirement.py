"""Since when somebody is retired, where a cost is told over that time: 5月起我退休了."""

import re
from datetime import date

from bot.dialogue.cost.person import later_month
from bot.dialogue.cost.reading.months import months_named
from bot.dialogue.cost.reading.sentence import Part
from bot.dialogue.cost.reading.stretch import BOTH_HALVES, MONTH

_MONTH = rf"(?<![\d.])(?<!\d年)({MONTH})月份?(?:初|底|\d+[号日])?"
_SINCE = (
    re.compile(_MONTH + r"(?:起|开始|以后|之后|后)[^,。;\d花买药拿]{0,8}(?:退休|退了|退的)"),
    re.compile(_MONTH + r"[^,。;\d花买药拿]{0,5}(?:退休|退了|退的)"),
)
"""From when, the plainer words first."""
_AT_THE_END_OF = re.compile(
    rf"(?<![\d.])(?<!\d年)({MONTH})月(?:份)?[底末](?:才|就|刚)?(?:办|正式)?[^,。;\d花买药拿要将]{{0,4}}(?:退休|退了|退的)"
)
"""六月底办好的退休: from July on."""
_THIS_MONTH = re.compile(
    r"(?<!上)上个?月(?:(?!退)[^。;\d]){0,10}(?:这个?月|本月)[^,。;\d要将]{0,6}(?:退休|退了|退的)"
)
_TO_COME = re.compile(r"(?:要|将|快|打算|准备|才能?|到)[^,。;]{0,3}退休$")


_ON_THE_DAY = re.compile(r"(?:那天|当天)?(?:我|他|她|才|就|刚|正式)*(?:办|批|拿)?[^,。;\d花买药拿]{0,4}退休")


def at_work_until(part: Part) -> date | None:
    """The day on which somebody retired, where the day itself is told: 5号拿的药,20号才办的退休."""
    told = (d for d in part.dates if d.day and _ON_THE_DAY.match(part.sentence.text, d.end))
    return next((d.first for d in told), None)


def retired_since(part: Part) -> date | None:
    """The first day of the month from which on the person is retired, if it is told."""
    if BOTH_HALVES.search(part.text):
        return part.sentence.turn.now.date().replace(month=7, day=1)
    if _THIS_MONTH.search(part.text):
        return part.sentence.turn.now.date().replace(day=1)
    if ended := _AT_THE_END_OF.search(part.text):
        return later_month(months_named(part, [ended[1]])[0], 1)
    told = next((found for words in _SINCE if (found := words.search(part.text))), None)
    return None if not told or _TO_COME.search(told[0]) else months_named(part, [told[1]])[0]
