"""Fixtures: databases for tests. SQLite always, PostgreSQL where its server programs are installed."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.identity.keys import derive_keys
from bot.records.database import Database
from bot.records.migrations import migrate

POSTGRES = Path("/usr/lib/postgresql/15/bin")
KEYS = derive_keys(b"k" * 32)


class PostgresServer:
    """A server of our own on a socket in a folder of our own; it can be stopped and started."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="pg")
        self._data = f"{self.folder}/data"
        shutil.chown(self.folder, "postgres")
        self._run("initdb", "-A", "trust", "-U", "bot", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self._run("pg_ctl", "-w", "-o", options, "-l", f"{self.folder}/log", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")

    def new_database(self, name: str, template: str = "template1") -> str:
        """Its address."""
        return _new_postgres_database(self.folder, name, template)

    def _run(self, program: str, *arguments: str) -> None:
        command = ["runuser", "-u", "postgres", "--", f"{POSTGRES}/{program}", "-D", self._data, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server started for this run."""
    if not POSTGRES.exists() or os.geteuid() != 0:
        pytest.skip("no PostgreSQL server to start")
    server = PostgresServer()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(server.folder)


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
