"""A human is asked for: the chat joins the waiting line."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.dialogue.turn import Context, Outcome, Turn
from bot.messages import HandoffCard, Reply
from bot.records import helpline
from bot.records.database import Database

_A_PERSON = re.compile(
    r"人工|真人|活人|客服|工作人员|专员|坐席|接线|转接|[找跟叫换让].{0,4}人|有人[吗么没不]"
)


def asks_for_a_person(text: str) -> bool:
    """Whether the words themselves ask for a human."""
    return _A_PERSON.search(text) is not None


class Handoff:
    """Opens tickets in the helpline's waiting line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hand_over(self, turn: Turn, context: Context, reason: str | None = None) -> Outcome:
        """Puts the chat into the line, or says where it stands there; the bot goes on until a human takes it."""
        number, position = await self._database.run(
            lambda session: _enter(session, turn, reason)  # one transaction: ticket and place in the line
        )
        place = f"您前面还有{position - 1}位。" if position > 1 else "您排在最前面。"
        text = (
            f"已为您登记转人工，排队号是{number}。{place}"
            "工作人员接入后会在这里回复您。等候时您可以接着问我。着急的话可以直接拨打12393。"
        )
        card = HandoffCard(ticket=number, queue_position=position)
        return Outcome((Reply(text, card=card),), replace(context, task=None, asked=None, not_understood=0))


def _enter(session: Session, turn: Turn, reason: str | None) -> tuple[str, int]:
    ticket = helpline.open_ticket(session, turn.chat, turn.chat.split(":")[0], reason, turn.now)
    return ticket.number, helpline.queue_position(session, ticket)
