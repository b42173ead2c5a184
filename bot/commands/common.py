"""What every command shares: the console it prints to, and settings that were checked."""

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from bot.settings import Settings

console = Console()


def settings_or_exit() -> Settings:
    """The settings; a wrong value ends the command with the variable's name and what is expected."""
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            variable = ".".join(str(part) for part in problem["loc"]).upper()
            what = problem["msg"].removeprefix("Value error, ")
            named = f"[bold red]{variable}[/]: " if variable else ""
            console.print(f"{named}{escape(what)} (see `bot settings`)", soft_wrap=True)
        raise SystemExit(2) from None
