"""Policy as the console shows it: the assistant's own answers, with the articles they stand on, restated and in the
official wording."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.dialogue.deadline import say_date
from bot.knowledge.library import Region
from bot.knowledge.schema import Document
from bot.knowledge.wording import Articles, readable
from bot.language.identifiers import find_identifiers
from bot.messages import Citation
from bot.policy.answers import Candidate, PolicyAnswer, closest_of
from bot.policy.library import PolicyLibrary


@dataclass(frozen=True)
class Source:
    """A cited place. `says` is our restatement, empty where the place has none of its own; `wording` the official
    wording, empty where it is not imported. `validity` says from when to when the document holds."""

    citation: Citation
    title: str
    validity: str
    heading: str
    says: str
    wording: str


@dataclass(frozen=True)
class RegionAnswer:
    """One region's answer, `status` in words."""

    answer: PolicyAnswer
    status: str
    sources: tuple[Source, ...]

    @property
    def as_text(self) -> str:
        """The answer with its documents, to be pasted elsewhere."""
        documents = dict.fromkeys(
            f"{source.citation.document}《{source.title}》，{source.validity}"
            for source in self.sources
            if source.title
        )
        return "\n".join((f"{self.answer.region}：{self.answer.text}", *documents))


@dataclass(frozen=True)
class PolicyView:
    """`topic` is empty where nothing fits the question; then there are no answers, but what was `rejected`."""

    topic: str
    answers: tuple[RegionAnswer, ...]
    rejected: tuple[Candidate, ...] = ()


_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")

NOTHING = PolicyView("", ())


def is_question(text: str) -> bool:
    """Whether a text may be asking about policy: it has words, and names no person or application by number."""
    return bool(_WORDS.search(text)) and not find_identifiers(text)


def look_up(
    library: PolicyLibrary, texts: Mapping[str, Articles], question: str, region: str | None, on: date
) -> PolicyView:
    """All regions side by side on one topic; or everything one region says to the question. `texts` is the official
    wording by document key."""
    regions = (region,) if region else tuple(library.knowledge.regions)
    told = [library.answer(question, name, None, on) for name in regions]
    if not any(answer.topic for answer in told):
        return PolicyView("", (), closest_of(told))
    if region:
        return PolicyView(topic_name(library, told[0].topic), (_with_sources(library, texts, told[0]),))
    compared = library.compare(dict.fromkeys(regions, question), on)
    return PolicyView(
        compared.topic_name, tuple(_with_sources(library, texts, answer) for answer in compared.answers)
    )


def topic_name(library: PolicyLibrary, target: str) -> str:
    """The topic's name as people read it; an article is its own name."""
    known = library.knowledge.topics.get(target)
    return known.name if known else target


def _with_sources(
    library: PolicyLibrary, texts: Mapping[str, Articles], answer: PolicyAnswer
) -> RegionAnswer:
    region = library.knowledge.regions[answer.region]
    return RegionAnswer(
        answer=answer,
        status=library.knowledge.statuses[answer.status].label,
        sources=tuple(_source(region, texts, citation) for citation in answer.citations),
    )


def _source(region: Region, texts: Mapping[str, Articles], citation: Citation) -> Source:
    document = next((d for d in region.documents if d.number == citation.document), None)
    restated = next((a for a in region.articles if region.citation(a) == citation), None)
    return Source(
        citation=citation,
        title=document.title if document else "",
        validity=_validity(document) if document else "",
        heading=restated.heading if restated else "",
        says=restated.says if restated else "",
        wording=readable(texts.get(document.key, {}).get(citation.article, "")) if document else "",
    )


def _validity(document: Document) -> str:
    if document.status == "draft":
        return "征求意见稿，还没有生效"
    since = f"自{say_date(document.valid_from)}起施行" if document.valid_from else "施行日期没有登记"
    until = f"有效期至{say_date(document.valid_to)}" if document.valid_to else "有效期没有登记"
    return f"{since}，{until}" + ("，已经失效" if document.status == "expired" else "")
