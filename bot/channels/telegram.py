"""Telegram: private chats, heard by long polling or by webhook, and reminders pushed to them.

No text of a chat and no word of the token is ever logged; errors of Telegram are logged by their kind.
"""

import asyncio
import hmac
import html
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from aiohttp import web
from aiolimiter import AsyncLimiter
from telegram import (
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
)
from telegram.constants import ChatAction, ChatMemberStatus, ChatType, MessageLimit, ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, Application, ContextTypes, TypeHandler

from bot import logs
from bot.channels.delivering import BROKEN, insist
from bot.channels.gateway import Gateway, Refusal
from bot.channels.pieces import SOURCE, pieces, utf16_units
from bot.channels.transcript import Line
from bot.identity.codes import looks_like_code
from bot.messages import EstimateCard, Reply
from bot.pictures import as_png, cost_picture
from bot.records import outbox
from bot.records.database import Database
from bot.reminders.messenger import Delivery, Outcome
from bot.settings import Settings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
TYPING_EVERY = 4.0
TURNS_AT_ONCE = 64
UPDATES_REMEMBERED = 1_000
UPDATES_WAITING = 1_000
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name

SECONDS_PER_MESSAGE = 1.0
"""How fast messages to one chat may follow each other; in all, the library keeps to Telegram's 30 a second."""
CHATS_PACED = 1_000

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=60)

DATA_BYTES = 64
"""Telegram's bound on what a button carries back, in UTF-8."""

HEARD = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
]
COMMANDS = {"/start": "您好", "/help": "你能做什么"}
WITH_CODE = "查我的申请进度，查询码{code}"
"""What somebody says who opened the bot by a link with the code that a clerk gave them: t.me/<bot>?start=CODE."""
GROUP_REFUSED = "为了保护您的隐私，我只在一对一的对话里回答。请点我的头像，单独给我发消息。"
BUTTON_GONE = "这个按钮太久了，我找不到了。请把想问的话直接发给我。"
VOTED = {True: "记下了：有用。谢谢您。", False: "记下了：没用。谢谢您，我们会改进。"}

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_OUR_BUTTON = re.compile(r"b:(\d{1,18}):(\d{1,2})", re.ASCII)
_WORDS = "t:"
_VOTE = re.compile(r"v:(\d{1,9}):([01])", re.ASCII)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, repr=False)
class TelegramAccount:
    """`api_url` is the Bot API server, `proxy` an address such as `http://…`.

    With `webhook_url`, the public address of this service, Telegram calls us and shows the `webhook_secret`;
    without, we ask for news.
    """

    token: str
    api_url: str
    proxy: str | None = None
    webhook_url: str | None = None
    webhook_secret: str = ""


