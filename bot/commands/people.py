"""`bot forget`, `bot readmit` and `bot keys …`: what belongs to persons, erased, let in again, encrypted anew."""

from getpass import getuser
from typing import Annotated

import typer

from bot.commands.common import console, settings_or_exit

app = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="The keys of encrypted columns.")


@app.command()
def forget(
    person: Annotated[str, typer.Argument(help="the agency's number of the person (人员编号)")],
    why: Annotated[str, typer.Option(help="the reason that the audit keeps; name nobody")] = "本人要求删除",
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Erase a person: records, reminders, and every chat that saw them. Imports leave them out from then on."""
    from bot.app import open_clock, open_database
    from bot.identity.retention import forget_person
    from bot.records.people import Reading

    configured = settings_or_exit()
    if not yes:
        typer.confirm(f"Erase {person} for good?", abort=True)
    reading = Reading(f"system:{getuser()}", why, open_clock(configured)())
    with open_database(configured).transaction() as session:
        known = forget_person(session, person, reading)
    if not known:
        console.print(f"There is no person {person}.", markup=False)
        raise SystemExit(1)
    console.print("Erased. The audit keeps a line without the person; imports leave the person out.")


@app.command()
def readmit(
    person: Annotated[str, typer.Argument(help="the agency's number of the person (人员编号)")],
    why: Annotated[str, typer.Option(help="the reason that the audit keeps")] = "本人要求恢复",
) -> None:
    """Let a person who was forgotten be imported again."""
    from bot.app import open_clock, open_database
    from bot.identity.retention import readmit_person
    from bot.records.people import Reading

    configured = settings_or_exit()
    reading = Reading(f"system:{getuser()}", why, open_clock(configured)())
    with open_database(configured).transaction() as session:
        known = readmit_person(session, person, reading)
    if not known:
        console.print(f"No person {person} was forgotten.", markup=False)
        raise SystemExit(1)
    console.print("The next import brings the person back.")


@keys.command("rotate")
def rotate() -> None:
    """Make a new secret key and write everything encrypted anew; run again, it goes on where it was broken off.

    The previous key stays, for what is being written meanwhile and for old backups; the next rotation drops it.
    """
    from rich.progress import Progress

    from bot.app import open_database
    from bot.identity.keys import add_secret, key_file, load_keys
    from bot.records.rotation import is_complete, write_anew

    configured = settings_or_exit()
    database, present = open_database(configured), load_keys(configured)
    with database.transaction() as session:
        goes_on = present.previous is not None and not is_complete(session, present)
    if configured.secret_key is None and not goes_on:
        present = add_secret(key_file(configured))
    elif present.previous is None:
        console.print(
            "SECRET_KEY holds one key. Put a new one before it (openssl rand -base64 32), a comma between them, "
            "restart the service, and run this again."
        )
        raise SystemExit(1)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Writing anew", total=None)
        for rows in write_anew(database, present):
            bar.update(task, advance=rows)
    console.print(
        "Everything is encrypted with the new key. The previous one is kept until the next rotation."
    )
