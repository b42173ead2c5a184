"""The shapes of the files under `knowledge/`, validated strictly: an unknown key is an error.

    knowledge/
      glossary.yml  statuses.yml  topics.yml  regions.yml  diseases.yml  nation.yml
      helpline.yml                      what the console's staff have at hand (see bot/knowledge/helpline.py)
      regions/<folder>/documents.yml    the region's documents: number, status, validity, known gaps
                       articles.yml     every article or section, restated in our own words
                       answers.yml      one answer per topic, and finer answers beside it
                       parameters.yml   figures for the rule module (see bot/knowledge/parameters.py)
                       deadlines.yml    time limits and process steps (see bot/knowledge/deadlines.py)

Evidence phrases are short and stand verbatim (white space apart) in the cited article; `check-knowledge`
proves it wherever the documents' text is at hand.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.messages import AnswerStatus, PolicyStatus

Scheme = Literal["职工", "居民"]


def _unfolded(text: str) -> str:
    """Without the spaces that line breaks in a YAML file leave behind Chinese punctuation."""
    return re.sub(r"(?<=[，。；：、？）”]) +", "", text)


Wording = Annotated[str, AfterValidator(_unfolded)]


class Strict(BaseModel):
    """Base of all knowledge records."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Gap(Strict):
    """Something a document refers to, or has lost, that is not at hand."""

    where: str
    missing: str
    held_by: str


class Forwarding(Strict):
    """A letter's wording stands at the head of the text of the `document` it forwards, up to the line `until`."""

    document: str
    until: str


class Document(Strict):
    """A policy document. `key` names it inside the project and is the stem of its text file.

    `signs` are names that give the region away where only they are said: 爱山东. `resumes`: the words with which
    an article goes on whose heading stood on a lost page, by its name.
    """

    key: str
    number: str
    title: str
    issuer: str
    schemes: tuple[Scheme, ...]
    status: Literal["in_force", "draft", "expired"]
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
    signs: tuple[str, ...] = ()
    forwards: Forwarding | None = None
    resumes: Mapping[str, str] = {}
    gaps: tuple[Gap, ...] = ()


class Cite(Strict):
    """A place in a document. `document` is a key; left out, it is the region's first document."""

    article: str
    document: str | None = None
    evidence: tuple[str, ...] = ()


class Computed(Strict):
    """A figure we say that no article spells out, and what it follows from: 2027年12月31日 from
    自2023年1月1日起、有效期5年. The derivation's own figures must stand in a cited article."""

    figure: str
    derivation: str


class Article(Strict):
    """One article or section: `says` restates all of it in plain words of ours, no 您 needed."""

    article: str
    document: str | None = None
    heading: str
    says: Wording
    evidence: tuple[str, ...] = Field(min_length=1)
    topics: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    computed: tuple[Computed, ...] = ()


class Answer(Strict):
    """What the assistant says to one kind of question in one region.

    `answer` comes first and stands alone; `why` gives the reason or detail; `next` the next step.
    The first answer of a topic is the region's answer to that topic (used in comparisons, `short` if given);
    further answers of the same topic are finer ("没用完的额度会清零吗" beside "额度怎么管").
    """

    topic: str
    status: PolicyStatus
    answer: str
    short: str = ""
    why: str = ""
    next: str = ""
    decided_by: str = ""
    citations: tuple[Cite, ...] = ()
    questions: tuple[str, ...] = ()
    computed: tuple[Computed, ...] = ()


class Answers(Strict):
    """`answers.yml`: written answers, and the topics on which the document says nothing."""

    answers: tuple[Answer, ...]
    silent: tuple[str, ...] = ()


class Topic(Strict):
    """Something people ask about. `name` completes 「文件里没有写{name}」; `questions` are region-free;
    what is `called` by a word for it is asked about, whatever else fits better.

    `any_scheme`: the answer holds whatever insurance is asked for, because it is about the document itself.
    `time_limit_from`: the topic is a time limit, and this is what it runs from.
    """

    id: str
    name: str
    called: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    needs_region: bool = True
    any_scheme: bool = False
    time_limit_from: Literal["submitted", "approved", "result_received", "review_due"] | None = None


class StatusWords(Strict):
    """How one status of an answer is said: `label` in tables and filters, `notice` before the answer, `answer`
    and `next` where nothing else was written.

    They may hold {document}, {topic} and, for a document out of force, {valid_from} and {valid_to}.
    """

    status: AnswerStatus
    label: str
    notice: str = ""
    answer: str = ""
    next: str = ""


class Term(Strict):
    """A statutory term, what it means, and what people call it (`also`) or mistype (`typos`)."""

    term: str
    meaning: str = ""
    also: tuple[str, ...] = ()
    typos: tuple[str, ...] = ()


class NationalFact(Strict):
    """Something common to the whole country, told where no regional document is needed.

    `source` is said in words after the answer; `grade` is A1 (a government or national-media page, or a full
    reprint of one), A2 (a content site, corroborated elsewhere) or S (in one of the five documents). Nothing
    weaker is told.
    """

    topic: str
    answer: str
    why: str = ""
    next: str = ""
    source: str
    url: str = ""
    grade: Literal["A1", "A2", "S"]
    questions: tuple[str, ...] = ()


class Refusal(Strict):
    """A kind of message we do not answer: the words that give it away, the words that show it is ours after
    all (`unless`; both regular expressions), and what we say. `reason` is the fallback card's."""

    id: str
    reason: Literal["out_of_scope", "unsafe"]
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    reply: str
