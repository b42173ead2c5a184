"""`bot check-knowledge`: what the assistant knows, proved against the official texts."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.common import console, settings_or_exit
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.knowledge.wording import Articles

app = typer.Typer()


@app.command()
def check_knowledge(
    texts: Annotated[Path | None, typer.Option(help="prove it against the texts in this folder")] = None,
    imported: Annotated[bool, typer.Option("--imported", help="prove it against the imported texts")] = False,
) -> None:
    """Validate knowledge/; against the official texts, prove every citation, phrase and figure."""
    from bot.knowledge.check import check_knowledge as check

    if texts is not None and (imported or not texts.is_dir()):
        wrong = "give --texts or --imported, not both" if imported else f"there is no folder {texts}"
        raise typer.BadParameter(wrong, param_hint="--texts")
    settings = settings_or_exit()
    official = _from_folder(settings, texts) if texts else _imported(settings) if imported else None
    problems = check(settings.knowledge_dir, official)
    for problem in problems:
        console.print(str(problem), markup=False)
    scope = "without the official texts" if official is None else "against the official texts"
    console.print(f"knowledge checked {scope}: {len(problems)} problems")
    raise SystemExit(1 if problems else 0)


def _from_folder(settings: Settings, folder: Path) -> "Mapping[str, Articles]":
    from bot.knowledge.library import load_knowledge
    from bot.knowledge.official_texts import read_texts

    return read_texts(folder, load_knowledge(settings.knowledge_dir).regions)


def _imported(settings: Settings) -> "Mapping[str, Articles]":
    from bot.app import open_database
    from bot.records.official_texts import wordings

    with open_database(settings).transaction() as session:
        return wordings(session)
