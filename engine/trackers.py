"""What the engine remembers of chats: in a database, so that a restart or another engine process goes on with it.

It remembers little. A chat's session ends after `SESSION_EVENTS` events as it does after a pause, and takes its slots
along; events before it, and chats silent for `KEPT_DAYS`, are deleted. A chat of 5,000 turns is as fast as one of 50.
"""

import contextlib
import time
from typing import Any, Dict, List, Optional, Text
from urllib.parse import unquote

import sqlalchemy as sa
from rasa.core.actions.action import ActionSessionStart
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

SESSION_EVENTS = 60
"""Some six turns: no rule of ours looks further back than one."""
KEPT_DAYS = 30
SWEEP_EVERY = 3600.0  # seconds


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


class RecentTrackerStore(SQLTrackerStore):
    """Rasa's SQL tracker store, which keeps each chat's last session only."""

    def __init__(self, domain: Optional[Domain] = None, host: Text = "", **kwargs: Dict[Text, Any]) -> None:
        """`host` is SQLAlchemy's address of the database: Rasa hands an endpoint's `url` over under this name."""
        super().__init__(domain, host=host, **kwargs)
        self._swept = 0.0
        self._use_checked_connections(host)
        with contextlib.suppress(sa.exc.DBAPIError):  # another engine, started together with us, was quicker
            sa.Index("ix_events_timestamp", self.SQLEvent.timestamp).create(self.engine, checkfirst=True)

    def _use_checked_connections(self, url: Text) -> None:
        """A connection that broke while the database was away must not cost a chat its memory."""
        self.engine.dispose()
        if url.startswith("sqlite"):
            self.engine = sa.create_engine(url, connect_args={"timeout": 10})
            sa.event.listen(self.engine, "connect", _write_ahead)
        else:
            self.engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
        self.sessionmaker.configure(bind=self.engine)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """As Rasa's; what no later turn reads is deleted. A tracker that was emptied is a chat to be forgotten."""
        if not tracker.events:
            # Rasa's API takes the chat's name as it stands in the address.
            names = {tracker.sender_id, unquote(tracker.sender_id)}
            self._delete(self.SQLEvent.sender_id.in_(names))
            return
        await super().save(tracker)
        starts = (event for event in reversed(tracker.events) if isinstance(event, SessionStarted))
        started = next(starts, None)
        if started is not None and tracker.events[0].timestamp < started.timestamp:
            theirs = self.SQLEvent.sender_id == tracker.sender_id
            self._delete(theirs, self.SQLEvent.timestamp < started.timestamp)
        if time.time() > self._swept + SWEEP_EVERY:
            self._swept = time.time()
            self._delete(self.SQLEvent.timestamp < time.time() - KEPT_DAYS * 86400)

    def _delete(self, *which: Any) -> None:
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter(*which).delete(synchronize_session=False)
            session.commit()


def _write_ahead(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
