"""What an official account alone does: after 48 hours of silence, only a template may be sent."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from fake_wechat import CALLBACK_TOKEN, Cut, Refused
from pydantic import ValidationError
from wechat_places import LI, Place, wechat_place
from wechatpy.utils import WeChatSigner

from bot.channels.gateway import Gateway
from bot.messages import RenewalCard, RenewalItem, Reply
from bot.records.database import Database
from bot.reminders.messenger import Outcome
from bot.settings import Settings, WechatTemplate

DISEASE = "高血压3级（有心、脑、肾、眼并发症之一者）"
ITEM = RenewalItem(kind="review_due", disease=DISEASE, due_on=date(2026, 12, 1), days_left=9)
REMINDER = Reply("提醒您：复审快到期了。", card=RenewalCard(items=(ITEM,)))
TEMPLATE = WechatTemplate(
    id="TEMPLATE", fields={"thing1": "{disease}复审", "time2": "{date}", "const3": "还有{days}天"}
)
SUBSCRIPTION = TEMPLATE.model_copy(update={"by_subscription": True})


@pytest_asyncio.fixture(params=[TEMPLATE, SUBSCRIPTION], ids=["template", "subscription"])
async def place(request: pytest.FixtureRequest, gateway: Gateway, database: Database) -> AsyncIterator[Place]:
    async with wechat_place(gateway, database, request.param) as place:
        place.provider.people.add(LI)
        yield place


async def test_who_wrote_lately_gets_the_whole_reminder(place: Place) -> None:
    assert (await place.channel.push(LI, REMINDER, "reminder-1")).outcome is Outcome.SENT
    assert place.provider.said == [(LI, REMINDER.text)]
    assert not place.provider.notices


async def test_who_has_been_silent_gets_a_notice(place: Place) -> None:
    place.provider.silent.add(LI)
    assert (await place.channel.push(LI, REMINDER, "reminder-1")).outcome is Outcome.SENT
    (notice,) = place.provider.notices
    assert {name: field["value"] for name, field in notice["data"].items()} == {
        "thing1": f"{DISEASE}复审"[:20],
        "time2": "2026年12月1日",
        "const3": "还有9天",
    }


async def test_what_has_no_date_is_not_put_into_a_template(place: Place) -> None:
    place.provider.silent.add(LI)
    assert (await place.channel.push(LI, Reply("工作人员：您好。"), "staff:1")).outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    ("code", "outcome"), [(43004, Outcome.BLOCKED), (43101, Outcome.BLOCKED), (40037, Outcome.RETRY)]
)
async def test_a_notice_that_is_refused(place: Place, code: int, outcome: Outcome) -> None:
    place.provider.trouble.extend([Refused(45015), Refused(code)])
    assert (await place.channel.push(LI, REMINDER, "reminder-1")).outcome is outcome


async def test_a_notice_that_may_have_arrived(place: Place) -> None:
    place.provider.trouble.extend([Refused(45047), Cut(after=True)])
    delivery = await place.channel.push(LI, REMINDER, "reminder-1")
    told_by_id = "client_msg_id" in place.provider.notices[0]
    assert delivery.outcome is (Outcome.SENT if told_by_id else Outcome.UNKNOWN)
    assert len(place.provider.notices) == 1


async def test_a_message_that_may_have_arrived_is_unclear(place: Place) -> None:
    place.provider.trouble.append(Cut(after=True))
    assert (await place.channel.push(LI, REMINDER, "reminder-1")).outcome is Outcome.UNKNOWN


async def test_without_a_template_the_silent_are_out_of_reach(gateway: Gateway, database: Database) -> None:
    async with wechat_place(gateway, database) as place:
        place.provider.people.add(LI)
        place.provider.silent.add(LI)
        assert (await place.channel.push(LI, REMINDER, "reminder-1")).outcome is Outcome.BLOCKED


async def test_the_address_is_proved_by_a_signature_over_time_and_nonce(place: Place) -> None:
    query, _body = place.provider.sealed(LI)
    signer = WeChatSigner()
    signer.add_data(CALLBACK_TOKEN, query["timestamp"], query["nonce"])
    asked = {"timestamp": query["timestamp"], "nonce": query["nonce"], "echostr": "5551"}
    async with ClientSession() as session:
        for signature, status, text in ((signer.signature, 200, "5551"), ("0" * 40, 403, None)):
            params = {**asked, "signature": signature}
            async with session.get(place.provider.url, params=params) as response:
                assert response.status == status
                assert text is None or await response.text() == text


class TestSettings:
    def test_a_channel_is_set_up_as_a_whole(self) -> None:
        with pytest.raises(ValidationError, match="WECHAT_SECRET, WECHAT_CALLBACK_TOKEN, WECHAT_AES_KEY"):
            Settings(wechat_app_id="wx1", _env_file=None)

    @pytest.mark.parametrize("words", ["{name}", "{", "{0}"])
    def test_a_template_names_what_there_is(self, words: str) -> None:
        with pytest.raises(ValidationError, match="disease"):
            WechatTemplate(id="T", fields={"thing1": words})
