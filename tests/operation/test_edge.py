"""Who is asking, how often and for how long, and what every answer carries."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.operation.public_side import PublicSide

Start = Callable[..., Awaitable[PublicSide]]
PROXY = "127.0.0.1"


def through_proxy(*callers: str, scheme: str = "https") -> dict[str, str]:
    return {"X-Forwarded-For": ", ".join(callers), "X-Forwarded-Proto": scheme}


async def statuses(side: PublicSide, headers: dict[str, str], times: int) -> list[int]:
    return [(await side.client.get("/health", headers=headers)).status for _ in range(times)]


@pytest.mark.parametrize(
    "path", ["/", "/chat/chat.js", "/chat/messages", "/health", "/ready", "/metrics", "/no/such/page"]
)
async def test_every_answer_carries_the_headers(start: Start, path: str) -> None:
    side = await start()
    response = await side.client.get(path)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors" in response.headers["Content-Security-Policy"]
    assert "Python" not in response.headers["Server"]
    assert "Strict-Transport-Security" not in response.headers


async def test_behind_tls_cookies_are_secure_and_plain_http_is_over(start: Start) -> None:
    side = await start(trusted_proxies=PROXY)
    response = await side.client.get("/", headers=through_proxy("203.0.113.7"))
    assert "Secure" in response.headers["Set-Cookie"]
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_what_a_stranger_says_of_itself_is_not_believed(start: Start) -> None:
    side = await start()
    response = await side.client.get("/", headers=through_proxy("203.0.113.7"))
    assert "Secure" not in response.headers["Set-Cookie"]


async def test_each_address_behind_the_proxy_has_a_measure_of_its_own(start: Start) -> None:
    side = await start(trusted_proxies=PROXY, requests_per_minute=3)
    assert await statuses(side, through_proxy("203.0.113.7"), 4) == [200, 200, 200, 429]
    assert await statuses(side, through_proxy("203.0.113.8"), 1) == [200]
    # A caller may write what it likes at the left end; the proxy adds what it saw at the right.
    assert await statuses(side, through_proxy("198.51.100.1", "203.0.113.7"), 1) == [429]
    # One household has 2^64 addresses.
    assert await statuses(side, through_proxy("2001:db8::1"), 3) == [200, 200, 200]
    assert await statuses(side, through_proxy("2001:db8::ffff"), 1) == [429]


async def test_who_is_refused_is_told_when_to_come_again(start: Start) -> None:
    side = await start(trusted_proxies=PROXY, requests_per_minute=1)
    await side.say("您好", **through_proxy("203.0.113.7"))
    response = await side.say("您好", **through_proxy("203.0.113.7"))
    assert response.status == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "请等" in (await response.json())["error"]


async def test_programs_on_this_machine_have_no_measure(start: Start) -> None:
    side = await start(requests_per_minute=1)
    assert set(await statuses(side, {}, 5)) == {200}


async def test_a_body_that_trickles_in_is_given_up(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.operation.edge.BODY_SECONDS", 0.05)
    side = await start()

    async def trickle() -> object:
        yield b'{"sender": '
        await asyncio.sleep(5)
        yield b'"li"}'

    response = await side.client.post("/webhooks/rest/webhook", data=trickle())
    assert response.status == 408
    assert "再发一次" in (await response.json())["error"]


async def test_a_body_that_is_too_large_is_not_read(start: Start) -> None:
    side = await start()
    response = await side.client.post("/webhooks/rest/webhook", data=b"x" * 2**20)
    assert response.status == 413
