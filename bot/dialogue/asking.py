"""Questions the dialogue asks back, one at a time, with buttons for the closed ones."""

from collections.abc import Iterable
from dataclasses import replace

from bot.dialogue.turn import Context, Outcome
from bot.messages import Button, ChooseCard, Reply


def choice(entity: str, value: str) -> Button:
    """A button that answers our question with one entity value."""
    return Button(value, f'/inform{{"{entity}": "{value}"}}')


def ask_for_region(context: Context, question: str, regions: Iterable[str]) -> Outcome:
    """Asks where the person is insured; what was asked before is kept in the context."""
    buttons = tuple(choice("region", name) for name in regions)
    return Outcome((Reply(question, buttons, ChooseCard(slot="region")),), replace(context, asked="region"))
