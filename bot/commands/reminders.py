"""`bot reminders …`: the outbox."""

import secrets
from datetime import datetime, time
from typing import Annotated

import typer
from rich.table import Table

from bot.clock import SHANGHAI
from bot.commands.common import console, settings_or_exit
from bot.messages import Reply
from bot.reminders.messenger import Outcome

MORNING = time(9, 0, tzinfo=SHANGHAI)
TEST = "这是一条测试消息：门诊慢特病提醒可以送到这里。"

app = typer.Typer(no_args_is_help=True, help="The reminder outbox.")


@app.command("plan")
def reminders_plan(
    dry_run: Annotated[bool, typer.Option(help="show what would be planned, write nothing")] = False,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="as if it were that day")] = None,
) -> None:
    """Write what falls due within 48 hours into the outbox."""
    from bot.app import open_clock, open_database, open_planner
    from bot.knowledge.library import load_knowledge
    from bot.records import outbox

    configured = settings_or_exit()
    now = datetime.combine(on, MORNING) if on else open_clock(configured)()
    if on and not dry_run:
        raise typer.BadParameter("another day can only be looked at, with --dry-run", param_hint="--on")
    with open_database(configured).transaction() as session:
        last = outbox.last_planned(session)
        planned = open_planner(configured, load_knowledge(configured.knowledge_dir)).run(session, now)
        if dry_run:
            for reminder in outbox.planned_after(session, last):
                console.print(
                    f"{reminder.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {reminder.channel} {reminder.kind} "
                    f"{reminder.person_id} {reminder.disease} {reminder.deadline} ({reminder.lead_days:+d})",
                    markup=False,
                )
            session.rollback()
        console.print(f"{planned} new reminders")


@app.command("list")
def reminders_list(
    state: Annotated[str | None, typer.Option(help="only these: pending, sent, dead, unknown …")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
) -> None:
    """Show the outbox, latest first: when, to which channel, what, and how it ended."""
    from bot.app import open_database
    from bot.records import outbox

    table = Table("No.", "Due", "State", "Channel", "Kind", "Person", "Disease", "Deadline", "Error")
    with open_database(settings_or_exit()).transaction() as session:
        for reminder in outbox.latest(session, state, limit):
            due = f"{reminder.not_before.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
            table.add_row(
                *(str(reminder.id), due, reminder.state, reminder.channel, reminder.kind, reminder.person_id),
                *(reminder.disease, str(reminder.deadline), reminder.last_error or ""),
            )
    console.print(table)


@app.command("send-test")
def reminders_send_test(channel: str, address: str) -> None:
    """Push one test message, to see that a channel works."""
    import asyncio

    from bot.app import Service

    service = Service(settings_or_exit())
    messenger = service.messengers.get(channel)
    if messenger is None:
        running = "、".join(service.messengers)
        raise typer.BadParameter(f"this channel is not set up; there are {running}", param_hint="CHANNEL")
    delivery = asyncio.run(messenger.push(address, Reply(TEST), f"test-{secrets.token_hex(8)}"))
    console.print(f"{delivery.outcome.value} {delivery.error or ''}")
    raise SystemExit(delivery.outcome is not Outcome.SENT)
