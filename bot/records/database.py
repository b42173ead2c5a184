"""Transactions on the database, synchronous, the same on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from bot.records.fields import FieldKeys, use_keys

Result = TypeVar("Result")

BUSY_SECONDS = 10


class Database:
    """One database and the keys of its encrypted columns.

    `url` is SQLAlchemy's (`sqlite:///…`, `postgresql+psycopg://…`). What a transaction read stays readable
    after it; relations that were not loaded inside do not.
    """

    def __init__(self, url: str, keys: FieldKeys) -> None:
        self.url = url
        self.engine = engine_for(url)
        use_keys(self.engine.dialect, keys)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back on any error."""
        with self._sessions.begin() as session:
            yield session

    async def run(self, function: Callable[[Session], Result]) -> Result:
        """Run `function(session)` as one transaction in a thread, and answer its result."""
        return await asyncio.to_thread(self._in_transaction, function)

    def _in_transaction(self, function: Callable[[Session], Result]) -> Result:
        with self.transaction() as session:
            return function(session)

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def engine_for(url: str) -> Engine:
    """A pooled engine; SQLite in WAL mode with foreign keys on, waiting for its turn to write."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, pool_timeout=BUSY_SECONDS, connect_args={"connect_timeout": BUSY_SECONDS}
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # Taking the write lock at the start waits its turn; taking it half-way through fails at once when
    # another writer has been in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
