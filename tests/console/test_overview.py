from datetime import date, timedelta
from typing import Any

from console_fakes import START, Browser

from bot.records.database import Database
from bot.records.models import HandoffTicket, Message, Reminder

CARDS: list[dict[str, Any] | None] = [
    {"card": "policy_answer", "topic": "deductible", "status": "fixed"},
    {"card": "policy_answer", "topic": "deductible", "status": "silent"},
    {"card": "estimate", "fund_pays": "306.00"},
    {"card": "estimate", "fund_pays": None},
    {"card": "fallback", "reason": "not_understood"},
    None,
]


def talk(database: Database) -> None:
    """Six questions in two chats yesterday, answered after one to six seconds; a reminder sent and one lost."""
    yesterday = START - timedelta(days=1)
    with database.transaction() as session:
        for number, card in enumerate(CARDS):
            chat, asked = f"webchat:{number % 2}", yesterday + timedelta(minutes=number)
            session.add(Message(chat=chat, channel="webchat", direction="in", at=asked, text="问"))
            session.flush()
            answered = asked + timedelta(seconds=number + 1)
            session.add(
                Message(chat=chat, channel="webchat", direction="out", at=answered, text="答", card=card)
            )
            session.flush()
        for number, state in enumerate(("sent", "dead")):
            session.add(
                Reminder(
                    kind="review_due",
                    person_id="DEMO-P01",
                    disease="高血压",
                    deadline=date(2027, 1, 1),
                    lead_days=number,
                    channel="webchat",
                    address="1",
                    due_at=yesterday,
                    not_before=yesterday,
                    state=state,
                    sent_at=yesterday if state == "sent" else None,
                )
            )
        session.add(
            HandoffTicket(
                number="1121-1",
                chat="webchat:1",
                channel="webchat",
                state="open",
                opened_at=yesterday,
                taken_at=yesterday + timedelta(minutes=3),
            )
        )


async def test_what_happened_is_counted(analyst: Browser, database: Database) -> None:
    talk(database)
    page = await analyst.open("/console/overview")
    for told in (
        "按天算共 2 个对话",
        "5 个回答里 2 个没答上，占 40.0%",
        "问得最多的是起付线，2 次",
        "测算 2 次，算出来 1 次",
        "送到 1 条，没送到或不明 1 条",
        "6 次里一半不超过 4.0 秒",
        "1 次里一半不超过 3 分钟",
    ):
        assert told in page.text, told


async def test_charts_have_neither_scripts_nor_styles_of_their_own(
    analyst: Browser, database: Database
) -> None:
    talk(database)
    page = await analyst.open("/console/overview")
    assert page.text.count('class="pygal-chart"') == 8
    assert "<script>" not in page.text
    assert "<style" not in page.text
    assert " style=" not in page.text


async def test_a_period_is_chosen_and_the_figures_are_downloaded(
    analyst: Browser, database: Database
) -> None:
    talk(database)
    page = await analyst.open("/console/overview?first=2026-11-01&last=2026-11-10")
    assert "这段时间没有对话" in page.text
    assert "first=2026-11-01" in page.text
    page = await analyst.open("/console/overview/chats.csv?first=2026-11-20&last=2026-11-22")
    assert page.text.lstrip("\ufeff").split() == [
        "日期,对话数",
        "2026-11-20,0",
        "2026-11-21,2",
        "2026-11-22,0",
    ]
    assert (await analyst.open("/console/overview/nothing.csv")).status == 404


async def test_a_period_that_makes_no_sense_is_put_right(analyst: Browser) -> None:
    for query in ("first=x&last=y", "first=2026-12-31&last=2026-01-01", "first=0001-01-01&last=9999-12-31"):
        assert (await analyst.open(f"/console/overview?{query}")).status == 200
