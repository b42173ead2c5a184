"""What the dialogue sees of Rasa's tracker."""

from datetime import datetime

from rasa_sdk import Tracker

from actions.tracker import turn_of
from bot.clock import SHANGHAI
from bot.dialogue.policy import without_regions

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)


def test_a_city_is_found_where_it_stands_and_can_be_left_out() -> None:
    message = {
        "text": "济宁的慢病报多少",
        "intent": {"name": "ask_policy", "confidence": 0.9},
        "entities": [{"entity": "region", "value": "山东/济宁市", "start": 0, "end": 2}],
    }
    turn = turn_of(Tracker("web:1", {}, message, [], False, None, {}, ""), NOW)
    assert (turn.mentions[0].value, turn.mentions[0].text) == ("山东/济宁市", "济宁")
    assert without_regions(turn) == "的慢病报多少"
