"""What tests of the public side hold in their hands."""

from dataclasses import dataclass

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from bot.app import Service

SECRET_KEY = "c2VjcmV0LWtleS1vZi10aGlydHktdHdvLWJ5dGVzISE="


@dataclass
class PublicSide:
    client: TestClient[web.Request, web.Application]
    service: Service

    async def say(self, text: str, sender: str = "li", **headers: str) -> ClientResponse:
        body = {"sender": sender, "message": text}
        return await self.client.post("/webhooks/rest/webhook", json=body, headers=headers)

    async def count(self, line: str) -> float:
        """The value of one line of /metrics, named as it stands there; 0 where it does not."""
        text = await (await self.client.get("/metrics")).text()
        return next(
            (float(row.rpartition(" ")[2]) for row in text.splitlines() if row.startswith(f"{line} ")), 0
        )
