"""What a sentence says about a cost. Reads text and the engine's mentions; knows no policy and computes nothing.

One module per thing read; each gives a `Case` that holds only what a part of the sentence says.
"""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from bot.dialogue.cost.merging import merged
from bot.dialogue.cost.person import MONTHS_OF_A_YEAR, Person, Stretch
from bot.dialogue.cost.reading.amounts import items_in
from bot.dialogue.cost.reading.bills import (
    adds,
    are_earlier,
    asks_of_this_one,
    bill_named,
    bill_put_right,
    bills_of,
    class_b_of,
    day_asked,
    follows,
    gives_a_bill_back,
    next_time,
    returned_of,
    tells_a_part,
)
from bot.dialogue.cost.reading.changes import says_swapped, supposes
from bot.dialogue.cost.reading.circumstances import circumstances_of, is_at_home_after_all
from bot.dialogue.cost.reading.classes import class_costs
from bot.dialogue.cost.reading.contradictions import contradiction_in
from bot.dialogue.cost.reading.costs import cost_of, unplaced_in
from bot.dialogue.cost.reading.deductible import deductible_of, doubts_of_the_deductible
from bot.dialogue.cost.reading.doubts import open_conditions
from bot.dialogue.cost.reading.former_limit import former_limit_of
from bot.dialogue.cost.reading.hospital import days_in_hospital
from bot.dialogue.cost.reading.known_before import without_what_is_known
from bot.dialogue.cost.reading.learned import Learnt
from bot.dialogue.cost.reading.limits import limit_of, limits_of, used_up_ahead, wondered_about
from bot.dialogue.cost.reading.own_share import own_shares
from bot.dialogue.cost.reading.people import (
    asked_of,
    clauses_by_person,
    employment_is_open,
    is_not_ill,
    named_in,
    people_in,
    person_of,
)
from bot.dialogue.cost.reading.retirement import at_work_until, retired_since
from bot.dialogue.cost.reading.rough import rough_facts
from bot.dialogue.cost.reading.sentence import Part, Sentence, within_a_month
from bot.dialogue.cost.reading.several_shares import ratios_elsewhere
from bot.dialogue.cost.reading.shares import (
    is_share_at_home,
    ratios_by_place,
    share_put_right,
    shares_of,
    withdrawn_share,
)
from bot.dialogue.cost.reading.sides import of_one_side
from bot.dialogue.cost.reading.stretch import stretch_of
from bot.dialogue.cost.reading.times import AT_ONCE, spent_evenly, times_of
from bot.dialogue.cost.reading.visits import price_of, puts_visits_right, visits_told
from bot.dialogue.turn import Turn
from bot.language.normalise import normalise
from bot.language.numerals import has_numeral
from bot.rules.case import Case, Days
from bot.rules.faults import Fault
from bot.rules.money import Span, to_fen

TURNS_KEPT = 16
"""What may be meant is asked about the same turn more than once."""


@dataclass(frozen=True)
class Reading:
    """What one turn says. Usually of one person; of several where several people are asked about.

    `named`: the one person the sentence names, if it names one. `hypothetical`: "那要是…呢", to be compared with
    what was known. `claimed`: what the person heard the fund would pay. `fault`: what cannot be so. `wondered`: the
    fact they say they do not know.
    """

    people: tuple[Person, ...]
    named: str = ""
    fault: Fault | None = None
    hypothetical: bool = False
    claimed: Decimal | None = None
    wondered: str | None = None


_NOTHING_KNOWN = Case()


