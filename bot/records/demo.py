"""Fictional records for a first try, as if freshly exported: their dates are counted from today."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.records.database import Database
from bot.records.importer import import_files
from bot.records.models import Person

FOLDER = Path(__file__).parent / "demo"
_DAY = re.compile(r"\{([+-]\d+)(?: (\d\d:\d\d))?\}")


def load_demo(database: Database, now: datetime) -> bool:
    """Load the demonstration records, unless the database holds any person. Whether it did."""
    with database.transaction() as session:
        if session.scalar(select(Person.person_id).limit(1)) is not None:
            return False
    with TemporaryDirectory() as folder:
        paths = [_dated(template, Path(folder), now) for template in sorted(FOLDER.glob("*.csv"))]
        report = import_files(database, paths, now=now, strict=True, progress=False)
    if not report.loaded:
        raise ValueError(f"demonstration records are wrong: {report.errors[0]}")
    return True


def _dated(template: Path, folder: Path, now: datetime) -> Path:
    """A copy of the file with its `{+days}` replaced by dates."""
    today = now.astimezone(SHANGHAI).date()

    def day(match: re.Match[str]) -> str:
        date = (today + timedelta(days=int(match[1]))).isoformat()
        return f"{date}T{match[2]}:00" if match[2] else date

    path = folder / template.name
    path.write_text(_DAY.sub(day, template.read_text("utf-8")), "utf-8")
    return path
