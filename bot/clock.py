"""The clock is a parameter: everything that needs the time is handed a `Clock`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]
"""Answers the current moment, aware, in Asia/Shanghai."""


def system_clock() -> datetime:
    """The machine's time in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def clock_starting_at(start: datetime) -> Clock:
    """A clock that read `start` when this function was called and has run on since.

    For demonstrations and acceptance runs (setting `BOT_NOW`). A naive `start` is Shanghai time.
    """
    aware = start if start.tzinfo else start.replace(tzinfo=SHANGHAI)
    offset: timedelta = aware - system_clock()
    return lambda: system_clock() + offset
