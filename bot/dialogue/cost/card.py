"""The estimate for programs: the `EstimateCard` of the chat contract."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from bot.dialogue.cost.person import Person
from bot.messages import Amount, AmountRange, EstimateCard, EstimateStep
from bot.rules.case import Case
from bot.rules.money import Span, to_fen
from bot.rules.result import Estimate

_CASE = TypeAdapter(Case)
_ELSEWHERE = ("region", "area", "scheme", "ruled_out")


def card_of(people: Sequence[Person], result: Estimate) -> EstimateCard:
    """The same answer as the text gives."""
    return EstimateCard(
        region=result.region,
        scheme=result.scheme,
        inputs=_inputs(people),
        fund_pays=_amount(result.fund_pays),
        you_pay=_amount(result.you_pay),
        missing=result.missing,
        steps=tuple(
            EstimateStep(
                label=s.label, expression=s.expression, amount=_amount(s.amount), citations=s.citations
            )
            for s in result.steps
        ),
        citations=result.citations,
        warnings=(*result.warnings, *(a.says for a in result.assumptions)),
    )


def _amount(span: Span | None) -> Amount | None:
    if span is None:
        return None
    low, high = f"{to_fen(span.low)}", f"{to_fen(span.high)}"
    return low if low == high else AmountRange(low=low, high=high)


def _inputs(people: Sequence[Person]) -> dict[str, str]:
    """What the person told, one flat entry each; with several people the entries are numbered."""
    told: dict[str, str] = {}
    for number, person in enumerate(people, start=1):
        mark = f"{number}." if len(people) > 1 else ""
        for name, value in _CASE.dump_python(person.case, mode="json", exclude_defaults=True).items():
            if name not in _ELSEWHERE:
                told[mark + name] = _from_to(*value) if name == "amount" else _flat(value)
    return told


def _from_to(*ends: Any) -> str:
    return "–".join(dict.fromkeys(map(str, ends)))


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return _from_to(*value.values())
    if isinstance(value, list):
        return "、".join(_flat(item) for item in value)
    return str(value)
