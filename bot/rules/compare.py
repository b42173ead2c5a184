"""What another version of the parameters would change: whose out-of-pocket cost, and by how much."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.knowledge.parameters import Figure, RegionParameters
from bot.knowledge.schema import Strict
from bot.rules.case import Case
from bot.rules.estimate import estimate
from bot.rules.money import Span, yuan


class Typical(Strict):
    """One of `knowledge/typical_cases.yml`: somebody, asked about several costs."""

    name: str
    amounts: tuple[Figure, ...]
    case: Case


@dataclass(frozen=True)
class Change:
    """`before` and `after` are what the person pays; None where nothing is computed."""

    region: str
    name: str
    amount: Span
    before: Span | None
    after: Span | None

    def __str__(self) -> str:
        who = f"{self.region}，{self.name}，花 {yuan(self.amount)}"
        if self.before is None or self.after is None:
            was, now = (yuan(span) if span else "算不出" for span in (self.before, self.after))
            return f"{who}：自付从 {was} 变为 {now}"
        least, most = sorted((self.after.low - self.before.low, self.after.high - self.before.high))
        return f"{who}：自付从 {yuan(self.before)} 变为 {yuan(self.after)}，{_difference(Span(least, most))}"


def _difference(change: Span) -> str:
    if change.low < 0 < change.high:
        return f"少 {yuan(-change.low)} 到多 {yuan(change.high)}"
    if change.high <= 0:
        return f"少 {yuan(Span(-change.high, -change.low))}"
    return f"多 {yuan(change)}"


def changes(
    old: Mapping[str, RegionParameters],
    new: Mapping[str, RegionParameters],
    typical: Sequence[Typical],
    as_of: date,
) -> Iterator[Change]:
    """The typical cases that come out differently, in every region and 统筹区 that both versions have."""
    for region in old.keys() & new.keys():
        areas = old[region].areas.keys() | new[region].areas.keys()
        for area in (None, *sorted(areas)):
            for kind in typical:
                for figure in kind.amounts:
                    amount = Span.exactly(figure)
                    case = replace(kind.case, region=region, area=area, amount=amount)
                    before, after = (estimate(case, layer[region], as_of).you_pay for layer in (old, new))
                    if before != after:
                        yield Change(area or region, kind.name, amount, before, after)
