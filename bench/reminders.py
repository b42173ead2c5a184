"""What reminders cost as the number of people grows: planning a day, and claiming and recording what is due.

    python -m bench.reminders [--sizes 10000 100000 1000000] [--out docs/bench-reminders.md]

SQLite always, PostgreSQL where its server programs are installed. One eligibility and one address a person; reviews
are spread over two years, as they are where a review comes every two years. Time is of this one run on this machine.
"""

import argparse
import multiprocessing
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import Insert, String, Table, cast, func, insert, literal, select, text, true

from bot.clock import SHANGHAI
from bot.dialogue.application_occasions import OccasionsByStanding
from bot.identity.keys import derive_keys
from bot.knowledge.library import load_knowledge
from bot.knowledge.reminders import load_reminders
from bot.logs import configure_logs
from bot.records import outbox
from bot.records.database import Database
from bot.records.migrations import migrate
from bot.records.models import Eligibility, Person, Reminder, Subscription
from bot.records.outbox import Claimed, Ended
from bot.reminders.planner import Planner
from bot.settings import ROOT
from tests.postgresql import PostgresServer, can_start

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
DUE = NOW + timedelta(days=3)
"""All that was planned is due then."""

KEYS = derive_keys(b"k" * 32)
WORKERS = 4
LEASE = timedelta(minutes=5)
THOUSAND = 1000


@dataclass(frozen=True)
class Measured:
    """One size on one kind of database. Times in seconds."""

    database: str
    people: int
    planned: int
    first_plan: float
    second_plan: float
    per_second: float
    rows_read_per_reminder: str
    memory_mb: int


def main() -> None:
    arguments = _arguments()
    configure_logs("ERROR")
    results = [
        _measure(kind, url, people)
        for people in arguments.sizes
        for kind, databases in (("SQLite", _sqlite), ("PostgreSQL 15", _postgresql))
        if kind == "SQLite" or can_start()
        for url in databases()
    ]
    report = _report(results)
    print(report)
    if arguments.out:
        arguments.out.write_text(report, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _sqlite() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="bench")
    yield f"sqlite:///{folder}/bench.db"
    shutil.rmtree(folder)


def _postgresql() -> Iterator[str]:
    server = PostgresServer()
    server.start()
    yield server.new_database("bench")
    server.remove()


def _measure(kind: str, url: str, people: int) -> Measured:
    migrate(url)
    database = Database(url, KEYS)
    _fill(database, people)
    planner = Planner(
        load_reminders(ROOT / "knowledge"), OccasionsByStanding(load_knowledge(ROOT / "knowledge"))
    )
    with _timed() as first, database.transaction() as session:
        planned = planner.run(session, NOW)
    with _timed() as second, database.transaction() as session:
        assert planner.run(session, NOW) == 0
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    read = _rows_read(database)
    database.close()
    seconds = _in_processes(url)
    database = Database(url, KEYS)
    with database.transaction() as session:
        sent = session.scalar(select(func.count()).where(Reminder.state == "sent")) or 0
    database.close()
    assert sent == planned, f"{sent} of {planned} were recorded"
    return Measured(kind, people, planned, first(), second(), sent / seconds, read, memory)


