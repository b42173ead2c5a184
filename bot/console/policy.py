"""Policy as the console shows it: the assistant's own answers, with the articles they stand on restated beside."""

import re
from dataclasses import dataclass
from datetime import date

from bot.knowledge.library import Region
from bot.language.identifiers import find_identifiers
from bot.messages import Citation
from bot.policy.answers import PolicyAnswer
from bot.policy.library import PolicyLibrary


@dataclass(frozen=True)
class Source:
    """A cited place; `says` is our restatement, empty where the place has none of its own."""

    citation: Citation
    title: str
    heading: str
    says: str


@dataclass(frozen=True)
class Considered:
    """Something that was weighed: what it is about, the phrasing that came closest, and its score."""

    about: str
    phrasing: str
    score: float


@dataclass(frozen=True)
class RegionAnswer:
    """One region's answer, `status` in words; `considered` are the best candidates, the chosen one among them."""

    answer: PolicyAnswer
    status: str
    sources: tuple[Source, ...]
    considered: tuple[Considered, ...]


@dataclass(frozen=True)
class PolicyView:
    """`topic` is empty where nothing fits the question, and then there are no answers."""

    topic: str
    answers: tuple[RegionAnswer, ...]


_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")

NOTHING = PolicyView("", ())


def is_question(text: str) -> bool:
    """Whether a text may be asking about policy: it has words, and names no person or application by number."""
    return bool(_WORDS.search(text)) and not find_identifiers(text)


def look_up(library: PolicyLibrary, question: str, region: str | None, on: date) -> PolicyView:
    """All regions side by side on one topic; or everything one region says to the question."""
    regions = (region,) if region else tuple(library.knowledge.regions)
    told = [library.answer(question, name, None, on) for name in regions]
    if not any(answer.topic for answer in told):
        return NOTHING
    if region:
        return PolicyView(topic_name(library, told[0].topic), (_with_sources(library, told[0]),))
    compared = library.compare(question, regions, on)
    return PolicyView(
        compared.topic_name, tuple(_with_sources(library, answer) for answer in compared.answers)
    )


def topic_name(library: PolicyLibrary, target: str) -> str:
    """The topic's name as people read it; an article is its own name."""
    known = library.knowledge.topics.get(target)
    return known.name if known else target


def _with_sources(library: PolicyLibrary, answer: PolicyAnswer) -> RegionAnswer:
    region = library.knowledge.regions[answer.region]
    return RegionAnswer(
        answer=answer,
        status=library.knowledge.statuses[answer.status].label,
        sources=tuple(_source(region, citation) for citation in answer.citations),
        considered=tuple(
            Considered(topic_name(library, candidate.target), candidate.phrasing, candidate.score)
            for candidate in answer.candidates
        ),
    )


def _source(region: Region, citation: Citation) -> Source:
    title = next((d.title for d in region.documents if d.number == citation.document), "")
    restated = next((a for a in region.articles if region.citation(a) == citation), None)
    return Source(citation, title, restated.heading if restated else "", restated.says if restated else "")
