"""Proves the knowledge: shapes, references, no hole in the matrix region x topic, and - wherever the documents'
text is at hand - that every citation, evidence phrase and figure stands in the cited article.

    bot check-knowledge [--texts DIR | --imported]
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from bot.knowledge.deadlines import load_deadlines
from bot.knowledge.figures import Figure, figure_set, figures
from bot.knowledge.files import KnowledgeError
from bot.knowledge.helpline import Helpline, load_helpline
from bot.knowledge.library import Knowledge, Region, load_knowledge
from bot.knowledge.parameters import load_parameters
from bot.knowledge.reminders import load_reminders
from bot.knowledge.schema import Answer, Article, Cite
from bot.knowledge.wording import Articles, fold
from bot.messages import AnswerStatus


@dataclass(frozen=True)
class Problem:
    """`entry` names the record inside the file (`answers[3] ratio`)."""

    file: str
    entry: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}：{self.entry}：{self.message}" if self.entry else f"{self.file}：{self.message}"


def check_knowledge(knowledge_dir: Path, texts: Mapping[str, Articles] | None) -> list[Problem]:
    """Everything wrong with the knowledge. `texts`: the documents' articles by document key; without them the
    proofs against the official wording are left out."""
    try:
        knowledge, helpline = load_knowledge(knowledge_dir), load_helpline(knowledge_dir)
        rules = {
            "parameters.yml": load_parameters(knowledge_dir),
            "deadlines.yml": load_deadlines(knowledge_dir),
            "reminders.yml": load_reminders(knowledge_dir).rules,
        }
    except KnowledgeError as error:
        line = f"第{error.line}行 " if error.line else ""
        return [Problem(_shown(error.file, knowledge_dir), error.key, line + error.expected)]
    problems = [*_check_words(knowledge), *_check_helpline(helpline, knowledge)]
    for region in knowledge.regions.values():
        problems += _check_references(region, knowledge)
    if texts is not None:
        folded = {key: _Text(articles) for key, articles in texts.items()}
        for region in knowledge.regions.values():
            problems += _missing_texts(region, folded)
            problems += _check_region_against_texts(region, folded)
            for file, records in rules.items():
                problems += _check_rules(file, records, region, folded)
    return problems


def _shown(file: Path, knowledge_dir: Path) -> str:
    return str(file.relative_to(knowledge_dir)) if file.is_relative_to(knowledge_dir) else str(file)


# ---- what the files say about each other --------------------------------------------------------------


def _check_words(knowledge: Knowledge) -> Iterator[Problem]:
    for status in get_args(AnswerStatus):
        if status not in knowledge.statuses:
            yield Problem("statuses.yml", status, "缺少这一状态的说法")
    for fact in knowledge.nation:
        if fact.topic not in knowledge.topics:
            yield Problem("nation.yml", fact.topic, "topics.yml 里没有这个主题")
    told = {fact.topic for fact in knowledge.nation}
    for topic in knowledge.topics.values():
        if not topic.needs_region and topic.id not in told:
            yield Problem("nation.yml", topic.id, "这个主题不分地区，但没有全国的说法")


def _check_helpline(helpline: Helpline, knowledge: Knowledge) -> Iterator[Problem]:
    for topic in helpline.frequent_topics:
        if topic not in knowledge.topics:
            yield Problem("helpline.yml", "frequent_topics", f"topics.yml 里没有主题 {topic}")
    names = [block.name for block in helpline.text_blocks]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem("helpline.yml", "text_blocks", f"有两段都叫“{name}”")


def _check_references(region: Region, knowledge: Knowledge) -> Iterator[Problem]:
    folder = f"regions/{region.folder}"
    keys = {document.key for document in region.documents} | {None}
    for entry, record in _records(region):
        file = f"{folder}/{entry.split('[')[0]}.yml"
        topics = (record.topic,) if isinstance(record, Answer) else record.topics
        for topic in topics:
            if topic not in knowledge.topics:
                yield Problem(file, entry, f"topics.yml 里没有主题 {topic}")
        for cite in _cites(record):
            if cite.document not in keys:
                yield Problem(file, entry, f"documents.yml 里没有文件 {cite.document}")
        if isinstance(record, Answer):
            yield from (Problem(file, entry, message) for message in _status_slips(record))
    yield from _check_matrix(region, knowledge, f"{folder}/answers.yml")


def _status_slips(answer: Answer) -> Iterator[str]:
    if answer.status == "delegated" and not answer.decided_by:
        yield "状态是 delegated（另行规定），但 decided_by 没写由谁定"
    if answer.status in ("fixed", "delegated", "draft") and not answer.citations:
        yield f"状态是 {answer.status}，但没有引用条款"


def _check_matrix(region: Region, knowledge: Knowledge, file: str) -> Iterator[Problem]:
    answered = {answer.topic for answer in region.answers}
    for topic in knowledge.topics.values():
        if topic.needs_region and topic.id not in answered and topic.id not in region.silent:
            yield Problem(file, topic.id, f"没有回答“{topic.name}”，也没有列入 silent")
    for name in region.silent:
        if name not in knowledge.topics:
            yield Problem(file, name, "silent 里的主题 topics.yml 没有")
        elif name in answered:
            yield Problem(file, name, "既写了回答，又列入 silent，只能留一个")
    for name, times in Counter(region.silent).items():
        if times > 1:
            yield Problem(file, name, "silent 里写了两次")


def _records(region: Region) -> Iterator[tuple[str, Answer | Article]]:
    for number, article in enumerate(region.articles, 1):
        yield f"articles[{number}] {article.article}", article
    for number, answer in enumerate(region.answers, 1):
        yield f"answers[{number}] {answer.topic}", answer


def _cites(record: Answer | Article) -> tuple[Cite, ...]:
    if isinstance(record, Answer):
        return record.citations
    return (Cite(article=record.article, document=record.document, evidence=record.evidence),)


# ---- against the documents' texts ----------------------------------------------------------------------


class _Text:
    """A document's articles, folded so that white space and the width of punctuation do not matter."""

    def __init__(self, articles: Articles) -> None:
        self._articles = articles
        self._folded = {name: fold(text) for name, text in articles.items()}

    def __contains__(self, article: str) -> bool:
        return article in self._articles

    def holds(self, article: str, phrase: str) -> bool:
        return fold(phrase) in self._folded[article]

    def article(self, name: str) -> str:
        return self._articles[name]


