"""What an estimate says: amounts, the steps they came by, what they rest on, what is missing."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from bot.messages import Citation
from bot.rules.money import Span

Reason = Literal[
    "no_region",
    "region_not_covered",
    "scheme_not_covered",
    "before_effective_date",
    "after_expiry",
    "other_document",
    "negative_amount",
    "cannot_be_so",
    "too_wide",
    "parameter_missing",
]


class Remark(NamedTuple):
    """Something said beside the figures, and where it stands."""

    says: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why nothing was computed."""

    reason: Reason
    says: str
    citations: tuple[Citation, ...] = ()


class Step(NamedTuple):
    """One line of the bill: what it is called, how it came about in words and figures, yuan."""

    label: str
    expression: str
    amount: Span
    citations: tuple[Citation, ...] = ()


class Estimate(NamedTuple):
    """`fund_pays` and `you_pay` are yuan, rounded; None where nothing can be computed.

    `missing` names what nobody gave, the most valuable first. `assumptions` are what the figures rest on,
    `not_applied` the rules that would change them but were not called for. `certain` is what holds already where
    nothing can be computed yet.
    """

    region: str | None
    scheme: str | None
    fund_pays: Span | None = None
    you_pay: Span | None = None
    steps: tuple[Step, ...] = ()
    assumptions: tuple[Remark, ...] = ()
    not_applied: tuple[Remark, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: Refusal | None = None
    unpaid: Remark | None = None
    validity: tuple[Citation, ...] = ()
    certain: tuple[Remark, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every place the estimate rests on, each once, in order of use."""
        places: list[Citation] = [*self.validity]
        for part in (*self.certain, self.refusal, self.unpaid):
            places.extend(part.citations if part else ())
        places.extend(place for step in self.steps for place in step.citations)
        places.extend(place for remark in self.assumptions for place in remark.citations)
        return tuple(dict.fromkeys(places))
