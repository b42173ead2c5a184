import re
from datetime import timedelta

import pytest
from console_fakes import START, Browser, FakeTelegram, HandClock
from sqlalchemy import select

from bot.records import helpline
from bot.records.database import Database
from bot.records.models import AuditEntry, ChatBinding, HandoffTicket, Message
from bot.reminders.messenger import Outcome

CHAT = "webchat:someone"


def wait_in_line(database: Database, chat: str = CHAT) -> str:
    channel = chat.partition(":")[0]
    with database.transaction() as session:
        session.add(
            Message(
                chat=chat, channel=channel, direction="in", at=START, text="我的证件〔证件A1B2〕<b>转人工</b>"
            )
        )
        return helpline.open_ticket(session, chat, channel, None, START).number


def ticket(database: Database, number: str) -> HandoffTicket:
    with database.transaction() as session:
        return session.scalars(select(HandoffTicket).where(HandoffTicket.number == number)).one()


def staff_lines(database: Database, chat: str = CHAT) -> list[tuple[str, bool]]:
    with database.transaction() as session:
        lines = session.scalars(select(Message).where(Message.chat == chat, Message.direction == "staff"))
        return [(line.text, line.delivered) for line in lines]


async def test_the_line_shows_who_waits_and_how_long(
    clerk: Browser, database: Database, clock: HandClock
) -> None:
    number = wait_in_line(database)
    clock.pass_by(timedelta(minutes=7))
    page = await clerk.open("/console/chats")
    assert number in page.text
    assert "7分钟" in page.text
    assert "1<span" in (await clerk.open("/console")).text  # the count beside the menu


async def test_taking_answering_and_handing_back(clerk: Browser, database: Database) -> None:
    number = wait_in_line(database)
    await clerk.open("/console/chats")
    await clerk.send(f"/console/chats/{number}/take")
    taken = ticket(database, number)
    assert (taken.state, taken.taken_at, taken.staff and taken.staff.username) == ("open", START, "li")
    await clerk.send(f"/console/chats/{number}/say", text=" 您好，我是李敏。\r\n请\x00说。 ")
    page = await clerk.send(f"/console/chats/{number}/hand-back")
    assert "已结束" in page.text
    assert ticket(database, number).state == "closed"
    said = staff_lines(database)
    assert said[1] == ("您好，我是李敏。\n请说。", False)
    assert "助手" in said[2][0]


async def test_the_conversation_is_read_redacted_and_escaped(clerk: Browser, database: Database) -> None:
    number = wait_in_line(database)
    page = await clerk.open(f"/console/chats/{number}")
    found = re.search(r'hx-get="(/console/chats/lines/[^"]+)"', page.text)
    assert found
    for shown in (page, await clerk.open(found[1])):
        assert "〔证件A1B2〕&lt;b&gt;转人工" in shown.text


async def test_reading_a_chat_is_audited_and_names_its_person(clerk: Browser, database: Database) -> None:
    number = wait_in_line(database)
    with database.transaction() as session:
        session.add(
            ChatBinding(
                chat=CHAT,
                person_id="DEMO-P01",
                token="t",
                channel="webchat",
                bound_at=START,
                last_used_at=START,
            )
        )
    await clerk.open(f"/console/chats/{number}")
    person = await clerk.open(clerk.page.link("/console/person/"))
    assert "演示·张秀英" in person.text
    with database.transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.person_id == "DEMO-P01"))
        noted = [(e.who, e.action, e.why) for e in entries]
    why = f"在线对话{number}"
    assert noted == [("staff:li", "read chat", why), ("staff:li", "read", why)]


async def test_a_chat_is_answered_by_who_took_it(clerk: Browser, database: Database) -> None:
    number = wait_in_line(database)
    await clerk.open("/console/chats")
    await clerk.send(f"/console/chats/{number}/take")
    await clerk.send("/console/logout")
    await clerk.sign_in("wang")
    refused = await clerk.send(f"/console/chats/{number}/say", text="我来说")
    assert refused.status == 400
    assert "不在您手里" in refused.text
    await clerk.send(f"/console/chats/{number}/take")
    await clerk.send(f"/console/chats/{number}/say", text="我来说")
    assert [text for text, _ in staff_lines(database)][1:] == ["我来说"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("  ", "还没有写"), ("您的手机19900000001对吗", "手机号"), ("字" * 2001, "太长")],
)
async def test_an_answer_that_cannot_be_sent_stays_in_the_box(
    clerk: Browser, database: Database, text: str, why: str
) -> None:
    number = wait_in_line(database)
    await clerk.open("/console/chats")
    await clerk.send(f"/console/chats/{number}/take")
    page = await clerk.send(f"/console/chats/{number}/say", text=text)
    assert page.status == 400
    assert why in page.text
    assert text in page.text
    assert len(staff_lines(database)) == 1


async def test_answers_to_telegram_are_pushed(
    clerk: Browser, database: Database, telegram: FakeTelegram
) -> None:
    number = wait_in_line(database, "telegram:42")
    await clerk.open("/console/chats")
    await clerk.send(f"/console/chats/{number}/take")
    await clerk.send(f"/console/chats/{number}/say", text="您好")
    assert telegram.pushed[1] == ("42", "您好")
    assert staff_lines(database, "telegram:42")[1] == ("您好", True)


async def test_what_did_not_arrive_is_said(
    clerk: Browser, database: Database, telegram: FakeTelegram
) -> None:
    telegram.outcome = Outcome.BLOCKED
    number = wait_in_line(database, "telegram:42")
    await clerk.open("/console/chats")
    page = await clerk.send(f"/console/chats/{number}/take")
    assert "没有送到" in page.text
    assert staff_lines(database, "telegram:42")[0][1] is False


@pytest.mark.parametrize(("channel", "told"), [("rest", "再发消息时"), ("sms", "送不过去")])
async def test_how_answers_reach_the_person_is_told(
    clerk: Browser, database: Database, channel: str, told: str
) -> None:
    number = wait_in_line(database, f"{channel}:someone")
    assert told in (await clerk.open(f"/console/chats/{number}")).text


async def test_a_closed_chat_cannot_be_taken(clerk: Browser, database: Database) -> None:
    number = wait_in_line(database)
    with database.transaction() as session:
        session.scalars(select(HandoffTicket)).one().state = "closed"
    await clerk.open(f"/console/chats/{number}")
    assert (await clerk.send(f"/console/chats/{number}/take")).status == 400
    assert (await clerk.open("/console/chats/0000-0000")).status == 404
