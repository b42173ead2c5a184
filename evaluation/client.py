"""Talks to the running assistant as any client does: the chat contract, and the engine's parse endpoint."""

import itertools
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_numbers = itertools.count()


@dataclass(frozen=True)
class Answer:
    """All messages of the last turn: their texts joined, and their cards. `earlier`: cards of the turns before."""

    text: str
    cards: tuple[dict[str, Any], ...]
    earlier: tuple[dict[str, Any], ...] = ()

    def card(self, *names: str) -> dict[str, Any] | None:
        """The first card of one of these kinds."""
        return next((card for card in self.cards if card.get("card") in names), None)

    @property
    def citations(self) -> list[dict[str, str]]:
        """Every citation on any card, comparison rows included."""
        found: list[dict[str, str]] = []
        for card in self.cards:
            found += card.get("citations") or []
            for row in card.get("rows") or []:
                found += row.get("citations") or []
        return found


def converse(url: str, turns: Iterable[str]) -> Answer:
    """Says the turns one after the other in a new chat and answers with what the last one brought."""
    sender = f"evaluation-{time.time_ns()}-{next(_numbers)}"
    answer = Answer("", ())
    for turn in turns:
        messages = _post(f"{url}/webhooks/rest/webhook", {"sender": sender, "message": turn})
        text = "\n".join(message.get("text", "") for message in messages)
        cards = tuple(message["custom"] for message in messages if message.get("custom"))
        answer = Answer(text, cards, (*answer.earlier, *answer.cards))
    return answer


def parse(engine_url: str, text: str) -> dict[str, Any]:
    """The engine's understanding of one utterance."""
    understanding: dict[str, Any] = _post(f"{engine_url}/model/parse", {"text": text})
    return understanding


def _post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return [{"text": f"HTTP {error.code} {error.read().decode()}"}]
    except urllib.error.URLError as error:
        raise SystemExit(f"{url} does not answer ({error.reason}). Start the assistant: make run") from None
