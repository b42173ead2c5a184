"""What the engine remembers of a chat stays small, and survives its process."""

import asyncio
import logging
import os
import sqlite3
import tempfile
import unittest

import redis
import structlog
from rasa.core.actions.action import ActionSessionStart, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import LockStore
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config
from sqlalchemy.exc import OperationalError

from engine.__main__ import tell_actions_no_history, use_endpoints
from engine.locks import SharedLocks
from engine.trackers import (
    SESSION_EVENTS,
    RecentTrackerStore,
    TrackerChanged,
    bound_sessions,
    fail_without_trackers,
    remember_kinds_of_events,
)
from engine.turns import answer_whole_or_not_at_all, name_turns_in_log_lines

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [hello]
actions: [action_x]
slots:
  region:
    type: text
    mappings: [{type: custom}]
session_config: {session_expiration_time: 720, carry_over_slots_to_new_session: true}
"""
)


class Processor:
    """As much of Rasa's as asks whether a session has expired."""

    domain = DOMAIN


class Trackers(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.url = f"sqlite:///{folder.name}/trackers.db"
        for owner, name in (
            (MessageProcessor, "_has_session_expired"),
            (ActionSessionStart, "_slot_set_events_from_tracker"),
            (RemoteAction, "_action_call_format"),
        ):
            self.addCleanup(setattr, owner, name, owner.__dict__[name])
        bound_sessions()

    def _talk(self, store: RecentTrackerStore, turns: int) -> int:
        """Says hello so often, each time with another region; the most events a turn has seen."""

        async def talk() -> int:
            most = 0
            for turn in range(turns):
                tracker = await store.get_or_create_tracker("rest:a", append_action_listen=False)
                if not tracker.events or MessageProcessor._has_session_expired(Processor(), tracker):
                    carried = await ActionSessionStart().run(None, None, tracker, DOMAIN)
                    tracker.update_with_events([ActionExecuted("action_session_start"), *carried], DOMAIN)
                told = [UserUttered("你好"), ActionExecuted("action_x"), SlotSet("region", f"第{turn}处")]
                tracker.update_with_events([*told, ActionExecuted("action_listen")], DOMAIN)
                most = max(most, len(tracker.events))
                await store.save(tracker)
            return most

        return asyncio.run(talk())

    def test_a_long_chat_stays_short_and_keeps_its_slots(self) -> None:
        most = self._talk(RecentTrackerStore(DOMAIN, self.url), 200)
        self.assertLess(most, 2 * SESSION_EVENTS)
        kept = self._read(RecentTrackerStore(DOMAIN, self.url))
        self.assertEqual(kept.get_slot("region"), "第199处")
        self.assertLess(len(kept.events), 2 * SESSION_EVENTS)

    def _read(self, store: RecentTrackerStore) -> DialogueStateTracker:
        return asyncio.run(store.retrieve("rest:a"))

    def test_silent_chats_expire(self) -> None:
        self._talk(RecentTrackerStore(DOMAIN, self.url), 1)
        with sqlite3.connect(self.url.partition("///")[2]) as database:
            database.execute("UPDATE trackers SET day = 20000")
        store = RecentTrackerStore(DOMAIN, self.url)
        other = store.init_tracker("rest:other")
        other.update(SessionStarted(), DOMAIN)
        asyncio.run(store.save(other))
        self.assertIsNone(self._read(store))

    def test_what_another_engine_has_saved_meanwhile_is_not_saved_over(self) -> None:
        store = RecentTrackerStore(DOMAIN, self.url)
        self._talk(store, 2)
        late = self._read(RecentTrackerStore(DOMAIN, self.url))
        self._talk(store, 1)
        with self.assertRaises(TrackerChanged):
            asyncio.run(RecentTrackerStore(DOMAIN, self.url).save(late))
        self.assertEqual(sum(isinstance(event, UserUttered) for event in self._read(store).events), 3)

    def test_events_are_read_as_before(self) -> None:
        self.addCleanup(setattr, Event, "resolve_by_type", Event.__dict__["resolve_by_type"])
        store = RecentTrackerStore(DOMAIN, self.url)
        self._talk(store, 2)
        before = self._read(store)
        remember_kinds_of_events()
        self.assertEqual(list(self._read(store).events), list(before.events))
        with self.assertRaises(ValueError):
            Event.resolve_by_type("no such kind")

    def test_rows_of_an_earlier_version_go(self) -> None:
        path = self.url.partition("///")[2]
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE events (data TEXT)")
        self._talk(RecentTrackerStore(DOMAIN, self.url), 1)
        tables = (
            sqlite3.connect(path).execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        )
        self.assertEqual(tables, [("trackers",)])

    def test_a_tracker_that_cannot_be_read_fails_the_turn(self) -> None:
        self.addCleanup(setattr, Agent, "_create_tracker_store", Agent.__dict__["_create_tracker_store"])
        fail_without_trackers()
        agent = Agent(
            domain=DOMAIN, tracker_store=RecentTrackerStore(DOMAIN, "sqlite:////nowhere/trackers.db")
        )
        with self.assertRaises(OperationalError):
            asyncio.run(agent.tracker_store.get_or_create_tracker("rest:a"))

    def test_a_chat_whose_tracker_is_emptied_is_forgotten(self) -> None:
        """As the service does it: Rasa's `PUT /conversations/<name>/tracker/events` with no events."""
        store = RecentTrackerStore(DOMAIN, self.url)
        self._talk(store, 2)
        for name in ("rest:b", "rest%3Aa"):
            asyncio.run(store.save(DialogueStateTracker.from_dict(name, [], DOMAIN.slots)))
        self.assertIsNone(self._read(store))

    def test_actions_get_slots_and_message_without_the_history(self) -> None:
        self._talk(RecentTrackerStore(DOMAIN, self.url), 3)
        tracker = self._read(RecentTrackerStore(DOMAIN, self.url))
        tell_actions_no_history()
        told = RemoteAction("action_x", None)._action_call_format(tracker, DOMAIN)
        self.assertEqual(told["tracker"]["slots"]["region"], "第2处")
        self.assertEqual(told["tracker"]["latest_message"]["text"], "你好")
        self.assertEqual(told["tracker"]["events"], [])


class FailingAgent:
    """Says half an answer and fails, as one does that cannot save its tracker."""

    async def handle_message(self, message: UserMessage) -> None:
        await message.output_channel.send_text_message("rest:a", "半句")
        logging.getLogger("rasa.some").warning("about to fail")
        raise OSError("disk full")


class Turns(unittest.TestCase):
    def test_a_turn_that_fails_says_nothing_and_its_lines_carry_its_id(self) -> None:
        self.addCleanup(setattr, Agent, "handle_message", Agent.handle_message)
        self.addCleanup(logging.setLogRecordFactory, logging.getLogRecordFactory())
        Agent.handle_message = FailingAgent.handle_message
        answer_whole_or_not_at_all()
        name_turns_in_log_lines()
        channel = CollectingOutputChannel()
        message = UserMessage("我叫张三", channel, "rest:a", metadata={"turn": "00112233aabbccdd"})
        with self.assertLogs("rasa.some") as lines, structlog.testing.capture_logs() as events:
            asyncio.run(Agent.handle_message(FailingAgent(), message))
        self.assertEqual(channel.messages, [])
        self.assertEqual(lines.records[0].getMessage(), "turn=00112233aabbccdd about to fail")
        self.assertEqual(events[0]["event"], "turn_failed")
        self.assertIn("disk full", events[0]["why"])
        self.assertNotIn("张三", str(events))


class Endpoints(unittest.TestCase):
    def setUp(self) -> None:
        before = dict(os.environ)
        self.addCleanup(os.environ.update, before)
        self.addCleanup(os.environ.clear)

    def test_redis_makes_engines_share_their_locks(self) -> None:
        os.environ["REDIS_URL"] = "redis://:geheim%40@10.0.0.5:6380/2"
        command = ["engine", "run"]
        use_endpoints(command)
        locks = LockStore.create(read_endpoint_config(command[-1], "lock_store"))
        place = locks.red.get_connection_kwargs()
        self.assertEqual(
            [place[name] for name in ("host", "port", "db", "password")], ["10.0.0.5", 6380, 2, "geheim@"]
        )
        self.assertIs(locks.red.connection_pool.connection_class, redis.Connection)

    def test_while_redis_is_away_each_engine_locks_by_itself(self) -> None:
        locks, order = SharedLocks(EndpointConfig("redis://127.0.0.1:1/0")), []

        async def turn(name: str) -> None:
            async with locks.lock("rest:a", wait_time_in_seconds=0):
                order.append(f"{name} begins")
                await asyncio.sleep(0)
                order.append(f"{name} ends")

        async def turns() -> None:
            await asyncio.gather(turn("one"), turn("two"))

        asyncio.run(turns())
        self.assertEqual(order, ["one begins", "one ends", "two begins", "two ends"])

    def test_redis_over_tls(self) -> None:
        locks = SharedLocks(EndpointConfig("rediss://10.0.0.5:6380/2"))
        self.assertIs(locks.red.connection_pool.connection_class, redis.SSLConnection)

    def test_named_endpoints_and_other_commands_are_left_alone(self) -> None:
        for command in (["engine", "run", "--endpoints", "mine.yml"], ["engine", "train"]):
            given = list(command)
            use_endpoints(command)
            self.assertEqual(command, given)
