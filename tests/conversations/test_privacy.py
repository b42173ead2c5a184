"""Nothing personal gets past the gateway, however it is typed, and reminders arrive in the chat that asked."""

import json
import re
import time
import unicodedata
import urllib.error
import urllib.request
import uuid
from datetime import datetime
from typing import Any

import pytest
from conftest import NOW, Running
from sqlalchemy import select

from bot.app import open_database, open_planner
from bot.knowledge.library import load_knowledge
from bot.language.identifiers import find_identifiers
from bot.records.database import Database
from bot.records.models import Message, Reminder

TOLD = (
    "你好，我叫欧阳春梅，想问慢特病",
    "我身份证11010519491231002X，湖南退休报多少",
    "身份证 1101 0519 4912 3100 2X",
    "身份证１１０１０５１９４９１２３１００２Ｘ",
    "我的号码是一一〇一〇五一九四九一二三一〇〇二X",
    "手机13912345678",
    "手机 139 1234 5678",
    "手机１３９１２３４５６７８",
    "电话幺三九一二三四五六七八",
    "姓名：诸葛小满，帮我查申请进度",
    "卡号6222 0212 3456 7890 128",
    "社保卡六二二二〇二一二三四五六七八九〇一二八",
    "查询码是1234 5678 9015",
    "座机0731-84512345",
    "999999197610050090",
    "5678",
    "一九四九年十二月三十一日",
    "19491231",
)
PERSONAL = (
    "欧阳春梅",
    "诸葛小满",
    "11010519491231002",
    "13912345678",
    "19491231",
    "999999197610050090",
    "6222021234567890128",
    "123456789015",
    "073184512345",
)
_CHINESE = str.maketrans("零〇一二三四五六七八九幺", "001234567891")


@pytest.mark.engine
def test_nothing_personal_is_written_anywhere(running: Running) -> None:
    sender = f"privacy-{uuid.uuid4().hex}"
    for text in TOLD:
        _post(f"{running.url}/webhooks/rest/webhook", {"sender": sender, "message": text})
    tracker = _readable(_get(f"{running.engine_url}/conversations/rest:{sender}/tracker"))
    assert "〔证件" in tracker, "the tracker of another chat was read"
    kept = {"tracker": tracker, "messages": _messages(running, sender)}
    kept |= {"metrics": _without_values(_get(f"{running.url}/metrics"))}
    assert 'bot_turns_total{channel="rest"' in kept["metrics"]
    kept |= {log.name: log.read_text(errors="replace") for log in running.var.glob("*.log")}
    assert {"engine.log", "service.log"} <= set(kept)
    assert '"event": "turn"' in kept["service.log"]
    for place in ("metrics", "service.log"):
        assert sender not in kept[place], f"who wrote stands in {place}"
    for place, text in kept.items():
        assert not _personal_in(text), f"in {place}"
    files = [path for path in running.var.rglob("*") if path.is_file()]
    assert any(path.name.startswith("bot.db") for path in files)
    for path in files:
        held = path.read_bytes()
        for value in PERSONAL:
            assert value.encode() not in held, f"in {path.name}"
            assert json.dumps(value).encode() not in held, f"in {path.name}"


@pytest.mark.engine
def test_a_reminder_is_planned_on_consent_delivered_and_shown_once(running: Running) -> None:
    cookie = _cookie(running.url)
    for text in ("到期前提醒我", "DEMO-HN-0002", "0002", "19680921"):
        lines = _say(running.url, cookie, text)
    assert "复审到期" in lines[-1]["text"]
    database = open_database(running.settings)
    try:
        reminder = _delivered(database, cookie)
        assert reminder.state == "sent"
        assert _plan_again(running, database) == 0
    finally:
        database.close()
    shown = [line["text"] for line in _lines(running.url, cookie) if line["text"] == reminder.text]
    assert len(shown) == 1
    assert "冠心病" in shown[0]
    assert "2026年12月21日" in shown[0]
    _say(running.url, cookie, "别再提醒我了")


def _personal_in(text: str) -> list[str]:
    """Personal values found in any writing: as they stand, without spaces, in Chinese numerals, full-width."""
    plain = unicodedata.normalize("NFKC", text)
    solid = re.sub(r"[\s\-]", "", plain).translate(_CHINESE)
    named = [value for value in PERSONAL if value in plain or value in solid]
    typed = [i.value for i in find_identifiers(plain) if i.kind == "id_number" and i.valid]
    return named + typed


def _without_values(metrics: str) -> str:
    """Names and labels alone: a sum of seconds has the digits of an ID number now and then."""
    return re.sub(r" \S+$", "", metrics, flags=re.MULTILINE)


def _readable(text: str) -> str:
    """Without decimals: a confidence has the digits of an old ID number now and then."""
    return json.dumps(json.loads(text, parse_float=lambda _: None), ensure_ascii=False)


def _messages(running: Running, sender: str) -> str:
    database = open_database(running.settings)
    try:
        with database.transaction() as session:
            rows = session.scalars(select(Message).where(Message.chat == f"rest:{sender}")).all()
            assert len(rows) >= 2 * len(TOLD)
            return "\n".join(f"{row.text} {row.card}" for row in rows)
    finally:
        database.close()


def _plan_again(running: Running, database: Database) -> int:
    planner = open_planner(running.settings, load_knowledge(running.settings.knowledge_dir))
    with database.transaction() as session:
        return planner.run(session, datetime.fromisoformat(NOW))


def _delivered(database: Database, cookie: str) -> Reminder:
    review = (Reminder.address == cookie, Reminder.kind == "review_due")
    deadline = time.monotonic() + 20
    while True:
        with database.transaction() as session:
            reminder = session.scalars(select(Reminder).where(*review)).one()
        if reminder.state == "sent" or time.monotonic() > deadline:
            return reminder
        time.sleep(0.2)


def _cookie(url: str) -> str:
    with urllib.request.urlopen(f"{url}/", timeout=10) as response:
        found = re.search(r"chat=([A-Za-z0-9_-]{32})", response.headers["Set-Cookie"])
    assert found
    return found[1]


def _say(url: str, cookie: str, text: str) -> list[dict[str, Any]]:
    body = {"message": text, "message_id": uuid.uuid4().hex}
    lines: list[dict[str, Any]] = json.loads(_post(f"{url}/chat/messages", body, cookie))
    return lines


def _lines(url: str, cookie: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = json.loads(_get(f"{url}/chat/messages", cookie))
    return lines


def _post(url: str, body: dict[str, Any], cookie: str = "") -> str:
    headers = {"Content-Type": "application/json", "Cookie": f"chat={cookie}"}
    return _open(urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST"))


def _get(url: str, cookie: str = "") -> str:
    return _open(urllib.request.Request(url, headers={"Cookie": f"chat={cookie}"}))


def _open(request: urllib.request.Request) -> str:
    with urllib.request.urlopen(request, timeout=30) as response:
        text: str = response.read().decode()
    return text
