"""When the helpline's staff answer."""

from datetime import datetime, time

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar


class OfficeHours:
    """On working days between two times of day, Shanghai, written `08:30-17:30`."""

    def __init__(self, span: str, calendar: WorkingCalendar) -> None:
        opens, closes = span.split("-")
        self._opens, self._closes = time.fromisoformat(opens), time.fromisoformat(closes)
        self._calendar = calendar

    def open_at(self, moment: datetime) -> bool:
        """Whether somebody is there at that moment."""
        local = moment.astimezone(SHANGHAI)
        return self._opens <= local.time() < self._closes and self._calendar.is_working_day(local.date())

    def __str__(self) -> str:
        return f"工作日{self._opens:%H:%M}到{self._closes:%H:%M}"
