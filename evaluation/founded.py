"""Finds figures in an answer that nobody gave: no cited article, no record, not the person who asked."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations, product
from pathlib import Path
from typing import Any

from bot.knowledge.figures import figure_set, figures
from bot.knowledge.library import Knowledge
from bot.knowledge.official_texts import read_texts
from bot.language.money import find_amounts
from bot.language.ratios import find_ratios
from bot.messages import Citation
from evaluation.client import Answer

Given = frozenset[tuple[Decimal, str | None]]

_WORKED_OUT = {"estimate", "deadline", "application", "renewal"}
"""Cards whose figures are computed step by step, or stand in a record."""
_NO_STATEMENT = re.compile(r"“[^”]*”|(?:例如|比如)[^。]*|最多两位小数|[这了]两个(?:数|限额|日期)")
"""What we quote, propose to say, or ask to be written so; a count of what the person said."""
_WRITTEN_SO = re.compile(r"应(?:是|在)[^。]*")
"""How a figure is expected: told where nothing is computed."""
_DATE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
_ISO_DATE = re.compile(r"(\d{4})-0?(\d{1,2})-0?(\d{1,2})")
_CENT = Decimal("0.01")


class Sources:
    """What every place says that can be cited: our restatement, and the official wording where it is at hand."""

    def __init__(self, knowledge: Knowledge, texts: Path | None) -> None:
        self._said: defaultdict[Citation, str] = defaultdict(str)
        for citation, wording in (*_restated(knowledge), *(_official(knowledge, texts) if texts else ())):
            self._said[citation] += f"{wording}。"
        self._ends = {
            d.number: str(d.valid_to or "") for r in knowledge.regions.values() for d in r.documents
        }
        self._places = re.compile(rf"({'|'.join(map(re.escape, self._ends))})([^。；\n]+)")
        self._nation: defaultdict[str, str] = defaultdict(str)
        for fact in knowledge.nation:
            self._nation[fact.topic] += "。".join((fact.answer, fact.why, fact.next, fact.source, ""))

    def unfounded(self, turns: Iterable[str], answer: Answer) -> tuple[str, ...]:
        """The answer's figures, as written, that nobody gave."""
        if answer.card("handoff"):
            return ()  # the numbers of the waiting line
        text = _NO_STATEMENT.sub("，", answer.text)
        estimate = answer.card("estimate")
        if estimate and estimate["fund_pays"] is None:
            text = _WRITTEN_SO.sub("，", text)
        if answer.card("deadline"):
            text = _DATE.sub("，", text)  # worked out from the calendar, and scored as such
        sources = map(_spoken_dates, self._sources(answer))
        given = figure_set("。".join((*map(_said_by_person, turns), *sources)))
        told_sums = [
            value for value, kind in figure_set("。".join(map(_said_by_person, turns))) if kind == "money"
        ]
        together = {one + other for one, other in product(told_sums, told_sums)} if estimate else set()
        sums = _amounts_worked_out(given, together, answer) | together
        if estimate:
            sums |= {abs(one - other) for one, other in product(told_sums, told_sums)}
        told = (figure for figure in figures(text) if not figure.stands_in(given))
        return tuple(figure.text for figure in told if not (figure.kind == "money" and figure.value in sums))

    def _sources(self, answer: Answer) -> Iterator[str]:
        for citation in (*map(Citation.model_validate, answer.citations), *self._cited_in_words(answer.text)):
            yield self._said[citation]
            yield self._ends.get(citation.document, "")
        for card in answer.earlier:
            if card["card"] == "estimate":
                yield "，".join(_leaves(card))
        for card in answer.cards:
            if card["card"] in _WORKED_OUT:
                yield "，".join(_leaves(card))
            elif not card.get("citations"):  # common knowledge names its source in words
                yield self._nation[card.get("topic", "")]

    def _cited_in_words(self, text: str) -> Iterator[Citation]:
        """Places as `say_places` names them: 湘医保发〔2022〕52号第十三条、第十九条."""
        for document, articles in self._places.findall(text):
            for article in articles.split("、"):
                yield Citation(document=document, article=article)


def _restated(knowledge: Knowledge) -> Iterator[tuple[Citation, str]]:
    """What we say of each citable place, and what is worked out from it, as check-knowledge proves."""
    for region in knowledge.regions.values():
        for article in region.articles:
            worked_out = (each.figure for each in article.computed)
            yield region.citation(article), "。".join((article.says, *article.evidence, *worked_out))
        for answer in region.answers:
            for cite in answer.citations:
                yield region.citation(cite), "。".join(each.figure for each in answer.computed)


def _official(knowledge: Knowledge, texts: Path) -> Iterator[tuple[Citation, str]]:
    numbers = {d.key: d.number for region in knowledge.regions.values() for d in region.documents}
    for key, articles in read_texts(texts, knowledge.regions).items():
        for name, wording in articles.items():
            yield Citation(document=numbers[key], article=name), wording


def _spoken_dates(text: str) -> str:
    """The text with its dates as they are said: 2027-12-31 is 2027年12月31日."""
    return _ISO_DATE.sub(r"\1年\2月\3日", text)


def _said_by_person(turn: str) -> str:
    """The turn, and its sums and ratios as figures: 五百一, 六成五."""
    amounts = (f"{end}元" for amount in find_amounts(turn) for end in (amount.low, amount.high))
    ratios = (f"{ratio.value * 100}%" for ratio in find_ratios(turn))
    return "，".join((turn, *amounts, *ratios))


def _amounts_worked_out(given: Given, together: set[Decimal], answer: Answer) -> set[Decimal]:
    """A share of an amount, both given, or of two told amounts together; by how much an estimate differs from one
    before it."""
    shares = (value for value, kind in given if kind == "percent")
    amounts = together | {value for value, kind in given if kind in ("money", None)}
    found = {(share * amount / 100).quantize(_CENT) for share, amount in product(shares, amounts)}
    estimates = [card for card in (*answer.earlier, *answer.cards) if card["card"] == "estimate"]
    for before, after in combinations(estimates, 2):
        found |= {abs(one - other) for one, other in product(_fund_pays(before), _fund_pays(after))}
    return found


def _fund_pays(card: dict[str, Any]) -> list[Decimal]:
    return [Decimal(amount) for amount in _leaves(card["fund_pays"])]


def _leaves(part: Any) -> Iterator[str]:
    """Every text and number of a card."""
    if isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _leaves(inner)
    elif part is not None:
        yield str(part)
