"""What a person is told about an application, over the real knowledge."""

from datetime import date, datetime

import pytest

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue.status import status_reply
from bot.knowledge.deadlines import load_calendar, load_deadlines
from bot.knowledge.library import load_knowledge
from bot.records.models import Application, ApplicationEvent
from bot.settings import ROOT

FOLDER = ROOT / "knowledge"


@pytest.mark.parametrize(
    ("disease", "channel", "submitted", "told"),
    [
        (
            "冠心病",
            "窗口",
            datetime(2026, 3, 4, 10, tzinfo=SHANGHAI),
            "冠心病这样的病种，规定20个工作日内办结。",
        ),
        ("精神病", "窗口", datetime(2026, 3, 4, 10, tzinfo=SHANGHAI), "精神病是诊断明确、容易认定的病种"),
        (
            "精神病",
            "线上",
            datetime(2026, 3, 4, 23, tzinfo=SHANGHAI),
            "精神病这样的病种，在非工作时间线上提交的",
        ),
    ],
)
def test_the_time_limit_is_told_for_the_persons_own_disease(
    disease: str, channel: str, submitted: datetime, told: str
) -> None:
    application = Application(
        application_no="DEMO-1",
        disease=disease,
        kind="初次",
        channel=channel,
        submitted_at=submitted,
        events=[ApplicationEvent(state="提交", at=submitted)],
    )
    region, rules = load_knowledge(FOLDER).regions["山东"], load_deadlines(FOLDER)["shandong"]
    calendar = WorkingCalendar(load_calendar(FOLDER))
    text = status_reply(application, region, rules, calendar, date(2026, 3, 5)).text
    assert told in text
    assert "其他病种" not in text
