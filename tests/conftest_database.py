"""Fixtures: databases for tests. SQLite always, PostgreSQL where its server programs are installed."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.identity.keys import derive_keys
from bot.records.database import Database
from bot.records.migrations import migrate
from tests.postgresql import PostgresServer, can_start, new_database

KEYS = derive_keys(b"k" * 32)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server started for this run."""
    if not can_start():
        pytest.skip("no PostgreSQL server to start")
    server = PostgresServer("-c fsync=off")
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgres(postgres_server: PostgresServer) -> str:
    """The server's socket folder."""
    return postgres_server.folder


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to copy from."""
    path = tmp_path_factory.mktemp("schema") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """The name of a database with all tables, to copy from."""
    migrate(new_database(postgres, "migrated", "template1"))
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    folder = request.getfixturevalue("postgres")
    return new_database(folder, f"test_{uuid.uuid4().hex}", "template1")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """On both kinds, for what may depend on the kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    folder, template = request.getfixturevalue("postgres"), request.getfixturevalue("migrated_postgres")
    database = Database(new_database(folder, f"test_{uuid.uuid4().hex}", template), KEYS)
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
