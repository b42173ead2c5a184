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
REGIONS, RULES = load_knowledge(FOLDER).regions, load_deadlines(FOLDER)
CALENDAR = WorkingCalendar(load_calendar(FOLDER))


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
    text = status_reply(application, REGIONS["山东"], RULES["shandong"], CALENDAR, date(2026, 3, 5)).text
    assert told in text
    assert "其他病种" not in text


def told(region: str, folder: str, *events: ApplicationEvent, today: date = date(2026, 3, 20)) -> str:
    application = Application(
        application_no="DEMO-1",
        disease="冠心病",
        kind="初次",
        channel="窗口",
        submitted_at=MORNING,
        events=list(events),
    )
    return status_reply(application, REGIONS[region], RULES[folder], CALENDAR, today).text


MORNING = datetime(2026, 3, 4, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("region", "folder", "state", "here", "following"),
    [
        ("湖南", "hunan", "受理", "医院受理和初审", "专家复核"),
        ("湖南", "hunan", "审核", "专家复核", "告知结果"),
        ("吉林", "jilin", "提交", "申请", "受理"),
        ("吉林", "jilin", "审核", "审核", "办结"),
        ("山东", "shandong", "受理", "受理", "审核确认"),
        ("江西", "jiangxi", "受理", "受理", "认定"),
        ("内蒙古", "neimenggu", "审核", "审核认定", "结果"),
    ],
)
def test_where_it_stands_and_what_follows_in_the_regions_own_process(
    region: str, folder: str, state: str, here: str, following: str
) -> None:
    text = told(region, folder, ApplicationEvent(state=state, at=MORNING))
    assert f"现在在“{here}”这一步" in text
    assert f"下一步是{following}：" in text


def test_what_is_overdue_is_said_with_whom_to_turn_to() -> None:
    accepted = ApplicationEvent(state="受理", at=MORNING)
    assert "已经过了" not in told("山东", "shandong", accepted, today=date(2026, 4, 1))
    late = told("山东", "shandong", accepted, today=date(2026, 4, 9))
    assert "这一天已经过了，还没有结果" in late
    assert "12393" in late


def test_what_a_record_says_of_a_later_day_has_not_happened() -> None:
    accepted = ApplicationEvent(state="受理", at=MORNING)
    approved = ApplicationEvent(state="通过", at=datetime(2026, 12, 4, 10, tzinfo=SHANGHAI))
    assert told("山东", "shandong", accepted, approved) == told("山东", "shandong", accepted)


def test_missing_papers_are_listed() -> None:
    asked = ApplicationEvent(state="补正", at=MORNING, note="化验单原件；诊断证明盖章")
    assert "请补齐：化验单原件；诊断证明盖章" in told("吉林", "jilin", asked)
