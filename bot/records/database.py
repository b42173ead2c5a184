"""Transactions on the database, synchronous, the same on SQLite and PostgreSQL."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import structlog
from sqlalchemy import Engine, Insert, create_engine, event, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from bot import logs, metrics
from bot.records.fields import FieldKeys, use_keys

Result = TypeVar("Result")

BUSY_SECONDS = 10
PATIENCE_SECONDS = 14  # less than the engine is given for a turn
SLOW_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 0.02
log = structlog.get_logger(__name__)


class UnreachableError(Exception):
    """The database is out of reach; nothing was done. Its cause is what the driver said."""


class Database:
    """One database and the keys of its encrypted columns.

    `url` is SQLAlchemy's (`sqlite:///…`, `postgresql+psycopg://…`). What a transaction read stays readable
    after it; relations that were not loaded inside do not.
    """

    def __init__(self, url: str, keys: FieldKeys) -> None:
        self.url = url
        self.engine = engine_for(url)
        self._keys = keys
        use_keys(self.engine.dialect, keys)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back on any error."""
        self._refresh_keys()
        begun = time.perf_counter()
        try:
            with self._sessions.begin() as session:
                yield session
        finally:
            seconds = time.perf_counter() - begun
            metrics.STAGE_SECONDS.labels("database").observe(seconds)
            level = logging.WARNING if seconds > SLOW_SECONDS else logging.DEBUG
            log.log(level, "transaction", ms=round(1000 * seconds, 1))

    async def run(self, function: Callable[[Session], Result], patience: float = PATIENCE_SECONDS) -> Result:
        """Run `function(session)` as one transaction in a thread, and answer its result.

        While the database cannot be reached it is tried again, so `function` may be called several times; after
        `patience` seconds UnreachableError. What failed while being committed is not tried again: it may
        have been kept.
        """
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + patience, 0.1
        while True:
            try:
                return await asyncio.to_thread(self._in_transaction, function)
            except UnreachableError as error:
                if loop.time() + pause > until:
                    raise
                log.warning("database_unreachable", why=type(error.__cause__).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 1.0)

    async def answers(self) -> bool:
        """Whether the database can be reached now."""
        try:
            await asyncio.to_thread(self._in_transaction, lambda session: session.execute(text("SELECT 1")))
        except (DBAPIError, UnreachableError):
            return False
        return True

    def now(self) -> datetime:
        """Its own clock."""
        with self.engine.connect() as connection:
            now = connection.scalar(select(func.current_timestamp()))
        assert isinstance(now, datetime)
        return now if now.tzinfo else now.replace(tzinfo=UTC)

    def _in_transaction(self, function: Callable[[Session], Result]) -> Result:
        try:
            with self.transaction() as session:
                try:
                    result = function(session)
                    session.flush()
                except DBAPIError as error:
                    if _is_out_of_reach(error):
                        raise UnreachableError from error
                    raise
                return result
        except DBAPIError as error:
            if is_disk_full(error):  # may show itself at the commit only, which then kept nothing
                raise UnreachableError from error
            raise

    def _refresh_keys(self) -> None:
        keys = self._keys.refreshed()
        if keys is not self._keys:
            self._keys = keys
            use_keys(self.engine.dialect, keys)

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def insert_new(session: Session, model: type[DeclarativeBase]) -> Any:
    """An INSERT that can end in `on_conflict_do_nothing()`, in the words of the session's database."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(model) if on_postgresql else sqlite.insert(model)


def new_id(session: Session, insert: Insert, values: Mapping[str, Any]) -> int:
    """Inserts one row past the object mapper; the id that the database gave it."""
    key = session.connection().execute(insert, values).inserted_primary_key
    assert key is not None
    return int(key[0])


def engine_for(url: str) -> Engine:
    """A pooled engine; SQLite in WAL mode with foreign keys on, waiting for its turn to write.

    Errors never tell the values of a statement: those are persons' data. PostgreSQL knows each transaction by its turn.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_timeout=BUSY_SECONDS,
            connect_args={"connect_timeout": BUSY_SECONDS},
            hide_parameters=True,
        )
        engine.dialect.do_begin = _name_turn  # type: ignore[method-assign, assignment]
        return engine
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign, assignment]
    return engine


# How a transaction begins is the dialect's, as SQLAlchemy has it; a listener would cost each statement of it, too.


def _name_turn(connection: Any) -> None:
    """Until the end of the transaction: what pg_stat_activity and the server's log (`%a`) show is whose it is."""
    if turn := logs.turn_id():
        connection.execute(f"SET LOCAL application_name = 'turn {turn}'")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    _write_ahead(connection)
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Of several that open a new file at once SQLite refuses some without waiting, so they wait here."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                raise
        time.sleep(_LOOK_AGAIN_SECONDS)


def _is_busy(error: BaseException | None) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorname.startswith("SQLITE_BUSY")


def _begin_sqlite(connection: Any) -> None:
    # Taking the write lock at the start waits its turn; taking it half-way through fails at once when
    # another writer has been in between.
    connection.execute("BEGIN IMMEDIATE")


def is_disk_full(error: DBAPIError) -> bool:
    """Whether the database has no room to write."""
    full = isinstance(error.orig, sqlite3.OperationalError) and error.orig.sqlite_errorname == "SQLITE_FULL"
    return full or isinstance(error.orig, psycopg.errors.DiskFull)


def _is_out_of_reach(error: DBAPIError) -> bool:
    """Whether the connection is gone or refused, or another writer kept SQLite busy all the time we waited, so that the
    same may succeed in a while."""
    refused = isinstance(error, OperationalError) and isinstance(error.orig, psycopg.OperationalError)
    return refused or _is_busy(error.orig) or error.connection_invalidated
