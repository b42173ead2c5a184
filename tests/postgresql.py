"""A PostgreSQL server of one's own, for tests and benches, where Debian's server programs are installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


def can_start() -> bool:
    """Whether a server can be started here: its programs are there, and we may become its user."""
    return PROGRAMS.exists() and os.geteuid() == 0


class PostgresServer:
    """On a socket in a folder of its own, with these command-line options; it can be stopped and started."""

    def __init__(self, options: str = "") -> None:
        self.folder = tempfile.mkdtemp(prefix="pg")
        self._data = f"{self.folder}/data"
        self._options = f"-k {self.folder} -c listen_addresses='' {options}"
        shutil.chown(self.folder, "postgres")
        self._run("initdb", "-A", "trust", "-U", "bot", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-o", self._options, "-l", f"{self.folder}/log", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")

    def remove(self) -> None:
        """Stop it, and leave nothing of it."""
        self.stop()
        shutil.rmtree(self.folder)

    @property
    def cpu_seconds(self) -> float:
        """Processor time so far, of all its processes, those that have ended included."""
        main = int(Path(f"{self._data}/postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return _ticks(main, 11, 15) + sum(_ticks(int(child), 11, 13) for child in children)

    def new_database(self, name: str, template: str = "template1") -> str:
        """Its address."""
        return new_database(self.folder, name, template)

    def _run(self, program: str, *arguments: str) -> None:
        command = ["runuser", "-u", "postgres", "--", f"{PROGRAMS}/{program}", "-D", self._data, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


def _ticks(process: int, first: int, end: int) -> float:
    """Seconds: user and system time of the process, and of its children that have ended, where asked for."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[first:end])) / os.sysconf("SC_CLK_TCK")


def new_database(folder: str, name: str, template: str) -> str:
    """The address of a new database on the server whose socket is in that folder."""
    with psycopg.connect(host=folder, user="bot", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"postgresql+psycopg://bot@/{name}?host={folder}"
