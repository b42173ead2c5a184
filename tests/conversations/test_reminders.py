"""A reminder arrives in the chat it was asked for, and can be answered there."""

import json
import time
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Running

from bot.app import open_database
from bot.records.database import Database
from bot.records.models import Reminder

ARRIVES_WITHIN = 20


@pytest.fixture
def database(running: Running) -> Iterator[Database]:
    database = open_database(running.settings)
    yield database
    database.close()


def say(running: Running, sender: str, text: str) -> str:
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(
        f"{running.url}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        messages: list[dict[str, Any]] = json.load(response)
    return "\n".join(message["text"] for message in messages)


def wait_until_sent(database: Database, address: str) -> None:
    for _ in range(ARRIVES_WITHIN * 5):
        with database.transaction() as session:
            if session.query(Reminder).filter_by(address=address, state="sent").count():
                return
        time.sleep(0.2)
    raise AssertionError("no reminder was sent")


@pytest.mark.engine
def test_it_comes_is_asked_about_put_off_and_stopped(running: Running, database: Database) -> None:
    sender = f"reminded-{uuid.uuid4().hex}"
    for text in ("到期前提醒我", "DEMO-JL-0001", "0005"):
        say(running, sender, text)
    assert "复审到期（提前90、30、7、1天）" in say(running, sender, "19490123")
    wait_until_sent(database, sender)
    answered = say(running, sender, "怎么办")
    assert "提醒您：按记录，冠心病的复审2026年11月29日到期，还有7天。" in answered
    assert "冠心病的复审到2026年11月29日截止，还有7天。" in answered
    assert "二（四）3" in answered
    assert "再提醒您" in say(running, sender, "明天再提醒我")
    assert "已经停了" in say(running, sender, "别再提醒我了")
