"""Where Tencent's servers hand in what people write: WeCom and official accounts alike.

`GET` proves that the address is ours, `POST` brings a sealed message. It is taken at once and answered by calling
back: Tencent waits five seconds only, and hands in again what was not taken.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from xml.etree.ElementTree import ParseError

import structlog
from aiohttp import web
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from bot import logs
from bot.channels.wechat_crypto import Envelope, ForgedError
from bot.clock import Clock

FRESH_SECONDS = 300
"""How far a time stamp may be from now; what is older is a replay."""
TURNS_AT_ONCE = 64
REMEMBERED = 1_000
ID_LENGTH = 64
GREETING = "您好"
FINISH_WITHIN = 10.0

Fields = Mapping[str, str]
"""The elements of a message by their names: FromUserName, MsgType, Content …"""

log = structlog.get_logger(__name__)


class Door:
    """`take` is handed every genuine message, once; it may take its time."""

    def __init__(
        self, channel: str, envelope: Envelope, take: Callable[[Fields], Awaitable[None]], clock: Clock
    ) -> None:
        self._channel = channel
        self._envelope = envelope
        self._take = take
        self._clock = clock
        self._taken: deque[tuple[str, str]] = deque(maxlen=REMEMBERED)
        self._under_way: set[asyncio.Task[None]] = set()

    def add_routes(self, app: web.Application) -> None:
        """Adds `/webhooks/<channel>`."""
        app.router.add_get(f"/webhooks/{self._channel}", self._greet)
        app.router.add_post(f"/webhooks/{self._channel}", self._receive)

    async def close(self) -> None:
        """Waits for answers under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH_WITHIN)

    async def _greet(self, request: web.Request) -> web.Response:
        """WeCom seals what is to be echoed; an official account signs without it and sends it plainly."""
        echo = request.query.get("echostr", "")
        try:
            if "msg_signature" in request.query:
                self._check(request.query, echo)
                echo = self._envelope.open(echo)
            else:
                self._check(request.query)
        except ForgedError as error:
            raise web.HTTPForbidden from error
        return web.Response(text=echo)

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            sealed = _fields(await request.read()).get("Encrypt", "")
            self._check(request.query, sealed)
            message = _fields(self._envelope.open(sealed).encode())
        except ForgedError as error:
            log.warning("callback_forged", channel=self._channel)
            raise web.HTTPForbidden from error
        except (ParseError, DefusedXmlException) as error:
            raise web.HTTPBadRequest from error
        key = (message.get("FromUserName", ""), message_id(message))
        if key not in self._taken:
            if len(self._under_way) >= TURNS_AT_ONCE:
                raise web.HTTPServiceUnavailable
            self._taken.append(key)
            self._begin(message)
        return web.Response()

    def _check(self, query: Mapping[str, str], *sealed: str) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        signature = query.get("msg_signature" if sealed else "signature", "")
        self._envelope.check(signature, timestamp, nonce, *sealed)
        if not timestamp.isdecimal() or abs(self._clock().timestamp() - int(timestamp)) > FRESH_SECONDS:
            raise ForgedError

    def _begin(self, message: Fields) -> None:
        task = asyncio.create_task(self._answer(message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, message: Fields) -> None:
        with logs.turn(self._channel):
            try:
                await self._take(message)
            except Exception:
                log.exception("callback_failed")


def message_id(message: Fields) -> str:
    """What tells a message from others of the same person; events have no id, but a time."""
    found = message.get("MsgId") or f"{message.get('CreateTime', '')}-{message.get('Event', '')}"
    return f"wx-{found}"[:ID_LENGTH]


def event(message: Fields) -> str:
    """What happened, in small letters, where nobody wrote: subscribe, unsubscribe, click …"""
    return message.get("Event", "").lower() if message.get("MsgType") == "event" else ""


def words(message: Fields) -> str | None:
    """What the person said or chose from the menu, empty where it was no words; None where there is nothing to say."""
    match event(message) or message.get("MsgType"):
        case "text":
            return message.get("Content", "")
        case "voice":
            return message.get("Recognition", "")
        case "subscribe":
            return GREETING
        case "click":
            return message.get("EventKey", "")
        case _:
            return None if event(message) else ""


def _fields(xml: bytes) -> Fields:
    return {element.tag: element.text or "" for element in fromstring(xml, forbid_dtd=True)}
