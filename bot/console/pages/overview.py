"""The overview over a chosen period, and each of its figures as a CSV file."""

from datetime import date, timedelta

from aiohttp import web

from bot.console.csv_files import csv_file
from bot.console.desk import Desk, line
from bot.console.overview import Figure, figures
from bot.knowledge.library import Knowledge

USUAL_DAYS = 30
DAYS_AT_MOST = 366


class OverviewPages:
    """Numbers only: nothing here names a person."""

    def __init__(self, desk: Desk, knowledge: Knowledge) -> None:
        self._desk = desk
        self._knowledge = knowledge

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/overview", self._page), web.get("/overview/{figure}.csv", self._csv)]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        first, last = self._period(request)
        shown = {"first": first, "last": last, "figures": await self._figures(first, last)}
        return await self._desk.page(request, "overview.html", shown)

    async def _csv(self, request: web.Request) -> web.StreamResponse:
        first, last = self._period(request)
        key = request.match_info["figure"]
        figure = next((each for each in await self._figures(first, last) if each.key == key), None)
        if figure is None:
            return await self._desk.problem(request, "没有这张表。", status=404)
        return csv_file(f"{key}-{first}-{last}.csv", [figure.header, *figure.rows])

    async def _figures(self, first: date, last: date) -> tuple[Figure, ...]:
        today = self._desk.today()
        return await self._desk.database.run(
            lambda session: figures(session, self._knowledge, first, last, today)
        )

    def _period(self, request: web.Request) -> tuple[date, date]:
        """The days asked for, a year of them at most; the last month where none are."""
        today = self._desk.today()
        last = min(_day(request.query.get("last"), today), today)
        first = _day(request.query.get("first"), last - timedelta(USUAL_DAYS - 1))
        return max(min(first, last), last - timedelta(DAYS_AT_MOST - 1)), last


def _day(asked: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(line(asked))
    except ValueError:
        return otherwise
