"""What the assistant says: text a person reads, buttons, and the same answer as a card for programs.

The cards are the chat contract. Amounts are strings in yuan with two decimals, dates ISO 8601,
ratios decimals in strings; a range is `{"low": "…", "high": "…"}`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _CardPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Citation(_CardPart):
    """Where an answer stands: `document` is its number (湘医保发〔2022〕52号), `article` as the document names it."""

    document: str
    article: str

    def __str__(self) -> str:
        return f"{self.document}{self.article}"


def say_places(citations: Iterable[Citation]) -> str:
    """Each document once, with its articles: 湘医保发〔2022〕52号第十三条、第十九条."""
    articles: dict[str, list[str]] = {}
    for citation in citations:
        articles.setdefault(citation.document, []).append(citation.article)
    return "；".join(f"{document}{'、'.join(named)}" for document, named in articles.items())


class AmountRange(_CardPart):
    """Yuan, both ends included, each with two decimals."""

    low: str
    high: str


Amount = str | AmountRange
PolicyStatus = Literal["fixed", "delegated", "silent", "draft", "not_in_force"]
AnswerStatus = Literal[
    PolicyStatus,
    "answered",
    "clarification",
    "out_of_scope",
    "unsafe",
    "not_understood",
    "handed_over",
    "error",
]
"""How every answer stands: what cards, texts, filters and counts go by. knowledge/statuses.yml has the words."""


class PolicyAnswerCard(_CardPart):
    card: Literal["policy_answer"] = "policy_answer"
    region: str
    topic: str
    status: PolicyStatus
    citations: tuple[Citation, ...] = ()
    decided_by: str | None = None


class ComparisonRow(_CardPart):
    region: str
    status: PolicyStatus
    answer: str
    citations: tuple[Citation, ...] = ()


class ComparisonCard(_CardPart):
    card: Literal["comparison"] = "comparison"
    topic: str
    rows: tuple[ComparisonRow, ...]


class EstimateStep(_CardPart):
    label: str
    expression: str
    amount: Amount | None
    citations: tuple[Citation, ...] = ()


class EstimateCard(_CardPart):
    """`fund_pays`/`you_pay` are null where nothing can be computed; `missing` names what nobody gave."""

    card: Literal["estimate"] = "estimate"
    region: str | None
    scheme: str | None
    inputs: dict[str, str]
    fund_pays: Amount | None
    you_pay: Amount | None
    missing: tuple[str, ...] = ()
    steps: tuple[EstimateStep, ...] = ()
    citations: tuple[Citation, ...] = ()
    warnings: tuple[str, ...] = ()


class ApplicationEvent(_CardPart):
    state: str
    on: date


class ApplicationCard(_CardPart):
    card: Literal["application"] = "application"
    application_no: str
    disease: str
    state: str
    events: tuple[ApplicationEvent, ...]
    due_on: date | None
    next_step: str
    citations: tuple[Citation, ...] = ()


NOT_FIXED = "not_fixed"
"""The rule on a deadline card where no document fixes one."""


class DeadlineCard(_CardPart):
    """A time limit: `due_on` is computed from dates the person gave, null where none was given or no document
    fixes one."""

    card: Literal["deadline"] = "deadline"
    label: str
    due_on: date | None
    rule: str
    citations: tuple[Citation, ...] = ()


class RenewalItem(_CardPart):
    kind: str
    disease: str
    due_on: date
    days_left: int
    citations: tuple[Citation, ...] = ()


class RenewalCard(_CardPart):
    card: Literal["renewal"] = "renewal"
    items: tuple[RenewalItem, ...]


class VerifyCard(_CardPart):
    card: Literal["verify"] = "verify"
    attempts_left: int


class ChooseCard(_CardPart):
    """Asks for one thing; the options are the reply's buttons."""

    card: Literal["choose"] = "choose"
    slot: str


class SubscriptionCard(_CardPart):
    card: Literal["subscription"] = "subscription"
    kind: str
    on: bool


class HandoffCard(_CardPart):
    card: Literal["handoff"] = "handoff"
    ticket: str
    queue_position: int | None


class FallbackCard(_CardPart):
    card: Literal["fallback"] = "fallback"
    reason: Literal["out_of_scope", "not_understood", "unsafe"]


Card = (
    PolicyAnswerCard
    | ComparisonCard
    | EstimateCard
    | ApplicationCard
    | DeadlineCard
    | RenewalCard
    | VerifyCard
    | ChooseCard
    | SubscriptionCard
    | HandoffCard
    | FallbackCard
)


@dataclass(frozen=True)
class Button:
    """`payload` is what the engine receives when it is pressed: text, or Rasa's `/intent{"entity": "value"}`."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message of ours. `text` alone is a complete answer and names its source in words."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: Card | None = None


def status_of(card: Card | None) -> AnswerStatus:
    """How an answer with this card stands. Without a card it is a plain answer (a greeting, a confirmation)."""
    match card:
        case PolicyAnswerCard():
            return card.status
        case FallbackCard():
            return card.reason
        case HandoffCard():
            return "handed_over"
        case ChooseCard() | VerifyCard():
            return "clarification"
        case EstimateCard(fund_pays=None):
            return "clarification"
        case DeadlineCard(rule=rule) if rule == NOT_FIXED:
            return "silent"
        case _:
            return "answered"
