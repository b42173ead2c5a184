"""A human is asked for: the chat joins the waiting line; outside office hours a note for calling back is taken."""

import re
from dataclasses import replace

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.dialogue.office import OfficeHours
from bot.dialogue.turn import Context, Outcome, Turn
from bot.messages import HandoffCard, Reply
from bot.records import helpline
from bot.records.database import Database

_A_PERSON = re.compile(
    r"人工|真人|活人|客服|工作人员|专员|坐席|接线|转接|[找跟叫换让].{0,4}人|有人[吗么没不]"
)

CALL_BACK = "call_back"
"""`Context.asked` after we asked what the call back is about."""


def asks_for_a_person(text: str) -> bool:
    """Whether the words themselves ask for a human."""
    return _A_PERSON.search(text) is not None


class Handoff:
    """Opens tickets in the helpline's waiting line. Without `hours` people are told none."""

    def __init__(self, database: Database, hours: OfficeHours | None = None) -> None:
        self._database = database
        self._hours = hours

    async def hand_over(self, turn: Turn, context: Context, reason: str | None = None) -> Outcome:
        """Puts the chat into the line, or says where it stands there; the bot goes on until a human takes it.

        What answers our question what the call back is about is written onto the ticket.
        """
        if context.asked == CALL_BACK and not asks_for_a_person(turn.text):
            return await self._take_note(turn, context)
        try:
            number, position = await self._database.run(lambda session: _enter(session, turn, reason))
        except IntegrityError:  # another process gave the same number, or this chat its ticket, just now
            number, position = await self._database.run(lambda session: _enter(session, turn, reason))
        place = f"您前面还有{position - 1}位。" if position > 1 else "您排在最前面。"
        registered = f"已为您登记转人工，排队号是{number}。{place}"
        asked = None
        if self._hours is None or self._hours.open_at(turn.now):
            text = (
                f"{registered}工作人员接入后会在这里回复您。等候时您可以接着问我。着急的话可以直接拨打12393。"
            )
        else:
            text = (
                f"现在没有工作人员在，人工服务时间是{self._hours}。{registered}上班后工作人员会在这里回复您。"
                "请问要办什么事，什么时候方便联系您？我记在登记上，号码不用写。"
            )
            asked = CALL_BACK
        card = HandoffCard(ticket=number, queue_position=position)
        return Outcome((Reply(text, card=card),), replace(context, task=None, asked=asked, not_understood=0))

    async def _take_note(self, turn: Turn, context: Context) -> Outcome:
        await self._database.run(lambda session: helpline.add_note(session, turn.chat, turn.text))
        reply = Reply("记下了，上班后工作人员会先看到。等候时您可以接着问我。")
        return Outcome((reply,), replace(context, asked=None, not_understood=0))


def _enter(session: Session, turn: Turn, reason: str | None) -> tuple[str, int]:
    """The ticket and its place in the line, in one transaction."""
    ticket = helpline.open_ticket(session, turn.chat, turn.chat.split(":")[0], reason, turn.now)
    return ticket.number, helpline.queue_position(session, ticket)
