"""A reminder in words: what, by when, what to do, and where that stands."""

from datetime import date
from decimal import Decimal

from bot.knowledge.library import Knowledge, Region
from bot.knowledge.reminders import Kind, ReminderKinds, ReminderRule
from bot.messages import Button, RenewalCard, RenewalItem, Reply, say_places
from bot.reminders.occasions import Occasion

ASK = "不清楚可拨打12393。"
PUT_OFF, STOP = "过3天再提醒我", "别再提醒我了"


class Wording:
    """Says reminders, in the words of knowledge/."""

    def __init__(self, kinds: ReminderKinds, knowledge: Knowledge) -> None:
        self._kinds = kinds
        self._knowledge = knowledge

    def message(self, occasion: Occasion, region: str, today: date) -> Reply:
        """The reminder as it is right on the day it is sent, with what the person may answer."""
        words = self._kinds.words[occasion.kind]
        buttons = (Button("怎么办", words.asks), Button("过3天再说", PUT_OFF), Button("不再提醒", STOP))
        place, rule = self._rule(region, occasion.kind)
        item = RenewalItem(
            kind=occasion.kind,
            disease=occasion.disease,
            due_on=occasion.deadline,
            days_left=(occasion.deadline - today).days,
            citations=(place.citation(rule.cite),) if place and rule and rule.cite else (),
        )
        return Reply(self.text(occasion, region, today), buttons, RenewalCard(items=(item,)))

    def text(self, occasion: Occasion, region: str, today: date) -> str:
        """The same without what may be answered."""
        words = self._kinds.words[occasion.kind]
        left = (occasion.deadline - today).days
        ahead = bool(words.ahead) and (left >= 0 or not words.past)
        said = (words.ahead if ahead else words.past).format(
            disease=occasion.disease,
            date=_said(occasion.deadline),
            left=f"还有{left}天" if left else "就是今天",
            approved=_said(occasion.approved_on) if occasion.approved_on else "",
            limit=_limits(occasion.monthly_limits),
            papers=occasion.papers or "经办机构通知的材料",
            outcome=occasion.outcome,
        )
        place, rule = self._rule(region, occasion.kind)
        if place is None or rule is None:
            return f"提醒您：{said}怎么办理请问参保地医保经办机构，或拨打12393。"
        advice = rule.before if ahead else rule.after
        return f"提醒您：{said}{advice}{ASK}{_basis(rule, place, occasion.deadline)}"

    def _rule(self, region: str, kind: Kind) -> tuple[Region | None, ReminderRule | None]:
        return self._knowledge.regions.get(region), self._kinds.rule(region, kind)


def _basis(rule: ReminderRule, place: Region, deadline: date) -> str:
    """The source, and that it ends before the date where it does."""
    if rule.cite is None:
        return ""
    document = place.document(rule.cite.document)
    ends = document.valid_to is not None and deadline > document.valid_to
    notice = (
        f"这份文件执行到{_said(document.valid_to)}，以后以新规定为准。" if ends and document.valid_to else ""
    )
    return f"\n依据：{say_places([place.citation(rule.cite)])}。{notice}"


def _limits(limits: tuple[Decimal, ...]) -> str:
    """The limits on record, never a remainder: what was spent is not known here."""
    if not limits:
        return ""
    said = "、".join(f"{limit:f}".removesuffix(".00") + "元" for limit in limits)
    return f"记录里您的月限额是{said}。"


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
