"""`bot reminders …`: the outbox."""

from typing import Annotated

import typer

from bot.commands.common import console, settings_or_exit

app = typer.Typer(no_args_is_help=True, help="The reminder outbox.")


@app.command("plan")
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
