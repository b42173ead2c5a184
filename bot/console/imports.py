"""Imports that are begun in the browser: one at a time, in a thread; the last one's report is kept until the next."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.records.database import Database
from bot.records.importer import DiskFullError, ImportReport, import_files

log = structlog.get_logger(__name__)


class BusyError(Exception):
    """Another import is under way."""


@dataclass
class Import:
    """`line` of `lines` is how far it is in the file named in `doing`. It is over once it has a report or a problem."""

    by: str
    begun_at: datetime
    files: tuple[str, ...]
    doing: str = ""
    line: int = 0
    lines: int | None = None
    report: ImportReport | None = None
    problem: str = ""

    @property
    def is_over(self) -> bool:
        return self.report is not None or bool(self.problem)

    def watch(self, doing: str, line: int, lines: int | None) -> None:
        """Notes how far it is."""
        self.doing, self.line, self.lines = doing, line, lines


class Imports:
    """The import of this process of the service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task: asyncio.Task[None] | None = None
        self.latest: Import | None = None

    @property
    def is_busy(self) -> bool:
        return self.latest is not None and not self.latest.is_over

    def begin(self, folder: Path, by: str, strict: bool, now: datetime) -> None:
        """Loads the files of a folder, which is deleted afterwards. Raises BusyError."""
        if self.is_busy:
            raise BusyError
        paths = sorted(folder.iterdir())
        self.latest = Import(by, now, tuple(path.name for path in paths))
        self._task = asyncio.create_task(asyncio.to_thread(self._run, self.latest, folder, paths, strict))

    def _run(self, running: Import, folder: Path, paths: Sequence[Path], strict: bool) -> None:
        try:
            running.report = import_files(
                self._database,
                paths,
                now=running.begun_at,
                strict=strict,
                progress=False,
                watch=running.watch,
            )
        except DiskFullError as full:
            running.problem = str(full)
        except Exception as error:  # whatever it was, the page must not wait for ever
            log.exception("import_failed", kind=type(error).__name__)
            running.problem = (
                "导入中断了，请看服务日志。已经导入的不会丢，也不会重复，可以用同样的文件再导入一次。"
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
