"""`bot migrate` and `bot import`: the database and the agency's records."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import console, settings_or_exit

app = typer.Typer()


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
