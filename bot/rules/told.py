"""What a case tells under one region's parameters: the words it is called by, and which entries and rules may hold."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from bot.knowledge.parameters import (
    GROUPS,
    Between,
    Condition,
    Entry,
    Fixed,
    Parameter,
    RegionParameters,
    Rule,
)
from bot.knowledge.schema import Cite
from bot.messages import Citation
from bot.rules.case import Case, Days

T = TypeVar("T")


class remembered(Generic[T]):
    """A property computed once: `functools.cached_property` without the lock that Python 3.12 has dropped."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self._name = compute, compute.__name__

    def __get__(self, owner: Any, kind: type) -> T:
        value = owner.__dict__[self._name] = self._compute(owner)
        return value


class Told:
    """One case under one region's parameters. `day` is the day whose figures hold."""

    def __init__(self, case: Case, parameters: RegionParameters, as_of: date) -> None:
        self.case, self.parameters, self.as_of = case, parameters.in_area(case.area), as_of
        self.treated = case.treated_on or Days(as_of, as_of)
        document = parameters.document
        self.day = min(max(self.treated.last, document.valid_from or date.min), document.valid_to or date.max)

    def has(self, condition: Condition) -> bool:
        return condition in self.case.conditions

    def cited(self, cite: Cite | None) -> tuple[Citation, ...]:
        return (self.parameters.citation(cite),) if cite else ()

    def rules(self, effect: str) -> list[Rule]:
        """The rules that hold; one that sends elsewhere for figures does not where the person gave them."""
        return [
            rule for rule in self._held if rule.effect == effect and not (rule.missing and self.on_own_terms)
        ]

    @remembered
    def _held(self) -> list[Rule]:
        conditions = self.case.conditions
        return [rule for rule in self.parameters.rules if rule.when in conditions] if conditions else []

    @remembered
    def on_own_terms(self) -> bool:
        """Whether the person gave the ratio and limit of a separately paid drug (湖南第二十条)."""
        limited = self.case.monthly_limit is not None or self.case.quota_left is not None
        return bool(self.case.own_terms and self.case.ratio is not None and limited)

    @remembered
    def words(self) -> frozenset[str]:
        """What the case is called in `when` of a parameter; of several diseases none, only one is paid for."""
        case = self.case
        said = {case.scheme, case.employment, case.benefit_class, case.hospital_level}
        said.update(case.conditions.intersection(GROUPS["away"]))
        if len(case.diseases) == 1:
            said.update(case.diseases)
        return frozenset(word for word in said if word)

    def entries(self, table: Parameter | None) -> tuple[Entry, ...]:
        """The entries that may hold for this case."""
        return table.possible(self.day, self.words) if table else ()

    @remembered
    def unsaid(self) -> tuple[str, ...]:
        """The groups (`employment`, `hospital_level` …) that figures depend on and the person did not tell."""
        tables = [t for t in (self.parameters.ratio, self.parameters.limit, self.parameters.deductible) if t]
        return tuple(
            group
            for group in GROUPS
            if group != "away"
            and self.words.isdisjoint(GROUPS[group])
            and any(table.concerns(group) for table in tables if _fixes(self.entries(table)))
        )


def _fixes(entries: Sequence[Entry]) -> bool:
    return any(isinstance(entry.state, Fixed | Between) for entry in entries)
