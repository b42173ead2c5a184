"""`bot up`, `serve`, `chat`, `train`, `rasa`, `settings`: running the assistant."""

from typing import Annotated

import typer
from rich.table import Table

from bot.commands.common import console, settings_or_exit
from bot.settings import Settings

app = typer.Typer()


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
def engine() -> None:
    """Run the dialogue engine alone, for this machine alone; trains first if there is no model for the present data."""
    import os

    from bot.model import engine_command, engine_environment, ensure_model
    from bot.settings import ROOT

    configured = settings_or_exit()
    command = engine_command(configured, ensure_model(configured, console))
    os.chdir(ROOT)
    os.execve(command[0], command, engine_environment(configured))  # noqa: S606 - a command of our own


@app.command()
def rollout(
    model: Annotated[
        str | None, typer.Argument(help="a model's name; that of the present data if none")
    ] = None,
) -> None:
    """Put a model into the running engine between two turns; if it does not answer well, the old one comes back."""
    from bot.model import ensure_model, model_file
    from bot.operation.rollout import roll_out

    configured = settings_or_exit()
    file = model_file(configured, model) if model else ensure_model(configured, console)
    previous = roll_out(configured, file)
    console.print(f"Model {file.name.partition('.')[0]} answers. Back again: bot rollout {previous}")


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
        fixed = field.default_factory is None and field.default is not None
        table.add_row(name.upper(), str(field.default) if fixed else "", field.description or "")
    console.print(table)
