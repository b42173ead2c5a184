"""`python -m engine run …` is `rasa run …` (and so for every Rasa command) with what a service needs:

- telemetry off, and a value for every variable of `engine/endpoints*.yml`, one of which `run` uses: with REDIS_URL
  the one for several engine processes, which share locks in Redis and trackers in the database of TRACKER_URL;
- sessions with an end, so that long chats stay fast, trackers that are read in a tenth of the time, and no turn on one
  that could not be read (`engine/trackers.py`);
- a turn that fails says nothing, and its log lines carry the turn's id (`engine/turns.py`);
- actions that are told the slots and the last message, but not all events again: no action of ours reads those;
- an action endpoint that hangs fails the turn after `ACTION_SECONDS`, not after five minutes;
- Rasa's check of an action server's reply compiled once. Rasa 3.6.21 hands the constant JSON schema to
  `jsonschema.validate`, which checks the schema itself on every call: over half of a turn's time.

Stock `rasa` works from the project's root as well; it is only slower.
"""

import os
import sys
from pathlib import Path
from typing import Any, Dict, List

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("ACTION_PORT", "5055")
os.environ.setdefault("ACTION_URL", f"http://127.0.0.1:{os.environ['ACTION_PORT']}/webhook")
os.environ.setdefault("TRACKER_URL", "sqlite:///var/trackers.db")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
# Seconds that a turn may hold its chat: longer than the service waits for it, so only one whose engine died does.
# Rasa's default of 60 would keep the chat waiting; a turn that goes on all the same is not saved (engine/trackers.py).
os.environ.setdefault("TICKET_LOCK_LIFETIME", "20")

import rasa
import rasa.core.actions.action
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from engine.trackers import bound_sessions, fail_without_trackers, remember_kinds_of_events
from engine.turns import answer_whole_or_not_at_all, name_turns_in_log_lines

FOLDER = Path(__file__).parent
ACTION_SECONDS = 15
"""As long as the service waits for a turn."""


def compile_action_result_check() -> None:
    """Replaces `RemoteAction._validate_action_result`: same schema, same ValidationError, compiled once."""
    schema = RemoteAction.action_response_format_spec()
    validator_class = validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)

    def validate(action: RemoteAction, result: Dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate


def tell_actions_no_history() -> None:
    """Replaces `RemoteAction._action_call_format`: the same call with a tracker that has no events, and no domain."""

    def call(action: RemoteAction, tracker: DialogueStateTracker, _domain: Domain) -> Dict[str, Any]:
        state = tracker.current_state(EventVerbosity.NONE)
        return {
            "next_action": action.name(),
            "sender_id": tracker.sender_id,
            "tracker": {**state, "events": []},
            "domain": {},  # rasa-sdk refuses a call without one
            "version": rasa.__version__,
        }

    RemoteAction._action_call_format = call


def use_endpoints(arguments: List[str]) -> None:
    """Adds to the command line of `run` the endpoints that the environment asks for, unless it names some."""
    if "run" in arguments and "--endpoints" not in arguments:
        name = "endpoints-shared.yml" if os.environ.get("REDIS_URL") else "endpoints.yml"
        arguments += ["--endpoints", str(FOLDER / name)]


def main() -> None:
    """Runs Rasa's command line."""
    compile_action_result_check()
    tell_actions_no_history()
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    bound_sessions()
    fail_without_trackers()
    remember_kinds_of_events()
    answer_whole_or_not_at_all()
    name_turns_in_log_lines()
    use_endpoints(sys.argv)
    from rasa.__main__ import main as run

    run()


if __name__ == "__main__":
    main()
