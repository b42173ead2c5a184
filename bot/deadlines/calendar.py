"""Chinese working days: published years exactly, later years as an honest range."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar

from bot.knowledge.deadlines import CalendarFile

# Shifted holidays of a year not yet published move an end date by at most about a week:
# the longest holiday so far took 8 calendar days, of which some weekdays are worked for elsewhere.
UNPUBLISHED_SLACK = timedelta(days=8)


@dataclass(frozen=True)
class DateRange:
    """A date, or, where holidays are not published yet, the earliest and latest it can be (both included)."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        return self.first == self.last


class WorkingCalendar:
    """Working days in mainland China. Years the package does not know use the statutory holidays of the file."""

    def __init__(self, file: CalendarFile) -> None:
        self._file = file
        self._statutory = {day for year in file.statutory.values() for day in year.days}

    def is_published(self, day: date) -> bool:
        """Whether the State Council's arrangement for that day is known here."""
        if day in self._file.overrides:
            return True
        try:
            chinese_calendar.is_workday(day)
        except NotImplementedError:
            return False
        return True

    def is_working_day(self, day: date) -> bool:
        """Whether offices work that day; in an unpublished year as far as weekends and statutory holidays tell."""
        if day in self._file.overrides:
            return self._file.overrides[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5 and day not in self._statutory

    def is_public_holiday(self, day: date) -> bool:
        """Whether it is a day of a public holiday, shifted days off included; ordinary weekends are not."""
        try:
            return chinese_calendar.get_holiday_detail(day)[1] is not None and not self.is_working_day(day)
        except NotImplementedError:
            return day in self._statutory

    def add_working_days(self, start: date, count: int) -> DateRange:
        """The `count`-th working day after `start`; the day of `start` is not counted.

        Raises `ValueError` for a count below 1.
        """
        if count < 1:
            raise ValueError(f"count must be at least 1, got {count}")
        day, published = start, True
        while count:
            day += timedelta(days=1)
            published = published and self.is_published(day)
            count -= self.is_working_day(day)
        return DateRange(day, day if published else day + UNPUBLISHED_SLACK)

    def outside_office_hours(self, moment: datetime) -> bool | None:
        """Whether offices are closed at that moment; None where no one can say (early morning, late afternoon)."""
        hours = self._file.office_hours
        if not self.is_working_day(moment.date()):
            return True
        if moment.hour < hours.surely_closed_before or moment.hour >= hours.surely_closed_from:
            return True
        opens, closes = hours.surely_open
        return False if opens <= moment.hour < closes else None
