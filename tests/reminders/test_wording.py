"""What a reminder says."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from reminder_fakes import KINDS, TODAY, WORDING

from bot.knowledge.library import region_folders
from bot.knowledge.reminders import Kind
from bot.messages import RenewalCard
from bot.reminders.occasions import Occasion
from bot.settings import ROOT


def text(kind: Kind, deadline: date, region: str = "吉林", disease: str = "高血压", **more: object) -> str:
    return WORDING.text(Occasion(kind, disease, deadline, **more), region, TODAY)  # type: ignore[arg-type]


def test_ahead() -> None:
    said = text(Kind.REVIEW_DUE, date(2026, 11, 29))
    assert "高血压的复审2026年11月29日到期，还有7天" in said
    assert said.endswith("依据：吉医保办〔2025〕20号二（四）3。")
    assert "12393" in said


def test_on_the_day() -> None:
    assert "2026年11月22日到期，就是今天" in text(Kind.REVIEW_DUE, TODAY)


def test_after() -> None:
    said = text(Kind.REVIEW_DUE, date(2026, 11, 21))
    assert "在2026年11月21日到期了" in said
    assert "还有" not in said


def test_a_draft_gives_no_source() -> None:
    assert "依据" not in text(Kind.REVIEW_DUE, date(2026, 11, 29), "内蒙古")


def test_a_region_we_know_nothing_of_is_sent_to_its_agency() -> None:
    said = text(Kind.REVIEW_DUE, date(2026, 11, 29), "四川")
    assert "2026年11月29日到期" in said
    assert "参保地医保经办机构" in said
    assert "依据" not in said


def test_nothing_is_promised_beyond_the_end_of_the_document() -> None:
    assert "执行到2027年12月31日" in text(Kind.REVIEW_DUE, date(2028, 1, 1), "湖南")
    assert "执行到" not in text(Kind.REVIEW_DUE, date(2027, 12, 31), "湖南")


def test_the_limit_of_a_quarter_is_told_where_it_is_on_record() -> None:
    quarter = date(2026, 12, 31)
    assert "月限额是350元" in text(Kind.QUARTER_END, quarter, "湖南", "", monthly_limits=(Decimal("350.00"),))
    assert "元" not in text(Kind.QUARTER_END, quarter, "湖南", "")


def test_the_papers_are_named() -> None:
    said = text(Kind.PAPERS_MISSING, TODAY - timedelta(days=1), papers="近期病历复印件")
    assert "近期病历复印件" in said


@pytest.mark.parametrize("region", tuple(region_folders(ROOT / "knowledge")))
def test_every_kind_of_every_region_reads_well(region: str) -> None:
    for rule in KINDS.rules[region]:
        for lead in rule.leads:
            said = WORDING.text(Occasion(rule.kind, "高血压", TODAY + timedelta(days=lead)), region, TODAY)
            assert said.startswith("提醒您：")
            assert "{" not in said
            assert "。。" not in said
            assert len(said) < 200
            message = WORDING.message(Occasion(rule.kind, "高血压", TODAY), region, TODAY)
            assert message.buttons
            assert isinstance(message.card, RenewalCard)
            assert [str(cited) in message.text for cited in message.card.items[0].citations] in ([], [True])
