"""`python -m engine run …` is `rasa run …` (and so for every Rasa command) with what a service needs:

- telemetry off, and ACTION_PORT set for `engine/endpoints.yml`;
- Rasa's check of an action server's reply compiled once. Rasa 3.6.21 hands the constant JSON schema to
  `jsonschema.validate`, which checks the schema itself on every call: over half of a turn's time.

Stock `rasa` works from the project's root as well; it is only slower.
"""

import os
from typing import Any, Dict

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("ACTION_PORT", "5055")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


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


def main() -> None:
    """Runs Rasa's command line."""
    compile_action_result_check()
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
