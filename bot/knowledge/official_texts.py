"""Splits the published documents into the articles that citations name, and tells whether a text is the
document that knowledge/ has on its books.

Some documents are numbered 第X条; the others by heading paths (`二（四）3`). Beside the articles each document
has 标题, 前言, 附件 and 结尾 where it has such parts.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.knowledge.figures import CHINESE_DIGITS
from bot.knowledge.library import Region
from bot.knowledge.official_files import OfficialTextError, read_official_file
from bot.knowledge.schema import Document
from bot.knowledge.wording import Articles, fold, plain
from bot.language.numerals import to_decimal

LETTER = "转发通知"
"""The one article of a letter that forwards another agency's document."""

_ARTICLE = re.compile(rf"[\s*]*第\s*([{CHINESE_DIGITS}]+)\s*条(?P<apart>[\s*【]|$)?")
_CHAPTER = re.compile(rf"[\s#*]*第\s*[{CHINESE_DIGITS}]+\s*章|#")
_HEADINGS = (
    re.compile(rf"\s*([{CHINESE_DIGITS}]+)、"),
    re.compile(rf"\s*\(([{CHINESE_DIGITS}]+)\)"),
    re.compile(r"\s*(\d+)\."),
)
_CLOSING = re.compile(r"\s*本通知自")
_ANNEX = re.compile(r"\s*附件(:|\s*$)")
_HEAD = re.compile(r"\n[^\n]*[：:。]\s*\n")
"""The first line that addresses readers or is a sentence ends the document's head."""

_PARTS = {"标题", "前言", "附件", "结尾", LETTER}


# ---- a file's articles -----------------------------------------------------------------------------------


def read_texts(folder: Path, regions: Mapping[str, Region]) -> dict[str, Articles]:
    """Document key -> its articles, for every registered document with a `<key>.txt` in the folder."""
    texts: dict[str, Articles] = {}
    for region in regions.values():
        for document in region.documents:
            path = folder / f"{document.key}.txt"
            if path.is_file():
                texts |= split_file(region, document, read_official_file(path))
    return texts


def read_document(region: Region, document: Document, path: Path) -> dict[str, Articles]:
    """Document key -> articles of one registered document's file, and of a letter at its head.

    Raises `OfficialTextError` where the file cannot be read or is not the document: with the first mismatch.
    """
    if document.forwards:
        raise OfficialTextError(
            f"{document.key} 的原文在 {document.forwards.document} 的文件开头，"
            f"请导入那份文件：--document {document.forwards.document}"
        )
    texts = split_file(region, document, read_official_file(path))
    for key, articles in texts.items():
        if mismatch := first_mismatch(region, region.document(key), articles):
            raise OfficialTextError(
                f"{path.name} 与登记的 {key} 对不上，没有导入。{mismatch}。\n"
                "请核对是不是这份文件、文本是否完整。如果文件改版了，先改 "
                f"knowledge/regions/{region.folder}/ 的 documents.yml 和 articles.yml，再导入。"
            )
    return texts


def split_file(region: Region, document: Document, text: str) -> dict[str, Articles]:
    """Document key -> articles of what one document's file holds: a letter that forwards it, if any, and itself."""
    found: dict[str, Articles] = {}
    for letter in region.documents:
        if letter.forwards and letter.forwards.document == document.key:
            ends = re.compile(rf"^[\s#*]*{re.escape(letter.forwards.until)}\s*$", re.MULTILINE)
            if line := ends.search(text):
                found[letter.key] = {LETTER: text[: line.start()]}
                text = text[line.start() :]
    return found | {document.key: split_articles(text, document.resumes)}


def split_articles(text: str, resumes: Mapping[str, str] | None = None) -> Articles:
    """Article name -> wording. A heading's text includes everything below it (`二（四）` holds `二（四）3`).

    `resumes`: articles whose heading is lost, by the words with which they go on.
    """
    for words in (resumes or {}).values():
        text = text.replace(f"。{words}", f"。\n{words}")
    lines = text.splitlines()
    numbered = any(_ARTICLE.match(plain(line)) for line in lines)
    parts = _numbered_parts(lines, resumes or {}) if numbered else _heading_parts(lines)
    articles = {"标题": _HEAD.split(text, maxsplit=1)[0].replace("\n", "")}
    for names, line in parts:
        for name in names:
            articles[name] = articles.get(name, "") + line + "\n"
    return {name: wording for name, wording in articles.items() if wording.strip()}


