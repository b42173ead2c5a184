"""What the engine remembers of chats: in a database, so that a restart or another engine process goes on with it.

One row for each chat, with the events of its last session. A session ends after `SESSION_EVENTS` events as it does
after a pause, and takes its slots along; chats silent for `KEPT_DAYS` are deleted. A chat of 5,000 turns is as fast as
one of 50.
"""

import asyncio
import contextlib
import json
import time
from functools import lru_cache
from typing import Any, Callable, Dict, List, Optional, Text
from urllib.parse import unquote

import sqlalchemy as sa
from rasa.core.actions.action import ActionSessionStart
from rasa.core.agent import Agent
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

SESSION_EVENTS = 60
"""Some six turns: no rule of ours looks further back than one."""
KEPT_DAYS = 30
SWEEP_EVERY = 3600.0  # seconds
DATABASE_SECONDS = 5
"""How long the database may take to let us in, or over one statement."""
_DAY = 86400

_FOR_POSTGRESQL = {
    "connect_timeout": DATABASE_SECONDS,
    "tcp_user_timeout": 1000 * DATABASE_SECONDS,
    "options": f"-c statement_timeout={1000 * DATABASE_SECONDS}",
}
_FOR_SQLITE = {"timeout": DATABASE_SECONDS, "check_same_thread": False}

_TABLES = sa.MetaData()
sa.Table(
    "trackers", _TABLES,
    sa.Column("chat", sa.String(255), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("day", sa.Integer, nullable=False, index=True),  # of the last turn, since 1970
    sa.Column("events", sa.Text, nullable=False),  # JSON, a list of Rasa's events
)  # fmt: skip
_READ = sa.text("SELECT version, events FROM trackers WHERE chat = :chat")
_WRITE = sa.text(
    "INSERT INTO trackers (chat, version, day, events) VALUES (:chat, :read + 1, :day, :events)"
    " ON CONFLICT (chat) DO UPDATE SET version = excluded.version, day = excluded.day, events = excluded.events"
    " WHERE trackers.version = :read"
)
_FORGET = sa.text("DELETE FROM trackers WHERE chat IN (:chat, :name)")
_SWEEP = sa.text("DELETE FROM trackers WHERE day < :day")


class TrackerChanged(Exception):
    """Another turn of the chat has been saved since this one began."""


def bound_sessions() -> None:
    """A session of `SESSION_EVENTS` events is taken as expired, too, and a new one begins with each slot's value.

    Stock Rasa begins it with every value that any slot ever had, so that it grows with the chat.
    """
    has_expired = MessageProcessor._has_session_expired

    def has_expired_or_is_long(processor: MessageProcessor, tracker: DialogueStateTracker) -> bool:
        return len(tracker.events) > SESSION_EVENTS or has_expired(processor, tracker)

    MessageProcessor._has_session_expired = has_expired_or_is_long
    ActionSessionStart._slot_set_events_from_tracker = staticmethod(_present_slots)


def _present_slots(tracker: DialogueStateTracker) -> List[SlotSet]:
    carried = (slot for name, slot in tracker.slots.items() if name != SESSION_START_METADATA_SLOT)
    return [SlotSet(slot.name, slot.value) for slot in carried if slot.value is not None]


def fail_without_trackers() -> None:
    """A turn whose tracker cannot be read or saved fails, and is tried again.

    Stock Rasa goes on with an empty tracker, and saves that over the one it could not read.
    """

    def the_store_itself(store: TrackerStore, domain: Domain) -> TrackerStore:
        store.domain = domain
        return store

    Agent._create_tracker_store = staticmethod(the_store_itself)


def remember_kinds_of_events() -> None:
    """Replaces `Event.resolve_by_type`: the same, but all classes are looked through once for each kind of event.

    Stock Rasa does that for every event it reads, nine tenths of the time that reading a tracker takes.
    """
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(Event.resolve_by_type))


class RecentTrackerStore(TrackerStore):
    """Keeps each chat's last session in a row of SQLite or PostgreSQL. Errors are SQLAlchemy's."""

    def __init__(self, domain: Optional[Domain] = None, host: Text = "", **kwargs: Dict[Text, Any]) -> None:
        """`host` is SQLAlchemy's address of the database: Rasa hands an endpoint's `url` over under this name."""
        super().__init__(domain, **kwargs)
        self._engine = _open(host)
        self._prepared = False
        self._swept = 0.0

    def init_tracker(self, sender_id: Text) -> DialogueStateTracker:
        """An empty one."""
        return _of_version(0, super().init_tracker(sender_id))

    async def create_tracker(
        self, sender_id: Text, append_action_listen: bool = True
    ) -> DialogueStateTracker:
        """A new chat's; not kept before something was said."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The chat's last session; None for a chat that is new or was forgotten."""
        row = await self._run(lambda connection: connection.execute(_READ, {"chat": sender_id}).first())
        if row is None:
            return None
        events = json.loads(row.events)
        return _of_version(row.version, DialogueStateTracker.from_dict(sender_id, events, self.domain.slots))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the last session. A tracker that was emptied is a chat to be forgotten. Raises TrackerChanged."""
        if not tracker.events:
            # Rasa's API takes the chat's name as it stands in the address.
            names = {"chat": tracker.sender_id, "name": unquote(tracker.sender_id)}
            await self._run(lambda connection: connection.execute(_FORGET, names))
            return
        today = int(time.time()) // _DAY
        row = {
            "chat": tracker.sender_id,
            "read": tracker.version,
            "day": today,
            "events": json.dumps([event.as_dict() for event in _last_session(tracker)], ensure_ascii=False),
        }
        if not await self._run(lambda connection: connection.execute(_WRITE, row).rowcount):
            raise TrackerChanged
        tracker.version += 1
        if time.monotonic() > self._swept + SWEEP_EVERY:
            self._swept = time.monotonic()
            await self._run(lambda connection: connection.execute(_SWEEP, {"day": today - KEPT_DAYS}))

    async def _run(self, work: Callable[[Connection], Any]) -> Any:
        """One transaction, in a thread: while it waits for the disk, other chats go on."""

        def transaction() -> Any:
            if not self._prepared:
                _prepare(self._engine)
                self._prepared = True
            with self._engine.begin() as connection:
                return work(connection)

        return await asyncio.to_thread(transaction)


def _of_version(version: int, tracker: DialogueStateTracker) -> DialogueStateTracker:
    """Notes which version was read, so that no later one is saved over."""
    tracker.version = version
    return tracker


def _last_session(tracker: DialogueStateTracker) -> List[Event]:
    events = list(tracker.events)
    starts = (place for place, event in enumerate(events) if isinstance(event, SessionStarted))
    return events[max(starts, default=0) :]


def _open(url: Text) -> Engine:
    """A connection that broke while the database was away is found out before it is used; errors tell no texts."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=_FOR_POSTGRESQL)
    engine = sa.create_engine(url, hide_parameters=True, poolclass=QueuePool, connect_args=_FOR_SQLITE)
    sa.event.listen(engine, "connect", _write_ahead)
    return engine


def _write_ahead(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare(engine: Engine) -> None:
    with contextlib.suppress(sa.exc.IntegrityError, sa.exc.ProgrammingError):  # another engine was quicker
        _TABLES.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            sa.text("DROP TABLE IF EXISTS events")
        )  # how trackers were kept before: a row an event
