"""One turn of a chat at a time, however many engine processes there are: Rasa's locks, in Redis."""

from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Text

import redis
import structlog
from rasa.core.lock_store import (
    DEFAULT_REDIS_LOCK_STORE_KEY_PREFIX,
    InMemoryLockStore,
    LockStore,
    RedisLockStore,
)
from rasa.utils.endpoints import EndpointConfig

REDIS_SECONDS = 0.5
"""How long Redis may take over one command: meanwhile no other turn of this process goes on."""

log = structlog.get_logger(__name__)


class SharedLocks(RedisLockStore):
    """Rasa's, at an address such as `rediss://:password@host:6379/0`; each process has its own while Redis is away.

    That is enough for a while: the service hands over one turn of a chat at a time, and no tracker is saved over one
    that was saved meanwhile. Stock Rasa wants the address in pieces, and takes whatever text it is told about TLS as
    a yes.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        self.red = redis.from_url(
            endpoint_config.url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        self.key_prefix = DEFAULT_REDIS_LOCK_STORE_KEY_PREFIX
        self._own = InMemoryLockStore()
        LockStore.__init__(self)

    @asynccontextmanager
    async def lock(self, conversation_id: Text, *arguments: Any, **named: Any) -> AsyncIterator[Any]:
        """As Rasa's."""
        locks = super() if self._redis_answers() else self._own
        async with locks.lock(conversation_id, *arguments, **named) as held:
            yield held

    def _redis_answers(self) -> bool:
        try:
            return bool(self.red.ping())
        except (redis.ConnectionError, redis.TimeoutError) as error:
            log.warning("redis_away", why=type(error).__name__)
            return False
