"""The import begun in the console, as every process of the service sees it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.records.models import ImportRun


def latest(session: Session) -> ImportRun | None:
    """The import that is running, or the last one."""
    return session.scalar(select(ImportRun).order_by(ImportRun.id.desc()).limit(1))


def begin(
    session: Session, files: Sequence[str], by: str, now: datetime, silent_since: datetime
) -> int | None:
    """Puts a new import in place of the last one; its id. None while another is running.

    One that has told nothing since `silent_since` went down with its process, and counts as over.
    """
    last = latest(session)
    if last is not None and last.running and last.told_at > silent_since:
        return None
    if last is not None:
        last.running = False
        session.flush()
    run = ImportRun(by=by, begun_at=now, files=list(files), told_at=now)
    session.add(run)
    session.flush()
    session.execute(delete(ImportRun).where(ImportRun.id != run.id))
    return run.id


def tell(session: Session, run_id: int, doing: str, line: int, lines: int | None, now: datetime) -> None:
    """Notes how far an import is."""
    run = session.get(ImportRun, run_id)
    if run is not None and run.running:
        run.doing, run.line, run.lines, run.told_at = doing, line, lines, now


def end(session: Session, run_id: int, problem: str, report: str | None) -> None:
    """Notes that an import is over, with its report or with what went wrong."""
    run = session.get(ImportRun, run_id)
    if run is not None:
        run.running, run.problem, run.report = False, problem, report
