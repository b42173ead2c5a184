"""Reminders that did not arrive: sent again, ended, or told by telephone."""

from aiohttp import web
from sqlalchemy.orm import Session

from bot.console.desk import ROOT, STAFF, Desk, line
from bot.records import outbox, people
from bot.records.models import Person, ReminderState
from bot.records.people import Reading

SHOWN = 100
WHY = "提醒没有送到，打电话告知"
DECISIONS: dict[str, ReminderState] = {"again": "pending", "end": "suppressed"}


class ReminderPages:
    """What the outbox leaves to people."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/reminders", self._list), web.post("/reminders", self._settle)]

    async def _list(self, request: web.Request) -> web.StreamResponse:
        reading = Reading(f"staff:{request[STAFF].username}", WHY, self._desk.clock())
        to_call = await self._desk.database.run(lambda session: _to_call(session, reading))
        troubled = await self._desk.database.run(lambda session: outbox.for_staff(session, SHOWN))
        shown = {
            "to_call": [(who, self._desk.address_of_person(request, who.person_id, WHY)) for who in to_call],
            "troubled": [
                (each, self._desk.address_of_person(request, each.person_id, WHY)) for each in troubled
            ],
            "settled": "settled" in request.query,
            "missed": "missed" in request.query,
        }
        return await self._desk.page(request, "reminders.html", shown)

    async def _settle(self, request: web.Request) -> web.StreamResponse:
        form, now = await request.post(), self._desk.clock()
        number, state = line(form.get("reminder")), DECISIONS.get(line(form.get("do")))
        if state is None or not number.isdecimal():
            raise web.HTTPSeeOther(f"{ROOT}/reminders")
        settled = await self._desk.database.run(
            lambda session: outbox.settle(session, int(number), state, now)
        )
        raise web.HTTPSeeOther(f"{ROOT}/reminders?{'settled' if settled else 'missed'}")


def _to_call(session: Session, reading: Reading) -> list[Person]:
    """Those to be called, with their telephone numbers: each is noted."""
    found = list(outbox.to_be_called(session, SHOWN))
    for person in found:
        people.audit(session, reading, "show phone", person.person_id)
    return found
