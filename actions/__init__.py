"""Rasa custom actions. Each reads the tracker, calls the assistant in `bot/`, and says the result."""

from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

from actions.once import OncePerLine
from actions.turns import TURN_ACTIONS, TurnAction
from bot.dialogue.assistant import Assistant


def all_actions(assistant: Assistant) -> list[Action]:
    """One instance of every custom action that domain.yml lists."""
    return [action(assistant) for action in TURN_ACTIONS]


def action_executor(assistant: Assistant) -> ActionExecutor:
    """rasa-sdk's executor with all our actions registered."""
    executor = ActionExecutor()
    for action in all_actions(assistant):
        executor.register_action(action)
    return executor


__all__ = ["OncePerLine", "TurnAction", "action_executor", "all_actions"]
