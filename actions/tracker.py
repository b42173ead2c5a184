"""Between Rasa's tracker and the dialogue's types: the only code that knows both."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.turn import Context, Mention, Task, Turn
from bot.messages import Reply


def turn_of(tracker: Tracker, now: datetime) -> Turn:
    """The person's last message as the dialogue sees it; a pressed button reads as the values it carries."""
    message = tracker.latest_message
    text = message.get("text") or ""
    mentions = tuple(_mention(entity, text) for entity in message.get("entities") or [])
    if text.startswith("/"):
        text, mentions = _pressed(mentions)
    intent = message.get("intent") or {}
    return Turn(
        chat=tracker.sender_id,
        text=text,
        intent=intent.get("name") or "",
        mentions=mentions,
        now=now,
        confidence=intent.get("confidence") or 0.0,
        of_policy=_confidence_in("ask_policy", message),
        matter=intent.get("matter"),
        line=(message.get("metadata") or {}).get("line"),
    )


def _confidence_in(intent: str, message: dict[str, Any]) -> float:
    ranked = message.get("intent_ranking") or []
    return next((each["confidence"] for each in ranked if each["name"] == intent), 0.0)


def _pressed(mentions: tuple[Mention, ...]) -> tuple[str, tuple[Mention, ...]]:
    """The values of a pressed button as a text, each mention at its place in it."""
    text, placed = "", []
    for mention in mentions:
        start = len(text)
        text += f"{mention.value} "
        end = start + len(mention.value)
        placed.append(replace(mention, start=start, end=end, text=mention.value))
    return text.rstrip(), tuple(placed)


def _mention(entity: dict[str, Any], text: str) -> Mention:
    start, end = entity.get("start") or 0, entity.get("end") or 0
    return Mention(entity["entity"], str(entity["value"]), start, end, text[start:end])


def context_of(tracker: Tracker) -> Context:
    """What the slots remember; an empty slot is the field's default."""
    slots = {f.name: tracker.get_slot(f.name) for f in fields(Context)}
    kept = {name: value for name, value in slots.items() if value is not None}
    if "task" in kept:
        kept["task"] = Task(kept["task"])
    if "diseases" in kept:
        kept["diseases"] = tuple(kept["diseases"])
    if "not_understood" in kept:
        kept["not_understood"] = int(kept["not_understood"])
    return Context(**kept)


def slots_of(after: Context, before: Context) -> list[dict[str, Any]]:
    """Slot events for what changed; a field back at its default clears its slot."""
    events = []
    for f in fields(Context):
        value = getattr(after, f.name)
        if value != getattr(before, f.name):
            events.append(SlotSet(f.name, _slot_value(value)))
    return events


def _slot_value(value: Any) -> Any:
    if isinstance(value, Task):
        return value.value
    if isinstance(value, tuple):
        return list(value) or None
    return value or None


def say(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Adds the reply to the answer. Rasa cuts a text at blank lines into several messages, so none are sent."""
    dispatcher.utter_message(
        text=reply.text.replace("\n\n", "\n"),
        buttons=[{"title": button.title, "payload": button.payload} for button in reply.buttons],
        json_message=reply.card.model_dump(mode="json") if reply.card else None,
    )
