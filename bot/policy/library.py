"""From a question to an answer with its articles: retrieval over everything the knowledge can say."""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path

from bot.knowledge.library import Knowledge, Region
from bot.knowledge.schema import Answer, Article, NationalFact, Topic
from bot.language import normalise
from bot.messages import PolicyStatus
from bot.policy.answers import (
    CANDIDATES_SHOWN,
    Candidate,
    PolicyAnswer,
    PolicyComparison,
)
from bot.policy.encoder import Encoder
from bot.policy.kept import KeptArray
from bot.policy.phrasings import general_phrasings, phrasings
from bot.policy.premise import correction
from bot.policy.ranking import Phrasing, Ranked, Ranking, Wordings
from bot.policy.reading import Reader
from bot.policy.targets import Target, label_of, topic_of
from bot.policy.telling import NATION, Telling, if_in_force, tell_answer, tell_fact

_FITS = 0.3
_FITS_BY_CHARACTERS = 0.25
"""From this score on an answer fits. Characters alone score lower than characters and meaning together."""
_NOTHING_IN_COMMON = 0.17
"""Between this and what fits, the closest rule is told as a guess: measured, it is right in two cases of three."""
NOT_SURE = "我拿不准您问的是不是这件事，下面是最接近的规定"
_CLEARLY_BETTER = 0.04
"""An article's restatement is told instead of a written answer only if it fits better by this much."""
_CANNOT_TELL_APART = 0.08
_RIVALS_WEIGHED = 2
"""Two answers as close as this are both told. Measured on 2,539 ways of asking that were left out: where the first is
not the very one that was asked for the second is in 28 of 100, and 24 of 100 answers get a sentence longer."""

_ASKS_OF_EACH = re.compile(r"各(?!种|类|级|地|个|项|市|省)|分别")
_ASKS_FOR_SEVERAL = re.compile(
    rf"{_ASKS_OF_EACH.pattern}|差别|区别|差在|(?:哪|啥|什么|怎|咋|多少|几).{{3,}}(?:哪|啥|什么|怎|咋|多少|几)"
)
_NEARLY_AS_COMMON = 0.75
"""Of the best topic's score over all regions: so much of it, and regions are compared by the next topic, too."""
_TOLD_IN_FULL = 2
"""Regions: where more are compared, each is told shortly."""
_MAYBE = 0.2
"""From this score on, what nearly fits is asked about before it is given up."""
_PREVIOUS_SHARE = 0.4
_OF_ITS_OWN = 0.4
"""From this score on a few words that fit nothing as a continuation are asked alone."""
_SAME_TOPIC = 0.14
"""What a continuation gains for staying with the topic that was talked about."""
_SAME_TOPIC_ALONE = 0.08
_OF_WHAT_WAS_TOLD = re.compile(r"^[那这][张个份些位种条项]")
_SAME_TOPIC_TOLD = 0.2
"""What points at the answer just given gains more than another continuation."""
_SHORT = 20  # characters
"""A short question of its own gains that little: after the ratio, 居民跟职工一样不 is about the ratio."""
_LONGEST_EXPLANATION = 160  # characters; an article more would not be listened to
_COMPARISON_WORDS = re.compile(
    r"有(什么|何|啥|哪些)?(区别|差别|不同|不一样)|区别|差别|不同|不一样|对比|比较|相比|一样吗?|分别(是什么|怎么)?|各自|"
    r"哪几?个?些?(地方|地区|省份?)|各个?[地省]|明确写了|写了"
)
_SAME_OF_ANOTHER = re.compile(r"^(?:那|要是|如果|换成|换).*呢[?？]?$")
"""那要是社区医院的呢: the answer just given may hold for it, too, and is told again beside what fits alone."""
_JOINED = re.compile(r"[跟和与及、]|还有")
_MOVING = re.compile(
    r"^(?:我|俺|咱)?(?:准备|打算|要|刚)?从(?:调|转|搬|迁|换|回)(?:到|去|来|往)?(?:工作|上班|了|以后|后)*[\s,，]+"
)
"""Why somebody compares, not what: 我从长沙调到济宁 两边几时能用, without the places."""
_YES = re.compile(r"^(?:是|是的|能|可以|会)[,，]")
"""What an answer begins with that stood alone as the answer to its question."""
_FIRMEST_FIRST: tuple[PolicyStatus, ...] = ("fixed", "draft", "delegated", "not_in_force", "silent")
_ARTICLE_NAMED = re.compile(r"第[零一二三四五六七八九十百]+条")


