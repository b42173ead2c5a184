"""Learning from use: questions that were not answered well are kept, without who asked, and grouped for analysts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.dialogue.turn import Outcome, Turn
from bot.identity.redaction import TOKEN
from bot.knowledge.library import Region
from bot.knowledge.schema import StatusWords
from bot.messages import (
    AnswerStatus,
    Card,
    ChooseCard,
    ComparisonCard,
    DeadlineCard,
    EstimateCard,
    FallbackCard,
    HandoffCard,
    PolicyAnswerCard,
    status_of,
)
from bot.policy.encoder import Encoder
from bot.policy.likeness import group_alike
from bot.records import questions
from bot.records.database import Database
from bot.records.models import Question
from bot.records.questions import UNHELPFUL

TEXT_KEPT = 300
GROUPED_AT_MOST = 500
UNANSWERED: tuple[AnswerStatus, ...] = ("silent", "not_understood", "out_of_scope", "unsafe")
REASONS = (*UNANSWERED, UNHELPFUL)
ASKS_FOR_HUMAN = "human_handoff"

_LEARNT_FROM = (PolicyAnswerCard, ComparisonCard, EstimateCard, DeadlineCard, FallbackCard)
"""What is about a person's own records is never kept."""
_TOKENS_LETTERS = re.compile(r"[A-Z]+(?=〕)")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class QuestionGroup:
    """Questions that ask nearly the same, newest first; at least one."""

    questions: tuple[Question, ...]

    @property
    def newest(self) -> Question:
        return self.questions[0]

    @property
    def regions(self) -> str:
        """How many came from each region, as far as it was known: 湖南 2、江西 1."""
        return _counted(question.region for question in self.questions if question.region)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that the questions were taken for, each once."""
        return tuple(dict.fromkeys(question.topic for question in self.questions if question.topic))

    def files(self, regions: Mapping[str, Region]) -> tuple[str, ...]:
        """Where the answer is to be written, each file once."""
        return tuple(dict.fromkeys(file_of(question, regions) for question in self.questions))

    def reasons(self, statuses: Mapping[AnswerStatus, StatusWords]) -> str:
        """How many are here for each reason: 文件没写 2、说没用 1."""
        labels = reason_labels(statuses)
        return _counted(labels[UNHELPFUL if q.unhelpful else q.status] for q in self.questions)


def reason_labels(statuses: Mapping[AnswerStatus, StatusWords]) -> dict[str, str]:
    """REASONS as people read them."""
    return {status: statuses[status].label for status in UNANSWERED} | {UNHELPFUL: "说没用"}


class KeptQuestions:
    """What the conversations leave to learn from; a question is forgotten after `kept_for`."""

    def __init__(self, database: Database, kept_for: timedelta) -> None:
        self._database = database
        self._kept_for = kept_for

    async def keep(self, turn: Turn, outcome: Outcome) -> None:
        """Keeps the question of a turn that has no answer, or whose answer may still be voted down.

        A failure is logged and no more: the answer goes out all the same.
        """
        card = next((reply.card for reply in outcome.replies if reply.card), None)
        if card and _was_not_understood(card, turn):
            card = FallbackCard(reason="not_understood")
        if not isinstance(card, _LEARNT_FROM):
            return
        question = _question(turn, outcome, card)
        try:
            await self._database.run(lambda session: questions.keep(session, question, self._kept_for))
        except SQLAlchemyError as error:
            log.warning("question_not_kept", kind=type(error).__name__)

    def groups(
        self, now: datetime, encoder: Encoder | None, since: datetime | None = None, reason: str | None = None
    ) -> list[QuestionGroup]:
        """The questions kept since then, grouped by likeness, largest group first. Takes seconds: many vectors.

        `reason` is a status of answers or UNHELPFUL; of very many questions the newest are grouped.
        """
        oldest = max(since, now - self._kept_for) if since else now - self._kept_for
        with self._database.transaction() as session:
            found = questions.to_learn_from(session, oldest, reason, GROUPED_AT_MOST)
        groups = group_alike([question.text for question in found], encoder)
        alike = [QuestionGroup(tuple(found[position] for position in group)) for group in groups]
        return sorted(alike, key=lambda group: -len(group.questions))


def _was_not_understood(card: Card, turn: Turn) -> bool:
    """Whether the answer hides that the question was not understood: once too often, and so handed over unasked;
    or near two topics, and so asked which."""
    handed_over_unasked = isinstance(card, HandoffCard) and turn.intent != ASKS_FOR_HUMAN
    return handed_over_unasked or (isinstance(card, ChooseCard) and card.slot == "topic")


def _question(turn: Turn, outcome: Outcome, card: Card) -> Question:
    status = status_of(card)
    return Question(
        at=turn.now,
        line=turn.line,
        text=_without_person(_asked(turn, outcome, card))[:TEXT_KEPT],
        region=getattr(card, "region", None) or outcome.context.region,
        topic=getattr(card, "topic", None) or None,
        intent=turn.intent,
        confidence=turn.confidence,
        status=status,
        unanswered=status in UNANSWERED,
        candidates=[asdict(candidate) for candidate in outcome.considered],
    )


def _asked(turn: Turn, outcome: Outcome, card: Card) -> str:
    """What was said; where that only continues an earlier question (江西呢), the question with it."""
    question = outcome.context.last_question or ""
    continues = isinstance(card, PolicyAnswerCard) and not set(question) <= set(turn.text)
    return f"{question}（{turn.text}）" if continues else turn.text


def _without_person(text: str) -> str:
    """Tokens of redacted values lose the letters that tell one person's from another's: 〔手机〕."""
    return TOKEN.sub(lambda token: _TOKENS_LETTERS.sub("", token.group()), text)


def _counted(words: Iterable[str]) -> str:
    return "、".join(f"{word} {count}" for word, count in Counter(words).most_common())


def file_of(question: Question, regions: Mapping[str, Region]) -> str:
    """Where the answer to a question is to be written; one that was weighed against answers was heard well enough."""
    if question.status == "not_understood" and not question.candidates:
        return "data/nlu"
    if question.status in {"out_of_scope", "unsafe"}:
        return "knowledge/scope.yml"
    if region := regions.get(question.region or ""):
        return f"knowledge/regions/{region.folder}/answers.yml"
    return "knowledge/nation.yml"
