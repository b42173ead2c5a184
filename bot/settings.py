"""Every setting of the service, from the environment or `.env`, with its default and meaning.

`bot settings` prints this table; nothing else in the project reads the environment.
"""

from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read once at start; a wrong value stops the start with the variable's name and what is expected."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="address the public gateway listens on")
    port: int = Field(8080, ge=0, le=65535, description="port of the chat page, chat interface and console")
    engine_port: int = Field(5005, ge=1, le=65535, description="port of the dialogue engine, loopback only")
    action_port: int = Field(5055, ge=1, le=65535, description="port of the action endpoint, loopback only")
    database_url: str = Field(
        f"sqlite:///{ROOT / 'var' / 'bot.db'}",
        description="SQLAlchemy address: sqlite:///… or postgresql+psycopg://user:password@host/name",
    )
    var_dir: Path = Field(ROOT / "var", description="where the database, logs, keys and caches live")
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
    bot_now: datetime | None = Field(
        None, description="start the service's clock at this moment (demonstrations and acceptance runs)"
    )
    demo: bool = Field(True, description="load fictional demonstration records into an empty database")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    engine_timeout: float = Field(
        15.0, gt=0, description="seconds to wait for the engine's answer to one turn"
    )
    messages_per_minute: int = Field(30, gt=0, description="messages one sender may write in a minute")
    transcript_days: int = Field(
        180, gt=0, description="days for which the lines of chats are kept, redacted"
    )
    questions_kept_days: int = Field(
        90,
        gt=0,
        description="days for which questions that were not answered well are kept, without the person",
    )
    quiet_hours: str = Field(
        "21:00-08:00", description="no reminders are sent between these times (Shanghai)"
    )
    quiet_holidays: bool = Field(False, description="no reminders on public holidays either")

    @model_validator(mode="after")
    def _secrets_are_complete(self) -> Self:
        if self.telegram_webhook_url and self.telegram_webhook_secret is None:
            raise ValueError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET beside it")
        return self

    @property
    def engine_url(self) -> str:
        """Base address of the dialogue engine."""
        return f"http://127.0.0.1:{self.engine_port}"
