"""How it stands with the keys of encrypted columns."""

from datetime import datetime

from aiohttp import web

from bot.clock import SHANGHAI
from bot.console.desk import Desk
from bot.identity.keys import Keys
from bot.records.rotation import is_complete


class KeyPages:
    """Tells where the keys are and whether a rotation is done; never a key."""

    def __init__(self, desk: Desk, keys: Keys) -> None:
        self._desk = desk
        self._keys = keys

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/administration/keys", self._keys_page)]

    async def _keys_page(self, request: web.Request) -> web.StreamResponse:
        keys = self._keys.refreshed()
        shown = {
            "file": keys.file[0] if keys.file else None,
            "written": datetime.fromtimestamp(keys.file[1] / 1e9, SHANGHAI) if keys.file else None,
            "previous": keys.previous is not None,
            "complete": await self._desk.database.run(lambda session: is_complete(session, keys)),
        }
        return await self._desk.page(request, "keys.html", shown)
