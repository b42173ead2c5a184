"""Policy, region by region side by side; and the questions that were not answered well."""

import asyncio
from typing import Any

from aiohttp import web

from bot.console.desk import Desk, line
from bot.console.policy import PolicyView, look_up
from bot.console.writing import writing_of
from bot.dialogue.learning import REASONS, KeptQuestions, reason_labels
from bot.policy.library import PolicyLibrary
from bot.records.official_texts import wordings
from bot.records.questions import with_ids

LONGEST_QUESTION = 200
GROUPS_SHOWN = 100
WORDINGS_SHOWN = 20
LONGEST_NUMBER = 18


class PolicyPages:
    """The same answers as the assistant's, with their sources."""

    def __init__(self, desk: Desk, library: PolicyLibrary) -> None:
        self._desk = desk
        self._library = library

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/policy", self._form_alone), web.post("/policy", self._answered)]

    async def look_up(self, question: str, region: str | None = None) -> PolicyView:
        """What one region says to a question, or all of them side by side; the region may stand in the question."""
        named = [name for name in self._library.knowledge.regions if name in question]
        if region is None and len(named) == 1:
            region = named[0]
        texts = await self._desk.database.run(wordings)
        return look_up(self._library, texts, question, region, self._desk.today())

    async def _form_alone(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request, "", self._known(request.query.get("region")), None)

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        question, region = line(form.get("question"))[:LONGEST_QUESTION], self._known(form.get("region"))
        policy = await self.look_up(question, region or None) if question else None
        return await self._page(request, question, region, policy)

    def _known(self, asked: object) -> str:
        """The region asked for; empty for all of them."""
        name = line(asked)
        return name if name in self._library.knowledge.regions else ""

    async def _page(
        self, request: web.Request, question: str, region: str, policy: PolicyView | None
    ) -> web.Response:
        shown: dict[str, Any] = {"question": question, "region": region, "policy": policy}
        regions = tuple(self._library.knowledge.regions)
        return await self._desk.page(request, "policy.html", shown | {"regions": regions})


class QuestionPages:
    """What was asked and not answered, grouped, for whoever writes the next answers."""

    def __init__(self, desk: Desk, library: PolicyLibrary, kept: KeptQuestions) -> None:
        self._desk = desk
        self._library = library
        self._kept = kept

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/questions", self._questions), web.get("/questions/write", self._write)]

    async def _write(self, request: web.Request) -> web.StreamResponse:
        """Where the answer to the questions with these numbers is to be written, and what to put there."""
        asked = [number for number in request.query.get("of", "").split(",") if number.isdecimal()]
        numbers = [int(number) for number in asked[:WORDINGS_SHOWN] if len(number) <= LONGEST_NUMBER]
        found = await self._desk.database.run(lambda session: with_ids(session, numbers))
        if not found:
            return await self._desk.problem(request, "这个问题已经不在了。", status=404)
        writing = await asyncio.to_thread(writing_of, found, self._library.knowledge)
        return await self._desk.page(request, "write.html", {"writing": writing, "questions": found})

    async def _questions(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("reason", "")
        reason = asked if asked in REASONS else ""
        groups = await asyncio.to_thread(
            self._kept.groups, self._desk.clock(), self._library.encoder, reason=reason or None
        )
        knowledge = self._library.knowledge
        shown = {
            "groups": groups[:GROUPS_SHOWN],
            "others_shown": WORDINGS_SHOWN,
            "reason": reason,
            "reasons": {"": "全部"} | reason_labels(knowledge.statuses),
            "statuses": knowledge.statuses,
            "regions": knowledge.regions,
        }
        return await self._desk.page(request, "questions.html", shown)
