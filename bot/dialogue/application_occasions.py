"""What the standing of an application gives occasion to remind of: papers, a result, the days that follow from it."""

from collections.abc import Iterator
from datetime import date

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue.status import standing
from bot.knowledge.deadlines import load_calendar, load_deadlines
from bot.knowledge.library import Knowledge
from bot.knowledge.reminders import Kind
from bot.records.models import Application
from bot.reminders.occasions import Occasion

_OUTCOMES = {"通过": "通过了", "不通过": "没有通过", "办结": "已经办结"}


class OccasionsByStanding:
    """The region's own process and limits, applied to one application."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._regions = knowledge.regions
        self._rules = load_deadlines(knowledge.folder)
        self._calendar = WorkingCalendar(load_calendar(knowledge.folder))

    def __call__(self, application: Application, region: str, today: date) -> Iterator[Occasion]:
        """Nothing for a region whose process we do not know."""
        place = self._regions.get(region)
        if place is None or not application.events:
            return
        now = standing(application, place, self._rules[place.folder], self._calendar, today)
        last = application.events[-1]
        since = last.at.astimezone(SHANGHAI).date()
        if now.state == "补正":
            yield Occasion(Kind.PAPERS_MISSING, application.disease, since, papers=last.note or "")
        if now.state in _OUTCOMES:
            yield Occasion(Kind.RESULT, application.disease, since, outcome=_OUTCOMES[now.state])
        if now.due and now.state == "不通过":
            yield Occasion(Kind.OBJECTION, application.disease, now.due.on.last)
        if now.due and now.overdue:
            yield Occasion(Kind.OVERDUE, application.disease, now.due.on.last)
