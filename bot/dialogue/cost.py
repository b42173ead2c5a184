"""Estimating a cost in conversation: merges what is told turn by turn, computes, says it, asks for what is missing.

`context.case` holds `{"people": [case, …], "questions": n, "declined": [names]}`; a case is `bot.rules.case.Case`
without its defaults. Computing is `bot.rules`; nothing here knows a figure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from pydantic import TypeAdapter

from bot.dialogue.asking import choice
from bot.dialogue.cost_reading import PART_OF, Reading, read_cost
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.knowledge.parameters import Condition, RegionParameters
from bot.knowledge.schema import Scheme
from bot.language import normalise
from bot.messages import Amount, AmountRange, Button, EstimateCard, EstimateStep, Reply, say_places
from bot.rules.case import Case, Employment
from bot.rules.estimate import estimate
from bot.rules.money import Span, to_fen, yuan
from bot.rules.result import Estimate, Refusal

MOST_QUESTIONS = 3
"""Beside the region and the cost, without which there is nothing to talk about."""
_NEEDED = ("region", "amount")
POINTER = "可以问参保地医保经办机构，或拨打12393。"
_SPOKEN_ASSUMPTIONS = 3

_CASE = TypeAdapter(Case)
_TREATED_AWAY: frozenset[Condition] = frozenset({"staying_elsewhere"})
_CORRECTION = re.compile(r"不对|错了|更正|搞错|记错|不是.{0,8}是|应该是|改成|重新算")
_EXPLAIN = re.compile(r"怎么算|咋算|怎样算|如何算|算法|明细|过程|哪来的|怎么来的|怎么得")
_DO_NOT_KNOW = re.compile(r"不知道|不清楚|不晓得|不懂|没听说|忘了|不记得|不了解|不确定|说不好|没注意")
_NONE = re.compile(
    r"^(?:都|我|今年|还)?(?:没有?|没到|无|不|没封顶|没扣|没加|0)(?:的|了|呢|啊|过|有)?[。,!]?$"
)

_QUESTIONS: Mapping[str, str] = {
    "region": "请问您是在哪里参保的？",
    "amount": "请问一共花了多少钱？",
    "employment": "请问您是在职，还是已经退休？",
    "monthly_limit": "请问您这个病种每月的限额是多少元？结算单上有，也可以问参保地医保经办机构。",
    "extra_limit": "请问第二个病给您每月加了多少元限额？",
    "deductible": "请问您那里的起付线是多少元，今年扣过没有？没有起付线就说“没有”。",
    "ratio": "请问您的报销比例是百分之多少？",
    "annual_cap": "请问今年的封顶额度还剩多少元？没有到封顶就说“没到”。",
}
_NAMES: Mapping[str, str] = {
    "amount": "费用",
    "monthly_limit": "月限额",
    "deductible": "起付线",
    "ratio": "报销比例",
    "annual_cap": "封顶额度",
    "single_line_ratio": "单列支付的比例",
    "single_line_limit": "单列支付的限额",
}
_DO_NOT_KNOW_BUTTON = Button("不知道", "不知道")
_BUTTONS: Mapping[str, tuple[Button, ...]] = {
    "employment": (choice("employment", "在职"), choice("employment", "退休")),
    "deductible": (Button("没有起付线", "没有起付线"), _DO_NOT_KNOW_BUTTON),
    "annual_cap": (Button("没到封顶", "没到封顶"), _DO_NOT_KNOW_BUTTON),
    "extra_limit": (Button("没有加", "没有"), _DO_NOT_KNOW_BUTTON),
    "monthly_limit": (_DO_NOT_KNOW_BUTTON,),
    "ratio": (_DO_NOT_KNOW_BUTTON,),
}
_NONE_MEANS: Mapping[str, Case] = {
    "deductible": Case(deductible=Decimal(0)),
    "extra_limit": Case(extra_limit=Decimal(0)),
    "annual_cap": Case(cap_not_reached=True),
}


@dataclass(frozen=True)
class _Talk:
    """What the conversation about one cost has reached."""

    people: tuple[Case, ...]
    questions: int = 0
    declined: tuple[str, ...] = ()

    @classmethod
    def recall(cls, context: Context) -> "_Talk":
        stored = context.case
        people = tuple(_CASE.validate_python(person) for person in stored.get("people", ()))
        return cls(people or (Case(),), stored.get("questions", 0), tuple(stored.get("declined", ())))

    def remembered(self) -> dict[str, Any]:
        people = [_CASE.dump_python(p, mode="json", exclude_defaults=True) for p in self.people]
        return {"people": people, "questions": self.questions, "declined": list(self.declined)}


def estimate_cost(turn: Turn, context: Context, parameters: Mapping[str, RegionParameters]) -> Outcome:
    """One turn of the cost task; the reply always carries an `EstimateCard`."""
    reading = _at_home(
        read_cost(turn, context.asked if context.task is Task.COST else None), turn, parameters
    )
    before = _known(turn, context, reading)
    talk = _told(before, turn, context, reading)
    context = _remember_person(context, talk.people[0])
    today = turn.now.date()
    result = _together([_one(case, parameters, today) for case in talk.people], reading.persons)
    if _wants_steps(turn, before, talk, result):
        return _outcome(context, talk, Reply(_steps_aloud(result), card=_card(talk.people, result)), None)
    if reading.hypothetical and before.people[0].region and result.fund_pays:
        was = _together([_one(case, parameters, today) for case in before.people], ())
        text = f"{_difference(was, result)}{_answer(result, reading, talk.people)}"
        return _outcome(context, before, Reply(text, card=_card(talk.people, result)), None)
    return _say(context, talk, reading, result, tuple(choice("region", name) for name in parameters))


def question_again(context: Context) -> Reply | None:
    """What we last asked for, to be said after a question in between; None where that was done already."""
    if context.asked is None or context.asked not in _QUESTIONS or context.case.get("asked_again"):
        return None
    return Reply(f"再说刚才的费用。{_QUESTIONS[context.asked]}", _BUTTONS.get(context.asked, ()))


def asked_again(context: Context) -> dict[str, Any]:
    """`context.case` with the note that the question was repeated; the next turn about the cost drops it."""
    return context.case | {"asked_again": True}


# What is known


def _at_home(reading: Reading, turn: Turn, parameters: Mapping[str, RegionParameters]) -> Reading:
    """The region insured in is the first of ours that is named; another province is where the person was treated."""
    provinces = [(m.value.split("/")[0], m.start) for m in turn.mentions if m.entity == "region"]
    home = next((p for p, _ in provinces if p in parameters), provinces[0][0] if provinces else None)
    text = normalise(turn.text)
    abroad = any(p != home and re.search(r"[去到在来]$", text[:start]) for p, start in provinces)
    cases = []
    for case in reading.cases:
        away = abroad and "living_elsewhere" not in case.conditions
        conditions = case.conditions | _TREATED_AWAY if away else case.conditions
        cases.append(replace(case, region=home, conditions=conditions))
    return replace(reading, cases=tuple(cases))


def _known(turn: Turn, context: Context, reading: Reading) -> _Talk:
    """What was known before this turn: the running case, or a new one with what is remembered of the person."""
    said = reading.cases[0]
    talk = _Talk.recall(context)
    names_cost = said.amount is not None or bool(said.by_month)
    continues = reading.hypothetical or _CORRECTION.search(turn.text) or context.asked
    new = context.task is not Task.COST or (names_cost and said.region is not None and not continues)
    if not new:
        return talk
    person: dict[str, Any] = {"region": context.region}
    if context.scheme in get_args(Scheme):
        person["scheme"] = context.scheme
    if context.employment in get_args(Employment):
        person["employment"] = context.employment
    return _Talk((Case(**person),))


def _told(before: _Talk, turn: Turn, context: Context, reading: Reading) -> _Talk:
    """What is known after this turn; what is said replaces what was known."""
    asked = context.asked if context.task is Task.COST else None
    text = normalise(turn.text).strip()
    said = [_beside(case, before.people[0], text) for case in reading.cases]
    if asked and _NONE.match(text) and asked in _NONE_MEANS:
        said = [case.updated(_NONE_MEANS[asked]) for case in said]
    if len(said) == 1:
        people = tuple(
            _merged(known, said[0]) if _concerns(known, asked, before) else known for known in before.people
        )
    else:
        people = tuple(_merged(before.people[0], case) for case in said)
    declined = before.declined
    if asked and (_DO_NOT_KNOW.search(text) or (_NONE.match(text) and asked not in _NONE_MEANS)):
        declined = (*declined, asked)
    return replace(before, people=people, declined=declined)


def _concerns(person: Case, asked: str | None, talk: _Talk) -> bool:
    """Whether what is said holds for that person: of several, an answer holds for those who lack it."""
    return len(talk.people) == 1 or asked is None or getattr(person, asked, None) is None


def _beside(said: Case, known: Case, text: str) -> Case:
    """An examination told alone adds to the cost that is known, unless it is part of it."""
    if said.examination is None or said.amount is not None or said.by_month or PART_OF.search(text):
        return said
    return replace(said, amount=Span.exactly(said.examination) + (known.amount or Span.exactly(Decimal(0))))


def _merged(known: Case, said: Case) -> Case:
    """A home ratio no longer holds once the person was treated elsewhere; a new cost drops the old one's shape."""
    went_away = bool({"staying_elsewhere", "living_elsewhere"} & (said.conditions - known.conditions))
    if went_away and said.ratio is None:
        known = replace(known, ratio=None)
    if said.amount is not None:
        known = replace(known, by_month=(), asked_month=None, within_policy=None)
    if said.by_month:
        known = replace(known, amount=None)
    if said.monthly_limit is not None:
        known = replace(known, quarterly_limit=None)
    merged = known.updated(said)
    if said.months and said.amount is None and not said.by_month and known.months is None and known.amount:
        merged = replace(merged, each_month=True)
    if len(merged.diseases) > 1:
        merged = replace(merged, conditions=merged.conditions | {"several_diseases"})
    return merged


