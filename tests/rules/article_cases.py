"""The cases of tests/rules/cases/*.yml: per article what goes in and what must come out."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from ruamel.yaml import YAML

from bot.knowledge.parameters import RegionParameters
from bot.rules.case import Case
from bot.rules.estimate import estimate
from bot.rules.money import Span
from bot.rules.result import Estimate

TODAY = date(2026, 11, 22)
FOLDER = Path(__file__).parent / "cases"
_CASE = TypeAdapter(Case)


@dataclass(frozen=True)
class ArticleCase:
    """`fund` and `you` are None where nothing is computed or nothing is expected of them."""

    region: str
    article: str
    says: str
    case: Case
    fund: Span | None
    you: Span | None
    refused: str | None
    missing: tuple[str, ...] | None
    told: str

    def __str__(self) -> str:
        return f"{self.region}{self.article} {self.says} {self.case.amount.low if self.case.amount else ''}"


def article_cases() -> list[ArticleCase]:
    return [case for path in sorted(FOLDER.glob("*.yml")) for case in _read(path)]


def failures(expected: ArticleCase, parameters: RegionParameters) -> list[str]:
    """What of a case does not come out as written."""
    result = estimate(expected.case, parameters, TODAY)
    wrong = []
    if result.fund_pays != expected.fund:
        wrong.append(f"fund pays {result.fund_pays}, not {expected.fund}")
    if expected.you and result.you_pay != expected.you:
        wrong.append(f"you pay {result.you_pay}, not {expected.you}")
    if (result.refusal.reason if result.refusal else None) != expected.refused:
        wrong.append(f"refused: {result.refusal}, not {expected.refused}")
    if expected.missing is not None and result.missing != expected.missing:
        wrong.append(f"missing {result.missing}, not {expected.missing}")
    if expected.article not in {place.article for place in result.citations}:
        wrong.append(f"{expected.article} is not cited")
    if expected.told not in _told(result):
        wrong.append(f"“{expected.told}” is not said")
    return wrong


def _told(result: Estimate) -> str:
    remarks = [*result.assumptions, *result.certain, result.refusal, result.unpaid]
    steps = [step.expression for step in result.steps]
    return "\n".join([*(r.says for r in remarks if r), *steps, *result.warnings])


def _read(path: Path) -> Iterator[ArticleCase]:
    file = YAML(typ="safe", pure=True).load(path)
    for entry in file["cases"]:
        told = {"region": file["region"], **file["usual"], **entry.get("case", {})}
        amounts = entry.get("amounts") or {told.get("amount"): entry.get("fund")}
        for amount, fund in amounts.items():
            yield ArticleCase(
                region=file["region"],
                article=entry["article"],
                says=entry["says"],
                case=_case(told | {"amount": amount}),
                fund=_span(fund),
                you=_span(entry.get("you")),
                refused=entry.get("refused"),
                missing=tuple(entry["missing"]) if "missing" in entry else None,
                told=entry.get("told", ""),
            )


def _case(told: Mapping[str, Any]) -> Case:
    fields = {name: value for name, value in told.items() if value is not None}
    for name in ("approved_on", "treated_on", "deductible_met_in"):
        if name in fields:
            fields[name] = _days(fields[name])
    if "amount" in fields:
        fields["amount"] = {"low": fields["amount"], "high": fields["amount"]}
    months = fields.get("by_month", {})
    fields["by_month"] = [{"month": month, "amount": amount} for month, amount in months.items()]
    return _CASE.validate_python(fields)


def _days(written: date | str) -> dict[str, date]:
    """A day, or all of a month (2026-03)."""
    if isinstance(written, date):
        return {"first": written, "last": written}
    year, month = map(int, written.split("-"))
    return {"first": date(year, month, 1), "last": date(year, month, calendar.monthrange(year, month)[1])}


def _span(written: str | list[str] | None) -> Span | None:
    if written is None:
        return None
    low, high = (written, written) if isinstance(written, str) else written
    return Span(Decimal(low), Decimal(high))
