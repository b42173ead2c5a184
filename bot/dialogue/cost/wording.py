"""What an estimate sounds like: the amounts first, then why, where it stands, what it rests on, what to do next."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.dialogue.cost.questions import NAMES
from bot.messages import Citation, say_places
from bot.rules.money import yuan
from bot.rules.result import Estimate, Step

POINTER = "可以问参保地医保经办机构，或拨打12393。"
_SPOKEN_ASSUMPTIONS = 3
_FUND_PAYS = "统筹基金支出"
_WITHIN_POLICY = "符合政策范围"


def answer(result: Estimate, claimed: Decimal | None, difference: str = "") -> str:
    """The amounts, what is different from before, then why; or why nothing can be computed.

    `claimed`: what the person heard.
    """
    if result.fund_pays is None:
        return _cannot(result)
    wrong = claimed is not None and not result.fund_pays.low <= claimed <= result.fund_pays.high
    not_that = f"不是您说的 {yuan(claimed)}。" if claimed is not None and wrong else ""
    amounts = "" if result.unpaid and "approved_on" in result.missing else _amounts(result)  # dates in doubt
    remarks = [remark.says for remark in result.assumptions[:_SPOKEN_ASSUMPTIONS]]
    return lines(
        f"{amounts}{difference}{not_that}",
        _why(result),
        _stands_in(result.citations),
        _sentences((*remarks, *result.warnings)),
    )


def not_yet(result: Estimate) -> str:
    """What is still needed, where it was said before why no document tells it."""
    places = (place for remark in result.certain for place in remark.citations)
    cited = (*places, *(result.refusal.citations if result.refusal else ()))
    return lines(
        f"还没有算出来，要知道{_wanted(result)}才能算。", _stands_in(cited), _sentences(result.warnings)
    )


def is_as_open_as(result: Estimate, was: Estimate) -> bool:
    """Whether the same is missing as before, and as little is certain."""
    open_still = bool(_wanted(result)) and result.fund_pays is None and not is_faulty(result)
    return open_still and (result.missing, result.certain) == (was.missing, was.certain)


def lines(*parts: str) -> str:
    """One line for each part that says something."""
    return "\n".join(part for part in parts if part)


def _amounts(result: Estimate) -> str:
    """ "医保支付 X 元，您自付 Y 元。" """
    pays = f"医保支付 {yuan(result.fund_pays)}" if result.fund_pays else ""
    return f"{pays}，您自付 {yuan(result.you_pay)}。" if result.you_pay else f"{pays}。"


def closing(result: Estimate) -> str:
    """The next step, where we ask nothing more."""
    if result.fund_pays is not None:
        return f"实际金额以结算单为准，拿不准的{POINTER}"
    if is_faulty(result):
        return ""  # what cannot be so is the person's to put right
    wanted = _wanted(result)
    return f"{POINTER}问到{wanted}，告诉我就能接着算。" if wanted else POINTER


def steps_aloud(result: Estimate) -> str:
    """Every step, what the result rests on, and what was left out."""
    steps = [f"第{number}步，{s.label}：{s.expression}。" for number, s in enumerate(result.steps, start=1)]
    left_out = "；".join(remark.says for remark in result.not_applied)
    return lines(
        *steps,
        _stands_in(result.citations),
        _sentences(remark.says for remark in result.assumptions),
        f"您没有说有下面这些情况，所以没有用上：{left_out}。" if left_out else "",
        closing(result),
    )


def _why(result: Estimate) -> str:
    """The steps in short, without those that change nothing."""
    if result.unpaid:
        return f"{result.unpaid.says}。"
    shown = [step for step in result.steps if step.label.endswith(_FUND_PAYS)]
    if len(shown) > 1:
        return _by_name(shown)
    told = [
        step.expression
        for step in result.steps[:-1]
        if step.label != _WITHIN_POLICY or step.amount != result.steps[0].amount
    ]
    return _sentences(["；".join(told)] if told else ())


def _by_name(steps: Sequence[Step]) -> str:
    """What the fund pays for each of several people, or at each of several places."""
    told = (step for step in steps if step.expression)
    return "".join(f"{step.label.removesuffix(f'：{_FUND_PAYS}')}：{step.expression}。" for step in told)


def _cannot(result: Estimate) -> str:
    """What is certain already, what is still needed, and why no document tells it; or why nothing can be computed."""
    refusal = result.refusal
    certain = "，".join(remark.says for remark in result.certain)
    places = (place for part in (*result.certain, refusal) if part for place in part.citations)
    return lines(
        _by_name([step for step in result.steps if step.label.endswith(f"：{_FUND_PAYS}")]),
        f"能确定的是：{certain}。" if certain else "",
        _what_stands_in_the_way(result) + _sentences([refusal.says] if refusal and refusal.says else ()),
        _stands_in(places),
        _sentences(result.warnings),
    )


def _what_stands_in_the_way(result: Estimate) -> str:
    if is_faulty(result):
        return ""  # what is wrong says it all
    if wanted := _wanted(result):
        return f"{'具体' if result.certain else ''}要知道{wanted}才能算。"
    return "这个不能算。" if result.refusal and result.refusal.reason != "no_region" else ""


def is_faulty(result: Estimate) -> bool:
    """Whether what the person said cannot be so, or is too rough."""
    refusal = result.refusal
    return refusal is not None and refusal.reason in ("negative_amount", "cannot_be_so", "too_wide")


def _stands_in(places: Iterable[Citation]) -> str:
    named = say_places(dict.fromkeys(places))
    return f"依据{named}。" if named else ""


def _sentences(said: Iterable[str]) -> str:
    return "".join(f"{sentence}。" for sentence in said)


def _wanted(result: Estimate) -> str:
    return "、".join(NAMES[name] for name in result.missing if name in NAMES)
