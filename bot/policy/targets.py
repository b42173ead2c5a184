"""What a question can ask for: an answer, an article, a fact, a silence, a topic."""

from dataclasses import dataclass

from bot.knowledge.schema import Answer, Article, NationalFact, Topic


@dataclass(frozen=True)
class Silent:
    """A topic on which the region's documents say nothing."""

    topic: Topic


Target = Answer | Article | NationalFact | Silent | Topic


def topic_of(target: Target) -> str:
    """The topic it is on; empty where it is on none."""
    if isinstance(target, Answer | NationalFact):
        return target.topic
    if isinstance(target, Article):
        return target.topics[0] if target.topics else ""
    return target.id if isinstance(target, Topic) else target.topic.id


def label_of(target: Target) -> str:
    """What the helpline reads of it: an article by its number, all else by its topic."""
    if isinstance(target, Article):
        return target.article
    return topic_of(target)
