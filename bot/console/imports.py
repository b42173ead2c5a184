"""Imports that are begun in the browser: one at a time, in a thread; how it stands is in the database.

Any process of the service shows it. The last one's report is kept until the next.
"""

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.clock import Clock
from bot.records import imports
from bot.records.database import Database, UnreachableError
from bot.records.importer import DiskFullError, ImportReport, import_files
from bot.records.models import ImportRun

TASK = "import"
TELL_EVERY = 2.0
"""Seconds."""
SILENT_AT_MOST = timedelta(minutes=2)
INTERRUPTED = "导入中断了，请看服务日志。已经导入的不会丢，也不会重复，可以用同样的文件再导入一次。"

_Reports = TypeAdapter(ImportReport)

log = structlog.get_logger(__name__)


class BusyError(Exception):
    """Another import is under way."""


@dataclass
class Progress:
    """`line` of `lines` is how far it is in the file named in `doing`."""

    doing: str = ""
    line: int = 0
    lines: int | None = None

    def watch(self, doing: str, line: int, lines: int | None) -> None:
        """Notes how far it is."""
        self.doing, self.line, self.lines = doing, line, lines


@dataclass(frozen=True)
class Import:
    """The latest import. It is over once it has a report or a problem."""

    by: str
    begun_at: datetime
    files: tuple[str, ...]
    progress: Progress
    report: ImportReport | None
    problem: str

    @property
    def is_over(self) -> bool:
        return self.report is not None or bool(self.problem)


class Imports:
    """Begins imports in this process, and shows that of any process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._own: dict[int, Progress] = {}
        self._task: asyncio.Task[None] | None = None

    async def latest(self) -> Import | None:
        """The import that is running, or the last one."""
        run = await self._database.run(imports.latest)
        return self._shown(run) if run else None

    def _shown(self, run: ImportRun) -> Import:
        own = self._own.get(run.id)
        is_silent = run.running and own is None and self._clock() >= run.told_at + SILENT_AT_MOST
        return Import(
            run.by,
            run.begun_at,
            tuple(run.files),
            own or Progress(run.doing, run.line, run.lines),
            _Reports.validate_json(run.report) if run.report else None,
            INTERRUPTED if is_silent else run.problem,
        )

    async def begin(self, folder: Path, by: str, strict: bool) -> None:
        """Loads the files of a folder, which is deleted afterwards. Raises BusyError."""
        now, paths = self._clock(), await asyncio.to_thread(lambda: sorted(folder.iterdir()))
        names = [path.name for path in paths]
        if self._own:
            raise BusyError
        try:
            run = await self._database.run(
                lambda session: imports.begin(session, names, by, now, now - SILENT_AT_MOST)
            )
        except IntegrityError as error:  # two began at the same moment
            raise BusyError from error
        if run is None:
            raise BusyError
        self._own[run] = Progress()
        self._task = asyncio.create_task(self._run(run, folder, paths, strict, now), name=TASK)

    async def _run(self, run: int, folder: Path, paths: Sequence[Path], strict: bool, now: datetime) -> None:
        telling = asyncio.create_task(self._tell(run))
        report, problem = None, ""
        try:
            loaded = await asyncio.to_thread(
                import_files,
                self._database,
                paths,
                now=now,
                strict=strict,
                progress=False,
                watch=self._own[run].watch,
            )
            report = _Reports.dump_json(loaded).decode()
        except DiskFullError as full:
            problem = str(full)
        except Exception as error:  # whatever it was, the page must not wait for ever
            log.exception("import_failed", kind=type(error).__name__)
            problem = INTERRUPTED
        finally:
            telling.cancel()
            shutil.rmtree(folder, ignore_errors=True)
        await self._database.run(lambda session: imports.end(session, run, problem, report))
        del self._own[run]

    async def _tell(self, run: int) -> None:
        """Writes down every now and then how far the import is; where it cannot, the next time will do."""
        while True:
            at = self._own[run]
            with suppress(DBAPIError, UnreachableError):
                await self._database.run(
                    lambda session, at=at: imports.tell(  # type: ignore[misc]
                        session, run, at.doing, at.line, at.lines, self._clock()
                    )
                )
            await asyncio.sleep(TELL_EVERY)
