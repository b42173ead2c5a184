"""What the conversation about one cost has reached, and what it is after another turn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from pydantic import TypeAdapter

from bot.dialogue.cost.apart import held_against_stay
from bot.dialogue.cost.merging import beside, merged
from bot.dialogue.cost.person import UNPAID, Person
from bot.dialogue.cost.reading import Reading, stay_told
from bot.dialogue.cost.reading.changes import asks_for_all, corrects, does_not_know, says_none, supposes
from bot.dialogue.cost.reading.circumstance_words import conditions_in
from bot.dialogue.cost.reading.people import kin_of
from bot.dialogue.cost.reading.times import this_month_in
from bot.dialogue.deadline import day_of_approval
from bot.dialogue.turn import Context, Task, Turn
from bot.knowledge.parameters import Condition
from bot.knowledge.schema import Scheme
from bot.language import normalise
from bot.language.asking import asks
from bot.rules.case import Case, Days, Employment
from bot.rules.money import Span

NEEDED = ("region", "amount")
"""Without these there is nothing to talk about."""

_ONESELF = "您"
_OF_BOTH = re.compile(
    r"(?:两|俩|三)个?(?:人|老人|老的|大人)|[我咱他她爷娘母父子女孙姐妹兄弟婆媳公爸妈]们?[俩仨]|[我俺咱他她]们两个|两口子|夫妻|[两二]老(?!师)|公婆"
)
_TWO_OF_THEM = re.compile(r"[两俩二][次回趟笔张]")
_AS_TOLD_BEFORE = re.compile(r"刚才|刚刚说|前面[说讲]|还是[这那]么多")
_LEFT_OVER = re.compile(r"剩|挪|结转|没用完|[补顶]")
_PEOPLE = TypeAdapter(tuple[Person, ...])
_QUESTION_OF: Mapping[str, str] = {
    "monthly_limit": "monthly_limit",
    "annual_cap": "limit",
    "quota_left": "annual_cap",
    "extra_limit": "extra_limit",
    "deductible": "deductible",
    "excluded": "excluded",
    "used": "used",
}
"""Facts that are told as a sum, and the question of ours that such a sum would answer."""
_NONE_MEANS: Mapping[str, Case] = {
    "deductible": Case(deductible=Decimal(0)),
    "extra_limit": Case(extra_limit=Decimal(0)),
    "excluded": Case(excluded=Decimal(0)),
    "annual_cap": Case(cap_not_reached=True),
}


@dataclass(frozen=True)
class Talk:
    """`questions` counts those asked so far; `declined` names what the person does not know, `wondered` what they
    just said so of, unasked; `latest`: of which question of ours the one figure is that was told last, unless it is
    the cost; `about`: whom the last sentence that named one person named; `others`: those whose
    costs were told before another's, until both are asked about."""

    people: tuple[Person, ...]
    questions: int = 0
    declined: tuple[str, ...] = ()
    wondered: str | None = None
    latest: str | None = None
    about: str = ""
    others: tuple[Person, ...] = ()

    @classmethod
    def recall(cls, context: Context) -> "Talk":
        """From `context.case`, as `remembered` wrote it."""
        stored = context.case
        people = _PEOPLE.validate_python(stored.get("people", ()))
        declined = tuple(stored.get("declined", ()))
        return cls(
            people=people or (Person(),),
            questions=stored.get("questions", 0),
            declined=declined,
            wondered=stored.get("wondered"),
            latest=stored.get("latest"),
            about=stored.get("about", ""),
            others=_PEOPLE.validate_python(stored.get("others", ())),
        )

    def after_asking(self, name: str) -> "Talk":
        """With one more question counted; where the person is insured and what it cost are not."""
        return self if name in NEEDED else replace(self, questions=self.questions + 1)

    def remembered(self) -> dict[str, Any]:
        """For `context.case`: a JSON object."""
        people = _PEOPLE.dump_python(self.people, mode="json", exclude_defaults=True)
        said: dict[str, Any] = {"questions": self.questions, "declined": list(self.declined)}
        if self.wondered:
            said["wondered"] = self.wondered
        others = _PEOPLE.dump_python(self.others, mode="json", exclude_defaults=True)
        more = {"latest": self.latest, "about": self.about, "others": list(others)}
        return {"people": people, **said, **{name: told for name, told in more.items() if told}}


_GOVERNED_ELSEWHERE = frozenset[Condition]({"dual_channel", "separately_paid"})
"""What the turn before may have told of the drug that a cost is then told of."""


