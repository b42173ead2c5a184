"""What the engine remembers of a chat stays small, and survives its process."""

import asyncio
import os
import tempfile
import unittest

from rasa.core.actions.action import ActionSessionStart, RemoteAction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from engine.__main__ import tell_actions_no_history, use_endpoints
from engine.trackers import SESSION_EVENTS, RecentTrackerStore, bound_sessions

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
        kept = asyncio.run(RecentTrackerStore(DOMAIN, self.url).retrieve_full_tracker("rest:a"))
        self.assertEqual(kept.get_slot("region"), "第199处")
        self.assertLess(len(kept.events), 2 * SESSION_EVENTS)

    def test_silent_chats_expire(self) -> None:
        store = RecentTrackerStore(DOMAIN, self.url)
        old = store.init_tracker("rest:old")
        old.update(SessionStarted(timestamp=1.0), DOMAIN)
        asyncio.run(store.save(old))
        self.assertIsNone(asyncio.run(store.retrieve("rest:old")))

    def test_a_chat_whose_tracker_is_emptied_is_forgotten(self) -> None:
        """As the service does it: Rasa's `PUT /conversations/<name>/tracker/events` with no events."""
        store = RecentTrackerStore(DOMAIN, self.url)
        self._talk(store, 2)
        for name in ("rest:b", "rest%3Aa"):
            asyncio.run(store.save(DialogueStateTracker.from_dict(name, [], DOMAIN.slots)))
        self.assertIsNone(asyncio.run(store.retrieve("rest:a")))

    def test_actions_get_slots_and_message_without_the_history(self) -> None:
        self._talk(RecentTrackerStore(DOMAIN, self.url), 3)
        tracker = asyncio.run(RecentTrackerStore(DOMAIN, self.url).retrieve("rest:a"))
        tell_actions_no_history()
        told = RemoteAction("action_x", None)._action_call_format(tracker, DOMAIN)
        self.assertEqual(told["tracker"]["slots"]["region"], "第2处")
        self.assertEqual(told["tracker"]["latest_message"]["text"], "你好")
        self.assertEqual(told["tracker"]["events"], [])


class Endpoints(unittest.TestCase):
    def setUp(self) -> None:
        before = dict(os.environ)
        self.addCleanup(os.environ.update, before)
        self.addCleanup(os.environ.clear)

    def test_redis_makes_engines_share_their_locks(self) -> None:
        os.environ["REDIS_URL"] = "redis://:geheim@10.0.0.5:6380/2"
        command = ["engine", "run"]
        use_endpoints(command)
        self.assertTrue(command[-1].endswith("endpoints-shared.yml"))
        place = [os.environ[f"REDIS_{name}"] for name in ("HOST", "PORT", "DB", "PASSWORD", "SSL")]
        self.assertEqual(place, ["10.0.0.5", "6380", "2", "geheim", "false"])

    def test_named_endpoints_and_other_commands_are_left_alone(self) -> None:
        for command in (["engine", "run", "--endpoints", "mine.yml"], ["engine", "train"]):
            given = list(command)
            use_endpoints(command)
            self.assertEqual(command, given)
