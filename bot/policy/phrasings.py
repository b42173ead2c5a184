"""All the ways of asking that the knowledge has, with what each asks for; not read yet."""

from collections.abc import Iterator

from bot.knowledge.library import Knowledge, Region
from bot.knowledge.schema import Topic
from bot.policy.ranking import Phrasing
from bot.policy.targets import Silent, Target

_GENERAL_WORDING = 0.97
_RESTATEMENT = 0.85
_ASKED_ELSEWHERE = 0.9
"""Weights of phrasings that are weaker evidence than a region's own questions."""


def phrasings(knowledge: Knowledge, region: Region) -> Iterator[Phrasing[Target]]:
    """Every way of asking something of a region."""
    for answer in region.answers:
        yield from _all_of(answer.questions, answer)
        yield Phrasing(answer.answer, answer, _RESTATEMENT)
    for article in region.articles:
        yield from _all_of(article.questions, article)
        yield Phrasing(article.heading, article, _RESTATEMENT)
        yield Phrasing(article.says, article, _RESTATEMENT)
    for topic in knowledge.topics.values():
        target = region.answer_to(topic.id) or (Silent(topic) if topic.id in region.silent else None)
        if target:
            yield from _borrowed((topic.name, *topic.questions), target, _GENERAL_WORDING)
            yield from _asked_elsewhere(knowledge, topic, region, target)
    for fact in knowledge.nation:
        yield from _all_of(fact.questions, fact, _GENERAL_WORDING)


def _asked_elsewhere(
    knowledge: Knowledge, topic: Topic, region: Region, target: Target
) -> Iterator[Phrasing[Target]]:
    """How people of the other regions ask about the topic; their finer questions only where we have no finer
    answers of our own to tell apart by them."""
    finer = sum(answer.topic == topic.id for answer in region.answers) < 2
    for other in knowledge.regions.values():
        general = other.answer_to(topic.id)
        for answer in other.answers:
            if other is not region and answer.topic == topic.id and (answer is general or finer):
                yield from _borrowed(answer.questions, target, _ASKED_ELSEWHERE)


def general_phrasings(knowledge: Knowledge) -> Iterator[Phrasing[Target]]:
    """Every way of asking something while nobody has said of which region: facts, and topics."""
    for fact in knowledge.nation:
        yield from _all_of((knowledge.topics[fact.topic].name, *fact.questions), fact)
    for topic in knowledge.topics.values():
        if topic.needs_region:
            yield from _borrowed((topic.name, *topic.questions), topic)
    for region in knowledge.regions.values():
        for answer in region.answers:
            asked_about = knowledge.topics[answer.topic]
            if asked_about.needs_region:
                yield from _borrowed(answer.questions, asked_about)


def _all_of(texts: tuple[str, ...], target: Target, weight: float = 1.0) -> Iterator[Phrasing[Target]]:
    for text in texts:
        yield Phrasing(text, target, weight)


def _borrowed(texts: tuple[str, ...], target: Target, weight: float = 1.0) -> Iterator[Phrasing[Target]]:
    for text in texts:
        yield Phrasing(text, target, weight, borrowed=True)
