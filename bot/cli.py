"""The `bot` command, put together from bot/commands/."""

import logging

import structlog
import typer

from bot.commands import (
    doctor,
    estimate,
    knowledge,
    people,
    policies,
    questions,
    records,
    region,
    reminders,
    running,
    staff,
)
from bot.commands.common import console

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for commands in (running, doctor, records, people, knowledge, questions, estimate):
    app.add_typer(commands.app)
app.add_typer(people.keys, name="keys")
app.add_typer(policies.app, name="policies")
app.add_typer(region.app, name="region")
app.add_typer(reminders.app, name="reminders")
app.add_typer(staff.app, name="staff")


@app.callback()
def say_no_more_than_warnings() -> None:
    """Answers for the helpline, and what an operator needs."""
    # What a command says is not mixed with the log; the service sets its own up.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def main() -> None:
    """Entry point: an expected problem is one line that says what to do, not a traceback."""
    from bot.console.accounts import AccountError
    from bot.identity.keys import BadKeyError
    from bot.knowledge.files import KnowledgeError
    from bot.knowledge.official_files import OfficialTextError
    from bot.model import ModelError
    from bot.operation.backup import BackupError
    from bot.operation.rollout import RolloutError
    from bot.records.migrations import SchemaError
    from bot.supervisor import StartError

    try:
        app()
    except (
        AccountError,
        BackupError,
        BadKeyError,
        KnowledgeError,
        OfficialTextError,
        StartError,
        ModelError,
        RolloutError,
        SchemaError,
    ) as problem:
        console.print(str(problem), style="bold red", markup=False, soft_wrap=True)
        raise SystemExit(1) from None
