"""The custom action of the stock assistant: it does nothing."""

from rasa_sdk import Action


class EmptyAction(Action):
    """Says nothing, remembers nothing."""

    def name(self):
        return "action_empty"

    def run(self, dispatcher, tracker, domain):
        return []