class TelegramChannel:
    """A Telegram bot; `address` of a reminder is the number of a private chat.

    Somebody who blocks the bot gets no more reminders from then on.
    """

    name = "telegram"
    tells_doubles = False

    def __init__(self, account: TelegramAccount, gateway: Gateway, database: Database) -> None:
        self.part = "web" if account.webhook_url else "telegram"
        self._account = account
        self._gateway = gateway
        self._database = database
        self._handled: deque[int] = deque(maxlen=UPDATES_REMEMBERED)
        self._leaving: set[int] = set()
        builder = (
            Application.builder()
            .token(account.token)
            .base_url(f"{account.api_url.rstrip('/').removesuffix('/bot')}/bot")
            .connect_timeout(CONNECT_SECONDS)
            .read_timeout(ANSWER_SECONDS)
            .get_updates_connect_timeout(CONNECT_SECONDS)
            .concurrent_updates(TURNS_AT_ONCE)
            .job_queue(None)
            .rate_limiter(_Pace())
            .update_queue(asyncio.Queue(UPDATES_WAITING))
        )
        if account.proxy:
            builder = builder.proxy(account.proxy).get_updates_proxy(account.proxy)
        if account.webhook_url:
            builder = builder.updater(None)
        self._application = builder.build()
        self._application.add_handler(TypeHandler(Update, self._on_update))
        self._bot = self._application.bot

    def add_routes(self, app: web.Application) -> None:
        """Adds the address that Telegram calls, where it does: the path of the webhook's own URL."""
        if self._account.webhook_url:
            app.router.add_post(urlsplit(self._account.webhook_url).path, self._on_call)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listens meanwhile. Telegram out of reach is tried again and again, and stops nothing else."""
        connecting = asyncio.create_task(self._connect())
        try:
            yield
        finally:
            connecting.cancel()
            with suppress(asyncio.CancelledError):
                await connecting
            if self._application.updater and self._application.updater.running:
                await self._application.updater.stop()
            if self._application.running:
                await self._application.stop()
            await self._application.shutdown()

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        """Sends `message` once. A time-out after sending is UNKNOWN: Telegram cannot tell doubles apart."""
        if not (address.isascii() and address.isdigit()):
            return Delivery(Outcome.BLOCKED, error="not a private chat")
        return await self._send(int(address), message.text, _keyboard(_words_buttons(message)))

    async def _connect(self) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                await self._application.initialize()
                if self._account.webhook_url:
                    await self._bot.set_webhook(
                        self._account.webhook_url,
                        secret_token=self._account.webhook_secret,
                        allowed_updates=HEARD,
                    )
                break
            except InvalidToken:
                log.error("telegram_token_refused")  # the exception carries it
                return
            except TelegramError as error:
                log.warning("telegram_unreachable", kind=type(error).__name__)
            await asyncio.sleep(wait.total_seconds())
            wait = min(wait * 2, LONGEST_WAIT)
        await self._application.start()
        if self._application.updater:
            await self._application.updater.start_polling(
                bootstrap_retries=-1,
                allowed_updates=HEARD,
                error_callback=lambda error: log.warning("telegram_polling", kind=type(error).__name__),
            )
        log.info("telegram_connected")

    # ---- what comes in ---------------------------------------------------------------------------------

    async def _on_call(self, request: web.Request) -> web.Response:
        """Telegram calls: taken up at once, answered meanwhile. Where too much waits, it calls again later."""
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode(), self._account.webhook_secret.encode()):
            raise web.HTTPForbidden
        try:
            update = Update.de_json(await request.json(), self._bot)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise web.HTTPBadRequest from error
        try:
            self._application.update_queue.put_nowait(update)
        except asyncio.QueueFull as error:
            raise web.HTTPServiceUnavailable from error
        return web.Response()

    async def _on_update(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        chat = update.effective_chat
        if chat is None or update.update_id in self._handled:
            return
        self._handled.append(update.update_id)
        with logs.turn(self.name):
            try:
                if chat.type != ChatType.PRIVATE:
                    await self._leave(chat.id, update.my_chat_member)
                elif update.my_chat_member:
                    await self._on_membership(chat.id, update.my_chat_member)
                elif update.callback_query:
                    await self._on_button(chat.id, update.callback_query, _message_id(update))
                elif message := update.message or update.edited_message:
                    await self._answer(chat.id, _text_of(message), _message_id(update))
            except Exception:
                log.exception("telegram_update_failed", update=update.update_id)
                await self._send(chat.id, BROKEN)

    async def _leave(self, chat: int, membership: ChatMemberUpdated | None) -> None:
        """Groups read along: refuse in one sentence, and go."""
        gone = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
        if chat in self._leaving or (membership and membership.new_chat_member.status in gone):
            return
        self._leaving.add(chat)
        try:
            await self._send(chat, GROUP_REFUSED)
            with suppress(TelegramError):
                await self._bot.leave_chat(chat)
        finally:
            self._leaving.discard(chat)

    async def _on_membership(self, chat: int, membership: ChatMemberUpdated) -> None:
        if membership.new_chat_member.status == ChatMemberStatus.BANNED:
            await self._database.run(lambda session: outbox.unsubscribe(session, self.name, str(chat)))

    async def _on_button(self, chat: int, query: CallbackQuery, message_id: str) -> None:
        if vote := _VOTE.fullmatch(query.data or ""):
            await self._vote(chat, query, int(vote[1]), vote[2] == "1")
            return
        with suppress(TelegramError):
            await query.answer()
        payload = await self._payload(chat, query.data or "")
        if payload is None:
            await self._send(chat, BUTTON_GONE)
        else:
            await self._answer(chat, payload, message_id)

    async def _vote(self, chat: int, query: CallbackQuery, answer: int, helpful: bool) -> None:
        """Keeps the vote and says so in a passing note: it is no part of the conversation."""
        try:
            await self._gateway.vote(self.name, str(chat), answer, helpful)
            note = VOTED[helpful]
        except Refusal as refusal:
            note = str(refusal)
        with suppress(TelegramError):
            await query.answer(note)

    async def _payload(self, chat: int, data: str) -> str | None:
        if data.startswith(_WORDS):
            return data.removeprefix(_WORDS)
        if (ours := _OUR_BUTTON.fullmatch(data)) is None:
            return None
        line_id, number = int(ours[1]), int(ours[2])
        for line in await self._gateway.lines(self.name, str(chat), line_id - 1):
            if line.id == line_id and number < len(line.buttons):
                return line.buttons[number]["payload"]
        return None

    async def _answer(self, chat: int, text: str, message_id: str) -> None:
        try:
            async with self._typing(chat):
                lines = await self._gateway.receive(self.name, str(chat), text, message_id)
        except Refusal as refusal:
            await self._insist(chat, str(refusal))
            return
        for line in lines:
            *first, last = pieces(line.text, MessageLimit.MAX_TEXT_LENGTH, utf16_units)
            for piece in first:
                await self._insist(chat, piece)
            await self._show_picture(chat, line)
            await self._insist(chat, last, _keyboard(_line_buttons(line), _vote_buttons(line)))

    async def _show_picture(self, chat: int, line: Line) -> None:
        """Who pays what, where the line is an estimate. The text says the same: one try will do."""
        picture = await asyncio.to_thread(_picture, line)
        if picture:
            with suppress(TelegramError):
                await self._bot.send_photo(chat, picture)

    @asynccontextmanager
    async def _typing(self, chat: int) -> AsyncIterator[None]:
        async def keep_typing() -> None:
            while True:
                with suppress(TelegramError):
                    await self._bot.send_chat_action(chat, ChatAction.TYPING)
                await asyncio.sleep(TYPING_EVERY)

        task = asyncio.create_task(keep_typing())
        try:
            yield
        finally:
            task.cancel()

    # ---- what goes out ---------------------------------------------------------------------------------

    async def _insist(self, chat: int, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        await insist(self.name, partial(self._send, chat, text, keyboard))

    async def _send(self, chat: int, text: str, keyboard: InlineKeyboardMarkup | None = None) -> Delivery:
        try:
            sent = await self._bot.send_message(
                chat, _as_html(text), parse_mode=ParseMode.HTML, reply_markup=keyboard
            )
        except TelegramError as error:
            return _failed(error)
        return Delivery(Outcome.SENT, message_id=str(sent.message_id))


def open_telegram(settings: Settings, gateway: Gateway, database: Database) -> TelegramChannel | None:
    """The bot whose token is set."""
    if settings.telegram_token is None:
        return None
    secret = settings.telegram_webhook_secret
    account = TelegramAccount(
        settings.telegram_token.get_secret_value(),
        settings.telegram_api_url,
        settings.telegram_proxy,
        settings.telegram_webhook_url,
        secret.get_secret_value() if secret else "",
    )
    return TelegramChannel(account, gateway, database)


class _Pace(AIORateLimiter):
    """The library's limits, and one message a second in each chat, which it does not keep for private ones."""

    def __init__(self) -> None:
        super().__init__()
        self._chats: dict[int, AsyncLimiter] = {}

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        if endpoint in ("sendMessage", "sendPhoto"):
            await self._of_chat(data["chat_id"]).acquire()
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)

    def _of_chat(self, chat: int) -> AsyncLimiter:
        if len(self._chats) >= CHATS_PACED:
            self._chats = {c: limit for c, limit in self._chats.items() if not limit.has_capacity()}
        return self._chats.setdefault(chat, AsyncLimiter(1, SECONDS_PER_MESSAGE))


