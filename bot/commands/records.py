"""`bot migrate`, `backup`, `restore`, `import`, `export`: the database and the agency's records."""

from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import console, settings_or_exit

app = typer.Typer()


@app.command()
def migrate(
    to: Annotated[
        str, typer.Option(help="a step to go to, forward or back (0006, base); the newest")
    ] = "head",
) -> None:
    """Create the database or bring its schema up to date. Going back loses what only newer tables and columns hold."""
    from bot.records.migrations import migrate as bring
    from bot.records.migrations import present

    url = settings_or_exit().database_url
    bring(url, to)
    console.print(
        "Database schema is up to date" if to == "head" else f"Database schema is at {present(url)}"
    )


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="a new file")]) -> None:
    """Write the whole database into one file, while the service goes on. SECRET_KEY is not in it: keep it elsewhere."""
    from bot.operation.backup import back_up

    size = back_up(settings_or_exit(), file)
    console.print(f"Backed up to {file}, {size / 2**20:.1f} MiB", highlight=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="what `bot backup` wrote")],
    replace: Annotated[bool, typer.Option("--replace", help="in place of what is there")] = False,
) -> None:
    """Put a backup into the database. Stop the service first."""
    from bot.operation.backup import restore as put_back

    persons = put_back(settings_or_exit(), file, replace)
    console.print(f"Restored: {persons} persons. Now: bot migrate, bot doctor.", highlight=False)


@app.command("import")
def import_(
    files: list[Path],
    strict: Annotated[bool, typer.Option(help="load nothing if any row is wrong")] = False,
) -> None:
    """Load the agency's records from CSV or XLSX files; loading a file twice changes nothing."""
    from bot.app import open_clock, open_database
    from bot.records.importer import DiskFullError, import_files

    configured = settings_or_exit()
    database, now = open_database(configured), open_clock(configured)()
    try:
        report = import_files(database, files, now=now, strict=strict)
    except DiskFullError as problem:
        console.print(str(problem), style="bold red", markup=False)
        raise SystemExit(1) from None
    for error in report.errors:
        console.print(str(error), markup=False)
    for title in report.ignored_columns:
        console.print(f"Not read: {title}", markup=False)
    for name, table in report.tables.items():
        repeated = f", {table.repeated} repeated (the last one holds)" if table.repeated else ""
        kept_out = f", {table.kept_out} left out (persons who were forgotten)" if table.kept_out else ""
        console.print(
            f"{name}: {table.added} added, {table.changed} changed, {table.unchanged} unchanged, "
            f"{table.wrong} wrong{repeated}{kept_out}"
        )
    if report.error_count > len(report.errors):
        console.print(f"{report.error_count} rows are wrong; the first {len(report.errors)} are shown.")
    if not report.loaded:
        console.print("Nothing was loaded, because --strict was given and a row is wrong.")
    raise SystemExit(1 if report.error_count else 0)


@app.command()
def export(folder: Path) -> None:
    """Write all records into a folder, as CSV files that `bot import` reads. They are not encrypted."""
    from bot.app import open_clock, open_database
    from bot.records.exporter import export_records
    from bot.records.people import Reading

    configured = settings_or_exit()
    reading = Reading(f"system:{getuser()}", "bot export", open_clock(configured)())
    with open_database(configured).transaction() as session:
        rows = export_records(session, folder, reading)
    for name, count in rows.items():
        console.print(f"{name}: {count} rows")
    console.print(f"Written to {folder}. The files hold personal data in plain text: delete them after use.")
