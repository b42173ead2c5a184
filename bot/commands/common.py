"""What every command shares: the console it prints to, and settings that were checked."""

from pydantic import ValidationError
from rich.console import Console

from bot.settings import Settings

console = Console()


def settings_or_exit() -> Settings:
    """The settings; a wrong value ends the command with the variable's name and what is expected."""
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            variable = ".".join(str(part) for part in problem["loc"]).upper()
            console.print(f"[bold red]{variable}[/]: {problem['msg']} (see `bot settings`)")
        raise SystemExit(2) from None
