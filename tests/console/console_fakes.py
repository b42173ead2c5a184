"""A browser that fills in the console's forms, a clock and a messenger that do what a test tells them."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from pyotp import TOTP

from bot.clock import SHANGHAI
from bot.identity.keys import derive_keys
from bot.messages import Reply
from bot.reminders.messenger import Delivery, Outcome

START = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
PASSWORD = "a long enough password"
KEYS = derive_keys(b"k" * 32)


class HandClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class FakeTelegram:
    """Keeps what it was asked to push."""

    name: str = "telegram"
    tells_doubles: bool = False
    outcome: Outcome = Outcome.SENT
    pushed: list[tuple[str, str]] = field(default_factory=list)

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        self.pushed.append((address, message.text))
        return Delivery(self.outcome)


@dataclass
class Page:
    status: int
    path: str
    text: str
    headers: dict[str, str]

    @property
    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.text)
        return found[1] if found else ""

    def link(self, pattern: str) -> str:
        found = re.search(rf'(?:href|src)="({pattern}[^"]*)"', self.text)
        assert found, f"no link {pattern}"
        return unescape(found[1])


class Browser:
    """Follows redirects, remembers cookies, and sends the form token of the page it is on."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self.page = Page(0, "", "", {})
        self.visited: list[str] = []

    async def open(self, path: str) -> Page:
        return await self._on(await self.client.get(path))

    async def send(self, path: str, **fields: str) -> Page:
        return await self._on(await self.client.post(path, data={"token": self.page.token, **fields}))

    async def sign_in(self, username: str = "li", password: str = PASSWORD) -> Page:
        await self.open("/console/login")
        return await self.send("/console/login", username=username, password=password)

    async def enrol(self, now: datetime) -> str:
        """Sets up the second factor on the page that asks for it; the secret."""
        found = re.search(r"secret=([A-Z2-7]+)", self.page.text)
        assert found
        await self.send_code(TOTP(found[1]).at(now))
        return found[1]

    async def send_code(self, code: str) -> Page:
        sealed = re.search(r'name="setup" value="([^"]+)"', self.page.text)
        setup = {"setup": sealed[1]} if sealed else {}
        return await self.send("/console/second-factor", code=code, **setup)

    async def search(self, query: str, why: str = "") -> Page:
        """Searches for somebody who is calling, or for the reason given."""
        await self.open("/console")
        caller = {"caller": "nobody", "because": why} if why else {"caller": "self"}
        return await self.send("/console/search", query=query, **caller)

    async def _on(self, response: ClientResponse) -> Page:
        self.visited += [str(r.url) for r in (*response.history, response)]
        self.page = Page(response.status, response.url.path, await response.text(), dict(response.headers))
        return self.page