def _remember_person(context: Context, case: Case) -> Context:
    return replace(
        context,
        region=case.region or context.region,
        scheme=case.scheme or context.scheme,
        employment=case.employment or context.employment,
        diseases=case.diseases or context.diseases,
        task=Task.COST,
    )


# Computing


def _one(case: Case, parameters: Mapping[str, RegionParameters], today: date) -> Estimate:
    if case.region is None:
        missing = ("region",) if case.amount or case.by_month else ("region", "amount")
        return Estimate(None, case.scheme, missing=missing, refusal=Refusal("no_region", "各地的规定不一样"))
    if case.region not in parameters:
        names = "、".join(parameters)
        says = f"{case.region}的文件我手头没有，我只了解{names}的规定，不能拿别处的数替您算"
        return Estimate(case.region, case.scheme, refusal=Refusal("region_not_covered", says))
    return estimate(case, parameters[case.region], today)


def _together(estimates: Sequence[Estimate], names: tuple[str, ...]) -> Estimate:
    """Several people's estimates as one: amounts added up where every one is known."""
    first = estimates[0]
    if len(estimates) == 1:
        return first
    labels = (
        names if len(names) == len(estimates) else tuple(f"第{i}位" for i in range(1, len(estimates) + 1))
    )
    return replace(
        first,
        fund_pays=_sum([e.fund_pays for e in estimates]),
        you_pay=_sum([e.you_pay for e in estimates]),
        steps=tuple(
            replace(step, label=f"{name}：{step.label}")
            for name, e in zip(labels, estimates, strict=True)
            for step in e.steps
        ),
        assumptions=tuple(dict.fromkeys(a for e in estimates for a in e.assumptions)),
        warnings=tuple(dict.fromkeys(w for e in estimates for w in e.warnings)),
        missing=tuple(dict.fromkeys(name for e in estimates for name in e.missing)),
        refusal=next(
            (
                replace(e.refusal, says=f"{name}：{e.refusal.says}")
                for name, e in zip(labels, estimates, strict=True)
                if e.refusal
            ),
            None,
        ),
    )


