"""Writing the agency's records as the CSV files that `bot import` reads: importing them again changes nothing."""

import csv
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.records.people import Reading, audit
from bot.records.tables import FORMULA_SIGNS, TABLES, Table, Values

ROWS_AT_ONCE = 1000


def export_records(session: Session, folder: Path, reading: Reading) -> dict[str, int]:
    """Writes `<table>.csv` for each of the five tables, readable by this user alone; rows by table.

    Raises OSError where the folder cannot be written to. The audit notes that everything was read.
    """
    audit(session, reading, "export", None)
    folder.mkdir(parents=True, exist_ok=True)
    return {table.name: _write(session, table, folder / f"{table.name}.csv") for table in TABLES}


def _write(session: Session, table: Table, path: Path) -> int:
    # The byte order mark is what spreadsheet programs know UTF-8 by.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with open(os.open(path, flags, 0o600), "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        count = 0
        for values in _records(session, table):
            writer.writerow(_cell(values[name]) for name in table.column_names)
            count += 1
    return count


def _records(session: Session, table: Table) -> Iterator[Values]:
    everything = select(table.stored).order_by(*table.stored.primary_key)
    for record in session.execute(everything).yield_per(ROWS_AT_ONCE).mappings():
        values = dict(record)
        table.restore(values)
        yield values


def _cell(value: Any) -> str:
    """The value as the importer reads it; what a spreadsheet would take for a formula is marked as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