def read_cost(
    turn: Turn,
    asked: str | None,
    covered: Container[str],
    known: Case = _NOTHING_KNOWN,
    learnt: Learnt | None = None,
) -> Reading:
    """The facts of one turn. `asked` is the name we asked for; `covered` the provinces whose documents we have;
    `known` what earlier turns told, whose days place those of this one; `learnt` what marked sentences teach. Words
    alone are enough to tell whether a turn is about a cost at all."""
    sentence = Sentence.of(turn, asked, _day_told(known), _still_to_come(known, turn.now.date()))
    if learnt:
        sentence = replace(sentence, told=learnt.circumstances.told_in(sentence.text))
    items = own_shares(items_in(sentence, learnt.roles if learnt else None), sentence)
    items = without_what_is_known(items, known, sentence)
    if (share := share_put_right(sentence.text, known.ratio)) is not None:
        return Reading((Person(Case(ratio=share)),))
    claimed = next((item.amount.low for item in items if item.role == "claimed"), None)
    names = people_in(sentence)
    whole = Part(sentence, items, 0, len(sentence.text))
    if names:
        return Reading(_each(whole, names, covered), "", None, supposes(turn.text), claimed)
    fault = contradiction_in(whole)
    person = _read(whole, covered, known)
    if fault:
        person = person.without(fault.field)
    if person.case.own_paid is not None:
        claimed = None  # then it is no figure to be held against what the fund pays
    return Reading(
        (person,), named_in(sentence, whole.costs), fault, supposes(turn.text), claimed, wondered_about(whole)
    )


@lru_cache(TURNS_KEPT)
def tells_figures(turn: Turn, learnt: Learnt) -> bool:
    """Whether any amount stands in the turn."""
    return has_numeral(normalise(turn.text)) and bool(items_in(Sentence.of(turn, None), learnt.roles))


def stay_told(text: str, turn: Turn) -> Days | None:
    """The days in hospital that an earlier text tells, as on the day of this turn."""
    sentence = Sentence.of(replace(turn, text=text, mentions=()), None)
    return days_in_hospital(Part(sentence, (), 0, len(sentence.text)))


def _each(whole: Part, names: tuple[str, ...], covered: Container[str]) -> tuple[Person, ...]:
    """Each person's own clauses on top of what is said of all; without those who, unlike others, spent nothing."""
    people = {name: Person(name=name) for name in names}
    shared = circumstances_of(whole, covered).region
    for start, end, owner in clauses_by_person(whole.sentence):
        if owner in people and len(people) > 1 and is_not_ill(whole.sentence.text[start:end]):
            del people[owner]
        said = _read(replace(whole, start=start, end=end), covered)
        if shared in covered and said.case.region not in covered:
            # where they are treated, not where they are insured
            said = replace(said, case=replace(said.case, region=None))
        for name in [owner] if owner in names else tuple(people):
            if name not in people:
                continue
            people[name] = merged(people[name], said)
    shared = circumstances_of(whole, covered).region
    asked_for = people.get(asked_of(whole.sentence))
    spent = [_with_what_was_spent(person) for person in people.values()]
    asked_about = [asked_for] if asked_for else [p for p in spent if p.cost_known] or spent
    return tuple(p if p.case.region else replace(p, case=replace(p.case, region=shared)) for p in asked_about)


def _still_to_come(known: Case, today: date) -> date | None:
    """From when on the months are that are told: from a purchase on that is still to come, else from the year of the
    approval on."""
    if known.treated_on and known.treated_on.first > today:
        return known.treated_on.first
    return known.approved_on.first.replace(month=1, day=1) if known.approved_on else None


def _with_what_was_spent(person: Person) -> Person:
    """With the cost of one of several people, where only their limit and what is left of it is told, or why nothing is
    paid for it."""
    if not person.cost_known and person.case.excluded and person.case.excluded_for:
        why, spent = person.case.excluded_for, Span.exactly(person.case.excluded)
        case = replace(person.case, amount=spent, excluded=None, excluded_for=frozenset())
        return replace(person, case=replace(case, conditions=case.conditions | why))
    left, limit = person.case.quota_left, person.limit or person.case.monthly_limit
    if person.cost_known or left is None or limit is None or left > limit:
        return person
    return replace(person, case=replace(person.case, amount=Span.exactly(limit - left), quota_left=None))


