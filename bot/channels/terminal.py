"""`bot chat`: the assistant in a terminal, through the public chat interface like any other program."""

import asyncio
import secrets
from typing import Any

import aiohttp
from rich.console import Console
from rich.markup import escape
from rich.prompt import Prompt

ANSWER_SECONDS = 60.0
HINT = "写下您的问题，回车发送。按钮选数字；“依据”看出处；“再见”或 Ctrl-D 结束。"
SOURCES, FAREWELL = "依据", "再见"

Messages = list[dict[str, Any]]


def converse(url: str) -> None:
    """Talks to the gateway at `url` until the person leaves."""
    asyncio.run(_converse(url, Console()))


async def _converse(url: str, console: Console) -> None:
    sender = f"terminal-{secrets.token_hex(8)}"
    answers: Messages = []
    console.print(f"[dim]{HINT}[/]")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as session:
        while (line := await asyncio.to_thread(_read, console)) is not None:
            if not line:
                continue
            if line == SOURCES:
                _print_sources(console, answers)
                continue
            answers = await _ask(session, url, sender, message_for(line, answers), console)
            _print_answers(console, answers)
            if line == FAREWELL:
                return


def _read(console: Console) -> str | None:
    try:
        return Prompt.ask("[bold green]您[/]", console=console).strip()
    except (EOFError, KeyboardInterrupt):
        return None


def message_for(line: str, answers: Messages) -> str:
    """What is sent for a typed line: the payload of the button with that number, else the line."""
    buttons = _buttons(answers)
    if line.isascii() and line.isdigit() and 1 <= int(line) <= len(buttons):
        return str(buttons[int(line) - 1]["payload"])
    return line


async def _ask(
    session: aiohttp.ClientSession, url: str, sender: str, message: str, console: Console
) -> Messages:
    body = {"sender": sender, "message": message}
    try:
        async with session.post(f"{url}/webhooks/rest/webhook", json=body) as response:
            answer = await response.json()
    except (aiohttp.ClientError, TimeoutError):
        console.print(f"[red]{url} 没有回应。请先运行 make run，再试一次。[/]")
        return []
    if response.status != 200:
        console.print(f"[red]{escape(str(answer['error']))}[/]")
        return []
    messages: Messages = answer
    return messages


def _print_answers(console: Console, answers: Messages) -> None:
    for message in answers:
        console.print(f"[bold cyan]助手[/] {escape(message['text'])}", highlight=False)
    for number, button in enumerate(_buttons(answers), start=1):
        console.print(f"   [bold]{number}[/] {escape(button['title'])}", highlight=False)
    if any(_sources(message.get("custom", {})) for message in answers):
        console.print(f"   [dim]出处：输入“{SOURCES}”[/]")


def _print_sources(console: Console, answers: Messages) -> None:
    cards = [message.get("custom", {}) for message in answers]
    for step in (step for card in cards for step in card.get("steps", ())):
        console.print(f"   {escape(step['label'])}：{escape(step['expression'])}", highlight=False)
    sources = dict.fromkeys(source for card in cards for source in _sources(card))
    for source in sources or ("这个回答没有引用文件。",):
        console.print(f"   {escape(source)}", highlight=False)


def _buttons(answers: Messages) -> list[dict[str, str]]:
    return [button for message in answers for button in message.get("buttons", ())]


def _sources(card: dict[str, Any]) -> list[str]:
    parts = [card, *card.get("rows", ()), *card.get("items", ()), *card.get("steps", ())]
    return [f"{c['document']} {c['article']}" for part in parts for c in part.get("citations", ())]
