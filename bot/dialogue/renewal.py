"""When a person's benefits fall due for review, from the eligibilities on record."""

import re
from collections.abc import Sequence
from datetime import date

from bot.dialogue.deadline import say_date
from bot.knowledge.library import Region
from bot.knowledge.reminders import Kind, ReminderRule
from bot.language import normalise
from bot.messages import Button, RenewalCard, RenewalItem, Reply
from bot.records.models import Eligibility

_OWN_DATE = re.compile(r"我.{0,8}(?:什么时候|啥时候?|几时|哪天|几号|多会儿).{0,2}(?:到期|过期|截止)")


def asks_for_own_date(text: str) -> bool:
    """Whether the text asks when the person's own benefit falls due."""
    return _OWN_DATE.search(normalise(text)) is not None


def renewal_reply(
    eligibilities: Sequence[Eligibility], region: Region, review: ReminderRule | None, today: date
) -> Reply:
    """What falls due and when, soonest first; says plainly where no date is on record.

    `review` is the region's rule about reviews, which says what to do.
    """
    citations = (region.citation(review.cite),) if review and review.cite else ()
    dated = sorted((e for e in eligibilities if e.review_due), key=lambda e: e.review_due or date.max)
    items = [
        RenewalItem(
            kind=Kind.REVIEW_DUE,
            disease=eligibility.disease,
            due_on=eligibility.review_due,
            days_left=(eligibility.review_due - today).days,
            citations=citations,
        )
        for eligibility in dated
        if eligibility.review_due
    ]
    lines = [_line(item) for item in items]
    undated = [eligibility.disease for eligibility in eligibilities if not eligibility.review_due]
    if undated:
        lines.append(f"{'、'.join(undated)}没有登记复审日期，请向参保地医保经办机构核实，或拨打12393。")
    if not eligibilities:
        lines.append("您名下没有查到已认定的门诊慢特病。请向参保地医保经办机构核实，或拨打12393。")
    if items and review:
        lines.append(review.after if items[0].days_left < 0 else review.before)
        lines.extend(f"依据：{citation}。" for citation in citations)
    buttons = (Button("到期前提醒我", "到期前提醒我"),) if items else ()
    return Reply("\n".join(lines), buttons, RenewalCard(items=tuple(items)))


def _line(item: RenewalItem) -> str:
    if item.days_left < 0:
        return f"{item.disease}的复审在{say_date(item.due_on)}已经到期。"
    when = f"还有{item.days_left}天" if item.days_left else "就是今天"
    return f"{item.disease}的复审到{say_date(item.due_on)}截止，{when}。"
