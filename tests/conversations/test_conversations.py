"""Whole conversations against the really running engine and service: one YAML file per thing people do.

A case is a list of turns. `say` is typed; `press` presses a button of the last answer by its title. Expected:
`says` (every item found in the answer, `|` separates alternatives), `never` (none found), `card`, `cites`
(articles, all cited), `buttons` (titles that are there), `due_on`, `fund_pays`, `status`.
"""

import json
import re
import unicodedata
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

HERE = Path(__file__).parent


def cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*/*.yml")):
        for case in YAML(typ="safe").load(path):
            found.append(pytest.param(case["turns"], id=f"{path.parent.name}/{path.stem}: {case['name']}"))
    return found


@pytest.mark.engine
@pytest.mark.parametrize("turns", cases())
def test_conversation(turns: list[dict[str, Any]], assistant_url: str) -> None:
    chat = f"test-{uuid.uuid4().hex}"
    answer: list[dict[str, Any]] = []
    for turn in turns:
        message = turn.get("say") or _payload(turn["press"], answer)
        answer = _send(assistant_url, chat, message)
        _check(turn, answer)


def _payload(title: str, answer: list[dict[str, Any]]) -> str:
    buttons = {
        button["title"]: button["payload"] for message in answer for button in message.get("buttons", [])
    }
    payload: str = buttons[title]
    return payload


def _send(url: str, chat: str, message: str) -> list[dict[str, Any]]:
    body = json.dumps({"sender": chat, "message": message}).encode()
    request = urllib.request.Request(
        f"{url}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        messages: list[dict[str, Any]] = json.load(response)
    return messages


def _check(turn: dict[str, Any], answer: list[dict[str, Any]]) -> None:
    text = _squeeze("\n".join(message["text"] for message in answer))
    cards = [message["custom"] for message in answer if message.get("custom")]
    said = f"{turn.get('say') or turn.get('press')} -> {text}"
    for wanted in turn.get("says", []):
        assert any(_squeeze(option) in text for option in wanted.split("|")), f"{wanted} not in: {said}"
    for banned in turn.get("never", []):
        assert _squeeze(banned) not in text, said
    if "card" in turn:
        assert turn["card"] in [card["card"] for card in cards], said
    for name in ("due_on", "fund_pays", "you_pay", "status", "region"):
        if name in turn:
            assert turn[name] in [card.get(name) for card in cards], f"{name} {cards}: {said}"
    parts = [part for card in cards for part in (card, *card.get("rows", ()), *card.get("items", ()))]
    cited = {citation["article"] for part in parts for citation in part.get("citations") or ()}
    assert set(turn.get("cites", [])) <= cited, f"cited {cited}: {said}"
    titles = {button["title"] for message in answer for button in message.get("buttons", [])}
    assert set(turn.get("buttons", [])) <= titles, said


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
