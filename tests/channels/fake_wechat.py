"""Tencent's servers as our channels see them, as strict as theirs: WeCom's and an official account's.

What they hand in is sealed by wechatpy, which has nothing of ours in it.
"""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import ClientSession, web
from wechatpy.crypto import WeChatCrypto as AccountCrypto
from wechatpy.work.crypto import WeChatCrypto as CompanyCrypto

COMPANY, APP_ID, SECRET = "ww1234567890abcdef", "wx1234567890abcdef", "geheim"
AGENT = 1000002
CALLBACK_TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
LONGEST = 2048

Fields = dict[str, Any]


class Refused(Exception):
    """The answer is an errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Cut(Exception):
    """The connection breaks without an answer; `after`: what was asked has been done."""

    def __init__(self, after: bool = False) -> None:
        super().__init__()
        self.after = after


@dataclass
class FakeTencent:
    """Both servers. `trouble` holds what the next calls that send meet, None for nothing; `url` is where messages
    are handed in.

    `said` are texts as (user, text), `notices` templates as their bodies. `silent` followers may be sent templates
    only. `given` are the access tokens that were given out; `good` the one that is taken.
    """

    url: str = ""
    said: list[tuple[str, str]] = field(default_factory=list)
    notices: list[Fields] = field(default_factory=list)
    trouble: deque[Refused | Cut | None] = field(default_factory=deque)
    people: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    given: list[str] = field(default_factory=list)
    good: str = ""
    lasts: int = 7200
    _seen: set[str] = field(default_factory=set)
    _last_id: int = 24_000_000_000_000_000
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    # ---- what people do --------------------------------------------------------------------------------

    async def write(self, user: str, text: str, **more: str) -> int:
        """Somebody writes; answers the status of the callback."""
        self.people.add(user)
        return await self.bring(user, None, MsgType="text", Content=text, MsgId=str(self._next_id()), **more)

    async def happen(self, user: str, event: str, **more: str) -> int:
        """Somebody follows, goes, or presses the menu."""
        (self.people.discard if event == "unsubscribe" else self.people.add)(user)
        return await self.bring(user, None, MsgType="event", Event=event, **more)

    async def bring(self, user: str, at: float | None = None, /, **fields: str) -> int:
        """Hands a message in; answers the status."""
        return await self.hand_in(*self.sealed(user, at, **fields))

    def sealed(self, user: str, at: float | None = None, /, **fields: str) -> tuple[dict[str, str], str]:
        """The query and the body of a callback."""
        elements = {"ToUserName": "us", "FromUserName": user, "CreateTime": str(int(time.time())), **fields}
        inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
        timestamp, nonce = str(int(time.time() if at is None else at)), "1372623149"
        reply = self._crypto().encrypt_message(f"<xml>{inside}</xml>", nonce, timestamp)
        sealed, signature = _element("Encrypt", reply), _element("MsgSignature", reply)
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
        return query, f"<xml><ToUserName>us</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"

    async def hand_in(self, query: dict[str, str], body: str) -> int:
        async with (
            ClientSession() as session,
            session.post(self.url, params=query, data=body.encode()) as response,
        ):
            return response.status

    async def heard(self, count: int = 1, seconds: float = 5.0) -> list[str]:
        """The texts that were sent, once they are `count`."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: len(self.said) >= count)
        return [text for _user, text in self.said]

    # ---- the interfaces --------------------------------------------------------------------------------

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/cgi-bin/gettoken", self._gettoken)
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        for path, send in self._interfaces().items():
            app.router.add_post(f"/cgi-bin/message/{path}", self._sending(send))
        return app

    def _interfaces(self) -> dict[str, Callable[[Fields], Fields]]:
        return {}

    def _crypto(self) -> Any:
        raise NotImplementedError

    async def _gettoken(self, request: web.Request) -> web.Response:
        right = request.query.get("corpid") == COMPANY and request.query.get("corpsecret") == SECRET
        return _json(self._token() if right else {"errcode": 40001, "errmsg": "invalid credential"})

    async def _stable_token(self, request: web.Request) -> web.Response:
        expected = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
        right = await request.json() == expected
        return _json(self._token() if right else {"errcode": 40125, "errmsg": "invalid appsecret"})

    def _token(self) -> Fields:
        self.good = f"token-{len(self.given)}"
        self.given.append(self.good)
        return {"errcode": 0, "errmsg": "ok", "access_token": self.good, "expires_in": self.lasts}

    def _sending(self, send: Callable[[Fields], Fields]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            raw = (await request.read()).decode()
            trouble = self.trouble.popleft() if self.trouble else None
            if isinstance(trouble, Cut) and not trouble.after:
                return _cut(request)
            try:
                if request.query.get("access_token") != self.good:
                    raise Refused(42001)
                if isinstance(trouble, Refused):
                    raise trouble
                if "\\u" in raw:
                    raise Refused(47001)  # people would read the escapes
                answer = send(json.loads(raw))
            except Refused as error:
                return _json({"errcode": error.code, "errmsg": "refused hint: [abc]"})
            async with self._changed:
                self._changed.notify_all()
            return _cut(request) if trouble else _json({"errcode": 0, "errmsg": "ok", **answer})

        return handle

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


class FakeWeCom(FakeTencent):
    """WeCom's server."""

    def _interfaces(self) -> dict[str, Callable[[Fields], Fields]]:
        return {"send": self._send}

    def _crypto(self) -> CompanyCrypto:
        return CompanyCrypto(CALLBACK_TOKEN, AES_KEY, COMPANY)

    def _send(self, body: Fields) -> Fields:
        once = body.get("enable_duplicate_check", 0)
        user, text = _text(body, {"agentid", "enable_duplicate_check", "duplicate_check_interval"})
        if body["agentid"] != AGENT or once not in (0, 1):
            raise Refused(40056)
        if not 0 <= body.get("duplicate_check_interval", 1800) <= 4 * 3600:
            raise Refused(40058)
        if user not in self.people:
            raise Refused(81013)
        same = json.dumps(body, sort_keys=True)
        if not (once and same in self._seen):
            self.said.append((user, text))
        if once:
            self._seen.add(same)
        return {"msgid": f"msg{self._next_id()}"}


class FakeOfficialAccount(FakeTencent):
    """The official accounts' server."""

    def _interfaces(self) -> dict[str, Callable[[Fields], Fields]]:
        return {
            "custom/send": self._custom,
            "template/send": self._template,
            "subscribe/bizsend": self._subscription,
        }

    def _crypto(self) -> AccountCrypto:
        return AccountCrypto(CALLBACK_TOKEN, AES_KEY, APP_ID)

    def _custom(self, body: Fields) -> Fields:
        user, text = _text(body, set())
        self._must_follow(user)
        if user in self.silent:
            raise Refused(45015)
        self.said.append((user, text))
        return {}

    def _template(self, body: Fields) -> Fields:
        again = body.get("client_msg_id")
        if again not in self._seen:
            self._notice(body)
        if again:
            self._seen.add(again)
        return {"msgid": self._next_id()}

    def _subscription(self, body: Fields) -> Fields:
        if "client_msg_id" in body:
            raise Refused(47001)
        self._notice(body)
        return {}

    def _notice(self, body: Fields) -> None:
        self._must_follow(body["touser"])
        if body["template_id"] != "TEMPLATE":
            raise Refused(40037)
        for name, field_ in body["data"].items():
            too_long = name.startswith("thing") and len(field_["value"]) > 20
            if field_.keys() != {"value"} or not isinstance(field_["value"], str) or too_long:
                raise Refused(47003)
        self.notices.append(body)

    def _must_follow(self, user: str) -> None:
        if user not in self.people:
            raise Refused(43004)


def _text(body: Fields, more: set[str]) -> tuple[str, str]:
    if not {"touser", "msgtype", "text"} <= body.keys() <= {"touser", "msgtype", "text"} | more:
        raise Refused(47001)
    text = body["text"]["content"]
    numbers = [body[name] for name in more & body.keys()]
    if not all(type(number) is int for number in numbers) or not isinstance(text, str):
        raise Refused(47001)
    if body["msgtype"] != "text" or not text:
        raise Refused(44004)
    if len(text.encode()) > LONGEST:
        raise Refused(45002)
    return body["touser"], text


def _element(name: str, xml: str) -> str:
    found = re.search(rf"<{name}><!\[CDATA\[(.*?)\]\]></{name}>", xml)
    assert found
    return found[1]


def _json(body: Fields) -> web.Response:
    return web.Response(text=json.dumps(body, ensure_ascii=False), content_type="text/plain")


def _cut(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()
