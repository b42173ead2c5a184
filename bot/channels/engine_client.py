"""Asks the dialogue engine: Rasa's REST channel on loopback, one call per turn."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot import logs

CONNECT_SECONDS = 2.0
RETRY_AFTER_SECONDS = 0.5
HEALTH_SECONDS = 2.0
IDLE_SECONDS = 15.0
AT_ONCE = 8
"""So many turns an engine is given at a time. It works on one anyway; what it has begun it finishes sooner, so that
of many people who write at once most are answered earlier, and nobody later."""
SPARED_SECONDS = 30.0
"""For so long an engine that gave no answer in time is asked only where no other is left."""


class EngineDown(Exception):
    """The engine gave no usable answer: not reachable, too slow, or broken. Says which, for the log."""


class EngineButton(BaseModel):
    title: str
    payload: str


class EngineMessage(BaseModel):
    """One message of the engine; its card, which Rasa sends as a message of its own, joined to the text."""

    text: str
    buttons: tuple[EngineButton, ...] = ()
    custom: dict[str, Any] | None = None


class _RasaMessage(BaseModel):
    text: str | None = None
    buttons: tuple[EngineButton, ...] = ()
    custom: dict[str, Any] | None = None


_RASA_ANSWER = TypeAdapter(tuple[_RasaMessage, ...])


class EngineClient:
    """Connects when first asked, inside the running event loop; `close` it at the end.

    Of several engines each chat has one, as long as that one answers. They share trackers and locks, so another may
    take over at any turn.
    """

    def __init__(
        self, urls: Sequence[str], timeout: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._urls = tuple(url.rstrip("/") for url in urls)
        self._monotonic = monotonic
        self._silent_until: dict[str, float] = {}
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=CONNECT_SECONDS)
        self._places = {url: asyncio.Semaphore(AT_ONCE) for url in self._urls}

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        # Rasa keeps an idle connection for two minutes, we for a quarter of one: it is not closed under a request.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS)
        return aiohttp.ClientSession(connector=connector, timeout=self._timeout)

    async def close(self) -> None:
        """Closes what `answer` and `healthy` opened."""
        await self._session.close()

    async def answer(self, chat: str, message: str, line: int) -> tuple[EngineMessage, ...]:
        """The engine's messages, at least one. Raises EngineDown.

        `line` is the transcript's id of the message; custom actions find it, and the turn's id, in its metadata.
        Another engine is asked, or the only one again, where no connection came about, and where it broke over the
        turn: what the engine's action has answered to this line is not done again (`actions/once.py`). An engine that
        is silent may still be at it, so then nobody else is asked.
        """
        engines = self._engines_for(chat)
        try:
            try:
                raw = await self._post(engines[0], chat, message, line)
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0 if len(engines) > 1 else RETRY_AFTER_SECONDS)
                raw = await self._post(engines[1 % len(engines)], chat, message, line)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionResetError):
                raw = await self._post(engines[1 % len(engines)], chat, message, line)
            messages = _joined(_RASA_ANSWER.validate_json(raw))
        except TimeoutError as error:
            self._silent_until[engines[0]] = self._monotonic() + SPARED_SECONDS
            raise EngineDown("no answer in time") from error
        except (aiohttp.ClientError, ConnectionResetError) as error:
            raise EngineDown(type(error).__name__) from error
        except ValidationError as error:
            raise EngineDown("an answer that is not Rasa's") from error
        if not messages:
            raise EngineDown("an empty answer: an action failed")
        return messages

    async def forget(self, chat: str) -> None:
        """Empties the chat's tracker. Raises EngineDown."""
        url = f"{self._urls[0]}/conversations/{quote(chat, safe='')}/tracker/events"
        try:
            async with self._session.put(url, json=[]) as response:
                if response.status != 200:
                    raise EngineDown(f"status {response.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise EngineDown(type(error).__name__) from error

    async def healthy(self) -> bool:
        """Whether an engine's door answers; Rasa opens it once its model is loaded."""
        return any(await asyncio.gather(*map(self._answers, self._urls)))

    def _engines_for(self, chat: str) -> list[str]:
        """All engines, the chat's own first, those that were silent lately last. The others' chats stay where they are
        when one comes or goes."""
        now = self._monotonic()

        def order(url: str) -> tuple[bool, bytes]:
            return self._silent_until.get(url, now) > now, hashlib.sha256(f"{url} {chat}".encode()).digest()

        return sorted(self._urls, key=order)

    async def _answers(self, url: str) -> bool:
        try:
            async with self._session.get(
                f"{url}/webhooks/rest/", timeout=aiohttp.ClientTimeout(total=HEALTH_SECONDS)
            ) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _post(self, url: str, chat: str, message: str, line: int) -> bytes:
        body = {"sender": chat, "message": message, "metadata": {"line": line, logs.TURN: logs.turn_id()}}
        door = f"{url}/webhooks/rest/webhook"
        patience = asyncio.timeout(self._timeout.total)
        async with patience, self._places[url], self._session.post(door, json=body) as response:
            if response.status != 200:
                raise EngineDown(f"status {response.status}")
            return await response.read()


def _joined(parts: tuple[_RasaMessage, ...]) -> tuple[EngineMessage, ...]:
    messages: list[EngineMessage] = []
    for part in parts:
        if part.text:
            messages.append(EngineMessage(text=part.text, buttons=part.buttons, custom=part.custom))
        elif part.custom is not None:
            if not messages or messages[-1].custom is not None:
                raise EngineDown("a card without its text")
            messages[-1] = messages[-1].model_copy(update={"custom": part.custom})
    return tuple(messages)
