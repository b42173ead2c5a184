"""Amounts, periods, dates and identifiers as the engine's entities. All reading is done by `bot.language`."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Iterator, List

from bot.language import normalise
from bot.language.dates import find_dates
from bot.language.identifiers import find_identifiers
from bot.language.money import Amount, find_amounts
from bot.language.numerals import to_decimal
from bot.language.spans import without_overlaps


@dataclass(frozen=True)
class Figure:
    """`value` by entity: amount `600` or `700-800` yuan; period `月`, `季`, `年`, `2个月`; application_no and
    id_or_phone canonical; date as written, since what "昨天" means depends on the reader's clock."""

    entity: str
    start: int
    end: int
    value: str


# The gateway takes personal values out and leaves these tokens in their place (bot/identity/redaction.py).
_REDACTED = re.compile(r"〔(?:证件|手机|卡号|数字)[A-Z]{4}〕")
_ANY_DAY = date(2026, 1, 1)  # only the places of dates matter here
_MONEY_IS_SPOKEN_OF = re.compile(r"[费钱花元块药付掏用]|限额|额度|报|负担|起付|封顶|算|透析|化疗")
_PERIOD = re.compile(
    r"(?<![上下第几隔每满])(?:(?P<month>每个?月|这个月|一个月|1个月|当月|本月|这月|(?<!\d)月均)"
    r"|(?P<quarter>每个?季度|一个?季度|这个?季度|本季度)"
    r"|(?P<year>每一?年|一年|1年|全年|一整年|年均)"
    r"|(?P<half>半年)"
    r"|(?P<count>[两二三四五六七八九十俩]{1,2}|\d{1,2})个月)"
)
_NO_PERIOD_OF_COST = re.compile(
    r"^(?:[了前后内多]|以|之|没|不|一次|一审|一复|有效|的?时间|到期|审|才能|还没|过去|复审|就能)"
)


def find_figures(text: str) -> List[Figure]:
    """All figures in text order; of two that overlap identifiers come before dates, amounts, periods."""
    return without_overlaps(_by_preference(text))


def _by_preference(text: str) -> Iterator[Figure]:
    for token in _REDACTED.finditer(text):
        yield Figure("id_or_phone", token.start(), token.end(), token[0])
    for identifier in find_identifiers(text):
        entity = "application_no" if identifier.kind == "application_no" else "id_or_phone"
        yield Figure(entity, identifier.start, identifier.end, identifier.value)
    for mention in find_dates(text, _ANY_DAY):
        yield Figure("date", mention.start, mention.end, text[mention.start : mention.end])
    for amount in find_amounts(text):
        yield Figure("amount", amount.start, amount.end, _yuan(amount))
    yield from _periods(normalise(text))


def _yuan(amount: Amount) -> str:
    return "-".join(dict.fromkeys((_plain(amount.low), _plain(amount.high))))


def _plain(number: Decimal) -> str:
    return format(number, "f").rstrip("0").rstrip(".") if "." in format(number, "f") else format(number, "f")


def _periods(written: str) -> Iterator[Figure]:
    if not _MONEY_IS_SPOKEN_OF.search(written):
        return
    for match in _PERIOD.finditer(written):
        if not _NO_PERIOD_OF_COST.match(written[match.end() :]):
            yield Figure("period", match.start(), match.end(), _period_value(match))


def _period_value(match: "re.Match[str]") -> str:
    kind = match.lastgroup
    if kind == "count":
        return f"{int(to_decimal(match['count'].replace('俩', '两')) or 0)}个月"
    return {"month": "月", "quarter": "季", "year": "年", "half": "半年"}[kind or ""]
