"""The official wording behind an answer: 原文怎么说, 第十三条原文; what is long goes on at 继续看.

The context's `wording` is what may be read: `{"cited": [[document number, article], …], "status": …, "decided_by": …,
"page": n}`, the places that the last answer cites, how that answer stands, and which page of their wording comes next.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.dialogue.policy import answer_policy, with_what_was_said, without_regions
from bot.dialogue.scope import recognise
from bot.dialogue.turn import Context, Outcome, Turn
from bot.knowledge.library import Region
from bot.knowledge.schema import Document
from bot.knowledge.wording import Articles, readable
from bot.language import normalise
from bot.language.numerals import to_decimal
from bot.messages import (
    ApplicationCard,
    Button,
    Card,
    Citation,
    ComparisonCard,
    DeadlineCard,
    EstimateCard,
    PolicyAnswerCard,
    PolicyStatus,
    RenewalCard,
    Reply,
)
from bot.policy.answers import ASK_THE_AGENCY
from bot.policy.library import PolicyLibrary
from bot.policy.telling import validity
from bot.records.database import Database
from bot.records.official_texts import wordings

LONGEST = 400  # characters shown at a time

_ASKED = re.compile(r"原文|原话|原句")
_HOW_WRITTEN = re.compile(
    r"(?:文件|条文|条款)[上里]?面?(?:到底|究竟|具体)?是?(?:怎么|咋|如何)(?:写|说|讲)的?"
)
_READS_ON = re.compile(r"(?:继续|接着)往?下?[看读念]")
_GOES_ON = re.compile(r"(?:继续|接着)往?下?[看读念说]?|还有呢|后面的?呢?")
"""What asks for more: always, and while there is more to read."""
_ABOUT_NOTHING = re.compile(
    r"[\W怎么咋如何说写讲的是什有没吗呢啊呀吧给我看下发能不可以请把条款文件政策规定那这想要让查贴出来念听具体完整上里面一个到底究竟]+"
)
"""What is left of a text without these characters names something by itself."""
_PLACE = re.compile(
    r"第[零一二三四五六七八九十百\d]+条|[一二三四五六七八九十]+[(（][一二三四五六七八九十]+[)）]\d?"
)
_SENTENCE = re.compile(r"(?<=[。；！？\n])")

CONTINUE = Button("继续看", "继续看")
READ_TO_THE_END = "原文到这里就完了。您还想问什么？"
NOTHING_CITED = (
    "刚才没有引用条文。您先问一件事，或者说出省份和条文，例如“湖南第十三条原文”，我就把原文给您看。"
)

Texts = Mapping[str, Articles]


@dataclass(frozen=True)
class _Cited:
    """Places to read, and how the answer stands that cites them: without a status, as their documents stand."""

    places: tuple[Citation, ...]
    status: PolicyStatus | None = None
    decided_by: str | None = None


@dataclass(frozen=True)
class _Page:
    citations: tuple[Citation, ...]
    text: str


def with_places_cited(outcome: Outcome) -> Outcome:
    """The outcome with its context remembering which places its answer cites, if it is an answer."""
    cited = [found for reply in outcome.replies if (found := _cited_by(reply.card))]
    return _remembering(outcome, cited[0]) if cited else outcome


def _cited_by(card: Card | None) -> _Cited | None:
    match card:
        case PolicyAnswerCard():
            return _Cited(card.citations, card.status, card.decided_by)
        case EstimateCard() | ApplicationCard() | DeadlineCard():
            return _Cited(card.citations)
        case ComparisonCard():
            return _Cited(tuple(citation for row in card.rows for citation in row.citations))
        case RenewalCard():
            return _Cited(tuple(citation for item in card.items for citation in item.citations))
        case _:
            return None


def _remembering(outcome: Outcome, cited: _Cited, page: int | None = None) -> Outcome:
    places = [[place.document, place.article] for place in dict.fromkeys(cited.places)]
    wording = {"cited": places, "status": cited.status, "decided_by": cited.decided_by, "page": page}
    return replace(outcome, context=replace(outcome.context, wording=wording))


def _remembered(context: Context) -> _Cited:
    kept = context.wording
    places = tuple(
        Citation(document=document, article=article) for document, article in kept.get("cited", ())
    )
    return _Cited(places, kept.get("status"), kept.get("decided_by"))


class OriginalWording:
    """Shows the wording that was imported; where there is none, our restatement and who has the document."""

    def __init__(self, database: Database, library: PolicyLibrary) -> None:
        self._database = database
        self._library = library

    def asks(self, turn: Turn, context: Context) -> bool:
        """Whether the turn asks for official wording, or to go on reading it."""
        if _goes_on(turn, context):
            return True
        if recognise(turn, self._library.knowledge.refusals):
            return False
        asked = _ASKED.search(turn.text) or (context.wording and _HOW_WRITTEN.fullmatch(_words(turn.text)))
        return bool(asked)

    async def show(self, turn: Turn, context: Context) -> Outcome:
        """The wording of the article named, of those that answer what is asked, or of those cited last."""
        texts, on = await self._database.run(wordings), turn.now.date()
        if _goes_on(turn, context):
            return self._page(_remembered(context), context.wording["page"], texts, on, context)
        if any(
            value.partition("/")[0] not in self._library.knowledge.regions for value in turn.values("region")
        ):
            return answer_policy(turn, context, self._library)  # a province whose documents we do not have
        context = with_what_was_said(turn, context, self._library)
        region = self._library.knowledge.regions.get(context.region or "")
        if region and (named := _PLACE.search(normalise(turn.text))):
            place = _find(named.group(), region, texts)
            if place is None:
                return _no_such_place(named.group(), region, context)
            return self._page(_Cited((place,)), 0, texts, on, context)
        if region and (question := _question(turn, context)):
            answer = self._library.answer(question, region.name, context.scheme, on)
            if not answer.citations:
                return answer_policy(turn, context, self._library)
            context = replace(context, last_question=question, topic=answer.topic or None)
            cited = _Cited(answer.citations, answer.status, answer.decided_by)
            return self._page(cited, 0, texts, on, context)
        if context.wording.get("cited"):
            return self._page(_remembered(context), 0, texts, on, context)
        return Outcome((Reply(NOTHING_CITED),), context)

    def _page(self, cited: _Cited, number: int | None, texts: Texts, on: date, context: Context) -> Outcome:
        pages = tuple(self._pages(cited.places, texts))
        if number is None or number >= len(pages):  # a shorter version may have been imported meanwhile
            return Outcome((Reply(READ_TO_THE_END),), context)
        page, more = pages[number], number + 1 < len(pages)
        region, _ = self._document(page.citations[0])
        knowledge = self._library.knowledge
        standing = [validity(self._document(place)[1], knowledge, on) for place in page.citations]
        card = PolicyAnswerCard(
            region=region.name,
            topic=context.topic or "",
            status=cited.status or standing[0][0],
            citations=page.citations,
            decided_by=cited.decided_by,
        )
        notices = "".join(dict.fromkeys(notice for _, notice in standing))
        text = notices + page.text + ("\n后面还有，要接着看，请说“继续看”。" if more else "")
        outcome = Outcome((Reply(text, (CONTINUE,) if more else (), card),), context)
        return _remembering(outcome, cited, number + 1 if more else None)

    def _pages(self, places: tuple[Citation, ...], texts: Texts) -> Iterator[_Page]:
        """Whole articles together as far as they fit; a longer one in parts that end with a sentence."""
        page = _Page((), "")
        for place in places:
            for part in self._parts(place, texts):
                if page.text and len(page.text) + len(part) > LONGEST:
                    yield page
                    page = _Page((), "")
                citations = tuple(dict.fromkeys((*page.citations, place)))
                page = _Page(citations, f"{page.text}\n{part}".strip())
        yield page

    def _parts(self, place: Citation, texts: Texts) -> Iterator[str]:
        region, document = self._document(place)
        wording = texts.get(document.key, {}).get(place.article)
        if wording is None:
            says = _restated(place, region)
            told = f"我们的转述是：{says}\n" if says else ""
            yield f"{place}的原文还没有录入。{told}要看原文，{ASK_THE_AGENCY}"
            return
        first, *others = _cut(readable(wording))
        parts = [f"{place}的原文：\n{first}", *(f"{place}的原文，接着：\n{part}" for part in others)]
        yield from parts[:-1]
        yield "\n".join((parts[-1], *_gaps(place, document)))

    def _document(self, place: Citation) -> tuple[Region, Document]:
        return next(
            (region, document)
            for region in self._library.knowledge.regions.values()
            for document in region.documents
            if document.number == place.document
        )


def _goes_on(turn: Turn, context: Context) -> bool:
    reading = context.wording.get("page") is not None
    return bool(context.wording and (_GOES_ON if reading else _READS_ON).fullmatch(_words(turn.text)))


def _question(turn: Turn, context: Context) -> str | None:
    """What the wording is asked about; the last question, where only another region is named."""
    said = _ASKED.sub("", without_regions(turn))
    if len(_ABOUT_NOTHING.sub("", said)) > 1:
        return said
    return context.last_question if turn.values("region") else None


def _words(text: str) -> str:
    return re.sub(r"\W+", "", normalise(text))


def _find(said: str, region: Region, texts: Texts) -> Citation | None:
    """The place of the region's main document that is named: 第13条 is 第十三条."""
    document = region.main_document
    names = texts.get(document.key) or [
        a.article for a in region.articles if a.document in (None, document.key)
    ]
    named = next((name for name in names if _key(name) == _key(said)), None)
    return Citation(document=document.number, article=named) if named else None


def _key(place: str) -> str:
    numbered = re.fullmatch(r"第(.+)条", place)
    return str(to_decimal(numbered[1])) if numbered else normalise(place)


def _no_such_place(said: str, region: Region, context: Context) -> Outcome:
    text = f"{region.main_document.number}里没有{said}。您可以直接问事情，我来找是哪一条。"
    card = PolicyAnswerCard(region=region.name, topic="", status="silent")
    return Outcome((Reply(text, card=card),), context)


def _restated(place: Citation, region: Region) -> str:
    return next((article.says for article in region.articles if region.citation(article) == place), "")


def _gaps(place: Citation, document: Document) -> Iterator[str]:
    for gap in document.gaps:
        if place.article in gap.where.split("、"):
            yield f"（我手里没有：{gap.missing}。掌握这部分的是：{gap.held_by}。）"


def _cut(wording: str) -> list[str]:
    """Parts of at most `LONGEST` characters, each of whole sentences; a longer sentence is a part of its own."""
    parts = [""]
    for sentence in _SENTENCE.split(wording):
        if parts[-1] and len(parts[-1]) + len(sentence) > LONGEST:
            parts.append("")
        parts[-1] += sentence
    return [part.strip() for part in parts]
