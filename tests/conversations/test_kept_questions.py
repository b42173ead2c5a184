"""From a question to the list of what was not answered well, through engine, actions and gateway."""

import json
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from conftest import NOW, Running

from bot.app import open_database
from bot.dialogue.learning import KeptQuestions
from bot.records.models import Question

AFTERWARDS = datetime.fromisoformat(NOW) + timedelta(hours=1)


@pytest.fixture
def kept(running: Running) -> Iterator[KeptQuestions]:
    database = open_database(running.settings)
    yield KeptQuestions(database, timedelta(days=90))
    database.close()


def ask(running: Running, sender: str, text: str) -> dict[str, Any]:
    messages: list[dict[str, Any]] = post(running, "webhook", {"sender": sender, "message": text})
    return messages[0]


def post(running: Running, door: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        f"{running.url}/webhooks/rest/{door}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def listed(kept: KeptQuestions, word: str) -> list[Question]:
    groups = kept.groups(AFTERWARDS, None)
    return [question for group in groups for question in group.questions if word in question.text]


def a_word() -> str:
    """A word that nobody else writes, without a digit that would be read as a sum."""
    return uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))[:6]


@pytest.mark.engine
def test_what_was_voted_down_is_listed_with_how_it_was_taken(running: Running, kept: KeptQuestions) -> None:
    sender, word = f"votes-{uuid.uuid4().hex}", a_word()
    answer = ask(running, sender, f"湖南退休职工的门诊慢特病报销比例是多少，我电话13912345678 {word}")
    assert listed(kept, word) == []
    vote = {"sender": sender, "id": answer["id"]}
    post(running, "feedback", {**vote, "helpful": False})
    (question,) = listed(kept, word)
    assert question.text.startswith("湖南退休职工的门诊慢特病报销比例是多少，我电话〔手机〕")
    assert (question.region, question.topic, question.status) == ("湖南", "ratio", "fixed")
    assert question.intent
    assert 0 < question.confidence <= 1
    assert question.candidates
    post(running, "feedback", {**vote, "helpful": True})
    assert listed(kept, word) == []


@pytest.mark.engine
def test_what_was_not_answered_is_listed_without_a_vote(running: Running, kept: KeptQuestions) -> None:
    word = a_word()
    answer = ask(running, f"votes-{uuid.uuid4().hex}", f"今天股票涨了吗 {word}")
    assert answer["custom"]["card"] == "fallback"
    assert [question.status for question in listed(kept, word)] == ["out_of_scope"]
