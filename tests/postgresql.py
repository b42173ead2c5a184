"""A PostgreSQL server of one's own, for tests and benches, where Debian's server programs are installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


def can_start() -> bool:
    """Whether a server can be started here: its programs are there, and we may become its user."""
    return PROGRAMS.exists() and os.geteuid() == 0


@contextmanager
def postgresql(options: str = "") -> Iterator[str]:
    """A server on a socket only; gives the socket's folder. Everything is gone afterwards."""
    folder = tempfile.mkdtemp(prefix="pg")
    shutil.chown(folder, "postgres")
    data = f"{folder}/data"
    started = f"-k {folder} -c listen_addresses='' {options}"

    def run(*command: str) -> None:
        subprocess.run(
            ["runuser", "-u", "postgres", "--", *command], check=True, stdout=subprocess.DEVNULL, cwd=folder
        )

    run(f"{PROGRAMS}/initdb", "-D", data, "-A", "trust", "-U", "bot", "-E", "UTF8", "--locale=C", "--no-sync")
    run(f"{PROGRAMS}/pg_ctl", "-D", data, "-w", "-o", started, "-l", f"{folder}/log", "start")
    try:
        yield folder
    finally:
        run(f"{PROGRAMS}/pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)
