"""Whatever is sent: a sane reply, or an error that says what to do; and no typed text is ever a command."""

import asyncio
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from channel_fakes import FakeEngine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.gateway import TEXT_SHOWN_TO_ENGINE, typed

Client = TestClient[web.Request, web.Application]

URL = "/webhooks/rest/webhook"
SENDERS: Iterator[str] = (f"fuzz-{number}" for number in count())  # each with a minute of its own

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
HIDDEN = "\u200b\u200c\u200d\ufeff\u2060\u00ad"
SPACES = " \t\n\u3000\u00a0\u2003\u2028\u2029\x1c\x1d\x85"
COMMANDS = (
    "/restart", '/restart{"a": "b"}', '/inform{"region": "湖南"}', '/set_slot{"person": "P01"}', "/session_start",
    "/back", "/affirm@0.99", "EXTERNAL: restart",
)  # fmt: skip
NASTY = (
    "😀😀😀", "👨‍👩‍👧‍👦", "。。。", "'; DROP TABLE persons; --", "1' OR '1'='1", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "**粗** _斜_ `码`", "{{7*7}}", "${jndi:ldap://x}",
    "\u202e湖南\u202c", "湖\u200b南", "a\u0300" * 500, "\x00\x1b[2J", "NaN", "null", "〔证件ABCD〕",
)  # fmt: skip

one_character = st.builds(lambda c, times: c * times, st.characters(), st.integers(1, 9_000))
commands = st.builds(
    lambda signs, command: signs + command,
    st.text(st.sampled_from("/／" + SPACES + BIDI + HIDDEN), max_size=6),
    st.sampled_from(COMMANDS) | st.text().map("/".__add__),
)
messages = st.text() | one_character | commands | st.sampled_from(NASTY)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
    max_leaves=8,
)

with_the_same_server = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


async def is_sane(response: ClientResponse) -> bool:
    """An answer with a text, or a clear error; never a broken server."""
    said = await response.json()
    if response.status == 200:
        return bool(said) and all(message["text"] for message in said)
    return response.status in {400, 413} and len(said["error"]) > 5


@given(message=messages)
@with_the_same_server
async def test_every_message_is_answered_or_refused_with_a_reason(
    web_client: Client, engine: FakeEngine, message: str
) -> None:
    engine.asked.clear()
    response = await web_client.post(URL, json={"sender": next(SENDERS), "message": message})
    assert await is_sane(response)
    for text in engine.texts:
        assert 0 < len(text) <= TEXT_SHOWN_TO_ENGINE
        assert not text.strip().startswith("/")
        assert not set(text) & set(BIDI + HIDDEN + "\x00\x1b")


@given(body=st.binary() | anything.map(lambda value: json.dumps(value).encode()))
@with_the_same_server
async def test_every_body_is_answered_or_refused_with_a_reason(web_client: Client, body: bytes) -> None:
    for url in (URL, "/webhooks/rest/feedback", "/chat/messages", "/chat/feedback"):
        assert await is_sane(await web_client.post(url, data=body))


@given(fields=st.fixed_dictionaries({"sender": anything, "message": anything, "message_id": anything}))
@with_the_same_server
async def test_every_kind_of_field_is_answered_or_refused_with_a_reason(
    web_client: Client, fields: dict[str, Any]
) -> None:
    assert await is_sane(await web_client.post(URL, json=fields))


@pytest.mark.parametrize(
    "body", [b"[" * 8000, b'{"sender": "li", "message": "\xff\xfe"}', b'{"sender":"li","message":"\\udc00"}']
)
async def test_broken_bodies_are_refused(web_client: Client, body: bytes) -> None:
    response = await web_client.post(URL, data=body)
    assert response.status == 400
    assert await is_sane(response)


@pytest.mark.parametrize("character", ["a", "九", "9", " ", "/", "<", "😀", "\u202e"])
async def test_eight_kibibytes_of_one_character(web_client: Client, character: str) -> None:
    body = json.dumps({"sender": next(SENDERS), "message": ""}).encode()
    room = (8192 - len(body)) // len(character.encode())
    message = body[:-2] + (character * room).encode() + body[-2:]
    assert await is_sane(await web_client.post(URL, data=message))


@given(text=commands)
def test_no_typed_text_is_a_command(text: str) -> None:
    assert not typed(text).strip().startswith(("/", "／"))


async def test_fifty_messages_in_a_second(web_client: Client, engine: FakeEngine) -> None:
    body = {"sender": next(SENDERS), "message": "湖南退休报多少"}
    responses = [await web_client.post(URL, json=body) for _ in range(50)]
    assert [response.status for response in responses] == [200] * 30 + [429] * 20
    assert all(int(response.headers["Retry-After"]) > 0 for response in responses[30:])
    assert len(engine.asked) == 30


async def test_fifty_messages_at_once(web_client: Client, engine: FakeEngine) -> None:
    body = {"sender": next(SENDERS), "message": "湖南退休报多少"}
    responses = await asyncio.gather(*(web_client.post(URL, json=body) for _ in range(50)))
    statuses = [response.status for response in responses]
    assert set(statuses) == {200, 429}
    assert len(engine.asked) == statuses.count(200) <= 30
