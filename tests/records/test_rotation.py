from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.identity.keys import Keys, add_secret, load_keys
from bot.records.database import Database
from bot.records.models import Person, RedactionToken, VerificationLock
from bot.records.rotation import ROWS_AT_ONCE, is_complete, write_anew
from bot.settings import Settings

PERSONS = ROWS_AT_ONCE + 10
NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path / "var", secret_key=None)


@pytest.fixture
def file(settings: Settings) -> Path:
    return settings.var_dir / "secret.key"


@pytest.fixture
def service(database: Database, settings: Settings) -> Iterator[Database]:
    """A running service, with records that its first key wrote."""
    service = Database(database.url, load_keys(settings))
    with service.transaction() as session:
        session.add_all(
            Person(person_id=f"P{n}", name="演示·甲", id_number="999999195001010018", phone=f"199{n:08}",
                   region="湖南", scheme="居民")
            for n in range(PERSONS)
        )  # fmt: skip
        session.add(
            RedactionToken(chat="c", token="t", kind="phone", value="1", expires_at=NOW + timedelta(hours=1))
        )
        session.add(VerificationLock(subject="chat:c", last_failed_at=NOW, locked_until=NOW))
    yield service
    service.close()


def rotate(database: Database, file: Path) -> Keys:
    keys = add_secret(file)
    assert sum(write_anew(database, keys)) == PERSONS + 1
    return keys


def find(database: Database, phone: str) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(Person.person_id).where(Person.phone_index == phone)))


def test_everything_is_written_anew_and_a_running_service_goes_on(service: Database, file: Path) -> None:
    with service.transaction() as session:
        before = session.execute(text("SELECT phone, phone_index FROM persons WHERE person_id = 'P1'")).one()
    keys = rotate(service, file)
    with service.transaction() as session:
        after = session.execute(text("SELECT phone, phone_index FROM persons WHERE person_id = 'P1'")).one()
        assert is_complete(session, keys)
        assert session.get_one(Person, "P1").phone == "19900000001"
        assert session.scalar(select(VerificationLock).where(VerificationLock.subject == "chat:c"))
    assert bytes(before[0])[:4] != bytes(after[0])[:4]
    assert before[1] != after[1]
    assert find(service, "19900000001") == ["P1"]


def test_the_new_key_alone_is_enough_afterwards(service: Database, file: Path, settings: Settings) -> None:
    rotate(service, file)
    file.write_text(file.read_text().splitlines()[0])
    alone = Database(service.url, load_keys(settings))
    assert find(alone, "19900000001") == ["P1"]
    with alone.transaction() as session:
        assert {p.name for p in session.scalars(select(Person))} == {"演示·甲"}
    alone.close()


def test_half_way_everything_is_read_and_found_and_it_goes_on_from_there(
    service: Database, file: Path
) -> None:
    keys = add_secret(file)
    under_way = write_anew(service, keys)
    written = next(under_way)
    under_way.close()  # killed
    assert 0 < written < PERSONS
    assert all(find(service, f"199{n:08}") == [f"P{n}"] for n in (0, 1, PERSONS - 1))
    with service.transaction() as session:
        assert not is_complete(session, keys)
    assert written + sum(write_anew(service, keys)) == PERSONS + 1


def test_at_most_two_keys_are_kept(service: Database, file: Path) -> None:
    first = file.read_text().strip()
    rotate(service, file)
    rotate(service, file)
    assert len(file.read_text().split()) == 2
    assert first not in file.read_text()
    assert find(service, "19900000001") == ["P1"]


def test_the_setting_may_hold_two_keys(file: Path, settings: Settings) -> None:
    load_keys(settings)
    keys = add_secret(file)
    given = Settings(var_dir=settings.var_dir, secret_key=",".join(file.read_text().split()))
    assert load_keys(given) == keys