def _numbered_parts(lines: list[str], resumes: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], str]]:
    lost = {fold(words): name for name, words in resumes.items()}
    last_sentence = max((i for i, line in enumerate(lines) if line.rstrip().endswith("。")), default=-1)
    name = "前言"
    for place, line in enumerate(lines):
        resumed = next((lost[words] for words in lost if fold(line).startswith(words)), None)
        if heading := _next_article(line, name):
            name = heading
        elif resumed:
            name = resumed
        elif _ANNEX.match(plain(line)):
            name = "附件"
        elif _CHAPTER.match(plain(line)) and name != "前言":
            continue
        elif place > last_sentence and name not in ("前言", "附件"):
            name = "结尾"
        yield (name,), line


def _next_article(line: str, before: str) -> str | None:
    """The article that a line begins. One that is named out of turn at a line's start is a reference in a sentence,
    unless white space or 【 sets it apart."""
    found = _ARTICLE.match(plain(line))
    if found is None:
        return None
    number = _number(found[1])
    previous = _number(before.strip("第条")) if before.startswith("第") else 0
    in_turn = number == previous + 1 or (number > previous and found["apart"] is not None)
    return f"第{found[1]}条" if in_turn else None


def _number(numeral: str) -> int:
    return int(to_decimal(numeral) or 0)


def _heading_parts(lines: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    path: list[str] = []
    names: tuple[str, ...] = ("前言",)
    for line in lines:
        level, label = _heading(line)
        if _CLOSING.match(line):
            names = (
                "".join(path),
                "结尾",
            )  # it says from when the whole applies, and has no heading of its own
        elif _ANNEX.match(plain(line)):
            names = ("附件",)
        elif label and "附件" not in names:
            path = [*path[:level], label]
            names = _enclosing(path)
        elif names == _enclosing(path) and len(path) == len(_HEADINGS):
            path = path[:-1]  # a numbered item is one paragraph; what follows belongs to its heading
            names = _enclosing(path)
        yield names, line


def _enclosing(path: list[str]) -> tuple[str, ...]:
    """`["二", "（四）", "3"]` lies in 二, 二（四） and 二（四）3."""
    return tuple("".join(path[: depth + 1]) for depth in range(len(path)))


def _heading(line: str) -> tuple[int, str | None]:
    for level, pattern in enumerate(_HEADINGS):
        if found := pattern.match(plain(line)):
            return level, f"（{found[1]}）" if level == 1 else found[1]
    return 0, None


# ---- against the registered document ---------------------------------------------------------------------


def first_mismatch(region: Region, document: Document, articles: Articles) -> str | None:
    """Where a text first differs from the document that is registered: which place, what is expected there, what is
    found. None where title or number, every article and every evidence phrase agree."""
    return next(_mismatches(region, document, articles), None)


def _mismatches(region: Region, document: Document, articles: Articles) -> Iterator[str]:
    whole = fold("".join(articles.values()))
    if fold(document.number) not in whole and fold(document.title) not in whole:
        found = _beginning(next(iter(articles.values())))
        yield f"文号或标题：应有“{document.number}”或《{document.title}》，文件开头是“{found}”"
    registered = [a for a in region.articles if region.document(a.document) is document]
    for article in registered:
        name = article.article
        if name not in articles:
            yield f"{name}：登记的文件有这一条（{article.heading}），这份文件里没有"
            continue
        for phrase in article.evidence:
            if fold(phrase) not in fold(articles[name]):
                yield f"{name}：应有“{phrase}”，这份文件里这一条是“{_beginning(articles[name])}”"
    known = tuple(article.article for article in registered)
    for name, wording in articles.items():
        if name not in _PARTS and not any(one.startswith(name) for one in known):
            yield f"{name}：登记的文件没有这一条，这份文件里有“{_beginning(wording)}”"


def _beginning(wording: str) -> str:
    words = " ".join(wording.split())
    return words if len(words) <= 40 else words[:40] + "……"
