"""The actions that answer a turn; domain.yml names them, data/rules says when each is called."""

from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.tracker import context_of, say, slots_of, turn_of
from bot.dialogue.assistant import Assistant
from bot.dialogue.errand import Errand


class TurnAction(Action):  # type: ignore[misc]  # rasa-sdk ships no types
    """Hands the turn to the assistant as the errand the rules chose, and says what comes back."""

    errand: ClassVar[Errand]

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def name(self) -> str:
        return f"action_{self.errand.value}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        before = context_of(tracker)
        turn = turn_of(tracker, self._assistant.now())
        outcome = await self._assistant.respond(self.errand, turn, before)
        for reply in outcome.replies:
            say(dispatcher, reply)
        if not outcome.replies:
            dispatcher.utter_message(response=f"utter_{turn.intent}")
        return slots_of(outcome.context, before)


class AnswerPolicy(TurnAction):
    errand = Errand.ANSWER_POLICY


class EstimateCost(TurnAction):
    errand = Errand.ESTIMATE_COST


class CheckStatus(TurnAction):
    errand = Errand.CHECK_STATUS


class ShowRenewals(TurnAction):
    errand = Errand.SHOW_RENEWALS


class SetReminder(TurnAction):
    errand = Errand.SET_REMINDER


class StopReminder(TurnAction):
    errand = Errand.STOP_REMINDER


class HandOver(TurnAction):
    errand = Errand.HAND_OVER


class TakeComplaint(TurnAction):
    errand = Errand.TAKE_COMPLAINT


class Decline(TurnAction):
    errand = Errand.DECLINE


class Continue(TurnAction):
    """A bare answer, a yes or a no: goes on with whatever we asked about."""

    errand = Errand.CONTINUE


class StartOver(TurnAction):
    errand = Errand.START_OVER


class NotUnderstood(TurnAction):
    errand = Errand.NOT_UNDERSTOOD


class MakeSmallTalk(TurnAction):
    """Greetings, thanks, help: what is said stands in domain.yml, as `utter_<intent>`."""

    errand = Errand.MAKE_SMALL_TALK


TURN_ACTIONS: tuple[type[TurnAction], ...] = (
    AnswerPolicy,
    EstimateCost,
    CheckStatus,
    ShowRenewals,
    SetReminder,
    StopReminder,
    HandOver,
    TakeComplaint,
    Decline,
    Continue,
    StartOver,
    NotUnderstood,
    MakeSmallTalk,
)
