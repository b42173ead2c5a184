"""Time limits and process steps per region: `knowledge/regions/<folder>/deadlines.yml`, and the calendar file.

Where a document fixes no limit there is none here; `open_points` says so, with who decides.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path

from bot.knowledge.files import read_yaml
from bot.knowledge.schema import Cite, Strict
from bot.knowledge.unfinished import unfinished_regions


class Event(StrEnum):
    """Something that happened to an application or an eligibility, on a date."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RESULT_RECEIVED = "result_received"
    REVIEW_DUE = "review_due"


class Unit(StrEnum):
    """How a limit counts. `first_of_next_month` ignores the amount."""

    SAME_DAY = "same_day"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    FIRST_OF_NEXT_MONTH = "first_of_next_month"


class TimeLimit(Strict):
    """A limit that runs from an event; the day of the event itself is not counted.

    `diseases` empty: every other disease. `online_outside_office_hours` restricts it to applications filed so.
    `says` states the rule in our words, `says_of_one` to one person, with `{disease}` for theirs, where `says`
    would not read well; `caveat` is what the document leaves open about it.
    """

    id: str
    label: str
    runs_from: Event
    amount: int = 0
    unit: Unit
    diseases: tuple[str, ...] = ()
    online_outside_office_hours: bool = False
    says: str
    says_of_one: str = ""
    caveat: str = ""
    cite: Cite

    def told(self, disease: str) -> str:
        """The rule as one person is told it about their disease."""
        return self.says_of_one.replace("{disease}", disease) or self.says


class Point(Strict):
    """What is said where no date follows from a document: why, and what to do next."""

    label: str
    says: str
    next: str
    cite: Cite | None = None


class OpenPoint(Point):
    """A time limit people ask for and the document does not fix."""

    runs_from: Event


class GovernedElsewhere(Point):
    """Care that another document governs, recognised by any of these words: no limit of this one is its."""

    words: tuple[str, ...]


class Step(Strict):
    """A step of the region's process. `states` are the record states that mean this step has been reached."""

    label: str
    states: tuple[str, ...]
    says: str
    cite: Cite


class RegionDeadlines(Strict):
    """One region's `deadlines.yml`."""

    limits: tuple[TimeLimit, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()
    elsewhere: tuple[GovernedElsewhere, ...] = ()
    process: tuple[Step, ...]
    after_review_due: OpenPoint | None = None


class StatutoryHolidays(Strict):
    """Holidays fixed by national regulation for a year whose make-up working days are not published yet."""

    source: str
    days: tuple[date, ...]


class OfficeHours(Strict):
    """When an office is surely open and surely closed on a working day (hours, 24 h). Our assumption, never told."""

    surely_open: tuple[int, int]
    surely_closed_before: int
    surely_closed_from: int


class CalendarFile(Strict):
    """`knowledge/calendar.yml`. `overrides` corrects single days once a notice is published: true = working day."""

    overrides: Mapping[date, bool] = {}
    statutory: Mapping[int, StatutoryHolidays]
    office_hours: OfficeHours


def load_deadlines(knowledge_dir: Path) -> Mapping[str, RegionDeadlines]:
    """Deadlines by folder name (hunan …). Raises `KnowledgeError` naming file, line and key."""
    unfinished = unfinished_regions(knowledge_dir)
    return {
        path.parent.name: read_yaml(path, RegionDeadlines)
        for path in sorted(knowledge_dir.glob("regions/*/deadlines.yml"))
        if path.parent.name not in unfinished
    }


def load_calendar(knowledge_dir: Path) -> CalendarFile:
    """The calendar file. Raises `KnowledgeError`."""
    return read_yaml(knowledge_dir / "calendar.yml", CalendarFile)
