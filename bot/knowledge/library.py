"""Loads `knowledge/` into one immutable object. Figures and wording come from here and nowhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bot.knowledge.files import read_yaml
from bot.knowledge.gazetteer import Regions
from bot.knowledge.schema import (
    Answer,
    Answers,
    Article,
    Cite,
    Document,
    NationalFact,
    Refusal,
    StatusWords,
    Term,
    Topic,
)
from bot.knowledge.unfinished import unfinished_regions
from bot.language import normalise
from bot.messages import AnswerStatus, Citation


@dataclass(frozen=True)
class Region:
    """What one region's documents say. `silent` are topics they say nothing about."""

    name: str
    folder: str
    documents: tuple[Document, ...]
    articles: tuple[Article, ...]
    answers: tuple[Answer, ...]
    silent: tuple[str, ...]

    @property
    def main_document(self) -> Document:
        """The document meant where a citation names none."""
        return self.documents[0]

    def document(self, key: str | None) -> Document:
        """The document with this key; without one, the main document. Raises KeyError."""
        for document in self.documents:
            if key in (None, document.key):
                return document
        raise KeyError(key)

    def citation(self, cite: Cite | Article) -> Citation:
        """The place as the chat contract names it: document number and article."""
        return Citation(document=self.document(cite.document).number, article=cite.article)

    def answer_to(self, topic: str) -> Answer | None:
        """The region's answer to a topic: the first one written."""
        return next((answer for answer in self.answers if answer.topic == topic), None)


@dataclass(frozen=True)
class Knowledge:
    """Everything under `knowledge/` that policy answering needs."""

    folder: Path
    regions: Mapping[str, Region]
    topics: Mapping[str, Topic]
    statuses: Mapping[AnswerStatus, StatusWords]
    glossary: tuple[Term, ...]
    nation: tuple[NationalFact, ...]
    refusals: tuple[Refusal, ...]

    def region_given_away(self, text: str) -> str | None:
        """The region whose document, or something only that region has (爱山东, 湘雅), is named in the text."""
        plain = _bare(text)
        for region in self.regions.values():
            for document in region.documents:
                if any(_bare(sign) in plain for sign in (_series(document), *document.signs)):
                    return region.name
        return None

    def regions_abbreviated(self, text: str) -> tuple[str, ...]:
        """The regions told by two or more of the signs that stand for them at the head of their documents' numbers,
        counted or followed by nothing: 鲁湘两省, 湘、鲁."""
        numbers = {region.name: region.main_document.number for region in self.regions.values()}
        signs = {number[0]: name for name, number in numbers.items() if not number.startswith(name)}
        several = (
            rf"(?:[{''.join(signs)}][、和跟]?){{2,}}(?=[两二三四五]?(?:个?省|地|边|家)|[\s,，。、？?的]|$)"
        )
        told = re.search(several, text)
        return tuple(signs[sign] for sign in told[0] if sign in signs) if told else ()

    def regions_by_document(self, text: str) -> tuple[str, ...]:
        """The regions whose documents the text names by number, whole or without its year (赣医保字29号)."""
        plain = _bare(text)
        return tuple(
            region.name
            for region in self.regions.values()
            if any(_series(document) in plain for document in region.documents)
        )


def load_knowledge(folder: Path) -> Knowledge:
    """Reads and validates every file. Raises `KnowledgeError` for the first thing wrong in a file's shape;
    what the files say about each other is proved by `bot.knowledge.check`."""
    topics = read_yaml(folder / "topics.yml", tuple[Topic, ...])
    statuses = read_yaml(folder / "statuses.yml", tuple[StatusWords, ...])
    regions = {name: _load_region(files, name) for name, files in region_folders(folder).items()}
    return Knowledge(
        folder=folder,
        regions=MappingProxyType(regions),
        topics=MappingProxyType({topic.id: topic for topic in topics}),
        statuses=MappingProxyType({words.status: words for words in statuses}),
        glossary=read_yaml(folder / "glossary.yml", tuple[Term, ...]),
        nation=read_yaml(folder / "nation.yml", tuple[NationalFact, ...]),
        refusals=read_yaml(folder / "scope.yml", tuple[Refusal, ...]),
    )


def region_folders(folder: Path) -> Mapping[str, Path]:
    """The folders of the provinces that have answers and are finished, in the order of `regions.yml`, in which people
    see them."""
    provinces = read_yaml(folder / "regions.yml", Regions).provinces
    unfinished = unfinished_regions(folder)
    named = {
        province.name: folder / "regions" / province.folder
        for province in provinces
        if province.folder and province.folder not in unfinished
    }
    return {name: files for name, files in named.items() if (files / "answers.yml").exists()}


def _load_region(files: Path, name: str) -> Region:
    written = read_yaml(files / "answers.yml", Answers)
    return Region(
        name=name,
        folder=files.name,
        documents=read_yaml(files / "documents.yml", tuple[Document, ...]),
        articles=read_yaml(files / "articles.yml", tuple[Article, ...]),
        answers=written.answers,
        silent=written.silent,
    )


def _series(document: Document) -> str:
    """What a document's number begins with: 赣医保字 of 赣医保字〔2023〕29号."""
    return _bare(document.number.partition("〔")[0])


def _bare(text: str) -> str:
    return re.sub(r"[\s〔〕\[\]()（）【】]", "", normalise(text))
