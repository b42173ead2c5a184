"""The helpline's console: its pages and where they are found."""

from aiohttp import web

from bot.clock import Clock
from bot.dialogue.assistant import Assistant
from bot.identity.keys import Keys
from bot.records.database import Database


def add_console_routes(
    app: web.Application, database: Database, assistant: Assistant, keys: Keys, clock: Clock
) -> None:
    """Serves the console under /console."""
