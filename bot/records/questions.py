"""Questions that are kept to learn from, and the votes on answers that decide which."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.records.models import Question

VOTED_ON_FOR = timedelta(days=7)
"""So long a vote finds the question that it is about."""

UNHELPFUL = "unhelpful"
"""Names, beside the statuses of answers, the reason of questions whose answer was voted down."""


def keep(session: Session, question: Question, kept_for: timedelta) -> None:
    """Keeps the question, once for its line, and lets go of everything that was kept long enough."""
    _let_go(session, question.at, kept_for)
    again = question.line is not None and session.scalar(
        select(Question.id).where(Question.line == question.line)
    )
    if not again:
        session.add(question)


def judge(session: Session, line: int, helpful: bool) -> None:
    """Marks the question that came in with this line by what was thought of the answer; the last word counts."""
    session.execute(update(Question).where(Question.line == line).values(unhelpful=not helpful))


def to_learn_from(session: Session, since: datetime, reason: str | None, at_most: int) -> Sequence[Question]:
    """Questions without an answer that helped, newest first. `reason`: a status of answers, or UNHELPFUL."""
    wanted = select(Question).where(Question.at >= since, or_(Question.unanswered, Question.unhelpful))
    if reason is not None:
        wanted = wanted.where(Question.unhelpful if reason == UNHELPFUL else Question.status == reason)
    return session.scalars(wanted.order_by(Question.at.desc(), Question.id.desc()).limit(at_most)).all()


def with_ids(session: Session, ids: Sequence[int]) -> Sequence[Question]:
    """The questions with these ids that are still kept, newest first."""
    return session.scalars(select(Question).where(Question.id.in_(ids)).order_by(Question.at.desc())).all()


def _let_go(session: Session, now: datetime, kept_for: timedelta) -> None:
    no_more_votes = Question.at < now - VOTED_ON_FOR
    fine = ~or_(Question.unanswered, Question.unhelpful)
    session.execute(delete(Question).where(or_(Question.at < now - kept_for, no_more_votes & fine)))
    session.execute(update(Question).where(no_more_votes, Question.line.is_not(None)).values(line=None))
