"""Whether one answer is right, as the development set's notes define it."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from evaluation.client import Answer


def policy_failures(case: dict[str, Any], answer: Answer) -> list[str]:
    """What is wrong with a policy answer; empty when it is right."""
    text = squeeze(answer.text)
    if case["kind"] == "ambiguous_region" and (answer.card("choose") or {}).get("slot") == "region":
        return []
    failures = [
        f"缺少 {wanted}"
        for wanted in case["must_include"]
        if not any(squeeze(option) in text for option in wanted.split("|"))
    ]
    failures += [f"不该有 {banned}" for banned in case["must_not_include"] if squeeze(banned) in text]
    if case["gold"] and not any(_cites(answer, gold) for gold in case["gold"]):
        failures.append(f"没引用 {case['gold']}")
    return failures


def _cites(answer: Answer, gold: dict[str, str]) -> bool:
    articles = gold["article"].split("|")
    on_card = any(
        citation["document"] == gold["doc"] and citation["article"] in articles
        for citation in answer.citations
    )
    text = squeeze(answer.text)
    return on_card or any(squeeze(gold["doc"] + article) in text for article in articles)


def cost_failures(case: dict[str, Any], answer: Answer) -> list[str]:
    """What is wrong with an estimate; empty when it or an accepted alternative is right."""
    card = answer.card("estimate")
    if card is None:
        return ["没有 estimate 卡片"]
    gold = case["gold"]
    alternatives = [gold, *({"outcome": None, **other} for other in gold.get("accept", []))]
    attempts = [_estimate_failures(alternative, card) for alternative in alternatives]
    return [] if [] in attempts else attempts[0]


def _estimate_failures(gold: dict[str, Any], card: dict[str, Any]) -> list[str]:
    if gold.get("cannot_compute"):
        lacking = [name for name in gold.get("missing", []) if name not in card["missing"]]
        failures = [f"missing 缺 {lacking}"] if lacking else []
        return failures + ([f"不该算出 {card['fund_pays']}"] if card["fund_pays"] is not None else [])
    if "interval" in gold:
        low, high = gold["interval"]
        return _differs("fund_pays.low", low, _end(card["fund_pays"], "low")) + _differs(
            "fund_pays.high", high, _end(card["fund_pays"], "high")
        )
    failures = _differs("fund_pays", gold["fund_pays"], card["fund_pays"])
    if "you_pay" in gold:
        failures += _differs("you_pay", gold["you_pay"], card["you_pay"])
    return failures


def _end(amount: Any, end: str) -> Any:
    return amount[end] if isinstance(amount, dict) else amount


def _differs(name: str, wanted: float, given: Any) -> list[str]:
    try:
        right = abs(Decimal(str(given)) - Decimal(str(wanted))) <= Decimal("0.01")
    except InvalidOperation:
        right = False
    return [] if right else [f"{name} 应为 {wanted}，答 {given}"]


def status_failures(case: dict[str, Any], answer: Answer) -> list[str]:
    """What is wrong with an answer about dates; empty when it is right."""
    gold = case["gold"]
    failures = []
    wanted = _accepted_dates(gold)
    if wanted:
        given = {
            card["due_on"] for card in answer.cards if card.get("card") in {"deadline", "application"}
        } | set(_dates_in(answer.text))
        if not given & wanted:
            failures.append(f"日期应为 {sorted(wanted)}，答 {sorted(map(str, given))}")
    articles = {article for written in gold.get("articles", ()) for article in written.split("|")}
    if articles and not any(citation["article"] in articles for citation in answer.citations):
        failures.append(f"没引用 {gold['articles']}")
    return failures


def _accepted_dates(gold: dict[str, Any]) -> set[str]:
    names = ("deadline", "benefit_start", "objection_deadline")
    main = {gold[name] for name in names if gold.get(name)}
    others: list[str] = []
    for name in ("alt_deadline_if_accept_day_counted", "accept_rolled", "accept_deadline"):
        value = gold.get(name) or []
        others += [value] if isinstance(value, str) else value
    return main | set(others) if main else set()


def _dates_in(text: str) -> Iterable[str]:
    for year, month, day in re.findall(r"(\d{4})年(\d{1,2})月(\d{1,2})日", text):
        yield f"{year}-{int(month):02d}-{int(day):02d}"


def entity_spans(entities: Iterable[dict[str, Any]]) -> set[tuple[str, int, int]]:
    """(type, start, end) of each entity, from gold or from the engine."""
    return {
        (entity.get("type") or entity.get("entity") or "", entity["start"], entity["end"])
        for entity in entities
    }


def squeeze(text: str) -> str:
    """Text as it is compared: NFKC, without white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