def _missing_texts(region: Region, texts: Mapping[str, _Text]) -> Iterator[Problem]:
    for document in region.documents:
        if document.key not in texts:
            file = f"regions/{region.folder}/documents.yml"
            yield Problem(file, document.key, "没有这份文件的原文，引用它的地方都没有核对")


def _check_region_against_texts(region: Region, texts: Mapping[str, _Text]) -> Iterator[Problem]:
    for entry, record in _records(region):
        file = f"regions/{region.folder}/{entry.split('[')[0]}.yml"
        cites = _cites(record)
        messages = [message for cite in cites for message in _cite_slips(cite, region, texts)]
        messages += _figure_slips(record, cites, region, texts)
        yield from (Problem(file, entry, message) for message in messages)


def _cite_slips(cite: Cite, region: Region, texts: Mapping[str, _Text]) -> Iterator[str]:
    text = _text_of(cite, region, texts)
    if text is None:
        return
    if cite.article not in text:
        yield f"{region.document(cite.document).number} 里没有{cite.article}"
    else:
        for phrase in cite.evidence:
            if not text.holds(cite.article, phrase):
                yield f"{cite.article}里没有“{phrase}”这句原文"


def _text_of(cite: Cite, region: Region, texts: Mapping[str, _Text]) -> _Text | None:
    return texts.get(cite.document or region.main_document.key)


