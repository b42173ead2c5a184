"""What WeCom alone does: members' names stay out of sight, doubles are shown once, one token for all workers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from channel_fakes import NOW, FakeEngine
from fake_wechat import Cut, Refused
from wechat_places import Place, wecom_place

from bot.channels.gateway import Gateway
from bot.channels.tencent import NotSentError, SharedToken, UnclearError
from bot.messages import Reply
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Person
from bot.reminders.messenger import Outcome

MEMBER = "13900001111"
"""A user id is whatever a company makes it: telephone numbers are common."""
REMINDER = Reply("提醒您：复审快到期了。")


@pytest_asyncio.fixture
async def place(gateway: Gateway, database: Database) -> AsyncIterator[Place]:
    async with wecom_place(gateway, database) as place:
        place.provider.people.add(MEMBER)
        yield place


async def test_who_a_member_is_stays_out_of_sight(place: Place, engine: FakeEngine) -> None:
    await place.provider.write(MEMBER, "湖南")
    await place.provider.write(MEMBER, "江西")
    await place.provider.heard(2)
    senders = {ask["sender"] for ask in engine.asked}
    assert len(senders) == 1
    assert MEMBER not in senders.pop()


async def test_an_imported_user_id_is_an_address(place: Place) -> None:
    delivery = await place.channel.push(MEMBER, REMINDER, "reminder-1")
    assert (delivery.outcome, (delivery.message_id or "")[:3]) == (Outcome.SENT, "msg")


async def test_what_was_imported_for_a_member_is_theirs_to_stop(place: Place, database: Database) -> None:
    with database.transaction() as session:
        session.add(Person(person_id="p1", name="李四", id_number="1", region="湖南", scheme="居民"))
        session.flush()
        outbox.subscribe(session, "p1", "wecom", MEMBER, NOW)
    await place.provider.write(MEMBER, "您好")
    await place.provider.heard()
    with database.transaction() as session:
        (imported,) = outbox.subscriptions_of(session, "p1")
    assert (await place.channel.push(imported.address, REMINDER, "reminder-1")).outcome is Outcome.SENT
    async with place.channel.listening():
        await place.provider.happen(MEMBER, "unsubscribe")
    with database.transaction() as session:
        assert not outbox.subscriptions_of(session, "p1")


class TestWhatMayHaveArrived:
    @pytest.mark.parametrize("after", [True, False])
    async def test_is_sent_again_and_shown_once(self, place: Place, after: bool) -> None:
        place.provider.trouble.append(Cut(after))
        assert (await place.channel.push(MEMBER, REMINDER, "reminder-1")).outcome is Outcome.SENT
        assert len(place.provider.said) == 1

    @pytest.mark.parametrize("second", [Cut(after=True), Refused(45009)])
    async def test_is_unclear_where_the_second_try_does_not_tell(
        self, place: Place, second: Cut | Refused
    ) -> None:
        place.provider.trouble.extend([Cut(after=True), second])
        assert (await place.channel.push(MEMBER, REMINDER, "reminder-1")).outcome is Outcome.UNKNOWN
        assert len(place.provider.said) == 1

    async def test_does_not_swallow_an_answer_given_twice(self, place: Place) -> None:
        await place.provider.write(MEMBER, "湖南")
        await place.provider.write(MEMBER, "湖南")
        assert len(set(await place.provider.heard(2))) == 1


class Provider:
    """Gives out tokens, or does what a test says."""

    def __init__(self) -> None:
        self.given = 0
        self.trouble: Exception | None = None

    async def __call__(self) -> dict[str, Any]:
        await asyncio.sleep(0.01)
        if self.trouble:
            raise self.trouble
        self.given += 1
        return {"access_token": f"token-{self.given}", "expires_in": 7200}


class TestToken:
    @pytest.fixture
    def provider(self) -> Provider:
        return Provider()

    def worker(self, database: Database, provider: Provider, now: datetime = NOW) -> SharedToken:
        return SharedToken(database, "wecom:1", provider, lambda: now)

    async def test_all_workers_share_one(
        self, database: Database, provider: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.channels.tencent.LOOK_AGAIN_SECONDS", 0.01)
        workers = [self.worker(database, provider) for _ in range(5)]
        assert set(await asyncio.gather(*(worker.get() for worker in workers))) == {"token-1"}
        assert provider.given == 1

    async def test_it_is_renewed_before_it_ends(self, database: Database, provider: Provider) -> None:
        assert await self.worker(database, provider).get() == "token-1"
        for minutes, token in ((114, "token-1"), (116, "token-2")):
            later = NOW + timedelta(minutes=minutes)
            assert await self.worker(database, provider, later).get() == token

    async def test_a_refused_one_is_renewed_once(self, database: Database, provider: Provider) -> None:
        worker = self.worker(database, provider)
        refused = await worker.get()
        assert [await worker.get(refused) for _ in range(2)] == ["token-2", "token-2"]

    @pytest.mark.parametrize("trouble", [NotSentError("down"), UnclearError("late")])
    async def test_while_the_provider_is_down_the_old_one_serves_to_its_end(
        self, database: Database, provider: Provider, trouble: Exception
    ) -> None:
        await self.worker(database, provider).get()
        provider.trouble = trouble
        soon = NOW + timedelta(minutes=119)
        assert await self.worker(database, provider, soon).get() == "token-1"
        with pytest.raises(NotSentError):
            await self.worker(database, provider, soon + timedelta(minutes=2)).get()

    async def test_a_worker_that_dies_while_renewing_is_replaced(
        self, database: Database, provider: Provider
    ) -> None:
        provider.trouble = KeyboardInterrupt()  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            await self.worker(database, provider).get()
        provider.trouble = None
        assert await self.worker(database, provider, NOW + timedelta(minutes=1)).get() == "token-1"
