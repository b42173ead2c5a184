"""WeCom (企业微信): the messages of an application to its members and theirs to it.

Sources: 企业微信开发者中心, 接收消息与事件; 获取access_token; 发送应用消息; 全局错误码.
"""

from dataclasses import dataclass
from functools import partial

from bot.channels.gateway import Gateway
from bot.channels.tencent import TROUBLE, Body, SharedToken, before_sending, call, call_with, failed
from bot.channels.tencent_channel import TencentChannel
from bot.channels.wechat_crypto import Envelope
from bot.clock import Clock, system_clock
from bot.messages import Reply
from bot.records import contacts
from bot.records.database import Database
from bot.reminders.messenger import Delivery, Outcome
from bot.settings import Settings

SAME_WITHIN = 60
"""Seconds in which WeCom shows a member the same message only once, where that is asked for."""

GONE = frozenset({40003, 40031, 60111, 81013})
"""No such member, or none whom the application may write to."""


@dataclass(frozen=True, repr=False)
class WeComAccount:
    """An application of a company. `callback_token` and `aes_key` are those of its 接收消息."""

    corp_id: str
    agent_id: int
    secret: str
    callback_token: str
    aes_key: str
    api_url: str


class WeComChannel(TencentChannel):
    """The application's chats. `address` of a reminder is the alias of a member's user id, or that id itself.

    WeCom tells doubles apart by their content, and for a while only. A push relies on that to try again at once;
    who comes back later may not, so it does not count as telling doubles.
    """

    name = "wecom"

    def __init__(
        self, account: WeComAccount, gateway: Gateway, database: Database, clock: Clock = system_clock
    ) -> None:
        envelope = Envelope(account.callback_token, account.aes_key, account.corp_id)
        super().__init__(envelope, gateway, database, clock)
        self._account = account
        owner = f"{self.name}:{account.corp_id}:{account.agent_id}"
        self._token = SharedToken(database, owner, self._fetch_token, clock)

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        """Sends `message`. What may have arrived is sent again at once: WeCom shows it once all the same."""
        return await self._chats.push(address, message, key, self._say_once)

    async def _say_once(self, address: str, text: str) -> Delivery:
        once = {"enable_duplicate_check": 1, "duplicate_check_interval": SAME_WITHIN}
        delivery = await self._send(address, text, once)
        if delivery.outcome is not Outcome.UNKNOWN:
            return delivery
        again = await self._send(address, text, once)
        # That the second try failed says nothing of the first.
        return again if again.outcome in (Outcome.SENT, Outcome.BLOCKED) else delivery

    async def _say(self, address: str, text: str) -> Delivery:
        return await self._send(address, text, {})

    async def _send(self, address: str, text: str, options: Body) -> Delivery:
        body = {
            "msgtype": "text",
            "agentid": self._account.agent_id,
            "text": {"content": text},
            **options,
        }
        try:
            body["touser"] = await self._user(address)
            answer = await call_with(self._token, f"{self._account.api_url}/cgi-bin/message/send", body)
        except TROUBLE as error:
            return failed(error, GONE)
        if answer.get("invaliduser") or answer.get("unlicenseduser"):
            return Delivery(Outcome.BLOCKED, error="not a member whom the application may write to")
        return Delivery(Outcome.SENT, message_id=answer.get("msgid"))

    async def _address(self, user: str) -> str:
        return await self._database.run(lambda session: contacts.alias_of(session, self.name, user))

    async def _user(self, address: str) -> str:
        behind = partial(contacts.address_of, channel=self.name, alias=address)
        return await before_sending(self._database, behind) or address

    async def _fetch_token(self) -> Body:
        query = {"corpid": self._account.corp_id, "corpsecret": self._account.secret}
        return await call(f"{self._account.api_url}/cgi-bin/gettoken", query)


def open_wecom(settings: Settings, gateway: Gateway, database: Database) -> WeComChannel | None:
    """The application whose company is set."""
    secrets = (settings.wecom_secret, settings.wecom_callback_token, settings.wecom_aes_key)
    secret, token, aes_key = (value.get_secret_value() if value else "" for value in secrets)
    if settings.wecom_corp_id is None or settings.wecom_agent_id is None:
        return None
    account = WeComAccount(
        settings.wecom_corp_id, settings.wecom_agent_id, secret, token, aes_key, settings.wecom_api_url
    )
    return WeComChannel(account, gateway, database)