def _figure_slips(
    record: Answer | Article, cites: tuple[Cite, ...], region: Region, texts: Mapping[str, _Text]
) -> Iterator[str]:
    sources = [(cite, _text_of(cite, region, texts)) for cite in cites]
    if any(text is None for _, text in sources):
        return
    text = "\n".join(text.article(cite.article) for cite, text in sources if text and cite.article in text)
    standing = figure_set(text)
    declared = tuple(computed.figure for computed in record.computed)
    for said in _said(record):
        for figure in figures(_without(said, (*declared, *_declared_ends(region)))):
            if not figure.stands_in(standing):
                yield f"“{figure.text}”不在所引条款里（推算出来的数请写进 computed）"
    for computed in record.computed:
        for figure in figures(computed.derivation):
            if not figure.stands_in(standing):
                yield f"computed {computed.figure} 的推算依据“{figure.text}”不在所引条款里"


def _said(record: Answer | Article) -> tuple[str, ...]:
    if isinstance(record, Answer):
        return (record.answer, record.short, record.why, record.next)
    return (record.says,)


def _declared_ends(region: Region) -> Iterator[str]:
    """Ends of validity, computed in documents.yml from a term of years, as people write them."""
    for document in region.documents:
        if end := document.valid_to:
            yield f"{end.year}年{end.month}月{end.day}日"


def _without(said: str, declared: Iterable[str]) -> str:
    for figure in declared:
        said = said.replace(figure, "，")
    return said


# ---- citations inside parameters and deadlines ---------------------------------------------------------


def _check_rules(
    file: str, rules: Mapping[str, Any], region: Region, texts: Mapping[str, _Text]
) -> Iterator[Problem]:
    """`rules` are a loader's records by region, named as the province or its folder."""
    for key in {region.name, region.folder} & set(rules):
        for path, record, cite in _cited(rules[key], ""):
            messages = [*_cite_slips(cite, region, texts), *_rule_figure_slips(record, cite, region, texts)]
            yield from (
                Problem(f"regions/{region.folder}/{file}", path.lstrip("."), text) for text in messages
            )


def _cited(value: Any, path: str) -> Iterator[tuple[str, BaseModel, Cite]]:
    """Every citation inside a record, however deep, with the way to it and the record it belongs to."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            field = getattr(value, name)
            for cite in field if isinstance(field, tuple) else (field,):
                if isinstance(cite, Cite):
                    yield path, value, cite
                else:
                    yield from _cited(cite, f"{path}.{name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _cited(item, f"{path}.{key}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value, 1):
            yield from _cited(item, f"{path}[{number}]")


def _rule_figure_slips(
    record: BaseModel, cite: Cite, region: Region, texts: Mapping[str, _Text]
) -> Iterator[str]:
    """The rule's numbers stand in its article: 0.80 as 80%, 20 as 20 or 二十."""
    text = _text_of(cite, region, texts)
    if text is None or cite.article not in text:
        return
    standing = figure_set(text.article(cite.article))
    for number in _numbers(record):
        forms = (Figure(number, None, str(number)), Figure(number * 100, "percent", str(number)))
        if not any(form.stands_in(standing) for form in forms):
            yield f"{number} 不在{cite.article}里"
    said = "；".join(getattr(record, name, "") for name in ("says", "says_of_one"))
    for figure in figures(_without(said, _declared_ends(region))):
        if not figure.stands_in(standing):
            yield f"“{figure.text}”不在{cite.article}里"


def _numbers(record: BaseModel) -> Iterator[Decimal]:
    """The record's own numbers, not those under another citation; 0 and 1 are how "none" and "yes" are written."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Decimal | int) and not isinstance(value, bool) and value not in (0, 1):
            yield Decimal(value)
        elif isinstance(value, BaseModel) and "cite" not in type(value).model_fields:
            yield from _numbers(value)