def _failed(error: TelegramError) -> Delivery:
    kind = type(error).__name__
    match error:
        case RetryAfter():
            wait = error.retry_after
            return Delivery(
                Outcome.RETRY,
                retry_after=wait if isinstance(wait, timedelta) else timedelta(seconds=wait),
                error=kind,
            )
        case Forbidden():
            return Delivery(Outcome.BLOCKED, error=kind)
        case BadRequest() if "chat not found" in error.message.lower():
            return Delivery(Outcome.BLOCKED, error="chat not found")
        case BadRequest() | InvalidToken():
            return Delivery(Outcome.RETRY, error=kind)
        case NetworkError() if isinstance(error.__cause__, _NOT_SENT):
            return Delivery(Outcome.RETRY, error=kind)
        case _:
            return Delivery(Outcome.UNKNOWN, error=kind)


def _as_html(text: str) -> str:
    return "\n".join(
        f"<blockquote expandable>{html.escape(line, quote=False)}</blockquote>"
        if line.startswith(SOURCE)
        else html.escape(line, quote=False)
        for line in text.split("\n")
    )


def _line_buttons(line: Line) -> list[InlineKeyboardButton]:
    """A button carries where it stands in the transcript; its payload would often be too long."""
    return [
        InlineKeyboardButton(button["title"], callback_data=f"b:{line.id}:{number}")
        for number, button in enumerate(line.buttons)
    ]


def _vote_buttons(line: Line) -> list[InlineKeyboardButton]:
    if not line.takes_vote:
        return []
    votes = (("有用", 1), ("没用", 0))
    return [InlineKeyboardButton(title, callback_data=f"v:{line.id}:{vote}") for title, vote in votes]


def _words_buttons(message: Reply) -> list[InlineKeyboardButton]:
    """A pushed message stands in no transcript: its buttons carry the words themselves."""
    carried = [(button.title, f"{_WORDS}{button.payload}") for button in message.buttons]
    return [
        InlineKeyboardButton(title, callback_data=data)
        for title, data in carried
        if len(data.encode()) <= DATA_BYTES
    ]


def _keyboard(
    choices: list[InlineKeyboardButton], votes: Sequence[InlineKeyboardButton] = ()
) -> InlineKeyboardMarkup | None:
    """Choices below each other, votes side by side under them."""
    rows = [[choice] for choice in choices] + ([list(votes)] if votes else [])
    return InlineKeyboardMarkup(rows) if rows else None


def _picture(line: Line) -> bytes | None:
    if line.card is None or line.card.get("card") != "estimate":
        return None
    svg = cost_picture(EstimateCard.model_validate(line.card))
    return as_png(svg) if svg else None


def _text_of(message: Message) -> str:
    text = message.text or message.caption or ""
    if not text.startswith("/"):
        return text
    command, *given = text.split(maxsplit=1)
    if command == "/start" and given and looks_like_code(given[0]):
        return WITH_CODE.format(code=given[0])
    return COMMANDS.get(command.split("@")[0], text)


def _message_id(update: Update) -> str:
    return f"tg-{update.update_id}"
