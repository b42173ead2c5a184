"""Writes what falls due soon into the outbox. Running it again changes nothing."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.knowledge.library import Knowledge
from bot.knowledge.reminders import ReminderKind
from bot.records.outbox import PlannedReminder, ReviewDue, plan, reviews_due

HORIZON = timedelta(hours=48)
STILL_TOLD = timedelta(days=7)
"""How late the last reminder may still go out: the service was off, or the date was recorded late."""

SENT_FROM = time(9, 0, tzinfo=SHANGHAI)


class Planner:
    """Plans reminders of reviews from the eligibilities on record."""

    def __init__(self, kinds: Mapping[str, ReminderKind], knowledge: Knowledge) -> None:
        self._review = kinds["review_due"]
        self._knowledge = knowledge

    def run(self, session: Session, now: datetime, person_id: str | None = None) -> int:
        """Plans what falls due within 48 hours of `now`, for everybody or for one person who just asked for it;
        answers how many reminders are new."""
        return plan(session, self.upcoming(session, now, person_id))

    def upcoming(
        self, session: Session, now: datetime, person_id: str | None = None
    ) -> Iterator[PlannedReminder]:
        """The reminders such a run would write, planned before or not."""
        today, last_day = _day(now), _day(now + HORIZON)
        farthest, nearest = (timedelta(days=lead) for lead in (self._review.leads[0], self._review.leads[-1]))
        first, last = today + nearest - STILL_TOLD, last_day + farthest
        for review in reviews_due(session, first, last, person_id):
            lead = self._nearest_lead(review.review_due, today, last_day)
            if lead is not None and self._review.kind not in review.kinds_off:
                yield self._reminder(review, lead, today)

    def _nearest_lead(self, deadline: date, today: date, last_day: date) -> int | None:
        """The closest lead already reached: who was recorded late is still told, once.

        As long as the date is ahead no lead after it counts, however near.
        """
        reached = [
            lead
            for lead in self._review.leads
            if deadline - timedelta(days=lead) <= last_day and (lead >= 0 or deadline < today)
        ]
        return min(reached, default=None)

    def _reminder(self, review: ReviewDue, lead: int, today: date) -> PlannedReminder:
        on = max(review.review_due - timedelta(days=lead), today)
        return PlannedReminder(
            kind=self._review.kind,
            person_id=review.person_id,
            disease=review.disease,
            deadline=review.review_due,
            lead_days=lead,
            channel=review.channel,
            address=review.address,
            text=self._text(review, on),
            due_at=datetime.combine(on, SENT_FROM),
        )

    def _text(self, review: ReviewDue, on: date) -> str:
        """Stays true on whatever day it arrives: the days left are counted from a day that is named."""
        left = (review.review_due - on).days
        if left < 0:
            said = f"提醒您：按记录，{review.disease}的复审在{_said(review.review_due)}到期了。"
        else:
            when = f"从{on.month}月{on.day}日算还有{left}天" if left else "就是今天"
            said = f"提醒您：按记录，{review.disease}的复审{_said(review.review_due)}到期，{when}。"
        return f"{said}{self._advice(review.region, late=left < 0)}"

    def _advice(self, region: str, late: bool) -> str:
        advice = self._review.regions.get(region)
        if advice is None:
            return "怎么办理请问参保地医保经办机构，或拨打12393。"
        said = f"{advice.after if late else advice.before}。不清楚可拨打12393。"
        if advice.cite is None:
            return said
        return f"{said}\n依据：{self._knowledge.regions[region].citation(advice.cite)}。"


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
