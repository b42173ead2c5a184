from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.records.database import Database
from bot.records.demo import load_demo
from bot.records.exporter import export_records
from bot.records.importer import import_files
from bot.records.models import Application, ApplicationEvent, AuditEntry, Eligibility, Person, Subscription
from bot.records.people import Reading
from tests.conftest_database import KEYS

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
READING = Reading("system:root", "bot export", NOW)


def export(database: Database, folder: Path) -> list[Path]:
    with database.transaction() as session:
        export_records(session, folder, READING)
    return sorted(folder.iterdir())


def contents(database: Database) -> dict[type, list[tuple[object, ...]]]:
    """Every record as the agency knows it: without numbers of ours, without look-up indexes."""
    found = {}
    with database.transaction() as session:
        for model in (Person, Application, ApplicationEvent, Eligibility, Subscription):
            names = [
                c.name for c in model.__table__.columns if c.name != "id" and not c.name.endswith("_index")
            ]
            rows = session.execute(select(*(model.__table__.c[name] for name in names)))
            found[model] = sorted((tuple(row) for row in rows), key=str)
    return found


@pytest.fixture
def another(migrated_sqlite: Path, tmp_path: Path):
    path = tmp_path / "another.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}", KEYS)
    yield database
    database.close()


def test_what_is_exported_is_what_was_imported(database: Database, another: Database, tmp_path: Path) -> None:
    load_demo(database, NOW)
    files = export(database, tmp_path / "out")
    again = import_files(database, files, now=NOW, progress=False)
    assert again.error_count == 0
    assert all(counts.added == counts.changed == 0 for counts in again.tables.values())
    assert import_files(another, files, now=NOW, progress=False).error_count == 0
    assert contents(another) == contents(database)


def test_nothing_exported_runs_as_a_formula(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.transaction() as session:
        for number, name in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", "\t=1")):
            session.add(
                Person(person_id=f"P{number}", name=name, id_number="999999195203140013", phone=None,
                       region="湖南", scheme="居民")
            )  # fmt: skip
    before = contents(sqlite_database)
    files = export(sqlite_database, tmp_path / "out")
    cells = [cell for line in (tmp_path / "out" / "persons.csv").read_text("utf-8-sig").splitlines()
             for cell in line.split(",")]  # fmt: skip
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert import_files(sqlite_database, files, now=NOW, progress=False).error_count == 0
    assert contents(sqlite_database) == before


def test_the_files_are_for_their_owner_alone_and_the_export_is_audited(
    sqlite_database: Database, tmp_path: Path
) -> None:
    files = export(sqlite_database, tmp_path / "out")
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    with sqlite_database.transaction() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.who, entry.action) == ("system:root", "export")
