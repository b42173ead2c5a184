"""From what was asked for to what is said: the answer, its articles, and what must be said along with it."""

from dataclasses import replace
from datetime import date

from bot.knowledge.library import Knowledge, Region
from bot.knowledge.schema import Answer, Article, Document, NationalFact, Topic
from bot.messages import PolicyStatus
from bot.policy.answers import AGENCY, ASK_THE_AGENCY, PolicyAnswer, without_scheme
from bot.policy.targets import Silent, Target

NATION = "全国"
"""The region named on answers that hold everywhere."""


class Telling:
    """Puts answers into words, with the standing of their documents."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def tell(self, target: Target | None, region: Region) -> PolicyAnswer:
        """What a region says to what was asked for; None is something that nothing fits."""
        if isinstance(target, Answer):
            return tell_answer(target, region)
        if isinstance(target, Article):
            return _tell_article(target, region)
        if isinstance(target, NationalFact):
            return tell_fact(target, region.name)
        if isinstance(target, Silent):
            return self.tell_silence(target.topic, region)
        return _tell_unknown(region)

    def tell_silence(self, topic: Topic, region: Region) -> PolicyAnswer:
        """That the region's documents say nothing on a topic."""
        words = self._knowledge.statuses["silent"]
        return PolicyAnswer(
            region=region.name,
            topic=topic.id,
            status="silent",
            answer=words.answer.format(document=_named(region), topic=topic.name),
            next=words.next,
            decided_by=AGENCY,
        )

    def notices(self, answered: PolicyAnswer, region: Region, on: date) -> tuple[str, ...]:
        """What must be said before it because of its document."""
        status, notice = validity(region.main_document, self._knowledge, on)
        if status == "draft" and (
            answered.region == NATION or "征求意见稿" in answered.answer + answered.why
        ):
            return ()
        return (notice,) if notice else ()

    def for_scheme(self, answered: PolicyAnswer, region: Region, scheme: str | None) -> PolicyAnswer:
        """The answer, or that the region's document does not cover the scheme."""
        document = region.main_document
        topic = self._knowledge.topics.get(answered.topic)
        if (
            scheme is None
            or scheme in document.schemes
            or not answered.citations
            or (topic and topic.any_scheme)
        ):
            return answered
        about = region.answer_to("schemes_covered")
        return replace(
            answered,
            status="silent",
            answer=without_scheme(region.name, document.number, document.schemes, scheme),
            why="",
            next=f"具体{ASK_THE_AGENCY}",
            citations=tell_answer(about, region).citations if about else (),
            decided_by=AGENCY,
        )


def tell_answer(answer: Answer, region: Region) -> PolicyAnswer:
    """A written answer with what it rests on."""
    return PolicyAnswer(
        region=region.name,
        topic=answer.topic,
        status=answer.status,
        answer=answer.answer,
        why=answer.why,
        next=answer.next,
        citations=tuple(dict.fromkeys(region.citation(cite) for cite in answer.citations)),
        decided_by=answer.decided_by or (AGENCY if answer.status == "silent" else None),
    )


def _tell_article(article: Article, region: Region) -> PolicyAnswer:
    document = region.document(article.document)
    return PolicyAnswer(
        region=region.name,
        topic=article.topics[0] if article.topics else "document_summary",
        status="draft" if document.status == "draft" else "fixed",
        answer=article.says,
        citations=(region.citation(article),),
    )


def _tell_unknown(region: Region) -> PolicyAnswer:
    return PolicyAnswer(
        region=region.name,
        topic="",
        status="silent",
        answer=f"这一点我在{_named(region)}里没有找到规定，不敢乱说",
        next=f"具体{ASK_THE_AGENCY}您也可以换个说法再问我一次",
        decided_by=AGENCY,
    )


def tell_fact(fact: NationalFact, region: str) -> PolicyAnswer:
    """What holds in the whole country, told to somebody of that region."""
    return PolicyAnswer(
        region=region,
        topic=fact.topic,
        status="fixed",
        answer=fact.answer,
        why=fact.why,
        next=fact.next,
        source=fact.source,
    )


def validity(document: Document, knowledge: Knowledge, on: date) -> tuple[PolicyStatus, str]:
    """How everything told from a document stands on a day, and what must be said first (empty: nothing)."""
    if document.status == "draft":
        return "draft", knowledge.statuses["draft"].notice
    if _in_force(document, on):
        return "fixed", ""
    notice = knowledge.statuses["not_in_force"].notice.format(
        document=document.number,
        valid_from=_spoken(document.valid_from),
        valid_to=_spoken(document.valid_to),
    )
    return "not_in_force", notice


def if_in_force(answered: PolicyAnswer, region: Region, on: date) -> PolicyAnswer:
    """The answer, marked where its document is not in force on that day."""
    in_force = _in_force(region.main_document, on) or not answered.citations
    return answered if in_force else replace(answered, status="not_in_force")


def _named(region: Region) -> str:
    """The region's main document as it is spoken of: 湖南的湘医保发〔2022〕52号, but 内蒙古征求意见稿."""
    number = region.main_document.number
    return number if number.startswith(region.name) else f"{region.name}的{number}"


def _in_force(document: Document, on: date) -> bool:
    begun = document.valid_from is None or document.valid_from <= on
    return begun and (document.valid_to is None or on <= document.valid_to)


def _spoken(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "（文件没有写）"
