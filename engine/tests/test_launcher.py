"""Rasa's check of an action server's reply, compiled once."""

import os
import unittest

from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from engine.__main__ import compile_action_result_check

VALID = {
    "events": [{"event": "slot", "name": "region", "value": "湖南", "timestamp": None}],
    "responses": [{"text": "您好", "buttons": [], "custom": {"card": "fallback"}}],
}


class ActionResultCheck(unittest.TestCase):
    def setUp(self) -> None:
        original = RemoteAction._validate_action_result
        self.addCleanup(setattr, RemoteAction, "_validate_action_result", original)
        self.stock = RemoteAction("action_x", None)._validate_action_result
        compile_action_result_check()
        self.check = RemoteAction("action_x", None)._validate_action_result

    def test_a_valid_reply_is_accepted(self) -> None:
        self.assertTrue(self.check(VALID))
        self.assertTrue(self.check({}))

    def test_what_rasa_rejects_is_still_rejected(self) -> None:
        for reply in ({"events": "none"}, {"responses": {}}, {"events": [{"name": "no event"}]}):
            with self.subTest(reply):
                with self.assertRaises(ValidationError):
                    self.stock(reply)
                with self.assertRaises(ValidationError):
                    self.check(reply)

    def test_the_launcher_turns_telemetry_off(self) -> None:
        self.assertEqual(os.environ["RASA_TELEMETRY_ENABLED"], "false")
