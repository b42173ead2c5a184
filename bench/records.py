"""Loading an agency's records: `python -m bench.records`, on SQLite, and on PostgreSQL where it is installed.

Persons with an application each and two events, beside the plain way: one ORM `merge` per row, a transaction for
every two thousand. The plain way loads a twentieth of the rows; rates are compared.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bot.clock import system_clock
from bot.identity.keys import derive_keys
from bot.language.identifiers import id_number_is_valid
from bot.records.database import Database
from bot.records.importer import BATCH, import_files
from bot.records.migrations import migrate
from bot.records.models import Person
from bot.records.sheets import sheets_of
from bot.records.tables import TABLES
from tests.postgresql import PostgresServer, can_start

PERSONS = 100_000
PLAIN_PERSONS = PERSONS // 20
HEADERS = {
    "persons": "person_id,name,id_number,phone,region,scheme,employment",
    "applications": "application_no,person_id,disease,kind,channel,submitted_at",
    "application_events": "application_no,state,at",
}


def write_files(folder: Path) -> list[Path]:
    """The three files."""
    rows: dict[str, Iterator[str]] = {
        "persons": (
            f"P{n:06},演示·{n},{_id_number(n)},199{n:08},湖南/长沙市,职工,退休" for n in range(PERSONS)
        ),
        "applications": (
            f"A{n:06},P{n:06},糖尿病,初次,线上,2026-10-{n % 28 + 1:02}T09:30:00" for n in range(PERSONS)
        ),
        "application_events": (
            f"A{n:06},{state},2026-10-{n % 28 + 1:02}T{hour}:30:00"
            for n in range(PERSONS)
            for state, hour in (("提交", "09"), ("受理", "15"))
        ),
    }
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join([HEADERS[name], *lines]) + "\n", "utf-8")
    return [folder / f"{name}.csv" for name in rows]


def _id_number(number: int) -> str:
    body = (
        f"999999{1930 + number % 60}{number // 60 % 12 + 1:02}{number // 720 % 28 + 1:02}{number % 1000:03}"
    )
    return next(body + last for last in "0123456789X" if id_number_is_valid(body + last))


def load_plainly(database: Database, path: Path) -> float:
    """Persons a second when every row is merged by the ORM."""
    (sheet,) = sheets_of(path)
    columns = {column.name: column for column in TABLES[0].columns}
    next(sheet.rows)
    began, rows = time.perf_counter(), islice(sheet.rows, PLAIN_PERSONS)
    while batch := list(islice(rows, BATCH)):
        with database.transaction() as session:
            for _line, cells in batch:
                values = {name: columns[name].read(cell) for name, cell in zip(columns, cells, strict=True)}
                TABLES[0].finish(values)
                session.merge(Person(**values))
    return PLAIN_PERSONS / (time.perf_counter() - began)


def measure(url: str, files: list[Path]) -> None:
    """Prints the figures of one database."""
    migrate(url)
    database = Database(url, derive_keys(b"bench key, bench key, bench key!"))
    name = database.engine.dialect.name
    plain = load_plainly(database, files[0])
    began, worked = time.perf_counter(), time.process_time()
    import_files(database, files[:1], now=system_clock(), progress=False)
    rate = PERSONS / (time.perf_counter() - began)
    import_files(database, files[1:], now=system_clock(), progress=False)
    worked = time.process_time() - worked
    first, began = time.perf_counter() - began, time.perf_counter()
    import_files(database, files, now=system_clock(), progress=False)
    again = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name}: {PERSONS} persons, applications and twice as many events in {first:.0f} s ({worked:.0f} s "
          f"of this process's time), again unchanged in {again:.0f} s, at most {most} MB")  # fmt: skip
    print(f"{name}: {rate:.0f} persons a second, {plain:.0f} by one merge per row: {rate / plain:.1f} times")
    database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        written = write_files(Path(made))
        measure(f"sqlite:///{Path(made) / 'bench.db'}", written)
        if can_start():
            server = PostgresServer()
            server.start()
            measure(server.new_database("bench"), written)
            server.remove()
