import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from bot.identity.keys import derive_keys
from bot.records.database import Database, engine_for
from bot.records.fields import Money, WrongKeyError
from bot.records.migrations import SchemaError, migrate, present, require_newest
from bot.records.models import AuditEntry, Base, HandoffTicket, Person, Subscription

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


def a_person(**changes: object) -> Person:
    fields = {
        "person_id": "P1",
        "name": "演示·张秀英",
        "id_number": "999999195001010018",
        "phone": "19900000001",
        "region": "湖南",
        "scheme": "居民",
    }
    return Person(**{**fields, **changes})


def test_migrations_and_models_agree(empty_url: str) -> None:
    migrate(empty_url)
    migrate(empty_url)
    database = Database(empty_url, derive_keys(b"k" * 32))
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    database.close()
    assert differences == []


def test_the_schema_goes_back_and_forward_with_records_in_it(empty_url: str) -> None:
    migrate(empty_url)
    database = Database(empty_url, derive_keys(b"k" * 32))
    with database.transaction() as session:
        session.add(a_person())
    migrate(empty_url, "0001")
    migrate(empty_url)
    with database.transaction() as session:
        assert session.scalars(select(Person.name)).all() == ["演示·张秀英"]
    migrate(empty_url, "base")
    assert present(empty_url) is None
    migrate(empty_url)
    require_newest(database.engine)
    database.close()


def test_a_database_that_is_not_ready_says_what_to_do(empty_url: str) -> None:
    engine = engine_for(empty_url)
    with pytest.raises(SchemaError, match="bot migrate"):
        require_newest(engine)
    migrate(empty_url, "0003")
    with pytest.raises(SchemaError, match="at step 0003"):
        require_newest(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer"):
        require_newest(engine)
    engine.dispose()
    with pytest.raises(SchemaError, match="DATABASE_URL"):
        present("postgresql+psycopg://bot@/none?host=/nowhere")


def test_many_open_a_new_file_at_once(tmp_path: Path) -> None:
    together = Barrier(8)

    def opened(number: int) -> str | None:
        together.wait(timeout=10)
        with engine_for(f"sqlite:///{tmp_path}/{number // 8}.db").connect() as connection:
            return connection.exec_driver_sql("PRAGMA journal_mode").scalar()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(opened, range(8 * 20))) == {"wal"}


def test_services_that_start_together_migrate_once(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        for process in [pool.submit(subprocess.run, _migrate_in_a_process(empty_url)) for _ in range(2)]:
            assert process.result().returncode == 0


def _migrate_in_a_process(url: str) -> list[str]:
    return [
        sys.executable,
        "-c",
        "import sys; from bot.records.migrations import migrate; migrate(sys.argv[1])",
        url,
    ]


def test_writers_take_turns(database: Database) -> None:
    with database.transaction() as session:
        session.add(a_person(name="0"))

    def count_up(_: int) -> None:
        with database.transaction() as session:
            person = session.get_one(Person, "P1", with_for_update=True)
            person.name = str(int(person.name) + 1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(20)))
    with database.transaction() as session:
        assert session.get_one(Person, "P1").name == "20"


def test_personal_values_are_unreadable_on_disk_and_found_by_index(database: Database) -> None:
    with database.transaction() as session:
        session.add_all([a_person(), a_person(person_id="P2")])
    with database.transaction() as session:
        raw = session.execute(text("SELECT name, id_number, phone, name_index FROM persons")).all()
        found = session.scalars(select(Person).where(Person.phone_index == "199 0000 0001")).all()
    assert b"19900000001" not in b"".join(bytes(value) for row in raw for value in row[:3])
    assert raw[0][0] != raw[1][0], "two equal names must differ on disk"
    assert raw[0][3] == raw[1][3]
    assert [p.id_number for p in found] == ["999999195001010018"] * 2


def test_the_index_follows_a_changed_value(database: Database) -> None:
    with database.transaction() as session:
        session.add(a_person())
    with database.transaction() as session:
        session.get_one(Person, "P1").phone = "19900000002"
    with database.transaction() as session:
        assert session.scalar(select(Person).where(Person.phone_index == "19900000002"))
        assert not session.scalar(select(Person).where(Person.phone_index == "19900000001"))


def test_another_key_is_told_apart(database: Database) -> None:
    with database.transaction() as session:
        session.add(a_person())
    stranger = Database(database.url, derive_keys(b"other key, other key, other key!"))
    with pytest.raises(WrongKeyError, match="another secret key"), stranger.transaction() as session:
        session.scalars(select(Person)).all()
    stranger.close()


def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add_all([a_person(), Subscription(person_id="P2", channel="c", address="1", consent_at=NOW)])
    with database.transaction() as session:
        assert session.get(Person, "P1") is None


async def test_a_whole_transaction_runs_in_a_thread(database: Database) -> None:
    await database.run(lambda session: session.add(a_person()))
    person = await database.run(lambda session: session.get_one(Person, "P1"))
    assert person.name == "演示·张秀英"


def test_references_are_kept(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Subscription(person_id="nobody", channel="telegram", address="1", consent_at=NOW))


def test_a_chat_has_one_active_ticket(database: Database) -> None:
    def ticket(number: str) -> HandoffTicket:
        return HandoffTicket(number=number, chat="c", channel="webchat", opened_at=NOW)

    with database.transaction() as session:
        session.add(ticket("1"))
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(ticket("2"))
    with database.transaction() as session:
        session.execute(update(HandoffTicket).values(state="closed"))
        session.add(ticket("2"))


@pytest.mark.parametrize("change", [update(AuditEntry).values(who="x"), delete(AuditEntry)])
def test_audit_entries_cannot_be_changed(database: Database, change: object) -> None:
    with database.transaction() as session:
        session.add(AuditEntry(at=NOW, who="staff:li", action="read", why="来电", person_id="P1"))
    with pytest.raises(DatabaseError, match="append-only"), database.transaction() as session:
        session.execute(change)  # type: ignore[call-overload]
    with database.transaction() as session:
        assert session.scalar(select(AuditEntry)).at == NOW  # type: ignore[union-attr]


def test_money_has_no_third_decimal(database: Database) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        Money().process_bind_param(Decimal("0.001"), database.engine.dialect)


def test_kinds_of_reminders_are_switched_one_by_one() -> None:
    subscription = Subscription(kinds_off=[])
    subscription.switch("review", False)
    subscription.switch("review", False)
    assert not subscription.wants("review")
    assert subscription.wants("lapse")
    subscription.switch("review", True)
    assert subscription.kinds_off == []