def _over_its_months(case: Case, part: Part, stretch: Stretch) -> Case:
    """The case with the months its cost is told for: all in one, where several months' drugs were bought at once
    without a long prescription; as much in each, where they are said to be alike; a year's without those without."""
    if "long_prescription" in case.ruled_out and AT_ONCE.search(part.text):
        return replace(case, months=None, each_month=None)
    if case.months and case.amount and case.amount.is_exact and spent_evenly(part):
        each = case.amount.low / case.months
        return replace(case, amount=Span.exactly(each), each_month=True) if each == to_fen(each) else case
    if stretch.without and case.each_month and case.months == MONTHS_OF_A_YEAR:
        return replace(case, months=MONTHS_OF_A_YEAR - len(stretch.without))
    return case


def _is_of_the_month_without(part: Part, stretch: Stretch) -> bool:
    """Whether the only month that is named is the one of the stay: 9月整月住院没出来,我替她拿了300的药."""
    named = {mention.first.month for mention in part.dates if within_a_month(mention)}
    return bool(part.costs) and named == set(stretch.without)


def _doubts_of_employment(part: Part) -> frozenset[str]:
    return frozenset({"employment"}) if employment_is_open(part) else frozenset()


def _day_told(known: Case) -> date | None:
    """The last day that earlier turns told: a day without its month is of the same month."""
    told = known.treated_on or known.approved_on
    return told.first if told and told.first == told.last else None


def _read(part: Part, covered: Container[str], known: Case = _NOTHING_KNOWN) -> Person:
    case = person_of(part).updated(circumstances_of(part, covered, known.region))
    for read in (limits_of, cost_of, shares_of, times_of):
        case = case.updated(read(part))
    case = case.updated(deductible_of(part, case, known))
    case = of_one_side(case, part)
    if used_up_ahead(part):
        case = replace(case, months=None, each_month=None, conditions=case.conditions - {"long_prescription"})
    last_at_work = at_work_until(part)
    if last_at_work and case.treated_on and case.treated_on.last < last_at_work:
        case = replace(case, employment="在职")
    stay = days_in_hospital(part)
    if stay and stay.last == date.max and "inpatient_stay" in case.ruled_out:
        stay = None  # 9月上半月住院,出院后20号拿药: it was over by then
    stretch = stretch_of(part)
    case = _over_its_months(case, part, stretch)
    if stretch.without and not _is_of_the_month_without(
        part, stretch
    ):  # what happened in a month without a cost is told of none
        case = replace(case, conditions=case.conditions - {"inpatient_stay"})
    if (stretch.without or stretch.last) and not (case.amount or case.by_month):
        case = replace(case, treated_on=None)
    puts_right = next((item.instead_of for item in part.own_items if item.instead_of is not None), None)
    limit, comes_after = limit_of(part), follows(part)
    return Person(
        case,
        limit=limit,
        rough=rough_facts(part, case, limit),
        ratios=ratios_by_place(part),
        ratios_elsewhere=ratios_elsewhere(part),
        adds=adds(part) and not comes_after,
        follows=comes_after,
        earlier=are_earlier(part),
        instead_of=puts_right,
        unplaced=unplaced_in(part),
        open=open_conditions(part.text),
        doubted=doubts_of_the_deductible(part, case) | _doubts_of_employment(part),
        retired_since=retired_since(part),
        former_limit=former_limit_of(part),
        bills=bills_of(part),
        class_costs=class_costs(part),
        class_b=class_b_of(part),
        bill_put_right=bill_put_right(part),
        stay=stay,
        stretch=stretch,
        swapped=says_swapped(part.text),
        returned=returned_of(part),
        bill_returned=gives_a_bill_back(part),
        this_one=asks_of_this_one(part),
        price=price_of(part),
        visits=visits_told(part),
        puts_visits_right=puts_visits_right(part),
        bill_named=bill_named(part),
        a_part=tells_a_part(part),
        ratio_at_home=is_share_at_home(part),
        at_home_after_all=is_at_home_after_all(part),
        withdrawn=withdrawn_share(part),
        day_asked=day_asked(part),
        next_time=next_time(part),
    )
