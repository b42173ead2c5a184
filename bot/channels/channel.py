"""What the service asks of a channel of its own: it hears people, hands what they say to the gateway, and pushes.

A channel is one file and a line in `bot/app.py`; docs/channels.md shows a whole one.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from aiohttp import web

from bot.channels.gateway import Gateway
from bot.records.database import Database
from bot.reminders.messenger import Messenger
from bot.settings import Settings


class Channel(Messenger, Protocol):
    """A messenger that also listens.

    `part` is the part of the service it listens in (`bot serve --only …`): `web` where it is called, a part of its
    own where it asks for news itself. Pushing works in every part. Answers come from `Gateway.receive`, whose
    refusals are sentences for the person; what they press or choose goes there as the button's payload.
    """

    part: str

    def add_routes(self, app: web.Application) -> None:
        """Adds the addresses at which the provider calls; none where it does not."""
        ...

    def listening(self) -> AbstractAsyncContextManager[None]:
        """Listens meanwhile; at the end what was heard is still answered."""
        ...


OpenChannel = Callable[[Settings, Gateway, Database], Channel | None]
"""Makes the channel, or None where it is not set up."""
