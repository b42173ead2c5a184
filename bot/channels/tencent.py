"""Calling Tencent's servers: WeCom and official accounts answer, refuse and hand out tokens in the same way.

Access tokens stand in addresses: neither those nor errors that carry them are ever logged.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.records import provider_tokens
from bot.records.database import Database, Result, UnreachableError
from bot.records.provider_tokens import Look
from bot.reminders.messenger import Delivery, Outcome

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.5
LOOKS = 30

TOKEN_REFUSED = (40001, 40014, 42001)
SLOW_DOWN = {
    45009: timedelta(minutes=10),  # as often as the interface may be called
    45011: timedelta(minutes=1),  # the same for a minute
    45033: timedelta(minutes=1),  # too many calls at once
}
"""How long to wait after errors that ask for it; Tencent names no time."""

Body = dict[str, Any]


class NotSentError(Exception):
    """It surely did not arrive."""


class UnclearError(Exception):
    """It may have arrived."""


class RefusedError(Exception):
    """The answer was an error: Tencent's errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


TROUBLE = (NotSentError, UnclearError, RefusedError)


class SharedToken:
    """The access token of one account, renewed by one worker for all of them, before it ends.

    `fetch` asks the provider for its answer with `access_token` and `expires_in` (seconds).
    """

    def __init__(
        self, database: Database, account: str, fetch: Callable[[], Awaitable[Body]], clock: Clock
    ) -> None:
        self._database = database
        self._account = account
        self._fetch = fetch
        self._clock = clock

    async def get(self, refused: str | None = None) -> str:
        """A token that is good; `refused` is one that the provider does not take any more. Raises NotSentError."""
        for _ in range(LOOKS):
            look = await before_sending(
                self._database,
                lambda session: provider_tokens.look(session, self._account, refused, self._clock()),
            )
            if look.renew:
                return await self._renew(look)
            if look.token:
                return look.token
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        raise NotSentError("nobody renewed the access token")

    async def _renew(self, look: Look) -> str:
        try:
            answer = await self._fetch()
            token, seconds = str(answer["access_token"]), int(answer["expires_in"])
        except (*TROUBLE, KeyError, ValueError) as error:
            await before_sending(
                self._database, lambda session: provider_tokens.give_up(session, self._account)
            )
            if look.token:  # still good for a while
                return look.token
            raise NotSentError(f"no access token: {error}") from error
        expires_at = self._clock() + timedelta(seconds=seconds)
        await before_sending(
            self._database, lambda session: provider_tokens.keep(session, self._account, token, expires_at)
        )
        return token


async def before_sending(database: Database, function: Callable[[Session], Result]) -> Result:
    """The result of `function(session)`. Raises NotSentError where the database does not answer."""
    try:
        return await database.run(function)
    except (SQLAlchemyError, UnreachableError) as error:
        raise NotSentError(type(error).__name__) from error


async def call(url: str, query: dict[str, str], body: Body | None = None) -> Body:
    """Tencent's answer: GET, or POST where there is a body. Raises NotSentError, UnclearError and RefusedError."""
    # A connection of its own for each call: on a kept one that the other side closes, nobody knows what arrived.
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS)
    # Tencent shows \\u escapes to people as they stand.
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    method, headers = ("GET", {}) if body is None else ("POST", {"Content-Type": "application/json"})
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, url, params=query, data=data, headers=headers) as response,
        ):
            if response.status != 200:
                raise UnclearError(f"status {response.status}")
            answer = json.loads(await response.read())
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise NotSentError(type(error).__name__) from error
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise UnclearError(type(error).__name__) from error
    if not isinstance(answer, dict):
        raise UnclearError("an answer that is not Tencent's")
    if code := answer.get("errcode", 0):
        raise RefusedError(int(code))
    return answer


async def call_with(token: SharedToken, url: str, body: Body) -> Body:
    """The same with an access token, a fresh one where it is refused."""
    value = await token.get()
    try:
        return await call(url, {"access_token": value}, body)
    except RefusedError as refused:
        if refused.code not in TOKEN_REFUSED:
            raise
    return await call(url, {"access_token": await token.get(refused=value)}, body)


def failed(error: NotSentError | UnclearError | RefusedError, gone: frozenset[int]) -> Delivery:
    """How a push ended that met the error; `gone` are the codes which say that nothing arrives there any more."""
    match error:
        case RefusedError(code=code) if code in gone:
            return Delivery(Outcome.BLOCKED, error=str(error))
        case RefusedError(code=code):
            return Delivery(Outcome.RETRY, retry_after=SLOW_DOWN.get(code), error=str(error))
        case NotSentError():
            return Delivery(Outcome.RETRY, error=str(error))
        case UnclearError():
            return Delivery(Outcome.UNKNOWN, error=str(error))