def talk_before(turn: Turn, context: Context, reading: Reading) -> Talk:
    """What was known before this turn: the running talk, or a new one with what is remembered of the person."""
    said = reading.people[0].case
    names_cost = said.amount is not None or bool(said.by_month)
    goes_on = reading.hypothetical or corrects(turn.text) or context.asked
    put_right = corrects(turn.text) or reading.people[0].instead_of is not None
    taken_up = reading.hypothetical or put_right or takes_up(turn.text)
    under_way = context.task is Task.COST or (context.case and taken_up)
    if under_way and not (names_cost and said.region is not None and not goes_on):
        return Talk.recall(context)
    if context.case and is_of_another(Talk.recall(context), reading, turn.text):
        return Talk.recall(context)
    told, stay = told_before(context), stay_told(context.last_question or "", turn)
    before = Talk.recall(context)
    known = before.people[0]
    same_place = said.region is None and known.case.region in (None, told.region)
    if not same_place or len(before.people) > 1:
        return Talk((Person(told, stay=stay),))
    if known.cost_known and not names_cost:  # nor is it another cost
        return replace(
            before, people=(replace(known, case=known.case.updated(told), stay=stay or known.stay),)
        )
    # a question about a rule in between changes no terms
    terms = known.without_the_bill() if known.cost_known else known
    return Talk((replace(terms, case=terms.case.updated(told), stay=stay),))


def takes_up(text: str) -> bool:
    """Whether the cost that was told before is meant: 刚才那400, 还是这么多."""
    return bool(_AS_TOLD_BEFORE.search(text))


def told_before(context: Context) -> Case:
    """What the conversation told of a person before there was a cost."""
    approved = day_of_approval(context)
    told = not asks(context.last_question or "")
    kept = _GOVERNED_ELSEWHERE | frozenset({"long_prescription"}) if told else _GOVERNED_ELSEWHERE
    return Case(
        region=context.region,
        scheme=next((s for s in get_args(Scheme) if s == context.scheme), None),
        employment=next((e for e in get_args(Employment) if e == context.employment), None),
        approved_on=Days(approved, approved) if approved else None,
        conditions=conditions_in(context.last_question or "") & kept,
    )


def known_of_it(turn: Turn, context: Context) -> Case:
    """What was told of the cost under way, or before there was one; a stay in hospital told last places the days that
    are told without their month."""
    if context.task is Task.COST:
        return Talk.recall(context).people[0].case
    told, stay = told_before(context), stay_told(context.last_question or "", turn)
    noted = Talk.recall(context).people[0].case.approved_on
    told = replace(told, approved_on=told.approved_on or noted)
    return replace(told, treated_on=Days(stay.first, stay.first)) if stay and stay.first > date.min else told


def talk_after(before: Talk, turn: Turn, asked: str | None, reading: Reading) -> Talk:
    """What is known with what this turn says; `asked` is what we asked for last."""
    none = says_none(turn.text)
    if asked and asked in _NONE_MEANS and none:
        reading = replace(reading, people=tuple(_with(p, _NONE_MEANS[asked]) for p in reading.people))
    declined = before.declined
    if asked and (does_not_know(turn.text) or (none and asked not in _NONE_MEANS)):
        declined = (*declined, asked)
    known, others = before.people, before.others
    if is_of_another(before, reading, turn.text):
        told = [person for person in others if kin_of(person.name) == kin_of(reading.named)]
        others = _set_aside(others, before, reading.named)
        known = tuple(told) or tuple(person.without_the_bill() for person in known)
    people = _people_after(known, asked, reading, turn)
    about = reading.named or before.about
    if others and _OF_BOTH.search(turn.text):
        people, others = (*others, *(replace(person, name=person.name or about) for person in people)), ()
    return replace(
        before,
        people=people,
        declined=declined,
        wondered=reading.wondered,
        latest=_told_last(reading) or before.latest,
        about=about,
        others=others,
    )


def _told_last(reading: Reading) -> str | None:
    """The question whose answer the one figure of a turn is; of several figures, and of a cost, `amount`; None where
    the turn has none."""
    said = reading.people[0]
    told = [name for name in _QUESTION_OF if getattr(said.case, name) is not None]
    told += ["annual_cap"] if said.limit is not None else []
    if said.cost_known or len(told) > 1 or len(reading.people) > 1:
        return "amount"
    return _QUESTION_OF[told[0]] if told else None


def asks_of_both(turn: Turn, context: Context) -> bool:
    """Whether those whose costs were told one after the other are asked about together: 两个人一起呢."""
    return bool(context.case and Talk.recall(context).others and _OF_BOTH.search(turn.text))


def _set_aside(others: tuple[Person, ...], before: Talk, now_of: str) -> tuple[Person, ...]:
    """Those whose costs are told, each once and without the one who is spoken of now."""
    told = [*others, *(replace(person, name=before.about or _ONESELF) for person in before.people)]
    by_kin = {kin_of(person.name): person for person in told}
    return tuple(person for kin, person in by_kin.items() if kin != kin_of(now_of))


def is_of_another(before: Talk, reading: Reading, text: str) -> bool:
    """Whether a cost is told of one person after another's: 那我老伴呢,她花了300."""
    told = len(before.people) == len(reading.people) == 1 and reading.people[0].cost_known
    spoken_of = reading.named in ("他", "她", _ONESELF) and not before.about
    another = reading.named and not spoken_of and kin_of(reading.named) != kin_of(before.about)
    return bool(told and another and before.people[0].cost_known and not corrects(text))


def _with(person: Person, more: Case) -> Person:
    return replace(person, case=person.case.updated(more))


