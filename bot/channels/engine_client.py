"""Asks the dialogue engine: Rasa's REST channel on loopback, one call per turn."""

import asyncio
from functools import cached_property
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot import logs

CONNECT_SECONDS = 2.0
RETRY_AFTER_SECONDS = 0.5
HEALTH_SECONDS = 2.0


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
    """Connects when first asked, inside the running event loop; `close` it at the end."""

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=CONNECT_SECONDS)

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        # The engine closes idle connections on its own; a request sent on a closing one fails without saying
        # whether it was processed. A fresh loopback connection per turn costs less than that doubt.
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        return aiohttp.ClientSession(connector=connector, timeout=self._timeout)

    async def close(self) -> None:
        """Closes what `answer` and `healthy` opened."""
        await self._session.close()

    async def answer(self, chat: str, message: str, line: int) -> tuple[EngineMessage, ...]:
        """The engine's messages, at least one. Raises EngineDown.

        `line` is the transcript's id of the message; custom actions find it, and the turn's id, in its metadata.
        Tried a second time only if no connection came about; after that the turn may have been processed.
        """
        try:
            try:
                raw = await self._post(chat, message, line)
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(RETRY_AFTER_SECONDS)
                raw = await self._post(chat, message, line)
            messages = _joined(_RASA_ANSWER.validate_json(raw))
        except TimeoutError as error:
            raise EngineDown("no answer in time") from error
        except aiohttp.ClientError as error:
            raise EngineDown(type(error).__name__) from error
        except ValidationError as error:
            raise EngineDown("an answer that is not Rasa's") from error
        if not messages:
            raise EngineDown("an empty answer: an action failed")
        return messages

    async def forget(self, chat: str) -> None:
        """Empties the chat's tracker. Raises EngineDown."""
        url = f"{self._url}/conversations/{quote(chat, safe='')}/tracker/events"
        try:
            async with self._session.put(url, json=[]) as response:
                if response.status != 200:
                    raise EngineDown(f"status {response.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise EngineDown(type(error).__name__) from error

    async def healthy(self) -> bool:
        """Whether the door we use answers; Rasa opens it once its model is loaded."""
        try:
            async with self._session.get(
                f"{self._url}/webhooks/rest/", timeout=aiohttp.ClientTimeout(total=HEALTH_SECONDS)
            ) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _post(self, chat: str, message: str, line: int) -> bytes:
        body = {"sender": chat, "message": message, "metadata": {"line": line, logs.TURN: logs.turn_id()}}
        async with self._session.post(f"{self._url}/webhooks/rest/webhook", json=body) as response:
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
