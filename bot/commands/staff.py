"""`bot staff …`: accounts of the helpline's console."""

from typing import Annotated

import typer

from bot.commands.common import console, settings_or_exit
from bot.records.models import StaffRole

app = typer.Typer(no_args_is_help=True, help="Accounts of the helpline's console.")


@app.command("add")
def staff_add(
    username: str,
    display_name: str,
    role: Annotated[StaffRole, typer.Option(help="what the account may do")] = "clerk",
) -> None:
    """Make an account for the console; the password is asked for. An administrator sets up a second factor, too."""
    from bot.app import open_clock, open_database
    from bot.console.accounts import add_staff

    configured = settings_or_exit()
    database, now = open_database(configured), open_clock(configured)()
    add_staff(database, username, display_name, ask_for_password(), now, role)
    console.print(f"Account {username} is ready: http://127.0.0.1:{configured.port}/console")


@app.command("disable")
def staff_disable(username: str) -> None:
    """Switch an account off for good and sign it out; its name is not given to anybody else."""
    from bot.app import open_database
    from bot.console.accounts import disable_staff

    disable_staff(open_database(settings_or_exit()), username)
    console.print(f"Account {username} is switched off")


@app.command("password")
def staff_password(username: str) -> None:
    """Give an account a new password, which is asked for; it is unlocked and signed out everywhere.

    An administrator sets up the second factor anew: this is also what helps after a lost telephone.
    """
    from bot.app import open_database
    from bot.console.accounts import set_password

    set_password(open_database(settings_or_exit()), username, ask_for_password())
    console.print(f"Account {username} has a new password")


def ask_for_password() -> str:
    """A new password, typed twice and not shown."""
    from bot.console.accounts import PASSWORD_AT_LEAST

    prompt = f"Password ({PASSWORD_AT_LEAST} characters or more)"
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True))