def _people_after(
    known: tuple[Person, ...], asked: str | None, reading: Reading, turn: Turn
) -> tuple[Person, ...]:
    if len(reading.people) > 1:
        by_name = {kin_of(person.name): person for person in known}
        others = [person for person in known if person.name and person.name != _ONESELF]
        by_name |= {pronoun: others[0] for pronoun in ("他", "她") if len(others) == 1}
        alike = known[0]
        if any(said.case.employment for said in reading.people):
            alike = alike.without("employment")  # what is told of one holds of no other
        return tuple(merged(by_name.get(kin_of(said.name), alike), said) for said in reading.people)
    said = reading.people[0]
    return tuple(
        _updated(person, said, turn) if _is_meant(person, known, asked, reading) else person
        for person in known
    )


def _updated(person: Person, said: Person, turn: Turn) -> Person:
    text = normalise(turn.text)
    this_month = this_month_in(text, turn.now.date())
    person = _in_a_new_year(_together_again(person, said, text), said, turn.now.year)
    said = _with_what_is_set_apart(person, said, text)
    person, said = _with_another_bill(person, said, this_month)
    if this_month and said.case.amount and not said.case.treated_on:
        said = replace(said, month=this_month)
    if not (corrects(text) or supposes(text)):
        if said.case.unused_before is not None and not asks_for_all(text):
            said = replace(said, this_one=True)  # 3月花了150; 4月买了420,把3月剩的150添进来报多少
        said = beside(said, person if _LEFT_OVER.search(text) else replace(person, month=None), this_month)
    after = merged(person, said).of_their_kind()
    return after if said.ratios else after.visiting(text)


def _with_another_bill(known: Person, said: Person, this_month: Days | None) -> tuple[Person, Person]:
    """Why nothing is paid of one bill (a stay in hospital, a place that is not designated) is not so of another
    month's, nor of one that is asked about alone; the first is then done with."""
    first, second = known.case.treated_on, said.case.treated_on or this_month
    apart = first and second and (second.first > first.last or second.last < first.first)
    asked_alone = not said.adds and (said.follows or said.this_one)
    unpaid = held_against_stay(known.case, known.stay).conditions & UNPAID
    if said.adds and said.cost_known and unpaid and not known.stay and unpaid <= said.case.ruled_out:
        return _not_paid_of_it(known, unpaid), said  # 住院那几天开了100; 出院后又开200,合计报多少
    together = said.adds and first and second and first.first.replace(day=1) == second.first.replace(day=1)
    if not (apart or asked_alone) or not said.cost_known or not unpaid or together:
        return known, said
    spent = known.case.amount
    case = replace(known.case, conditions=known.case.conditions - UNPAID, amount=None, by_month=())
    if spent and spent.is_exact:
        known = replace(known, set_apart=spent.low, set_apart_for=unpaid)
    return replace(known, case=case), replace(said, case=replace(said.case, treated_on=second))


def _not_paid_of_it(known: Person, why: frozenset[Condition]) -> Person:
    """What was known, its cost as one that is not paid for, so that another may stand beside it."""
    amount = known.case.amount
    if amount is None or not amount.is_exact:
        return known
    case = replace(known.case, conditions=known.case.conditions - why, excluded=amount.low, excluded_for=why)
    return replace(known, case=case)


def _together_again(known: Person, said: Person, text: str) -> Person:
    """What was known, with what was spent before the last purchase in one sum again, where both are asked about:
    先花了300; 又花了400,总共能报多少."""
    case = known.case
    if not case.used_as_cost or not case.used or not asks_for_all(text):
        return known
    spent = Span.exactly(case.used)
    if case.amount is None and said.cost_known and said.adds:
        return replace(known, case=replace(case, amount=spent, used=None, used_as_cost=None))
    if case.amount is None or said.cost_known or not _TWO_OF_THEM.search(text):
        return known
    return replace(known, case=replace(case, amount=case.amount.plus(spent), used=None, used_as_cost=None))


def _in_a_new_year(known: Person, said: Person, this_year: int) -> Person:
    """What was known, without what was used or left of this year's limit, where the cost is put off to a later one."""
    treated = said.case.treated_on
    if treated is None or treated.first.year <= this_year:
        return known
    anew = replace(known.case, quota_left=None, used=None, used_as_paid=None, used_as_cost=None)
    return replace(known, case=anew)


def _with_what_is_set_apart(known: Person, said: Person, text: str) -> Person:
    """What is told, with an earlier bill of which nothing is paid beside the one that followed, where both are asked
    about together."""
    apart, amount = known.set_apart, known.case.amount
    if apart is None or amount is None or not asks_for_all(text):
        return said
    if said.cost_known and said.case.amount != amount.plus(Span.exactly(apart)):
        return said
    case = replace(said.case, amount=None, uncounted=apart, excluded_for=known.set_apart_for)
    return replace(said, case=case, bills=(), adds=False)


def _is_meant(person: Person, known: tuple[Person, ...], asked: str | None, reading: Reading) -> bool:
    """Whether what is said of one holds for that person: the one who is named, else who lacks what we asked for."""
    if kin_of(reading.named) in {kin_of(other.name) for other in known if other.name}:
        return kin_of(person.name) == kin_of(reading.named)
    return len(known) == 1 or asked is None or not person.knows(asked)
