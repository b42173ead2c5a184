"""One turn of a conversation: what came in, what is remembered, what goes out.

A task of the dialogue (policy, cost, status …) is a function `(Turn, Context, …) -> Outcome`.
Actions translate between these types and Rasa's tracker; nothing else here knows Rasa.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.messages import Reply
from bot.policy.answers import Candidate


class Task(StrEnum):
    """What the conversation is busy with; a short answer ("县医院") continues it."""

    POLICY = "policy"
    COST = "cost"
    STATUS = "status"
    DEADLINE = "deadline"
    RENEWAL = "renewal"
    REMINDER = "reminder"
    VERIFY = "verify"


@dataclass(frozen=True)
class Mention:
    """An entity the engine found in the text; `start`/`end` are character offsets, `value` is normalised.

    `region` values are `湖南` or `湖南/长沙市` (or a province outside the five: `四川`).
    """

    entity: str
    value: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Turn:
    """What the person just said. `chat` is the opaque sender id, `now` the moment in Asia/Shanghai.

    `confidence` is the intent's, 0..1, and `of_policy` that of a question about the rules; `matter` what it is about if
    it is none of ours, where the engine tells (the id of a refusal in knowledge/scope.yml); `line` is the transcript's
    id of what was said, if it stands in one.
    """

    chat: str
    text: str
    intent: str
    mentions: tuple[Mention, ...]
    now: datetime
    confidence: float = 1.0
    line: int | None = None
    matter: str | None = None
    of_policy: float = 0.0

    def values(self, entity: str) -> tuple[str, ...]:
        """Normalised values of one entity in text order, each once."""
        return tuple(dict.fromkeys(m.value for m in self.mentions if m.entity == entity))


@dataclass(frozen=True)
class Context:
    """What is remembered between turns; every field is one Rasa slot of the same name.

    `case` (cost), `timeline` (dates for a deadline) and `wording` (the articles cited last) are JSON objects owned
    by their task; `asked` names what we asked for last, so that a bare "80" or "县医院" can be placed;
    `person` is an opaque token of the verified person, never an ID number.
    """

    region: str | None = None
    city: str | None = None
    scheme: str | None = None
    employment: str | None = None
    diseases: tuple[str, ...] = ()
    topic: str | None = None
    task: Task | None = None
    asked: str | None = None
    last_question: str | None = None
    case: dict[str, Any] = field(default_factory=dict)
    timeline: dict[str, Any] = field(default_factory=dict)
    wording: dict[str, Any] = field(default_factory=dict)
    person: str | None = None
    not_understood: int = 0


@dataclass(frozen=True)
class Outcome:
    """What goes out and what is remembered afterwards; `considered` are the written answers that were weighed."""

    replies: tuple[Reply, ...]
    context: Context
    considered: tuple[Candidate, ...] = ()

    def followed_by(self, reply: Reply, **remembered: Any) -> "Outcome":
        """The same with one more reply, and these fields of the context set."""
        return Outcome((*self.replies, reply), replace(self.context, **remembered))
