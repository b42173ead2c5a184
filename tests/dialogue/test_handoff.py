"""A human is asked for: in office hours, outside them, and where no hours are set."""

from datetime import datetime
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue.handoff import CALL_BACK, Handoff
from bot.dialogue.office import OfficeHours
from bot.dialogue.turn import Context, Turn
from bot.knowledge.deadlines import load_calendar
from bot.records import helpline
from bot.records.database import Database
from bot.settings import ROOT, Settings

MONDAY_MORNING = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
SUNDAY = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
NATIONAL_DAY = datetime(2026, 10, 1, 10, tzinfo=SHANGHAI)
EVENING = datetime(2026, 11, 23, 17, 30, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def hours() -> OfficeHours:
    return OfficeHours("08:30-17:30", WorkingCalendar(load_calendar(ROOT / "knowledge")))


def said(text: str, now: datetime) -> Turn:
    return Turn(text=text, intent="human_handoff", chat="webchat:one", mentions=(), now=now)


@pytest.mark.parametrize(
    ("moment", "open_"), [(MONDAY_MORNING, True), (SUNDAY, False), (NATIONAL_DAY, False), (EVENING, False)]
)
def test_somebody_is_there_in_office_hours_of_working_days(
    hours: OfficeHours, moment: datetime, open_: bool
) -> None:
    assert hours.open_at(moment) is open_


async def test_in_office_hours_the_place_in_the_line_is_told(
    sqlite_database: Database, hours: OfficeHours
) -> None:
    outcome = await Handoff(sqlite_database, hours).hand_over(said("转人工", MONDAY_MORNING), Context())
    assert "您排在最前面" in outcome.replies[0].text
    assert "工作人员接入后" in outcome.replies[0].text
    assert outcome.context.asked is None


async def test_outside_a_note_for_calling_back_is_taken(
    sqlite_database: Database, hours: OfficeHours
) -> None:
    handoff = Handoff(sqlite_database, hours)
    outcome = await handoff.hand_over(said("转人工", SUNDAY), Context())
    assert "工作日08:30到17:30" in outcome.replies[0].text
    assert outcome.context.asked == CALL_BACK
    again = await handoff.hand_over(said("还是要人工", SUNDAY), outcome.context)
    assert again.context.asked == CALL_BACK
    noted = await handoff.hand_over(said("我的申请没消息，下午方便", SUNDAY), again.context)
    assert "记下了" in noted.replies[0].text
    assert noted.context.asked is None
    with sqlite_database.transaction() as session:
        (ticket,) = helpline.waiting(session, 10)
        assert ticket.note == "我的申请没消息，下午方便"


async def test_without_hours_none_are_told(sqlite_database: Database) -> None:
    outcome = await Handoff(sqlite_database).hand_over(said("转人工", SUNDAY), Context())
    assert "服务时间" not in outcome.replies[0].text
    assert outcome.context.asked is None


@pytest.mark.parametrize("hours", ["9-5", "08:30", "25:00-26:00", "08:30-17:30 weekdays"])
def test_hours_that_cannot_be_read_stop_the_start(hours: str) -> None:
    wrong: dict[str, Any] = {"office_hours": hours}
    with pytest.raises(ValueError, match="office_hours"):
        Settings(**wrong)


async def test_however_many_ask_on_one_day_each_gets_a_number_of_their_own(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        tickets = [
            helpline.open_ticket(session, f"webchat:{chat}", "webchat", None, MONDAY_MORNING)
            for chat in range(800)
        ]
        numbers = {ticket.number for ticket in tickets}
    assert len(numbers) == 800
    assert all(number.startswith("1123-") for number in numbers)
