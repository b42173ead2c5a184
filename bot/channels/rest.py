"""The public HTTP doors: Rasa's REST channel for programs, the messages of the chat page.

`POST /webhooks/rest/webhook` is the chat contract: `{"sender", "message"}` in, a list of messages out. A message
with an `id` takes a vote: `POST /webhooks/rest/feedback` with `{"sender", "id", "helpful"}`.
No sender of another channel can name a chat of the page, which is found by its browser's cookie (`page.py`).
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.gateway import (
    SENDER_LENGTH,
    AssistantDown,
    BadMessage,
    Gateway,
    NoSuchAnswer,
    RecordsDown,
    Refusal,
    TooManyMessages,
    all_since,
    pushed_first,
)
from bot.channels.page import sender_of
from bot.channels.transcript import Line
from bot.clock import SHANGHAI

BODY_BYTES = 8 * 1024
REST, WEBCHAT = "rest", "webchat"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# No colon: the transcript's own ids have one.
MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]

_EXPECTED = {
    "RestMessage": '{"sender": "…", "message": "…"}',
    "PageMessage": '{"message": "…", "message_id": "…"}',
    "RestVote": '{"sender": "…", "id": 1, "helpful": true}',
    "Vote": '{"id": 1, "helpful": true}',
}
"""Bodies as they should be, by the name of their model."""

_readable_json = partial(json.dumps, ensure_ascii=False)

log = structlog.get_logger()


Sender = Annotated[str, Field(min_length=1, max_length=SENDER_LENGTH, pattern=r"^[^\p{C}]+$")]


class RestMessage(BaseModel):
    """What a program sends; Rasa's other fields are accepted and not used."""

    model_config = ConfigDict(strict=True)

    sender: Sender
    message: Annotated[str, Field(min_length=1)]
    message_id: MessageId | None = None


class Vote(BaseModel):
    """What a person thinks of the answer with this `id`."""

    model_config = ConfigDict(strict=True)

    id: Annotated[int, Field(ge=0, lt=2**31)]
    helpful: bool


class RestVote(Vote):
    """The same from a program, which names its sender."""

    sender: Sender


class PageMessage(BaseModel):
    """What the chat page sends. `after` is the highest line id it shows."""

    model_config = ConfigDict(strict=True)

    message: Annotated[str, Field(min_length=1)]
    message_id: MessageId
    after: Annotated[int, Field(ge=0)] = 0


def add_chat_routes(app: web.Application, gateway: Gateway) -> None:
    """Adds the chat interface and the chat page's messages."""

    async def rest_webhook(request: web.Request) -> web.Response:
        body = RestMessage.model_validate_json(await _body(request))
        lines = await gateway.receive(REST, body.sender, body.message, body.message_id, pushed_first)
        return _json([_contract_message(line, body.sender) for line in lines])

    async def rest_vote(request: web.Request) -> web.Response:
        vote = RestVote.model_validate_json(await _body(request))
        await gateway.vote(REST, vote.sender, vote.id, vote.helpful)
        return _json({"id": vote.id, "helpful": vote.helpful})

    async def page_vote(request: web.Request) -> web.Response:
        sender, vote = _own_page(request), Vote.model_validate_json(await _body(request))
        await gateway.vote(WEBCHAT, sender, vote.id, vote.helpful)
        return _json({"id": vote.id, "helpful": vote.helpful})

    async def page_send(request: web.Request) -> web.Response:
        sender = _own_page(request)
        body = PageMessage.model_validate_json(await _body(request))
        show = all_since(body.after)
        return _page(await gateway.receive(WEBCHAT, sender, body.message, body.message_id, show))

    async def page_read(request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isascii() or not after.isdigit() or len(after) > 18:
            raise BadMessage("after 应当是一个非负整数。")
        return _page(await gateway.lines(WEBCHAT, _sender(request), int(after)))

    app.router.add_post("/webhooks/rest/webhook", _plainly(rest_webhook))
    app.router.add_post("/webhooks/rest/feedback", _plainly(rest_vote))
    app.router.add_post("/chat/messages", _plainly(page_send))
    app.router.add_get("/chat/messages", _plainly(page_read))
    app.router.add_post("/chat/feedback", _plainly(page_vote))


def _plainly(handler: Handler) -> Handler:
    """Turns refusals and errors into the contract's statuses, with a sentence under `error`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ValidationError as error:
            return _json({"error": _what_is_wrong(error)}, status=400)
        except TooManyMessages as refusal:
            return _json({"error": str(refusal)}, status=429, headers={"Retry-After": str(refusal.seconds)})
        except NoSuchAnswer as refusal:
            return _json({"error": str(refusal)}, status=404)
        except (AssistantDown, RecordsDown) as refusal:
            return _json({"error": str(refusal)}, status=503)
        except Refusal as refusal:
            return _json({"error": str(refusal)}, status=400)
        except web.HTTPException:
            raise
        except Exception:
            log.exception("chat_failed", route=request.path)
            sentence = "系统出了故障，您刚才的话可能没有收到。请过一两分钟再发；急事请打12393医保热线。"
            return _json({"error": sentence}, status=500)

    return answer


async def _body(request: web.Request) -> bytes:
    body = b""
    async for chunk in request.content.iter_chunked(BODY_BYTES):
        body += chunk
        if len(body) > BODY_BYTES:
            error = web.HTTPRequestEntityTooLarge(BODY_BYTES, len(body))
            error.content_type = "application/json"
            error.text = '{"error": "一次发的内容太长了，请分成几段发。"}'
            raise error
    return body


def _what_is_wrong(error: ValidationError) -> str:
    problem, expected = error.errors()[0], _EXPECTED[error.title]
    if problem["type"] == "json_invalid":
        return f"请求不是正确的 JSON。请发送 {expected}。"
    field = ".".join(map(str, problem["loc"])) or "请求"
    return f"{field} 缺失或格式不对。请发送 {expected}。"


def _contract_message(line: Line, sender: str) -> dict[str, Any]:
    message: dict[str, Any] = {"recipient_id": sender, "text": line.text}
    if line.buttons:
        message["buttons"] = line.buttons
    if line.card is not None:
        message["custom"] = line.card
    if line.takes_vote:
        message["id"] = line.id
    return message


def _page(lines: Sequence[Line]) -> web.Response:
    return _json([_page_line(line) for line in lines])


def _page_line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "from": line.author,
        "at": line.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "text": line.text,
        "buttons": line.buttons,
        "custom": line.card,
        "message_id": line.source_id,
        "takes_vote": line.takes_vote,
        "helpful": line.helpful,
    }


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    response = web.json_response(body, status=status, headers=headers, dumps=_readable_json)
    response.headers["Cache-Control"] = "no-store"
    return response


def _own_page(request: web.Request) -> str:
    """The sender, of a request that only our own page can make: no form of another site sends JSON."""
    if request.content_type != "application/json":
        raise BadMessage("请求不是 JSON（Content-Type: application/json）。")
    return _sender(request)


def _sender(request: web.Request) -> str:
    sender = sender_of(request)
    if sender is None:
        raise BadMessage("浏览器没有带上对话编号。请允许本页使用 Cookie，再刷新页面。")
    return sender
