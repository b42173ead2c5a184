"""`bot policies …`: the official wording of the documents, beside our restatement of it."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bot.commands.common import console, settings_or_exit

if TYPE_CHECKING:
    from bot.knowledge.library import Region
    from bot.knowledge.schema import Document

app = typer.Typer(no_args_is_help=True, help="The official wording of the documents.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="the official text: .txt, .docx or .pdf")],
    document: Annotated[str, typer.Option(help="the document's key, as `bot policies list` shows it")],
) -> None:
    """Keep a document's official wording, if the file agrees with the document that is registered."""
    from bot.app import open_clock, open_database
    from bot.knowledge.official_texts import read_document
    from bot.records.official_texts import store

    texts = read_document(*_registered(document), file)
    settings = settings_or_exit()
    sha256, now = hashlib.sha256(file.read_bytes()).hexdigest(), open_clock(settings)()
    with open_database(settings).transaction() as session:
        for key, articles in texts.items():
            done = store(session, key, articles, sha256, file.name, now)
            console.print(f"{key}: {done}, {len(articles)} articles and parts, sha256 {sha256[:12]}")


@app.command("list")
def list_() -> None:
    """Show the registered documents, and of which the official wording is imported."""
    from bot.app import open_database
    from bot.clock import SHANGHAI
    from bot.records.official_texts import official_texts

    with open_database(settings_or_exit()).transaction() as session:
        imported = official_texts(session)
    table = Table("document", "imported", "from", "sha256")
    for _, document in _documents():
        if text := imported.get(document.key):
            at = text.imported_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
            table.add_row(document.key, at, text.source, text.sha256[:12])
        else:
            table.add_row(document.key, "missing", "", "")
    console.print(table)


@app.command()
def show(document: str, article: str) -> None:
    """Print one article's official wording: `bot policies show hunan-2022-52 第十三条`."""
    from bot.app import open_database
    from bot.records.official_texts import wordings

    _registered(document)
    with open_database(settings_or_exit()).transaction() as session:
        articles = wordings(session).get(document)
    if articles is None:
        console.print(f"{document} is not imported: bot policies import FILE --document {document}")
        raise SystemExit(1)
    if article not in articles:
        console.print(f"{document} has no {article}. It has: {' '.join(articles)}")
        raise SystemExit(1)
    console.print(articles[article].strip(), markup=False, soft_wrap=True)


def _documents() -> "list[tuple[Region, Document]]":
    from bot.knowledge.library import load_knowledge

    regions = load_knowledge(settings_or_exit().knowledge_dir).regions.values()
    return [(region, document) for region in regions for document in region.documents]


def _registered(key: str) -> "tuple[Region, Document]":
    documents = {document.key: (region, document) for region, document in _documents()}
    if key not in documents:
        raise typer.BadParameter(f"there is no document {key}; there are {', '.join(documents)}")
    return documents[key]
