"""A Bot API server of our own, as strict as Telegram's: for tests, and to try the bot without Telegram.

`python -m tests.channels.fake_telegram --port 8099`, the service with `TELEGRAM_API_URL=http://127.0.0.1:8099`
and `TELEGRAM_TOKEN=1:demo`, then write: a line is a message, `#2` presses the second button of the last
message that has any, `!block` blocks the bot.
"""

import argparse
import asyncio
import html
import json
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

TOKEN = "1:demo"
BOT = {"id": 1, "is_bot": True, "first_name": "慢特病助手", "username": "mantebing_bot"}
_TAG = re.compile(r"</?(?:b|i|u|s|code|pre|blockquote(?: expandable)?)>")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")


class Refused(Exception):
    """The answer is an error of the Bot API."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class Cut(Exception):
    """The connection breaks without an answer."""


@dataclass
class _Queued:
    update: dict[str, Any]
    handed_out: bool = False


@dataclass
class Sent:
    """A message of the bot: `text` as a person reads it, `buttons` by title."""

    chat: int
    message_id: int
    text: str
    html: str
    buttons: dict[str, str]


@dataclass
class FakeTelegram:
    """`trouble` holds what the next calls of sendMessage meet: a Refused or a Cut, first come first served.

    `notes` are the texts that pressing a button showed for a moment, `photos` chats and what they were shown.
    Once a `webhook` is set, updates go there.
    """

    token: str = TOKEN
    sent: list[Sent] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    photos: list[tuple[int, bytes]] = field(default_factory=list)
    webhook: dict[str, Any] | None = None
    trouble: deque[Exception] = field(default_factory=deque)
    on_sent: Callable[[Sent], None] = lambda _sent: None
    _queue: list[_Queued] = field(default_factory=list)
    _groups: set[int] = field(default_factory=set)
    _users: set[int] = field(default_factory=set)
    _blocked: set[int] = field(default_factory=set)
    _queries: set[str] = field(default_factory=set)
    _last_id: int = 100
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    # ---- what people do --------------------------------------------------------------------------------

    async def write(self, chat: int, text: str | None) -> dict[str, Any]:
        """A person writes in a private chat; None: sends a sticker, say. Answers the update."""
        self._users.add(chat)
        return await self._update("message", self._message(_private(chat), _user(chat), text))

    async def write_in_group(self, group: int, user: int, text: str) -> None:
        self._groups.add(group)
        chat = {"id": group, "type": "group", "title": "病友群"}
        await self._update("message", self._message(chat, _user(user), text))

    async def press(self, sent: Sent, title: str) -> dict[str, Any]:
        """Somebody presses a button of a message. Answers the update."""
        return await self.press_data(sent, sent.buttons[title])

    async def press_data(self, sent: Sent, data: str) -> dict[str, Any]:
        query = f"query{self._next_id()}"
        self._queries.add(query)
        message = self._message(_private(sent.chat), BOT, sent.text) | {"message_id": sent.message_id}
        person = _user(sent.chat)
        body = {"id": query, "from": person, "chat_instance": "1", "message": message, "data": data}
        return await self._update("callback_query", body)

    async def block(self, chat: int) -> None:
        self._blocked.add(chat)
        member = {"chat": _private(chat), "from": _user(chat), "date": int(time.time())}
        old = {"status": "member", "user": BOT}
        new = {"status": "kicked", "user": BOT, "until_date": 0}
        await self._update("my_chat_member", member | {"old_chat_member": old, "new_chat_member": new})

    async def edit(self, update: dict[str, Any], text: str) -> None:
        """The person changes what they wrote."""
        edited = update["message"] | {"text": text, "edit_date": int(time.time())}
        await self._update("edited_message", edited)

    async def again(self, update: dict[str, Any]) -> None:
        """The same update is delivered once more."""
        if self.webhook is not None:
            assert await self.call(update) == 200
            return
        async with self._changed:
            self._queue.append(_Queued(update))
            self._changed.notify_all()

    async def call(self, update: Any, secret: str | None = None) -> int:
        """Hands an update to the webhook, with its own secret if no other is given; answers the status."""
        assert self.webhook is not None
        shown = self.webhook["secret_token"] if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": shown}
        async with (
            ClientSession() as session,
            session.post(self.webhook["url"], json=update, headers=headers) as response,
        ):
            return response.status

    async def wait(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        """Until `true()`, looked at after every call of the bot. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(true)

    async def heard(self, count: int = 1) -> list[Sent]:
        """All that was sent, once it is `count` messages."""
        await self.wait(lambda: len(self.sent) >= count)
        return self.sent

    async def idle(self) -> None:
        """Until the bot has taken every update and polls again."""
        await self.wait(lambda: not self._queue)

    # ---- the Bot API -----------------------------------------------------------------------------------

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        return app

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        handler = getattr(self, f"_on_{method.lower()}", None)
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            if handler is None:
                raise Refused(404, "Not Found")
            fields: dict[str, Any] = dict((await request.post()).items())
            result = await handler(fields)
        except Cut:
            assert request.transport
            request.transport.abort()
            return web.Response()
        except Refused as error:
            body = {"ok": False, "error_code": error.code, "description": error.description}
            if error.parameters:
                body["parameters"] = error.parameters
            return web.json_response(body, status=error.code)
        finally:
            async with self._changed:
                self.calls.append(method)
                self._changed.notify_all()
        return web.json_response({"ok": True, "result": result})

    async def _on_getme(self, _fields: dict[str, str]) -> dict[str, Any]:
        return BOT | {"can_join_groups": True, "can_read_all_group_messages": False}

    async def _on_deletewebhook(self, _fields: dict[str, str]) -> bool:
        self.webhook = None
        return True

    async def _on_setwebhook(self, fields: dict[str, str]) -> bool:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", fields.get("secret_token", "")):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {"url": fields["url"], "secret_token": fields["secret_token"]}
        return True

    async def _on_getupdates(self, fields: dict[str, str]) -> list[dict[str, Any]]:
        allowed = set(json.loads(fields.get("allowed_updates", "[]")))
        offset = int(fields.get("offset", 0))
        async with self._changed:
            self._queue = [q for q in self._queue if not (q.handed_out and q.update["update_id"] < offset)]
            self._changed.notify_all()
            with suppress(TimeoutError):
                async with asyncio.timeout(float(fields.get("timeout", 0))):
                    await self._changed.wait_for(lambda: self._queue)
            for queued in self._queue:
                queued.handed_out = True
            return [q.update for q in self._queue if not allowed or allowed & q.update.keys()]

    async def _on_sendmessage(self, fields: dict[str, str]) -> dict[str, Any]:
        chat = self._may_write(fields)
        raw = fields.get("text", "")
        text = _parsed(raw) if fields.get("parse_mode") == "HTML" else raw
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise Refused(400, "Bad Request: message is too long")
        sent = Sent(chat, self._next_id(), text, raw, _buttons(fields.get("reply_markup")))
        self.sent.append(sent)
        self.on_sent(sent)
        return self._message(_private(chat), BOT, text) | {"message_id": sent.message_id}

    async def _on_sendphoto(self, fields: dict[str, Any]) -> dict[str, Any]:
        chat = self._may_write(fields)
        photo = fields["photo"].file.read()
        if not photo.startswith(b"\x89PNG"):
            raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
        self.photos.append((chat, photo))
        return self._message(_private(chat), BOT, None)

    def _may_write(self, fields: dict[str, Any]) -> int:
        if self.trouble:
            raise self.trouble.popleft()
        chat = int(fields["chat_id"])
        if chat in self._blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat in self.left:
            raise Refused(403, "Forbidden: bot is not a member of the group chat")
        if chat not in self._users | self._groups:
            raise Refused(400, "Bad Request: chat not found")
        return chat

    async def _on_sendchataction(self, fields: dict[str, str]) -> bool:
        if fields.get("action") != "typing":
            raise Refused(400, "Bad Request: wrong parameter action in request")
        return True

    async def _on_answercallbackquery(self, fields: dict[str, str]) -> bool:
        query = fields.get("callback_query_id", "")
        if query not in self._queries:
            raise Refused(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        self._queries.remove(query)
        if len(fields.get("text", "")) > 200:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        self.pressed.append(query)
        self.notes.append(fields.get("text", ""))
        return True

    async def _on_leavechat(self, fields: dict[str, str]) -> bool:
        group = int(fields["chat_id"])
        if group not in self._groups:
            raise Refused(400, "Bad Request: chat not found")
        self.left.append(group)
        return True

    # ---- shapes ----------------------------------------------------------------------------------------

    async def _update(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        update = {"update_id": self._next_id(), kind: body}
        await self.again(update)
        return update

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _message(self, chat: dict[str, Any], author: dict[str, Any], text: str | None) -> dict[str, Any]:
        message = {"message_id": self._next_id(), "date": int(time.time()), "chat": chat, "from": author}
        if text is None:
            return message
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            message["entities"] = [command]
        return message | {"text": text}


def _private(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "张"}


def _user(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "张", "language_code": "zh-hans"}


def _parsed(raw: str) -> str:
    bare = _TAG.sub("", raw)
    if re.search(r"[<>]", bare) or "&" in _ENTITY.sub("", bare):
        raise Refused(400, "Bad Request: can't parse entities: unsupported start tag")
    return html.unescape(bare)


def _buttons(markup: str | None) -> dict[str, str]:
    if markup is None:
        return {}
    found: dict[str, str] = {}
    for row in json.loads(markup)["inline_keyboard"]:
        for button in row:
            if not button["text"] or not 1 <= len(button["callback_data"].encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
            found[button["text"]] = button["callback_data"]
    return found


# ---- to try the bot ------------------------------------------------------------------------------------


def _show(sent: Sent) -> None:
    print(f"\n{sent.text}")
    for number, title in enumerate(sent.buttons, 1):
        print(f"  [#{number} {title}]")


async def _demonstrate(port: int, chat: int) -> None:
    telegram = FakeTelegram(on_sent=_show)
    runner = web.AppRunner(telegram.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"Bot API: http://127.0.0.1:{port}  token: {TOKEN}  chat: {chat}")
    while line := await asyncio.to_thread(sys.stdin.readline):
        text = line.strip()
        if text == "!block":
            await telegram.block(chat)
        elif re.fullmatch(r"#\d", text):
            last = next((s for s in reversed(telegram.sent) if s.buttons), None)
            titles = list(last.buttons) if last else []
            if last and 0 < int(text[1:]) <= len(titles):
                await telegram.press(last, titles[int(text[1:]) - 1])
        elif text:
            await telegram.write(chat, text)
    await runner.cleanup()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="A Bot API to try the bot with.")
    arguments.add_argument("--port", type=int, default=8099)
    arguments.add_argument("--chat", type=int, default=1001)
    given = arguments.parse_args()
    asyncio.run(_demonstrate(given.port, given.chat))
