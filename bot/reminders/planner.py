"""Writes what falls due soon into the outbox. Running it again changes nothing."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.knowledge.library import Knowledge
from bot.knowledge.reminders import ReminderKind
from bot.records.outbox import PlannedReminder, ReviewDue, plan, reviews_due

HORIZON = timedelta(hours=48)
SENT_FROM = time(9, 0, tzinfo=SHANGHAI)


class Planner:
    """Plans reminders of reviews from the eligibilities on record."""

    def __init__(self, kinds: Mapping[str, ReminderKind], knowledge: Knowledge) -> None:
        self._review = kinds["review_due"]
        self._knowledge = knowledge

    def run(self, session: Session, now: datetime) -> int:
        """Plans everything that falls due within 48 hours of `now`; answers how many reminders are new."""
        return plan(session, self.upcoming(session, now))

    def upcoming(self, session: Session, now: datetime) -> Iterator[PlannedReminder]:
        """The reminders such a run would write, planned before or not."""
        last_day = (now + HORIZON).astimezone(SHANGHAI).date()
        leads = self._review.leads
        first, last = last_day + timedelta(days=leads[-1]), last_day + timedelta(days=leads[0])
        for review in reviews_due(session, first - HORIZON, last):
            lead = self._nearest_lead(review.review_due, last_day)
            if lead is not None and self._review.kind not in review.kinds_off:
                yield self._reminder(review, lead, now)

    def _nearest_lead(self, deadline: date, last_day: date) -> int | None:
        """The closest lead already reached: who was recorded late is still told, once."""
        reached = [lead for lead in self._review.leads if deadline - timedelta(days=lead) <= last_day]
        return min(reached) if reached else None

    def _reminder(self, review: ReviewDue, lead: int, now: datetime) -> PlannedReminder:
        on = max(review.review_due - timedelta(days=lead), now.astimezone(SHANGHAI).date())
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
        advice = self._review.regions[review.region]
        day = f"{review.review_due.year}年{review.review_due.month}月{review.review_due.day}日"
        left = (review.review_due - on).days
        if left < 0:
            said = f"提醒您：按记录，{review.disease}的复审在{day}到期了。{advice.after}。"
        else:
            when = f"还有{left}天" if left else "就是今天"
            said = f"提醒您：按记录，{review.disease}的复审{day}到期，{when}。{advice.before}。"
        source = ""
        if advice.cite:
            source = f"依据：{self._knowledge.regions[review.region].citation(advice.cite)}。"
        return f"{said}{source}不清楚可拨打12393。"
