"""Costs: the rule module as a form with what-if columns, and a sheet to hand over."""

from collections.abc import Mapping

from aiohttp import web

from bot.console import cost
from bot.console.cost import Filled, computed, fields_of
from bot.console.desk import Desk, line
from bot.knowledge.parameters import RegionParameters

COLUMNS_AT_MOST = 3
LONGEST_CELL = 60

Values = dict[str, tuple[str, ...]]


class CostPages:
    """The same rules and the same words as the assistant's; nothing of what is typed is kept."""

    def __init__(self, desk: Desk, parameters: Mapping[str, RegionParameters]) -> None:
        self._desk = desk
        self._parameters = parameters

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/cost", self._empty),
            web.post("/cost", self._computed),
            web.post("/cost/sheet", self._sheet),
        ]

    async def _empty(self, request: web.Request) -> web.StreamResponse:
        return await self._page(
            request, "cost.html", self._region(request.query.get("region")), (Filled({}),)
        )

    async def _computed(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        region, columns = self._region(form.get("region")), await self._columns(request)
        asked = line(form.get("do"))
        if asked == "fill":  # what a person's record tells; the costs are still to be typed
            fitting = cost.fitting(columns[0], self._parameters[region])
            return await self._page(request, "cost.html", region, (Filled(fitting),))
        filled = computed(columns, self._parameters[region], self._desk.today())
        if asked == "add" and len(columns) < COLUMNS_AT_MOST:
            filled = computed((*columns, columns[-1]), self._parameters[region], self._desk.today())
        elif asked == "drop" and len(columns) > 1:
            filled = filled[:-1]
        return await self._page(request, "cost.html", region, filled)

    async def _sheet(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        region = self._region(form.get("region"))
        filled = computed(await self._columns(request), self._parameters[region], self._desk.today())
        return await self._page(request, "cost_sheet.html", region, filled)

    def _region(self, asked: object) -> str:
        """The region asked for, or the first there is."""
        name = line(asked)
        return name if name in self._parameters else next(iter(self._parameters))

    async def _columns(self, request: web.Request) -> list[Values]:
        """What was typed, column by column; a field's name in the form ends in the number of its column."""
        form = await request.post()
        columns: list[Values] = [{} for _ in range(COLUMNS_AT_MOST)]
        for key in dict.fromkeys(form):
            name, _, number = key.rpartition(".")
            if name and number in ("0", "1", "2"):
                columns[int(number)][name] = tuple(line(cell)[:LONGEST_CELL] for cell in form.getall(key))
        return [column for column in columns if column] or [{}]

    async def _page(
        self, request: web.Request, template: str, region: str, filled: tuple[Filled, ...]
    ) -> web.Response:
        shown = {
            "region": region,
            "regions": tuple(self._parameters),
            "fields": fields_of(self._parameters[region]),
            "document": self._parameters[region].document,
            "columns": filled,
            "more": len(filled) < COLUMNS_AT_MOST,
            "today": self._desk.today(),
        }
        return await self._desk.page(request, template, shown)