def _sum(spans: Sequence[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        return None
    return Span(sum((s.low for s in known), Decimal(0)), sum((s.high for s in known), Decimal(0)))


# Saying


def _say(
    context: Context, talk: _Talk, reading: Reading, result: Estimate, regions: tuple[Button, ...]
) -> Outcome:
    """The answer or what stands in its way, and at most one question."""
    text = _answer(result, reading, talk.people)
    asked = _next_question(result, talk)
    if asked is None:
        return _outcome(
            context, talk, Reply(f"{text}{_closing(result)}", card=_card(talk.people, result)), None
        )
    buttons = regions if asked == "region" else _BUTTONS.get(asked, ())
    reply = Reply(f"{text}{_QUESTIONS[asked]}", buttons, _card(talk.people, result))
    return _outcome(context, replace(talk, questions=talk.questions + (asked not in _NEEDED)), reply, asked)


def _outcome(context: Context, talk: _Talk, reply: Reply, asked: str | None) -> Outcome:
    return Outcome((reply,), replace(context, case=talk.remembered(), asked=asked, task=Task.COST))


def _next_question(result: Estimate, talk: _Talk) -> str | None:
    if talk.questions >= MOST_QUESTIONS or (
        result.fund_pays is None and result.missing[:1] == talk.declined[-1:]
    ):
        return None
    return next((name for name in result.missing if name in _QUESTIONS and name not in talk.declined), None)


def _answer(result: Estimate, reading: Reading, people: Sequence[Case]) -> str:
    """The amounts first, then why; or why nothing can be computed."""
    if result.fund_pays is None:
        return _cannot(result)
    parts = [_amounts(result)]
    if reading.claimed is not None and not result.fund_pays.low <= reading.claimed <= result.fund_pays.high:
        parts.append(f"不是您说的 {yuan(reading.claimed)}。")
    if len(people) > 1:
        parts.append(_by_person(result))
    elif result.unpaid:
        parts.append(f"{result.unpaid.says}。")
    else:
        parts.append(
            "".join(
                f"{s.expression}。"
                for s in result.steps
                if s.label in ("限额内费用", "起付线", "统筹基金支出")
            )
        )
    if result.citations:
        parts.append(f"依据{say_places(result.citations)}。")
    parts.extend(f"{remark.says}。" for remark in result.assumptions[:_SPOKEN_ASSUMPTIONS])
    parts.extend(f"{warning}。" for warning in result.warnings)
    return "".join(parts)


def _by_person(result: Estimate) -> str:
    """What the fund pays for each of several people, as far as it is known."""
    paid = [
        (s.label.removesuffix("：统筹基金支出"), s)
        for s in result.steps
        if s.label.endswith("：统筹基金支出")
    ]
    return "".join(f"{name}：{step.expression}。" for name, step in paid)


def _amounts(result: Estimate) -> str:
    fund, you = result.fund_pays, result.you_pay
    pays = f"医保支付 {yuan(fund)}" if fund else ""
    return f"{pays}，您自付 {yuan(you)}。" if you else f"{pays}。"


def _cannot(result: Estimate) -> str:
    """What is certain already, what is still needed, and why no document tells it; or why nothing can be computed."""
    refusal, parts = result.refusal, list[str]()
    parts.append(_by_person(result))
    if result.certain:
        parts.append(f"能确定的是：{'，'.join(remark.says for remark in result.certain)}。")
    wanted = [_NAMES[name] for name in result.missing if name in _NAMES]
    if refusal and refusal.reason == "negative_amount":
        wanted = []
    elif wanted:
        parts.append(f"{'具体' if result.certain else ''}要知道{'、'.join(wanted)}才能算。")
    elif refusal and refusal.reason != "no_region":
        parts.append("这个不能算。")
    if refusal and refusal.says:
        parts.append(f"{refusal.says}。")
    places = [place for part in (*result.certain, refusal) if part for place in part.citations]
    if places:
        parts.append(f"依据{say_places(dict.fromkeys(places))}。")
    parts.extend(f"{warning}。" for warning in result.warnings)
    return "".join(parts)


def _closing(result: Estimate) -> str:
    if result.fund_pays is None:
        wanted = "、".join(_NAMES[name] for name in result.missing if name in _NAMES)
        return f"{POINTER}问到{wanted}，告诉我就能接着算。" if wanted else POINTER
    return f"实际金额以结算单为准，拿不准的{POINTER}"


def _difference(was: Estimate, now: Estimate) -> str:
    if (
        was.fund_pays is None
        or now.fund_pays is None
        or not (was.fund_pays.is_exact and now.fund_pays.is_exact)
    ):
        return ""
    more = now.fund_pays.low - was.fund_pays.low
    if not more:
        return "那样医保支付的钱不变。"
    return f"那样医保{'多' if more > 0 else '少'}支付 {yuan(abs(more))}。"


def _wants_steps(turn: Turn, before: _Talk, talk: _Talk, result: Estimate) -> bool:
    return result.fund_pays is not None and bool(_EXPLAIN.search(turn.text)) and before.people == talk.people


def _steps_aloud(result: Estimate) -> str:
    lines = [f"第{i}步，{s.label}：{s.expression}。" for i, s in enumerate(result.steps, start=1)]
    return f"{''.join(lines)}依据{say_places(result.citations)}。{_closing(result)}"


# The card


def _card(people: Sequence[Case], result: Estimate) -> EstimateCard:
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


def _inputs(people: Sequence[Case]) -> dict[str, str]:
    """What the person told, one flat entry each; with several people the entries are numbered."""
    told: dict[str, str] = {}
    for number, case in enumerate(people, start=1):
        mark = f"{number}." if len(people) > 1 else ""
        for name, value in _CASE.dump_python(case, mode="json", exclude_defaults=True).items():
            if name not in ("region", "scheme", "ruled_out"):
                told[mark + name] = _flat(value)
    return told


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        ends = list(dict.fromkeys(str(v) for v in value.values()))
        return "–".join(ends)
    if isinstance(value, list):
        return "、".join(_flat(item) for item in value)
    return str(value)
