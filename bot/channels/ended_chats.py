"""Chats of which nothing is kept any more: the engine is told to forget them, too."""

from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot.channels.engine_client import EngineClient, EngineDown
from bot.records import chats
from bot.records.database import Database

AT_ONCE = 200

log = structlog.get_logger(__name__)


async def tell_engine(database: Database, engine: EngineClient) -> None:
    """Those it cannot be told of now, it is told of another time."""
    for chat in await database.run(lambda session: chats.ended(session, AT_ONCE)):
        try:
            await engine.forget(chat)
        except EngineDown as problem:
            log.warning("ended_chats_wait", why=str(problem))
            return
        await database.run(partial(_told, chat))


def _told(chat: str, session: Session) -> None:
    chats.engine_was_told(session, chat)
