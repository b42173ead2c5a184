"""Backups of the database into one file, and back. The secret key is not in it: keep that elsewhere.

SQLite is copied while it is in use; PostgreSQL by its own client programs, which must be installed.
"""

import os
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.identity.keys import load_keys
from bot.records.database import Database
from bot.records.migrations import present
from bot.records.people import count_readable
from bot.settings import Settings

LONGEST = timedelta(hours=6)
EMPTY_PUBLIC = """DO $$ DECLARE each record; BEGIN
  FOR each IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE public.%I CASCADE', each.name);
  END LOOP;
  FOR each IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', each.name);
  END LOOP;
END $$"""
"""Leaves nothing of whatever version is there."""


class BackupError(Exception):
    """Nothing was backed up, or nothing restored; the message says why and what to do."""


def back_up(settings: Settings, file: Path) -> int:
    """Writes the database into a new file, readable by this user alone; its size in bytes."""
    if present(settings.database_url) is None:
        raise BackupError("The database has no tables: there is nothing to back up (see DATABASE_URL).")
    if file.exists():
        raise BackupError(f"{file} is there already. Choose another name: backups are never overwritten.")
    file.parent.mkdir(parents=True, exist_ok=True)
    url, draft = make_url(settings.database_url), file.with_name(f"{file.name}.part")
    draft.touch(mode=0o600)
    try:
        if url.get_backend_name() == "sqlite":
            _copy(_path(url), draft)
        else:
            _postgres(url, "pg_dump", "--format=custom", f"--file={draft}")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


def restore(settings: Settings, file: Path, replace: bool = False) -> int:
    """Puts a backup into the database, which must be empty unless `replace`; answers how many persons it holds.

    Stop the service first. A backup of an older version needs `bot migrate` afterwards. Raises BackupError, the
    database unchanged; also where the present SECRET_KEY is not the one that the backup was written with.
    """
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    if present(settings.database_url) is not None and not replace:
        raise BackupError(
            "The database is not empty. Give --replace to put the backup in place of what is there."
        )
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        _restore_sqlite(file, _path(url))
    else:
        _restore_postgres(file, url)
    return _persons(settings)


def _restore_sqlite(file: Path, path: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as backup:
        try:
            sound = backup.execute("PRAGMA integrity_check").fetchone()[0]
            pages, each = (
                backup.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
            )
        except sqlite3.DatabaseError as error:
            raise BackupError(f"{file} is no backup of SQLite: {error}.") from error
    if sound != "ok" or pages * each != file.stat().st_size:
        raise BackupError(f"{file} is damaged.")
    path.parent.mkdir(parents=True, exist_ok=True)
    _copy(file, path)


def _copy(source: Path, target: Path) -> None:
    """The whole database as it is at one moment, through SQLite itself: also what stands in its log so far."""
    with closing(sqlite3.connect(source)) as was, closing(sqlite3.connect(target)) as becomes:
        was.backup(becomes)


def _restore_postgres(file: Path, url: URL) -> None:
    """All or nothing: the backup is written out as a script first, and that runs as one transaction."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        script = Path(folder) / "restore.sql"
        _postgres(url, "pg_restore", "--no-owner", f"--file={script}", str(file))
        in_one = ("--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet", "--no-psqlrc")
        _postgres(url, "psql", *in_one, f"--command={EMPTY_PUBLIC}", f"--file={script}")


def _persons(settings: Settings) -> int:
    database = Database(settings.database_url, load_keys(settings))
    try:
        with database.transaction() as session:
            return count_readable(session)
    except (SQLAlchemyError, ValueError) as error:
        raise BackupError(
            "The backup is in the database, but its names cannot be read: SECRET_KEY is not the one it was written "
            "with. Set that one; or, if the columns are those of an older version, run `bot migrate`."
        ) from error
    finally:
        database.close()


def _path(url: URL) -> Path:
    return Path(url.database or "")


def _postgres(url: URL, program: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's programs on the database; its address travels in the environment, not in `ps`."""
    address = {
        "PGHOST": url.host or str(url.query.get("host", "")),
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
    }
    try:
        subprocess.run(  # noqa: S603 - a command of our own
            [program, *arguments],
            env=os.environ | {name: value for name, value in address.items() if value},
            check=True,
            capture_output=True,
            text=True,
            timeout=LONGEST.total_seconds(),
        )
    except FileNotFoundError:
        raise BackupError(f"{program} is not installed: apt-get install postgresql-client.") from None
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{program}: {error.stderr.strip() or error.returncode}") from error