def _fill(database: Database, people: int) -> None:
    """So many thousands of people: a thousand are written down, the others are copies that the database makes."""
    chance = random.Random(1)  # noqa: S311 - the same people every time
    numbers = range(THOUSAND)
    with database.transaction() as session:
        session.execute(insert(Person.__table__), [_person(number) for number in numbers])
        session.execute(
            insert(Eligibility.__table__),
            [
                {
                    "person_id": f"p{number}",
                    "disease": "高血压",
                    "approved_on": date(2024, 1, 1),
                    "review_due": NOW.date() + timedelta(days=chance.randrange(730)),
                }
                for number in numbers
            ],
        )
        session.execute(
            insert(Subscription.__table__),
            [
                {
                    "person_id": f"p{number}",
                    "channel": "webchat",
                    "address": f"a{number}",
                    "consent_at": NOW,
                    "kinds_off": [],
                }
                for number in numbers
            ],
        )
        for table in (Person.__table__, Eligibility.__table__, Subscription.__table__):
            session.execute(_copies(table, people // THOUSAND - 1))
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _copies(table: Table, times: int) -> Insert:
    """Every row so many times again, each for a person and an address of its own."""
    number = select(literal(1).label("number")).where(literal(times) > 0).cte("numbers", recursive=True)
    number = number.union_all(select(number.c.number + 1).where(number.c.number < times))
    own = {
        column.name: column + "-" + cast(number.c.number, String)
        if column.name in ("person_id", "address")
        else column
        for column in table.c
        if column.name != "id"
    }
    return insert(table).from_select(list(own), select(*own.values()).select_from(table.join(number, true())))


def _person(number: int) -> dict[str, str]:
    """Names and numbers are not read here, so one value does for all."""
    personal = {"name": "甲", "id_number": "1", "name_index": "1", "id_number_index": "1"}
    return personal | {"person_id": f"p{number}", "region": "吉林", "scheme": "职工", "employment": "在职"}


def _in_processes(url: str) -> float:
    """How long several workers, all ready, take to claim and record until nothing is due. Seconds."""
    processes = multiprocessing.get_context("spawn")
    ready, ended = processes.Barrier(WORKERS + 1), processes.SimpleQueue()
    workers = [processes.Process(target=_claim_and_record, args=(url, ready, ended)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    ready.wait()
    begun = time.perf_counter()
    last = max(ended.get() for _ in workers)
    for worker in workers:
        worker.join()
    return last - begun


def _claim_and_record(url: str, ready: Barrier, ended: "SimpleQueue[float]") -> None:
    configure_logs("ERROR")
    database = Database(url, KEYS)
    with database.transaction() as session:
        session.scalar(select(func.count()).select_from(Subscription).limit(1))
    ready.wait()
    while True:
        with database.transaction() as session:
            claimed = outbox.claim(session, DUE, LEASE)
        if not claimed:
            break
        with database.transaction() as session:
            outbox.record(session, [_sent(each) for each in claimed])
    ended.put(time.perf_counter())
    database.close()


def _sent(reminder: Claimed) -> Ended:
    """As it ends in earnest: each with a text, a moment and a message's id of its own."""
    sent_at = DUE + timedelta(microseconds=reminder.id)
    return Ended(reminder, "sent", f"提醒您，{reminder.id}号。", sent_at, str(reminder.id))


def _rows_read(database: Database) -> str:
    """How many rows PostgreSQL reads to claim one batch, for each reminder claimed; rolled back afterwards."""
    if database.engine.dialect.name != "postgresql":
        return "-"
    counted = text(
        "SELECT sum(idx_tup_fetch + seq_tup_read)::bigint FROM pg_stat_xact_user_tables WHERE relname = 'reminders'"
    )
    database.engine.dispose()  # a connection of its own: what the last one has read may not be counted yet
    with database.transaction() as session:
        claimed = outbox.claim(session, DUE, LEASE)
        rows = int(session.scalar(counted) or 0)
        session.rollback()
    return f"{rows / max(len(claimed), 1):.1f}"


@contextmanager
def _timed() -> Iterator[Callable[[], float]]:
    begun = time.perf_counter()
    ended: list[float] = []
    yield lambda: ended[0]
    ended.append(time.perf_counter() - begun)


def _report(results: list[Measured]) -> str:
    lines = [
        "# Reminders as the number of people grows",
        "",
        f"`python -m bench.reminders`, one run; {WORKERS} workers claim in batches of {outbox.BATCH} and record.",
        "A day's plan is what falls due within 48 hours and whatever was recorded late.",
        "",
        "| database | eligibilities | planned | first plan, s | the same again, s | claimed and recorded a second "
        "| rows read per reminder claimed | memory, MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.database} | {r.people:,} | {r.planned:,} | {r.first_plan:.1f} | {r.second_plan:.1f} "
        f"| {r.per_second:,.0f} | {r.rows_read_per_reminder} | {r.memory_mb} |"
        for r in results
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
