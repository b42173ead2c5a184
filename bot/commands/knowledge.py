"""`bot check-knowledge`: what the assistant knows, proved against the official texts."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import console, settings_or_exit

app = typer.Typer()


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
