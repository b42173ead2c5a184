"""What we ask for: one thing at a time, the most valuable first, never more often than three times."""

from collections.abc import Mapping

from bot.dialogue.asking import choice
from bot.dialogue.cost.talk import Talk
from bot.messages import Button
from bot.rules.result import Estimate

MOST = 3
"""Beside what a talk cannot do without."""

_DO_NOT_KNOW = Button("不知道", "不知道")
QUESTIONS: Mapping[str, str] = {
    "region": "请问您是在哪里参保的？",
    "amount": "请问一共花了多少钱？",
    "scheme": "请问您参加的是职工医保，还是居民医保？",
    "employment": "请问您是在职，还是已经退休？",
    "institution": "请问这次是在哪一家看的？",
    "hospital_level": "请问这次看病的医院是几级？",
    "used": "请问一共用了多少元？",
    "excluded": "请问其中有多少元是医保不管的？没有就说“没有”。",
    "treated_on": "请问是哪一天看的病？",
    "approved_on": "请问是哪一天批下来的？",
    "monthly_limit": "请问您这个病种每月的限额是多少元？结算单上有，也可以问参保地医保经办机构。",
    "extra_limit": "请问第二个病给您每月加了多少元限额？",
    "deductible": "请问您那里的起付线是多少元，今年扣过没有？没有起付线就说“没有”。",
    "ratio": "请问您的报销比例是百分之多少？",
    "annual_cap": "请问今年的封顶额度还剩多少元？没有到封顶就说“没到”。",
}
DATES = ("approved_on", "treated_on")
"""What we ask for that a date answers."""
NAMES: Mapping[str, str] = {
    "amount": "费用",
    "monthly_limit": "月限额",
    "deductible": "起付线",
    "ratio": "报销比例",
    "annual_cap": "封顶额度",
    "single_line_ratio": "单列支付的比例",
    "single_line_limit": "单列支付的限额",
}
_BUTTONS: Mapping[str, tuple[Button, ...]] = {
    "scheme": (choice("scheme", "职工"), choice("scheme", "居民"), _DO_NOT_KNOW),
    "employment": (choice("employment", "在职"), choice("employment", "退休"), _DO_NOT_KNOW),
    "hospital_level": (Button("三级", "三级"), Button("二级", "二级"), Button("一级", "一级"), _DO_NOT_KNOW),
    "deductible": (Button("没有起付线", "没有起付线"), _DO_NOT_KNOW),
    "annual_cap": (Button("没到封顶", "没到封顶"), _DO_NOT_KNOW),
    "excluded": (Button("没有", "没有"), _DO_NOT_KNOW),
    "extra_limit": (Button("没有加", "没有"), _DO_NOT_KNOW),
    "monthly_limit": (_DO_NOT_KNOW,),
    "ratio": (_DO_NOT_KNOW,),
}


def next_question(result: Estimate, talk: Talk) -> str | None:
    """The name of what to ask for, None where enough was asked or nothing more would help."""
    blocked = result.fund_pays is None and result.missing[:1] == talk.declined[-1:]
    if talk.questions >= MOST or blocked:
        return None
    return next((name for name in result.missing if name in QUESTIONS and name not in talk.declined), None)


def question_for(asked: str, result: Estimate) -> str:
    """What is asked; of a cost that is known roughly, its exact figure."""
    if asked == "amount" and result.fund_pays is not None and result.you_pay is not None:
        return "请问准确花了多少元？"
    if asked == "approved_on" and result.unpaid is not None:
        return "请核对这两个日期，批下来的日子应在看病之前。要是说错了，请问是哪一天批下来的？"
    return QUESTIONS[asked]


def buttons_for(asked: str, talk: Talk, regions: tuple[str, ...]) -> tuple[Button, ...]:
    """The answers that can be pressed."""
    if asked == "region":
        return tuple(choice("region", name) for name in regions)
    if asked == "institution":
        places = (at.place for person in talk.people for at in person.ratios)
        return (*(Button(place, place) for place in dict.fromkeys(places)), _DO_NOT_KNOW)
    return _BUTTONS.get(asked, ())