class PolicyLibrary:
    """Answers policy questions; made once, used by the chat and the helpline's console."""

    def __init__(self, knowledge: Knowledge, encoder: Encoder | None, cache: Path | None = None) -> None:
        """What takes long to learn is kept in the folder `cache` for the next start."""
        self.knowledge = knowledge
        self.encoder = encoder
        self._telling = Telling(knowledge)
        self._fits = _FITS if encoder else _FITS_BY_CHARACTERS
        numbers = (document.number for region in knowledge.regions.values() for document in region.documents)
        self._reader = Reader(knowledge.glossary, (*knowledge.regions, *numbers))
        self._regions, self._anywhere = self._rankings(cache)

    def _rankings(self, cache: Path | None) -> tuple[Mapping[str, Ranking[Target]], Ranking[Target]]:
        """One for each region and one for what people ask anywhere."""
        read = functools.cache(self._reader.read)  # many regions ask in the same words

        def read_all(found: Iterator[Phrasing[Target]]) -> tuple[Phrasing[Target], ...]:
            return tuple(replace(phrasing, text=read(phrasing.text)) for phrasing in found)

        regions = self.knowledge.regions
        asked = {name: read_all(phrasings(self.knowledge, region)) for name, region in regions.items()}
        anywhere = read_all(general_phrasings(self.knowledge))
        everything = chain(anywhere, *asked.values())
        asked_about = tuple(dict.fromkeys((each.text, topic_of(each.target)) for each in everything))

        def kept(name: str) -> KeptArray | None:
            return KeptArray(cache / f"learned-{name}.npz") if cache else None

        wordings = Wordings(asked_about, self.encoder, kept("topics"))

        def ranking(found: tuple[Phrasing[Target], ...], name: str) -> Ranking[Target]:
            return Ranking(found, topic_of, wordings, kept(name))

        by_region = {name: ranking(found, regions[name].folder) for name, found in asked.items()}
        return by_region, ranking(anywhere, "anywhere")

    # ---- answering ---------------------------------------------------------------------------------------

    def answer(
        self,
        question: str,
        region: str,
        scheme: str | None,
        on: date,
        previous: str | None = None,
        topic: str | None = None,
        asked_before: str | None = None,
    ) -> PolicyAnswer:
        """The region's answer. `region` is one of the five (KeyError otherwise), `scheme` 职工, 居民 or None.

        `previous` is the question that this one continues ("不是定点的药店呢"), `topic` what that was about;
        `asked_before` the one before a short question that seems to stand alone, and may go on with it all the same.
        A question that names an article is answered by that article.
        """
        place = self.knowledge.regions[region]
        hits = self._hits(question, region, previous, topic)
        named = self._named_article(question, place)
        target = named or self._choose(hits)
        answered = _with_candidates(self._telling.tell(target, place), hits)
        doubt = ""
        if target and not named:
            beside = self._beside(question, target, place, hits, answered.answer)
            if asked_before and not beside:
                beside = self._going_on(question, asked_before, target, place, topic, answered.answer)
            answered = replace(answered, beside=beside)
            if hits[0].score < self._fits:
                doubt = NOT_SURE
        if doubt or target is None:
            answered = replace(answered, rivals=_topics_near(hits))
        notices = (
            *self._telling.notices(answered, place, on),
            doubt,
            correction(normalise(question), answered.answer),
        )
        answered = replace(answered, notices=tuple(filter(None, notices)))
        answered = if_in_force(answered, place, on)
        return self._telling.for_scheme(answered, place, scheme)

    def explain(self, question: str, region: str, scheme: str | None, on: date) -> PolicyAnswer:
        """The answer to 为什么: what the articles behind the answer to this question say, the first at least."""
        answered = self.answer(question, region, scheme, on)
        place = self.knowledge.regions[region]
        said = {place.citation(article): article.says for article in place.articles}
        told: list[str] = []
        for cite in answered.citations:
            if cite in said and (not told or len("".join(told)) + len(said[cite]) <= _LONGEST_EXPLANATION):
                told.append(f"{cite}是这样规定的：{said[cite]}")
        return replace(answered, answer="\n".join(told), why="", beside="") if told else answered

    def fits(self, question: str, region: str | None) -> bool:
        """Whether some answer fits well enough to be told without a doubt."""
        return self.closeness(question, region) >= self._fits

    def closeness(self, question: str, region: str | None) -> float:
        """How well the best answer fits: 0 is nothing in common, 1 and more certain. Without a region,
        among what people ask anywhere."""
        ranking = self._regions[region] if region else self._anywhere
        return max((hit.score for hit in ranking.rank(self._reader.read(question))), default=0.0)

    def nationwide(self, question: str) -> PolicyAnswer | None:
        """The answer to a question that needs no region; None if it needs one."""
        hits = self._anywhere.rank(self._reader.read(question))
        if not hits or hits[0].score < self._fits or not isinstance(hits[0].target, NationalFact):
            return None
        return _with_candidates(tell_fact(hits[0].target, NATION), hits)

    def compare(self, asked: Mapping[str, str], on: date) -> PolicyComparison:
        """What each region says to what is asked of it, `asked` by region: all on one topic, unless the questions
        differ and each fits an answer on a topic of its own (江西按什么比例报,湖南没联网怎么办)."""
        compared = {
            name: _COMPARISON_WORDS.sub(" ", _MOVING.sub("", normalise(q))) for name, q in asked.items()
        }
        hits = {name: self._hits(question, name) for name, question in compared.items()}
        topics = {name: self._topic_surely(ranked) for name, ranked in hits.items()}
        if len(set(asked.values())) > 1 and all(topics.values()) and len(set(topics.values())) > 1:
            told = (self._compared(topics[name], name, ranked, on, True) for name, ranked in hits.items())
            return PolicyComparison(topic="", topic_name="", answers=tuple(told))
        shared, *different = set(compared.values())
        joined = () if different else self._topics_joined(shared, tuple(asked))
        common = joined or self._with_those_called(self._common_topics(hits), shared if not different else "")
        return PolicyComparison(
            topic=common[0],
            topic_name="和".join(self.knowledge.topics[topic].name for topic in common),
            answers=tuple(
                _in_one(
                    [self._compared(topic, name, ranked, on, len(hits) <= _TOLD_IN_FULL) for topic in common]
                )
                for name, ranked in hits.items()
            ),
        )

    def _with_those_called(self, topics: tuple[str, ...], question: str) -> tuple[str, ...]:
        """The topics that fit best, the second given way to one that the question calls by its name."""
        called = [
            topic.id
            for topic in self.knowledge.topics.values()
            if topic.id != topics[0] and any(word in question for word in topic.called)
        ]
        return (topics[0], *called[:1]) if called else topics

    def _topics_joined(self, question: str, regions: tuple[str, ...]) -> tuple[str, ...]:
        """The topics of a question that names several, joined by 和, where each is surely one (起付线跟报销比例)."""
        parts = [part for part in _JOINED.split(question) if len(part.strip()) > 1]
        hits = [{name: self._hits(part, name) for name in regions} for part in parts]
        topics = [self._common_topics(each)[0] if self._all_sure(each) else "" for each in hits]
        return tuple(topics) if len(set(topics)) == len(topics) > 1 and all(topics) else ()

    def _all_sure(self, hits: Mapping[str, tuple[Ranked[Target], ...]]) -> bool:
        return all(ranked and ranked[0].score >= _OF_ITS_OWN for ranked in hits.values())

    def _topic_surely(self, hits: tuple[Ranked[Target], ...]) -> str:
        """The topic of the best hit, where it fits without a doubt."""
        return topic_of(hits[0].target) if hits and hits[0].score >= self._fits else ""

    # ---- choosing ----------------------------------------------------------------------------------------

    def _hits(
        self, question: str, region: str, previous: str | None = None, topic: str | None = None
    ) -> tuple[Ranked[Target], ...]:
        ranking, read = self._regions[region], self._reader.read(question)
        told_of = topic is not None and _OF_WHAT_WAS_TOLD.search(question)
        if previous is None:
            hits = ranking.rank(read)
            by = _SAME_TOPIC_TOLD if told_of else _SAME_TOPIC_ALONE if len(read) <= _SHORT else 0.0
            return _favoured(hits, topic, by) if topic else hits
        hits = ranking.rank_following(read, self._reader.read(previous), _PREVIOUS_SHARE)
        if told_of:
            return _favoured(hits, topic, _SAME_TOPIC_TOLD)
        together = _favoured(hits, topic, _SAME_TOPIC)
        alone = ranking.rank(read)  # it was a question of its own after all: 去哪评, 外地看病呢
        if not alone or alone[0].score < _OF_ITS_OWN:
            return together
        before = ranking.rank(self._reader.read(previous))
        if not before or together[0].target is not before[0].target:
            return alone if together[0].score < self._fits else together
        if not _SAME_OF_ANOTHER.search(question):
            return alone
        best = alone[0]
        return (best, replace(together[0], score=min(best.score, together[0].score)), *alone[1:])

    def _choose(self, hits: tuple[Ranked[Target], ...]) -> Target | None:
        """The best hit; a written answer is preferred to an article nearly as close.

        What does not quite fit is still the closest that the documents have, as long as it is a rule of theirs.
        """
        if not hits or hits[0].score < _NOTHING_IN_COMMON:
            return None
        best = hits[0]
        if best.score < self._fits:
            return best.target if isinstance(best.target, Answer | Article) else None
        if isinstance(best.target, Article):
            written = next((hit for hit in hits if not isinstance(hit.target, Article)), None)
            if written and written.score >= max(self._fits, best.score - _CLEARLY_BETTER):
                return written.target
        return best.target

    def _beside(
        self, question: str, chosen: Target, place: Region, hits: tuple[Ranked[Target], ...], said: str
    ) -> str:
        """The next best answer in a sentence, where the question fits it nearly as well as the chosen one, or asks for
        several things and fits it well."""
        asked = normalise(question)
        least = max(_NOTHING_IN_COMMON, hits[0].score - _CANNOT_TELL_APART)
        if _ASKS_FOR_SEVERAL.search(asked):
            least = min(least, self._fits)
        rivals = [hit.target for hit in hits if hit.target is not chosen and hit.score >= least]
        of_each = _ASKS_OF_EACH.search(asked) is not None
        told = (self._told_beside(rival, chosen, place, said, of_each) for rival in rivals[:_RIVALS_WEIGHED])
        return next(filter(None, told), "")

    def _going_on(
        self, question: str, before: str, chosen: Target, place: Region, topic: str | None, said: str
    ) -> str:
        """What fits a short question best if it goes on with the one before, where that is something else."""
        ranking = self._regions[place.name]
        hits = ranking.rank_following(self._reader.read(question), self._reader.read(before), _PREVIOUS_SHARE)
        hits = _favoured(hits, topic, _SAME_TOPIC) if topic else hits
        if not hits or hits[0].target is chosen or hits[0].score < self._fits:
            return ""
        return self._told_beside(hits[0].target, chosen, place, said, False)

    def _told_beside(self, rival: Target, chosen: Target, place: Region, said: str, of_each: bool) -> str:
        """Empty where it would say nothing new: the same words; the same article on the same topic, unless each of
        several is asked for (一类二类各封顶多少)."""
        if not isinstance(rival, Answer | Article):
            return ""
        other = self._telling.tell(rival, place)
        same_topic = other.topic == topic_of(chosen)
        if other.answer in said or (
            same_topic and not of_each and other.citations == self._telling.tell(chosen, place).citations
        ):
            return ""
        told = f"{other.answer.rstrip('。')}。{other.basis}"
        return (
            f"另外，{told}"
            if same_topic
            else f"如果您问的是{self.knowledge.topics[other.topic].name}：{told}"
        )

    def _named_article(self, question: str, region: Region) -> Article | None:
        named = _ARTICLE_NAMED.search(normalise(question))
        articles = (a for a in region.articles if named and a.article == named.group())
        return next(articles, None)

    def _common_topics(self, hits: Mapping[str, tuple[Ranked[Target], ...]]) -> tuple[str, ...]:
        """The topic that fits best over all regions together, and the next where it fits nearly as well."""
        votes: dict[str, float] = {}
        for ranked in hits.values():
            best: dict[str, float] = {}
            for hit in ranked:
                if topic := topic_of(hit.target):
                    best[topic] = max(best.get(topic, 0.0), hit.score)
            for topic, score in best.items():
                votes[topic] = votes.get(topic, 0.0) + score
        first, *others = sorted(votes, key=lambda topic: votes[topic], reverse=True)
        return (first, *(topic for topic in others[:1] if votes[topic] >= _NEARLY_AS_COMMON * votes[first]))

    # ---- telling -----------------------------------------------------------------------------------------

    def _compared(
        self, topic_id: str, name: str, hits: tuple[Ranked[Target], ...], on: date, in_full: bool
    ) -> PolicyAnswer:
        """What one region says to a topic: `in_full` all that fits and what the rule in general is; else shortly."""
        topic, region = self.knowledge.topics[topic_id], self.knowledge.regions[name]
        answers = self._answers_on(topic, region, hits)
        if not answers:
            return _with_candidates(self._telling.tell_silence(topic, region), hits)
        words = [answer.short or answer.answer for answer in answers[: 2 if in_full else 1]]
        if in_full:
            words[0] = answers[0].answer
        told = [
            replace(tell_answer(answer, region), answer=said, why="")
            for answer, said in zip(answers, words, strict=False)
        ]
        together = _in_one(told)
        together = replace(together, notices=self._telling.notices(together, region, on))
        return _with_candidates(if_in_force(together, region, on), hits)

    def _answers_on(
        self, topic: Topic, region: Region, hits: tuple[Ranked[Target], ...]
    ) -> tuple[Answer, ...]:
        """The region's answer to the topic and the finest that fits, what fits first; the second only where it says
        what stands elsewhere. None where the region says nothing to the topic."""
        general = region.answer_to(topic.id)
        on_topic = [hit for hit in hits if isinstance(hit.target, Answer) and hit.target.topic == topic.id]
        to_beat = max((hit.score for hit in on_topic if hit.target is general), default=0.0) + _CLEARLY_BETTER
        finest = [hit.target for hit in on_topic[:1] if isinstance(hit.target, Answer)]
        if general is None:
            return tuple(finest)
        in_order = (*finest, general) if on_topic and on_topic[0].score >= to_beat else (general, *finest)
        second = [each for each in in_order[1:] if not set(each.citations) <= set(in_order[0].citations)]
        return (in_order[0], *second)


