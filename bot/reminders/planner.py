"""Writes what falls due soon into the outbox. Running it again changes nothing."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.knowledge.reminders import Kind, ReminderKinds
from bot.records import outbox
from bot.records.occasions import BY_KIND
from bot.records.outbox import PlannedReminder
from bot.reminders.occasions import ApplicationOccasions
from bot.reminders.schedule import slot_of, slots

HORIZON = timedelta(hours=48)
SENT_FROM = time(9, 0, tzinfo=SHANGHAI)

LONGEST_PROCESS = timedelta(days=90)
"""An application without an event for longer than this gives no occasion: no statutory limit is that long."""

Leads = tuple[int, ...]


class Planner:
    """Plans reminders from the eligibilities and applications on record, by the regions' rules."""

    def __init__(self, kinds: ReminderKinds, applications: ApplicationOccasions) -> None:
        self._kinds = kinds
        self._applications = applications

    def run(self, session: Session, now: datetime, person_id: str | None = None) -> int:
        """Plans what falls due within 48 hours of `now`, for everybody or for one person who just asked for it;
        answers how many reminders are new."""
        today, last_day = _day(now), _day(now + HORIZON)
        from_applications = self._from_applications(session, now, person_id)
        return self._from_dates(session, today, last_day, person_id) + outbox.plan(session, from_applications)

    def _from_dates(self, session: Session, today: date, last_day: date, person_id: str | None) -> int:
        return sum(
            outbox.plan_occasions(session, due, kind, slot.lead, _morning(slot.on), regions, person_id)
            for (kind, leads), regions in self._regions_alike().items()
            for slot in slots(leads, today, last_day)
            for due in BY_KIND[kind](slot.first, slot.last)
        )

    def _regions_alike(self) -> Mapping[tuple[Kind, Leads], list[str]]:
        """The regions that remind of a kind of date with the same leads: asked for at once."""
        alike: dict[tuple[Kind, Leads], list[str]] = {}
        for region, rules in self._kinds.rules.items():
            for rule in rules:
                if rule.kind in BY_KIND:
                    alike.setdefault((rule.kind, rule.leads), []).append(region)
        return alike

    def _from_applications(
        self, session: Session, now: datetime, person_id: str | None
    ) -> Iterator[PlannedReminder]:
        today, last_day = _day(now), _day(now + HORIZON)
        recent = outbox.recent_applications(session, now - LONGEST_PROCESS, person_id)
        for application, region, subscription in recent:
            for occasion in self._applications(application, region, today):
                rule = self._kinds.rule(region, occasion.kind)
                slot = slot_of(occasion.deadline, rule.leads, today, last_day) if rule else None
                if slot is not None and subscription.wants(occasion.kind):
                    yield PlannedReminder(
                        kind=occasion.kind,
                        person_id=application.person_id,
                        disease=occasion.disease,
                        deadline=occasion.deadline,
                        lead_days=slot.lead,
                        channel=subscription.channel,
                        address=subscription.address,
                        due_at=_morning(slot.on),
                    )


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _morning(day: date) -> datetime:
    return datetime.combine(day, SENT_FROM)
