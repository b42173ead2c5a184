"""The `bot` command. Each subcommand imports what it needs when it runs, so that `bot --help` is quick."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
staff = typer.Typer(no_args_is_help=True, help="Accounts of the helpline's console.")
reminders = typer.Typer(no_args_is_help=True, help="The reminder outbox.")
app.add_typer(staff, name="staff")
app.add_typer(reminders, name="reminders")

console = Console()


def main() -> None:
    """Entry point: an expected problem is one line that says what to do, not a traceback."""
    from bot.console.accounts import AccountError
    from bot.knowledge.files import KnowledgeError
    from bot.model import ModelError
    from bot.supervisor import StartError

    try:
        app()
    except (AccountError, KnowledgeError, StartError, ModelError) as problem:
        console.print(str(problem), style="bold red", markup=False, soft_wrap=True)
        raise SystemExit(1) from None


def settings_or_exit() -> Settings:
    """The settings; a wrong value ends the command with the variable's name and what is expected."""
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            variable = ".".join(str(part) for part in problem["loc"]).upper()
            console.print(f"[bold red]{variable}[/]: {problem['msg']} (see `bot settings`)")
        raise SystemExit(2) from None


@app.command()
def up() -> None:
    """Train if needed, prepare the database, start engine and service, and watch them (`make run`)."""
    from bot.prepare import prepare
    from bot.supervisor import up as bring_up

    bring_up(settings_or_exit(), prepare)


@app.command()
def serve(
    only: Annotated[
        list[str] | None, typer.Option(help="run only these parts: web, actions, reminders, telegram")
    ] = None,
) -> None:
    """Run the service: chat gateway, action endpoint, console, reminder worker, Telegram."""
    from bot.app import PARTS, run

    unknown = set(only or ()) - set(PARTS)
    if unknown:
        console.print(f"[bold red]--only {', '.join(sorted(unknown))}[/]: expected {', '.join(PARTS)}")
        raise SystemExit(2)
    run(settings_or_exit(), frozenset(only or PARTS))


@app.command()
def chat() -> None:
    """Talk to the running assistant in the terminal."""
    from bot.channels.terminal import converse

    configured = settings_or_exit()
    converse(f"http://127.0.0.1:{configured.port}")


@app.command()
def train() -> None:
    """Train the dialogue model if knowledge, data, domain or configuration changed."""
    from bot.model import ensure_model

    ensure_model(settings_or_exit(), console)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def rasa(context: typer.Context) -> None:
    """Run one of Rasa's own commands in the engine's environment, e.g. `bot rasa data validate`."""
    import subprocess

    from bot.model import rasa as run_rasa

    try:
        run_rasa(settings_or_exit(), *context.args)
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.returncode) from None


@app.command()
def settings() -> None:
    """List every setting with its default and meaning."""
    table = Table("Variable", "Default", "Meaning", show_lines=False)
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        table.add_row(name.upper(), default, field.description or "")
    console.print(table)


@app.command()
def migrate() -> None:
    """Create the database or bring its schema up to date."""
    from bot.records.migrations import migrate as bring_up_to_date

    bring_up_to_date(settings_or_exit().database_url)
    console.print("Database schema is up to date")


@app.command("import")
def import_(
    files: list[Path],
    strict: Annotated[bool, typer.Option(help="load nothing if any row is wrong")] = False,
) -> None:
    """Load the agency's records from CSV or XLSX files; loading a file twice changes nothing."""
    from bot.app import open_database
    from bot.records.importer import import_files

    report = import_files(open_database(settings_or_exit()), files, strict=strict)
    for error in report.errors:
        console.print(str(error), markup=False)
    for name, table in report.tables.items():
        console.print(
            f"{name}: {table.added} added, {table.changed} changed, {table.unchanged} unchanged, {table.wrong} wrong"
        )
    if not report.loaded:
        console.print("Nothing was loaded, because --strict was given and a row is wrong.")
    raise SystemExit(1 if report.error_count else 0)


@app.command()
def check_knowledge(
    texts: Annotated[Path | None, typer.Option(help="folder with the official documents' texts")] = None,
) -> None:
    """Validate knowledge/; with the official texts at hand, prove every citation, phrase and figure."""
    from bot.knowledge.check import check_knowledge as check

    if texts is not None and not texts.is_dir():
        raise typer.BadParameter(f"there is no folder {texts}", param_hint="--texts")
    problems = check(settings_or_exit().knowledge_dir, texts)
    for problem in problems:
        console.print(str(problem), markup=False)
    scope = "against the official texts" if texts else "without the official texts"
    console.print(f"knowledge checked {scope}: {len(problems)} problems")
    raise SystemExit(1 if problems else 0)


@reminders.command("plan")
def reminders_plan(
    dry_run: Annotated[bool, typer.Option(help="show what would be planned, write nothing")] = False,
) -> None:
    """Write what falls due within 48 hours into the outbox."""
    from bot.app import open_clock, open_database, open_planner

    configured = settings_or_exit()
    planner, now = open_planner(configured), open_clock(configured)()
    with open_database(configured).transaction() as session:
        if dry_run:
            for reminder in planner.upcoming(session, now):
                console.print(f"{reminder.due_at:%Y-%m-%d %H:%M} {reminder.channel} {reminder.text}")
        else:
            console.print(f"{planner.run(session, now)} new reminders")


@staff.command("add")
def staff_add(username: str, display_name: str) -> None:
    """Make an account for the console; the password is asked for."""
    from bot.app import open_clock, open_database
    from bot.console.accounts import add_staff

    configured = settings_or_exit()
    add_staff(open_database(configured), username, display_name, ask_for_password(), open_clock(configured)())
    console.print(f"Account {username} is ready: http://127.0.0.1:{configured.port}/console")


@staff.command("disable")
def staff_disable(username: str) -> None:
    """Switch an account off for good and sign it out; its name is not given to anybody else."""
    from bot.app import open_database
    from bot.console.accounts import disable_staff

    disable_staff(open_database(settings_or_exit()), username)
    console.print(f"Account {username} is switched off")


@staff.command("password")
def staff_password(username: str) -> None:
    """Give an account a new password, which is asked for; it is unlocked and signed out everywhere."""
    from bot.app import open_database
    from bot.console.accounts import set_password

    set_password(open_database(settings_or_exit()), username, ask_for_password())
    console.print(f"Account {username} has a new password")


def ask_for_password() -> str:
    """A new password, typed twice and not shown."""
    from bot.console.accounts import PASSWORD_AT_LEAST

    prompt = f"Password ({PASSWORD_AT_LEAST} characters or more)"
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True))
