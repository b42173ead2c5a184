"""A WeChat official account (公众号): its followers' chats, and notices by template when they have been silent.

Sources: 微信公众平台, 接收普通消息; 获取稳定版接口调用凭据; 客服消息; 模板消息; 订阅通知; 全局返回码.
"""

from dataclasses import dataclass

from bot.channels.gateway import Gateway
from bot.channels.tencent import TROUBLE, Body, RefusedError, SharedToken, call, call_with, failed
from bot.channels.tencent_channel import TencentChannel
from bot.channels.wechat_crypto import Envelope
from bot.clock import Clock, system_clock
from bot.messages import RenewalCard, RenewalItem, Reply
from bot.records.database import Database
from bot.reminders.messenger import Delivery, Outcome
from bot.settings import Settings, WechatTemplate

SILENT = frozenset({45015, 45047, 48001})
"""Only templates may be sent: the follower has written nothing for 48 hours, or got as many messages as one may; or
the account may send no others."""
GONE = frozenset({40003, 43004, 43101}) | SILENT
"""Nobody follows there, or they refused; or wrote nothing for too long, and no template is left to reach them."""
THING = 20
"""Characters of a template's field whose name begins so."""

_SILENT_ERRORS = {str(RefusedError(code)) for code in SILENT}


@dataclass(frozen=True, repr=False)
class OfficialAccount:
    """`callback_token` and `aes_key` are those of 服务器配置, in 安全模式."""

    app_id: str
    secret: str
    callback_token: str
    aes_key: str
    api_url: str
    template: WechatTemplate | None = None


class WechatChannel(TencentChannel):
    """The account's chats; `address` of a reminder is a follower's openid."""

    name = "wechat"

    def __init__(
        self, account: OfficialAccount, gateway: Gateway, database: Database, clock: Clock = system_clock
    ) -> None:
        envelope = Envelope(account.callback_token, account.aes_key, account.app_id)
        super().__init__(envelope, gateway, database, clock)
        self._account = account
        self._token = SharedToken(database, f"{self.name}:{account.app_id}", self._fetch_token, clock)

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        """Sends `message`, by template where nothing else is allowed. BLOCKED where no template tells it either."""
        delivery = await self._chats.push(address, message, key, self._say)
        silent = delivery.outcome is Outcome.BLOCKED and delivery.error in _SILENT_ERRORS
        template = self._account.template
        if not silent or template is None or not isinstance(message.card, RenewalCard):
            return delivery
        fields = _filled(template, message.text, message.card.items[0])
        return await self._notify(address, template, fields, key)

    async def _say(self, address: str, text: str) -> Delivery:
        body: Body = {"touser": address, "msgtype": "text", "text": {"content": text}}
        return await self._send("custom/send", body)

    async def _notify(
        self, address: str, template: WechatTemplate, fields: dict[str, str], key: str
    ) -> Delivery:
        """Sends a template message, or a subscription one, which cannot be told from its double."""
        data = {name: {"value": value} for name, value in fields.items()}
        body: Body = {"touser": address, "template_id": template.id, "data": data}
        if template.by_subscription:
            return await self._send("subscribe/bizsend", body)
        body["client_msg_id"] = key
        delivery = await self._send("template/send", body)
        if delivery.outcome is Outcome.UNKNOWN:  # at once, WeChat tells doubles by their id
            again = await self._send("template/send", body)
            return again if again.outcome in (Outcome.SENT, Outcome.BLOCKED) else delivery
        return delivery

    async def _send(self, interface: str, body: Body) -> Delivery:
        url = f"{self._account.api_url}/cgi-bin/message/{interface}"
        try:
            answer = await call_with(self._token, url, body)
        except TROUBLE as error:
            return failed(error, GONE)
        number = answer.get("msgid")
        return Delivery(Outcome.SENT, message_id=None if number is None else str(number))

    async def _address(self, user: str) -> str:
        return user  # an openid tells nothing

    async def _fetch_token(self) -> Body:
        body = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.secret,
        }
        return await call(f"{self._account.api_url}/cgi-bin/stable_token", {}, body)


def _filled(template: WechatTemplate, text: str, item: RenewalItem) -> dict[str, str]:
    """The template's fields with what they say."""
    due = item.due_on
    said = {
        "disease": item.disease or "门诊慢特病",
        "date": f"{due.year}年{due.month}月{due.day}日",
        "days": item.days_left,
        "text": text,
    }
    filled = {name: words.format(**said) for name, words in template.fields.items()}
    return {name: words[:THING] if name.startswith("thing") else words for name, words in filled.items()}


def open_wechat(settings: Settings, gateway: Gateway, database: Database) -> WechatChannel | None:
    """The account whose app id is set."""
    if settings.wechat_app_id is None:
        return None
    secrets = (settings.wechat_secret, settings.wechat_callback_token, settings.wechat_aes_key)
    secret, token, aes_key = (value.get_secret_value() if value else "" for value in secrets)
    account = OfficialAccount(
        settings.wechat_app_id, secret, token, aes_key, settings.wechat_api_url, settings.wechat_template
    )
    return WechatChannel(account, gateway, database)
