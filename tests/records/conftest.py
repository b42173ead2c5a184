"""Databases for tests: SQLite always, PostgreSQL where its server programs are installed."""

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


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The socket folder of a server started for this run."""
    if not POSTGRES.exists() or os.geteuid() != 0:
        pytest.skip("no PostgreSQL server to start")
    folder = tempfile.mkdtemp(prefix="pg")
    shutil.chown(folder, "postgres")
    data = f"{folder}/data"
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"

    def run(*command: str) -> None:
        subprocess.run(
            ["runuser", "-u", "postgres", "--", *command], check=True, stdout=subprocess.DEVNULL, cwd=folder
        )

    run(f"{POSTGRES}/initdb", "-D", data, "-A", "trust", "-U", "bot", "-E", "UTF8", "--locale=C", "--no-sync")
    run(f"{POSTGRES}/pg_ctl", "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start")
    yield folder
    run(f"{POSTGRES}/pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    folder = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(host=folder, user="bot", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://bot@/{name}?host={folder}"


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    migrate(empty_url)
    database = Database(empty_url, KEYS)
    yield database
    database.close()
