"""`bot questions`: what people asked and were not answered well, for whoever writes the next answers."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bot.commands.common import console, settings_or_exit

app = typer.Typer()


@app.command()
def questions(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="only from this day on")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="only of one reason: silent, not_understood, …, or unhelpful")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="show so many groups")] = 20,
) -> None:
    """List questions that were not understood, refused, not in the documents or voted down, grouped by likeness."""
    from bot.app import open_clock, open_database
    from bot.clock import SHANGHAI
    from bot.dialogue.learning import REASONS, KeptQuestions
    from bot.knowledge.library import load_knowledge
    from bot.policy.encoder import sentence_encoder

    if reason not in (None, *REASONS):
        raise typer.BadParameter(f"expected one of {', '.join(REASONS)}", param_hint="--reason")
    configured = settings_or_exit()
    knowledge = load_knowledge(configured.knowledge_dir)
    kept = KeptQuestions(open_database(configured), timedelta(days=configured.questions_kept_days))
    first = since.replace(tzinfo=SHANGHAI) if since else None
    groups = kept.groups(
        open_clock(configured)(), sentence_encoder(configured.var_dir / "cache"), first, reason
    )
    table = Table("次数", "最近的一次", "地区", "原因", "主题", "答案写在", show_lines=True)
    for group in groups[:limit]:
        newest = group.newest
        table.add_row(
            str(len(group.questions)),
            escape(f"{newest.text}\n{newest.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"),
            group.regions,
            group.reasons(knowledge.statuses),
            "\n".join(group.topics),
            "\n".join(group.files(knowledge.regions)),
        )
    console.print(table)
    console.print(f"Groups: {len(groups)}. Questions: {sum(len(group.questions) for group in groups)}.")
