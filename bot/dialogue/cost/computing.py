"""From the people of a talk to one estimate: each under the rules of their region, then together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from bot.dialogue.cost.apart import told_apart
from bot.dialogue.cost.differences import fact_said
from bot.dialogue.cost.person import Person
from bot.knowledge.parameters import Condition, RegionParameters, Unknown
from bot.rules.backwards import reckoned_back
from bot.rules.estimate import estimate
from bot.rules.faults import Fault
from bot.rules.money import NOTHING, Span, yuan
from bot.rules.result import Estimate, Refusal, Remark, Step

_T = TypeVar("_T")
_IF: Mapping[Condition, tuple[str, str]] = {
    "not_designated": ("若不是定点", "若是定点"),
    "no_prescription": ("若没有处方", "若有处方"),
    "inpatient_stay": ("若在住院期间", "若不在住院期间"),
}
"""What holds where a condition that is open does, and where it does not."""
_Join = Callable[[Sequence[Span]], Span]


def compute(people: Sequence[Person], parameters: Mapping[str, RegionParameters], today: date) -> Estimate:
    """The estimate of all together, amounts added up where every one is known."""
    people = [part for person in people for part in told_apart(person)]
    estimates = [_of_person(person, parameters, today) for person in people]
    if len(estimates) == 1:
        return estimates[0]
    names = [person.name or f"第{number}位" for number, person in enumerate(people, start=1)]
    return _joined(estimates, names, _sum)


def refused(result: Estimate, fault: Fault) -> Estimate:
    """Nothing computed from what cannot be so: the field is named, and asked for again."""
    return Estimate(
        result.region, result.scheme, missing=(fault.field,), refusal=Refusal("cannot_be_so", fault.says)
    )


def settled(person: Person, parameters: Mapping[str, RegionParameters]) -> Person:
    """With the period of their limit: a month's where the region's document limits months, else a year's; and with the
    share at home, where the document has no other one elsewhere."""
    rules = parameters.get(person.case.region or "")
    at_home = person.home_ratio if rules and not rules.pays_otherwise_elsewhere else None
    if at_home is not None and person.case.ratio is None and not person.ratios:
        person = replace(person, case=replace(person.case, ratio=at_home))
    return person.with_limit_of(rules.limit.period if rules and rules.limit else "year")


def _of_person(person: Person, parameters: Mapping[str, RegionParameters], today: date) -> Estimate:
    region = person.case.region
    if region is None:
        missing = ("region",) if person.cost_known else ("region", "amount")
        return Estimate(
            None, person.case.scheme, missing=missing, refusal=Refusal("no_region", "各地的规定不一样")
        )
    if region not in parameters:
        names = "、".join(parameters)
        says = f"{region}的文件我手头没有，我只了解{names}的规定，不能拿别处的数替您算"
        return Estimate(region, person.case.scheme, refusal=Refusal("region_not_covered", says))
    rules = parameters[region]
    return _with_remarks(_estimated(settled(person, parameters), rules, today), person, rules)


def _estimated(person: Person, rules: RegionParameters, today: date) -> Estimate:
    for condition in person.open & _IF.keys():
        cases = person.with_and_without(condition)
        return _joined([_estimated(case, rules, today) for case in cases], _IF[condition], _range)
    if person.rough:
        return _at_each_end(person, rules, today)
    if person.ratios:
        return _at_each_place(person, rules, today)
    return estimate(reckoned_back(person.case, rules, today), rules, today)


def _at_each_end(person: Person, rules: RegionParameters, today: date) -> Estimate:
    """Facts told as a range, at each of their ends: the bill is monotone in them, so what lies between stays inside."""
    corners = person.at_each_end()
    labels = [
        f"按{'、'.join(fact_said(rough.name, getattr(corner.case, rough.name)) for rough in person.rough)}"
        for corner in corners
    ]
    joined = _joined([_estimated(corner, rules, today) for corner in corners], labels, _range)
    return _still_open(joined, tuple(rough.name for rough in person.rough))


def _at_each_place(person: Person, rules: RegionParameters, today: date) -> Estimate:
    """What each of several places pays of its own cost; where it is open which was visited, from the least to the
    most."""
    if person.spent_at_each_place:
        costs = [
            replace(person.case, ratio=at.ratio, amount=Span.exactly(at.cost or NOTHING), by_month=())
            for at in person.ratios
        ]
        each = [estimate(case, rules, today) for case in costs]
        together = _joined(each, [at.place for at in person.ratios], _sum)
        left, paid = person.case.quota_left, together.fund_pays
        if left is None or (paid is not None and paid.high <= left):
            return together
    estimates = [estimate(replace(person.case, ratio=at.ratio), rules, today) for at in person.ratios]
    joined = _joined(estimates, [at.place for at in person.ratios], _range)
    return _still_open(joined, (_what_tells_them_apart(person),))


def _what_tells_them_apart(person: Person) -> str:
    """What decides which of several shares holds: what kind of person it is for, else where they were treated."""
    places = {at.place for at in person.ratios}
    kinds = (("employment", {"在职", "退休"}), ("scheme", {"职工", "居民"}))
    return next((name for name, words in kinds if places <= words), "institution")


def _still_open(joined: Estimate, names: tuple[str, ...]) -> Estimate:
    """With what would settle the range, asked for first."""
    if joined.fund_pays is None or joined.fund_pays.is_exact:
        return joined
    return joined._replace(missing=tuple(dict.fromkeys((*names, *joined.missing))))


def _with_remarks(result: Estimate, person: Person, rules: RegionParameters) -> Estimate:
    """With how we took what was told roughly."""
    if result.fund_pays is None:
        return result
    said, amount = [*result.assumptions], person.case.amount
    if amount and person.unplaced:
        figures = "、".join(yuan(figure) for figure in person.unplaced)
        said.append(Remark(f"没听明白您说的 {figures}是不是这次的费用，这里按 {yuan(amount)}算"))
    elif often := _by_its_price(person):
        said.append(Remark(often))
    elif amount and not amount.is_exact:
        said.append(Remark(f"您说的是大概的数，这里按 {yuan(amount)}算"))
    if person.limit is not None and _says_nothing_of_a_limit(rules):
        said.append(Remark("您没有说限额是一个月的还是一年的，这里按一年的算"))
    return result._replace(assumptions=tuple(said))


def _by_its_price(person: Person) -> str | None:
    """How the cost comes of what one visit, day or piece costs, where it was told so (9.5 元 × 30 = 285 元); or that
    only one was told of."""
    amount, price = person.case.amount, person.price
    if not price or amount is None or not amount.is_exact or amount.low % price:
        return None
    if amount.low == price:
        return f"您说的 {yuan(price)}是一次的，这里只按一次算；说一共几次，就能算总数"
    return f"费用按 {yuan(price)} × {amount.low // price} = {yuan(amount.low)}算"


def _says_nothing_of_a_limit(rules: RegionParameters) -> bool:
    """Whether the text at hand does not even tell if a limit is a month's or a year's."""
    limit = rules.limit
    return limit is None or (
        limit.period == "year" and all(isinstance(e.state, Unknown) for e in limit.entries)
    )


# Several estimates as one


def _joined(estimates: Sequence[Estimate], labels: Sequence[str], join: _Join) -> Estimate:
    refused = [(label, e.refusal) for label, e in zip(labels, estimates, strict=True) if e.refusal]
    refusal = _refusal_of(*refused[0]) if refused else None
    regions = dict.fromkeys(e.region for e in estimates if e.region)
    return Estimate(
        region="、".join(regions) or None,
        scheme=estimates[0].scheme,
        fund_pays=_if_all_known(join, [e.fund_pays for e in estimates]),
        you_pay=_if_all_known(join, [e.you_pay for e in estimates]),
        steps=tuple(
            _labelled(label, step) for label, e in zip(labels, estimates, strict=True) for step in e.steps
        ),
        assumptions=_each_once(e.assumptions for e in estimates),
        not_applied=_each_once(e.not_applied for e in estimates),
        missing=_each_once(e.missing for e in estimates),
        warnings=_each_once(e.warnings for e in estimates),
        refusal=refusal,
        unpaid=estimates[0].unpaid if all(e.unpaid == estimates[0].unpaid for e in estimates) else None,
    )


def _refusal_of(label: str, refusal: Refusal) -> Refusal:
    return replace(refusal, says=f"{label}：{refusal.says}") if refusal.says else refusal


def _labelled(label: str, step: Step) -> Step:
    return step._replace(label=f"{label}：{step.label}")


def _each_once(groups: Iterable[tuple[_T, ...]]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))


def _if_all_known(join: _Join, spans: Sequence[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    return join(known) if len(known) == len(spans) else None


def _sum(spans: Sequence[Span]) -> Span:
    return Span(sum((s.low for s in spans), NOTHING), sum((s.high for s in spans), NOTHING))


def _range(spans: Sequence[Span]) -> Span:
    return Span(min(s.low for s in spans), max(s.high for s in spans))
