"""The line of chats that wait for a human, and talking in one of them."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from aiohttp import web
from sqlalchemy.orm import Session

from bot.channels.rest import REST, WEBCHAT
from bot.console import chats
from bot.console.chats import LINES_SHOWN, BadAnswerError, NotYoursError
from bot.console.desk import ROOT, STAFF, Desk, ReferenceEndedError, line, lines
from bot.identity.access import Access, OpenedChat
from bot.knowledge.helpline import Helpline
from bot.messages import Reply
from bot.records import helpline
from bot.records.models import Message, Staff
from bot.reminders.messenger import Messenger, Outcome

FETCHING = (WEBCHAT, REST)
"""Channels that come for the lines of their chats by themselves."""

SHOWN = 100
LONGEST_MARK = 32
"""Of a form, so that what is sent twice is said once."""

UNDELIVERED = "刚才这条没有送到对方的聊天软件里。请打电话告诉对方，或稍后再发一次。"

log = structlog.get_logger(__name__)


class ChatPages:
    """`messengers` by channel: for answers to chats that do not fetch them."""

    def __init__(
        self, desk: Desk, access: Access, messengers: Mapping[str, Messenger], at_hand: Helpline
    ) -> None:
        self._desk = desk
        self._access = access
        self._at_hand = at_hand
        self._messengers = messengers

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/chats", self._chats),
            web.get("/chats/waiting", self._waiting),
            web.get("/chats/{number}", self._chat),
            web.get("/chats/lines/{reference}", self._lines),
            web.post("/chats/{number}/take", self._take),
            web.post("/chats/{number}/say", self._say),
            web.post("/chats/{number}/block", self._insert),
            web.post("/chats/{number}/hand-back", self._hand_back),
        ]

    async def _chats(self, request: web.Request) -> web.StreamResponse:
        shown = {
            "waits": await self._desk.database.run(lambda session: helpline.waiting(session, SHOWN)),
            "taken": await self._desk.database.run(lambda session: helpline.taken(session, SHOWN)),
            "now": self._desk.clock(),
            "still": "still" in request.query,
        }
        return await self._desk.page(request, "chats.html", shown)

    async def _waiting(self, request: web.Request) -> web.StreamResponse:
        """How many wait, for the menu of every page."""
        return await self._desk.page(request, "waiting.html", {})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        return await self._chat_page(request, UNDELIVERED if "undelivered" in request.query else "")

    async def _chat_page(
        self, request: web.Request, problem: str, draft: str = "", status: int = 200
    ) -> web.Response:
        number, staff, now = request.match_info["number"], request[STAFF], self._desk.clock()
        chat = await self._access.chat(staff.username, number, _why_of_chat(number), now)
        if chat is None:
            return await self._desk.problem(request, "没有这个排队号。", status=404)
        shown = {
            "ticket": chat.ticket,
            "mine": chat.ticket.state == "open" and chat.ticket.staff_id == staff.id,
            "reachable": chat.ticket.channel in (*FETCHING, *self._messengers),
            "slow": chat.ticket.channel == REST,
            "lines": await self._desk.database.run(lambda session: self._said(session, number)),
            "more_lines": f"{ROOT}/chats/lines/{self._desk.reference(request, 'chat', number)}",
            "person": self._address_of_person(request, chat),
            "problem": problem,
            "draft": draft,
            "blocks": tuple(block.name for block in self._at_hand.text_blocks),
            "now": now,
            "once": secrets.token_hex(LONGEST_MARK // 2),
        }
        return await self._desk.page(request, "chat.html", shown, status=status)

    def _address_of_person(self, request: web.Request, chat: OpenedChat) -> str | None:
        if chat.person_id is None:
            return None
        return self._desk.address_of_person(request, chat.person_id, _why_of_chat(chat.ticket.number))

    async def _lines(self, request: web.Request) -> web.StreamResponse:
        """What was said, for the pane that asks for it again. Only who opened the chat, which was audited, has the
        address."""
        try:
            (number,) = self._desk.referred(request, "chat")
        except ReferenceEndedError:
            return await self._desk.page(request, "lines.html", {"lines": None})
        said = await self._desk.database.run(lambda session: self._said(session, number))
        return await self._desk.page(request, "lines.html", {"lines": said})

    def _said(self, session: Session, number: str) -> Sequence[Message]:
        return helpline.latest_lines(session, number, LINES_SHOWN)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        return await self._speak(request, chats.take)

    async def _say(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        said, once = lines(form.get("text")), line(form.get("once"))[:LONGEST_MARK]
        return await self._speak(
            request, lambda s, number, staff, now: chats.say(s, number, said, staff, now, once), draft=said
        )

    async def _insert(self, request: web.Request) -> web.StreamResponse:
        """Puts a text block behind what was written so far; nothing is sent."""
        form = await request.post()
        draft, block = lines(form.get("text")), self._at_hand.text_of(line(form.get("block")))
        return await self._chat_page(request, "", "\n".join(filter(None, (draft, block))))

    async def _hand_back(self, request: web.Request) -> web.StreamResponse:
        return await self._speak(request, chats.hand_back)

    async def _speak(
        self,
        request: web.Request,
        act: Callable[[Session, str, Staff, datetime], Message | None],
        draft: str = "",
    ) -> web.StreamResponse:
        """Does something to a chat, sends the line it adds, and shows the chat again."""
        number, staff, now = request.match_info["number"], request[STAFF], self._desk.clock()
        try:
            said = await self._desk.database.run(lambda session: act(session, number, staff, now))
        except (NotYoursError, BadAnswerError) as refusal:
            return await self._chat_page(request, str(refusal), draft, status=400)
        sent = said is None or await self._push(said)
        raise web.HTTPSeeOther(f"{ROOT}/chats/{number}" + ("" if sent else "?undelivered"))

    async def _push(self, said: Message) -> bool:
        """Whether the line reaches the person: some channels fetch it, other channels are pushed to."""
        if said.channel in FETCHING:
            return True
        messenger = self._messengers.get(said.channel)
        if messenger is None:
            return False
        address, key = said.chat.partition(":")[2], f"staff:{said.id}"
        delivery = await messenger.push(address, Reply(said.text), key)
        if delivery.outcome is not Outcome.SENT:
            log.warning("staff_line_not_delivered", channel=said.channel, outcome=delivery.outcome.value)
            return False
        await self._desk.database.run(lambda session: chats.mark_delivered(session, said.id))
        return True


def _why_of_chat(number: str) -> str:
    """What the audit says of readings that belong to a chat."""
    return f"在线对话{number}"
