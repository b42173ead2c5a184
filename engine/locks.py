"""One turn of a chat at a time, however many engine processes there are: Rasa's locks, in Redis."""

import redis
from rasa.core.lock_store import DEFAULT_REDIS_LOCK_STORE_KEY_PREFIX, LockStore, RedisLockStore
from rasa.utils.endpoints import EndpointConfig

REDIS_SECONDS = 2
"""How long Redis may take over one command."""


class SharedLocks(RedisLockStore):
    """Rasa's, at an address such as `rediss://:password@host:6379/0`.

    Stock Rasa wants that in pieces, and takes whatever text it is told about TLS as a yes.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        self.red = redis.from_url(
            endpoint_config.url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        self.key_prefix = DEFAULT_REDIS_LOCK_STORE_KEY_PREFIX
        LockStore.__init__(self)