def _in_one(answers: list[PolicyAnswer]) -> PolicyAnswer:
    """What one region says to several topics, as one answer that stands no firmer than the weakest of them."""
    weakest = max(answers, key=lambda answer: _FIRMEST_FIRST.index(answer.status))
    return replace(
        weakest,
        answer="；".join((answers[0].answer, *(_YES.sub("", each.answer) for each in answers[1:]))).replace(
            "。；", "；"
        ),
        citations=tuple(dict.fromkeys(chain.from_iterable(answer.citations for answer in answers))),
        notices=tuple(dict.fromkeys(chain.from_iterable(answer.notices for answer in answers))),
    )


def _favoured(hits: tuple[Ranked[Target], ...], topic: str | None, by: float) -> tuple[Ranked[Target], ...]:
    """The hits again, those on the topic that was talked about moved up."""
    scored = (replace(hit, score=hit.score + by) if topic_of(hit.target) == topic else hit for hit in hits)
    return tuple(sorted(scored, key=lambda hit: -hit.score))


def _topics_near(hits: tuple[Ranked[Target], ...]) -> tuple[str, ...]:
    """The two topics that come closest, if any comes near."""
    near = (topic_of(hit.target) for hit in hits if hit.score >= _MAYBE)
    return tuple(dict.fromkeys(topic for topic in near if topic))[:2]


def _with_candidates(told: PolicyAnswer, hits: tuple[Ranked[Target], ...]) -> PolicyAnswer:
    candidates = tuple(Candidate(label_of(h.target), h.score, h.phrasing) for h in hits[:CANDIDATES_SHOWN])
    return replace(told, score=hits[0].score if hits else 0.0, candidates=candidates)
