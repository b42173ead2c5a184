"""The rule module's figures: `knowledge/regions/<folder>/parameters.yml`, validated strictly.

Every figure is dated and stands on a cited place of a document. Where a document gives no figure, the entry
says which of four other things is true: a range, somebody else's decision, unknown, or not covered. A figure is
written as text (`"0.80"`), so that it is exact.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from bot.knowledge.files import KnowledgeError, read_yaml
from bot.knowledge.schema import Cite, Document, Scheme, Strict
from bot.messages import Citation


def _exact(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError('数要写成文字，如 "0.80"')
    return value


Figure = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, allow_inf_nan=False)]

Condition = Literal[
    "always",
    "not_designated",
    "inpatient_stay",
    "no_prescription",
    "separately_paid",
    "dual_channel",
    "cancer_therapy",
    "unrelated_disease",
    "outside_indication",
    "not_for_outpatients",
    "long_prescription",
    "examination",
    "several_diseases",
    "own_share_first",
    "class_one",
    "cap_not_given",
    "deductible_not_used",
    "deductible_restarts",
    "staying_elsewhere",
    "living_elsewhere",
    "transferred",
    "scheme_not_said",
    "over_limit",
    "cap_reached",
    "quota_left_over",
]
"""What a case can be like; the rules of a region say what follows from it."""


class Fixed(Strict):
    """The document fixes the figure."""

    value: Figure


class Between(Strict):
    """The document gives bounds, both included, and somebody decides the figure inside them."""

    low: Figure
    high: Figure

    @model_validator(mode="after")
    def _ordered(self) -> "Between":
        if self.low > self.high:
            raise ValueError("下限大于上限")
        return self


class Delegated(Strict):
    """The document leaves the figure to somebody; `rule` says what it follows."""

    to: str
    rule: str


class Unknown(Strict):
    """The figure is not in the text at hand; `where` says where it stands."""

    reason: str
    where: str


class NotCovered(Strict):
    """The document does not deal with this."""

    not_covered: str


State = Fixed | Between | Delegated | Unknown | NotCovered


class Entry(Strict):
    """One dated state of a parameter. `when` names the group it holds for (`退休`, `Ⅱ`); left out, everybody."""

    since: date | None = None
    until: date | None = None
    when: str | None = None
    state: State
    cite: Cite


class Parameter(Strict):
    """A parameter with its unit; entries for one group never overlap in time."""

    unit: Literal["元/年", "元/月", "比例", "参保范围"]
    entries: tuple[Entry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_state_at_a_time(self) -> "Parameter":
        for index, first in enumerate(self.entries):
            for second in self.entries[index + 1 :]:
                if first.when == second.when and _overlap(first, second):
                    raise ValueError(f"同一时间有两个值（{first.when or '所有人'}）")
        return self

    def at(self, day: date, group: str | None = None) -> Entry | None:
        """The entry in force on `day` for `group`, else the one for everybody; None where there is none."""
        in_force = [e for e in self.entries if _covers(e, day)]
        return next((e for e in in_force if e.when == group), None) or next(
            (e for e in in_force if e.when is None), None
        )

    def all_at(self, day: date) -> tuple[Entry, ...]:
        """Every group's entry in force on `day`."""
        return tuple(e for e in self.entries if _covers(e, day))


def _covers(entry: Entry, day: date) -> bool:
    return (entry.since or date.min) <= day <= (entry.until or date.max)


def _overlap(first: Entry, second: Entry) -> bool:
    return (first.since or date.min) <= (second.until or date.max) and (second.since or date.min) <= (
        first.until or date.max
    )


class Limit(Parameter):
    """A ceiling. `eligible_cost`: on the cost the ratio is applied to; `fund_payment`: on what the fund pays."""

    basis: Literal["eligible_cost", "fund_payment"]
    period: Literal["month", "year"]


class Reading(Strict):
    """One way to read how long an unspent monthly quota lives."""

    period: Literal["month", "quarter"]
    cite: Cite


class Start(Strict):
    """From when costs count after the approval."""

    day: Literal["approval_day", "month_after_approval"]
    says: str
    cite: Cite


class Rule(Strict):
    """What follows when a case is like `when`; `says` is told to the person.

    `unpaid`: the fund pays nothing. `elsewhere`: another document governs, `missing` names what would be needed.
    `unclear`: the amount concerned may or may not count. `note`: said where it matters, changes no figure.
    """

    when: Condition
    effect: Literal["unpaid", "elsewhere", "unclear", "note"]
    says: str
    missing: tuple[str, ...] = ()
    cite: Cite | None = None


class Validity(Strict):
    """Where the document says from when (and until when) it holds."""

    says: str
    cite: Cite


class RegionParameters(Strict):
    """All parameters of one region. `documents` comes from `documents.yml` beside the file."""

    region: str
    validity: Validity | None = None
    schemes: Parameter
    deductible: Parameter
    ratio: Parameter
    limit: Limit | None = None
    extra_limit: Parameter | None = None
    quota: tuple[Reading, ...] = ()
    start: Start | None = None
    rules: tuple[Rule, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def document(self) -> Document:
        """The document the region's rules stand in."""
        return self.documents[0]

    def citation(self, cite: Cite) -> Citation:
        """`cite` with its document's number, as cards carry it."""
        number = {d.key: d.number for d in self.documents}[cite.document or self.document.key]
        return Citation(document=number, article=cite.article)

    def rule(self, when: Condition) -> Rule | None:
        """What follows from `when`, None where the document draws no consequence."""
        return next((r for r in self.rules if r.when == when), None)

    def scheme_entry(self, scheme: Scheme, day: date) -> Entry | None:
        """Whether a scheme is covered on `day`."""
        return self.schemes.at(day, scheme)


def load_parameters(knowledge_dir: Path) -> Mapping[str, RegionParameters]:
    """Every region's parameters by province name. Raises `KnowledgeError` for the first thing wrong."""
    files = sorted((knowledge_dir / "regions").glob("*/parameters.yml"))
    return {p.region: p for p in map(_load, files)}


def _load(path: Path) -> RegionParameters:
    parameters = read_yaml(path, RegionParameters)
    documents = read_yaml(path.parent / "documents.yml", tuple[Document, ...])
    keys = {d.key for d in documents}
    for cite in _cites(parameters):
        if cite.document and cite.document not in keys:
            raise KnowledgeError(path, None, "cite.document", f"documents.yml 里没有 {cite.document}")
    return parameters.model_copy(update={"documents": documents})


def _cites(parameters: RegionParameters) -> Iterable[Cite]:
    tables = (
        parameters.schemes,
        parameters.deductible,
        parameters.ratio,
        parameters.limit,
        parameters.extra_limit,
    )
    yield from (e.cite for t in tables if t for e in t.entries)
    yield from (r.cite for r in parameters.rules if r.cite)
    yield from (r.cite for r in parameters.quota)
    yield from (part.cite for part in (parameters.start, parameters.validity) if part)
