"""Every setting of the service, from the environment or `.env`, with its default and meaning.

`bot settings` prints this table; nothing else in the project reads the environment.
"""

import re
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


AesKey = Annotated[SecretStr, Field(min_length=43, max_length=43)]

_BELONG_TOGETHER = {
    "telegram_webhook_url": ("telegram_webhook_secret",),
    "wecom_corp_id": ("wecom_agent_id", "wecom_secret", "wecom_callback_token", "wecom_aes_key"),
    "wechat_app_id": ("wechat_secret", "wechat_callback_token", "wechat_aes_key"),
}
"""What a channel needs once it is set up."""


class WechatTemplate(BaseModel):
    """A template of WeChat's: its id and what stands in its fields.

    A field's text may name `{disease}`, `{date}`, `{days}` (until then) and `{text}`, the whole reminder.
    `by_subscription`: it is one of 订阅通知, not a 模板消息.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    fields: dict[str, str]
    by_subscription: bool = False

    @field_validator("fields")
    @classmethod
    def _can_be_filled(cls, fields: dict[str, str]) -> dict[str, str]:
        for name, text in fields.items():
            try:
                text.format(disease="", date="", days=0, text="")
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(
                    f"{name}: expected words with {{disease}}, {{date}}, {{days}} or {{text}}"
                ) from error
        return fields


class Settings(BaseSettings):
    """Read once at start; a wrong value stops the start with the variable's name and what is expected."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="address the public gateway listens on")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="addresses or networks of the TLS proxies before the gateway, with commas: 127.0.0.1,10.1.0.0/16; "
        "only what they say of a caller is believed",
    )
    port: int = Field(8080, ge=0, le=65535, description="port of the chat page, chat interface and console")
    engine_port: int = Field(5005, ge=1, le=65535, description="port of the dialogue engine, loopback only")
    engine_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="addresses of several dialogue engines, with commas: http://10.1.0.7:5005,http://10.1.0.8:5005; "
        "they need REDIS_URL and the same TRACKER_URL; unset: the one on ENGINE_PORT",
    )
    tracker_url: str | None = Field(
        None,
        description="where the engine keeps its trackers, as SQLAlchemy 1.4 names it: "
        "postgresql+psycopg2://user:password@host/trackers; unset: VAR_DIR/trackers.db",
    )
    redis_url: str | None = Field(
        None,
        pattern="^rediss?://",
        description="where several engines keep their locks: redis://:password@host:6379/0; unset: one engine",
    )
    action_port: int = Field(5055, ge=1, le=65535, description="port of the action endpoint, loopback only")
    var_dir: Path = Field(ROOT / "var", description="where the database, logs, keys and caches live")
    database_url: str = Field(
        default_factory=lambda before: f"sqlite:///{before['var_dir'] / 'bot.db'}",
        description="SQLAlchemy address: sqlite:///… or postgresql+psycopg://user:password@host/name; "
        "unset: VAR_DIR/bot.db",
    )
    knowledge_dir: Path = Field(ROOT / "knowledge", description="the knowledge folder")
    secret_key: SecretStr | None = Field(
        None,
        description="key material (32 bytes, base64) for encrypted columns, look-up indexes and sessions; "
        "without it one is made in VAR_DIR/secret.key, readable by this user alone",
    )
    telegram_token: SecretStr | None = Field(
        None, description="token of the Telegram bot; unset: no Telegram"
    )
    telegram_api_url: str = Field("https://api.telegram.org", description="Telegram Bot API server")
    telegram_proxy: str | None = Field(
        None, description="HTTP proxy for Telegram, e.g. http://127.0.0.1:3128"
    )
    telegram_webhook_url: str | None = Field(
        None,
        pattern=r"^https://[^/]+/.+",
        description="public address at which Telegram calls this service, e.g. https://…/webhooks/telegram; "
        "unset: the service asks Telegram for news",
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="what Telegram shows when it calls: 16 to 256 letters, digits, _ and -"
    )
    wecom_corp_id: str | None = Field(None, description="WeCom company (企业ID); unset: no WeCom")
    wecom_agent_id: int | None = Field(None, description="its application (AgentId)")
    wecom_secret: SecretStr | None = Field(None, description="the application's Secret")
    wecom_callback_token: SecretStr | None = Field(None, description="Token of the application's 接收消息")
    wecom_aes_key: AesKey | None = Field(None, description="EncodingAESKey of the application's 接收消息")
    wecom_api_url: str = Field("https://qyapi.weixin.qq.com", description="WeCom's server")
    wechat_app_id: str | None = Field(
        None, description="WeChat official account (公众号, AppID); unset: no official account"
    )
    wechat_secret: SecretStr | None = Field(None, description="the account's AppSecret")
    wechat_callback_token: SecretStr | None = Field(None, description="Token of its 服务器配置")
    wechat_aes_key: AesKey | None = Field(None, description="EncodingAESKey of its 服务器配置, in 安全模式")
    wechat_api_url: str = Field("https://api.weixin.qq.com", description="the official accounts' server")
    wechat_template: WechatTemplate | None = Field(
        None,
        description="template for reminders to followers who have been silent, as JSON: "
        '{"id": "…", "fields": {"thing1": "{disease}", "time2": "{date}"}, "by_subscription": false}',
    )
    bot_now: datetime | None = Field(
        None, description="start the service's clock at this moment (demonstrations and acceptance runs)"
    )
    demo: bool = Field(True, description="load fictional demonstration records into an empty database")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="what Prometheus shows at /metrics, as a bearer token; unset: /metrics is for this machine alone",
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="port, loopback only, of /health, /ready and /metrics of a process without the web part "
        "(bot serve --only reminders), each such process its own; unset: it has none",
    )
    engine_timeout: float = Field(
        15.0, gt=0, description="seconds to wait for the engine's answer to one turn"
    )
    messages_per_minute: int = Field(30, gt=0, description="messages one sender may write in a minute")
    requests_per_minute: int = Field(
        1200,
        gt=0,
        description="requests of all kinds from one address in a minute (an open chat page asks 12 times)",
    )
    transcript_days: int = Field(
        180, gt=0, description="days for which the lines of chats are kept, redacted"
    )
    questions_kept_days: int = Field(
        90,
        gt=0,
        description="days for which questions that were not answered well are kept, without the person",
    )
    office_hours: str | None = Field(
        None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        description="when the helpline answers on working days, e.g. 08:30-17:30 (Shanghai); outside, a note for "
        "calling back is taken; unset: no hours are told",
    )
    embedded_by: str | None = Field(
        None,
        pattern=r"^https?://[A-Za-z0-9.-]+(:\d+)?( https?://[A-Za-z0-9.-]+(:\d+)?)*$",
        description="sites whose pages may show the chat page in a frame, separated by spaces, e.g. "
        "https://www.example.gov.cn; unset: none",
    )
    quiet_hours: str = Field(
        "21:00-08:00", description="no reminders are sent between these times (Shanghai)"
    )
    quiet_holidays: bool = Field(False, description="no reminders on public holidays either")

    @model_validator(mode="after")
    def _secrets_are_complete(self) -> Self:
        for name, others in _BELONG_TOGETHER.items():
            missing = [other.upper() for other in others if getattr(self, other) is None]
            if getattr(self, name) is not None and missing:
                raise ValueError(f"{name.upper()} is set, so {', '.join(missing)} must be set, too")
        return self

    @model_validator(mode="after")
    def _each_port_has_one_use(self) -> Self:
        others = {"PORT": self.port, "ENGINE_PORT": self.engine_port, "ACTION_PORT": self.action_port}
        for name, port in others.items():
            if self.metrics_port == port:
                raise ValueError(f"METRICS_PORT must be another port than {name} ({port})")
        return self

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _with_commas(cls, networks: object) -> object:
        if not isinstance(networks, str):
            return networks
        try:
            return tuple(ip_network(part.strip()) for part in networks.split(",") if part.strip())
        except ValueError as error:
            raise ValueError(
                f"expected addresses or networks with commas, e.g. 127.0.0.1,10.1.0.0/16 ({error})"
            ) from None

    @model_validator(mode="after")
    def _beyond_loopback_only_with_care(self) -> Self:
        """Whoever is reached from outside must be behind a TLS proxy, and must not make up keys of its own."""
        if is_loopback(self.host):
            return self
        needed = {
            "TRUSTED_PROXIES": (self.trusted_proxies, "the addresses of the TLS proxies that call us"),
            "SECRET_KEY": (self.secret_key, "a key that is kept elsewhere: openssl rand -base64 32"),
        }
        missing = [f"{name} ({what})" for name, (value, what) in needed.items() if not value]
        if missing:
            raise ValueError(
                f"HOST={self.host} can be reached from other machines, so these must be set, too: {'; '.join(missing)}"
            )
        return self

    @field_validator("engine_urls", mode="before")
    @classmethod
    def _addresses_with_commas(cls, addresses: object) -> object:
        if not isinstance(addresses, str):
            return addresses
        urls = tuple(part.strip().rstrip("/") for part in addresses.split(",") if part.strip())
        if any(not re.match("https?://[^/]+$", url) for url in urls):
            raise ValueError("expected addresses with commas, e.g. http://10.1.0.7:5005,http://10.1.0.8:5005")
        return urls

    @property
    def embedding_sites(self) -> tuple[str, ...]:
        """The origins named in EMBEDDED_BY."""
        return tuple((self.embedded_by or "").split())

    @property
    def engine_url(self) -> str:
        """Base address of the dialogue engine on this machine."""
        return f"http://127.0.0.1:{self.engine_port}"

    @property
    def engines(self) -> tuple[str, ...]:
        """Base addresses of all dialogue engines."""
        return self.engine_urls or (self.engine_url,)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
