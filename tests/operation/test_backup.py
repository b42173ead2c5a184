"""What was backed up comes back whole, on both kinds of database; what cannot come back leaves all as it was."""

import base64
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.identity.keys import load_keys
from bot.operation.backup import BackupError, back_up, restore
from bot.records.database import Database
from bot.records.migrations import migrate, present
from bot.records.models import Person
from bot.settings import Settings
from tests.operation.public_side import SECRET_KEY

OTHER_KEY = base64.b64encode(b"o" * 32).decode()


@pytest.fixture
def settings(empty_url: str, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, database_url=empty_url, var_dir=tmp_path, secret_key=SECRET_KEY)


def write(settings: Settings, *names: str) -> None:
    database = Database(settings.database_url, load_keys(settings))
    with database.transaction() as session:
        session.add_all(
            Person(person_id=n, name=n, id_number="99", phone="1", region="湖南", scheme="居民")
            for n in names
        )
    database.close()


def names(settings: Settings) -> list[str]:
    database = Database(settings.database_url, load_keys(settings))
    with database.transaction() as session:
        found = list(session.scalars(select(Person.name).order_by(Person.person_id)))
    database.close()
    return found


def test_a_backup_comes_back(settings: Settings, tmp_path: Path) -> None:
    migrate(settings.database_url)
    write(settings, "甲", "乙")
    file = tmp_path / "backups" / "today"
    assert back_up(settings, file) > 0
    assert file.stat().st_mode & 0o077 == 0
    write(settings, "丙")
    with pytest.raises(BackupError, match="--replace"):
        restore(settings, file)
    assert restore(settings, file, replace=True) == 2
    assert sorted(names(settings)) == sorted(["甲", "乙"])
    migrate(settings.database_url, "base")
    assert restore(settings, file) == 2


def test_a_backup_of_an_older_version_is_migrated(settings: Settings, tmp_path: Path) -> None:
    migrate(settings.database_url, "0003")
    back_up(settings, tmp_path / "old")
    migrate(settings.database_url)
    restore(settings, tmp_path / "old", replace=True)
    assert present(settings.database_url) == "0003"
    migrate(settings.database_url)
    write(settings, "甲")
    assert names(settings) == ["甲"]


def test_what_is_no_backup_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    migrate(settings.database_url)
    write(settings, "甲")
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    back_up(settings, whole)
    cut.write_bytes(whole.read_bytes()[:-3000])
    (tmp_path / "text").write_text("no backup")
    for file in (cut, tmp_path / "text", tmp_path / "none"):
        with pytest.raises(BackupError):
            restore(settings, file, replace=True)
    assert names(settings) == ["甲"]
    with pytest.raises(BackupError, match="never overwritten"):
        back_up(settings, whole)


def test_another_key_is_said_to_be_another(settings: Settings, tmp_path: Path) -> None:
    migrate(settings.database_url)
    write(settings, "甲")
    back_up(settings, tmp_path / "file")
    other = settings.model_copy(update={"secret_key": Settings(secret_key=OTHER_KEY).secret_key})
    with pytest.raises(BackupError, match="SECRET_KEY"):
        restore(other, tmp_path / "file", replace=True)
