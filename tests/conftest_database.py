"""Fixtures: databases for tests. SQLite always, PostgreSQL where its server programs are installed."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.identity.keys import derive_keys
from bot.records.database import Database
from bot.records.migrations import migrate
from tests.postgresql import can_start, postgresql

KEYS = derive_keys(b"k" * 32)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The socket folder of a server started for this run."""
    if not can_start():
        pytest.skip("no PostgreSQL server to start")
    with postgresql("-c fsync=off") as folder:
        yield folder


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to copy from."""
    path = tmp_path_factory.mktemp("schema") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """The name of a database with all tables, to copy from."""
    migrate(_new_postgres_database(postgres, "migrated", "template1"))
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    folder = request.getfixturevalue("postgres")
    return _new_postgres_database(folder, f"test_{uuid.uuid4().hex}", "template1")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """On both kinds, for what may depend on the kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    folder, template = request.getfixturevalue("postgres"), request.getfixturevalue("migrated_postgres")
    database = Database(_new_postgres_database(folder, f"test_{uuid.uuid4().hex}", template), KEYS)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """For what does not depend on the kind of database."""
    path = tmp_path / "records.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}", KEYS)
    yield database
    database.close()


def _new_postgres_database(folder: str, name: str, template: str) -> str:
    with psycopg.connect(host=folder, user="bot", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"postgresql+psycopg://bot@/{name}?host={folder}"
