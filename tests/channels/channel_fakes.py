"""A dialogue engine, a redactor and a clock that do what a test tells them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from bot.clock import SHANGHAI

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)
PHONE = "13800000000"

Answer = Callable[[dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass
class FakeEngine:
    """Rasa's REST channel: keeps what it was asked, and answers with `say`, or by `answer` if that is set.

    `trackers` are those that were written over, with their new events.
    """

    asked: list[dict[str, Any]] = field(default_factory=list)
    trackers: dict[str, list[Any]] = field(default_factory=dict)
    say: list[dict[str, Any]] = field(
        default_factory=lambda: [{"text": "湖南已退休人员的报销比例由各统筹地区定。"}]
    )
    answer: Answer | None = None

    @property
    def texts(self) -> list[str]:
        return [ask["message"] for ask in self.asked]

    def app(self) -> web.Application:
        async def webhook(request: web.Request) -> web.StreamResponse:
            body = await request.json()
            self.asked.append(body)
            if self.answer is not None:
                return await self.answer(body)
            return web.json_response([{"recipient_id": body["sender"], **message} for message in self.say])

        async def replace_events(request: web.Request) -> web.Response:
            self.trackers[request.match_info["chat"]] = await request.json()
            return web.json_response({})

        async def ready(_request: web.Request) -> web.Response:
            return web.json_response({"status": "ok"})

        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", webhook)
        app.router.add_put("/conversations/{chat}/tracker/events", replace_events)
        app.router.add_get("/webhooks/rest/", ready)
        return app


def fake_redact(_session: Session, text: str, _chat: str, _now: datetime) -> str:
    """Knows one phone number."""
    return text.replace(PHONE, "〔手机A1B2〕")


class HandClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds
