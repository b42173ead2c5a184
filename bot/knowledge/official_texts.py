"""Splits the published documents into the articles that citations name. Used by the checker alone.

Three documents are numbered 第X条; the Jilin notice and the Inner Mongolia draft by heading paths
(`二（四）3`). Beside the articles each document has 标题, 前言, 附件 and 结尾 where it has such parts;
结尾 and a list of annexes belong to the last article, too.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.knowledge.figures import CHINESE_DIGITS

Articles = Mapping[str, str]
"""Article name -> its text."""

_ARTICLE = re.compile(rf"^[\s*]*(第[{CHINESE_DIGITS}]+条)")
_CHAPTER = re.compile(rf"^[\s#]*第[{CHINESE_DIGITS}]+章|^#")
_HEADINGS = (
    re.compile(rf"^\s*([{CHINESE_DIGITS}]+)、"),
    re.compile(rf"^\s*[（(]([{CHINESE_DIGITS}]+)[）)]"),
    re.compile(r"^\s*(\d+)\."),
)
_CLOSING = re.compile(r"^\s*本通知自")
_ANNEX = re.compile(r"^\s*附件(：.*)?$|^\s*附件：")

_LOST_HEADINGS = {
    "shandong-2024-24": {"是否齐全，申请材料": "第七条", "遇水平。其中，起付标准": "第十五条"},
}
"""Lines with which an article resumes whose heading stood on a lost page."""

_LETTERS = {"shandong-2024-24": ("jining-2024-5", "# 山东省医疗保险事业中心文件")}
"""A text that opens with another agency's forwarding letter: that document's key, the line that ends it."""


def read_texts(folder: Path) -> dict[str, Articles]:
    """Document key -> its articles, for every `*.txt` in the folder."""
    texts: dict[str, Articles] = {}
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        if path.stem in _LETTERS:
            letter_key, end = _LETTERS[path.stem]
            letter, text = text.split(end, 1)
            texts[letter_key] = {"转发通知": letter}
        texts[path.stem] = split_articles(path.stem, text)
    return texts


def split_articles(key: str, text: str) -> Articles:
    """Article name -> text. A heading's text includes everything below it (`二（四）` holds `二（四）3`)."""
    numbered = re.search(_ARTICLE.pattern, text, re.MULTILINE)
    parts = _numbered_parts(key, text) if numbered else _heading_parts(text)
    articles: dict[str, str] = {"标题": _title(text)}
    for names, line in parts:
        for name in names:
            articles[name] = articles.get(name, "") + line + "\n"
    return articles


def _title(text: str) -> str:
    """The document's head: everything before the line that addresses its readers or begins the text."""
    head = re.split(r"\n[^\n]*：\n|\n为进一步", text, maxsplit=1)[0]
    return head.replace("\n", "")


def _numbered_parts(key: str, text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    resumed = _LOST_HEADINGS.get(key, {})
    current: tuple[str, ...] = ("前言",)
    for line in text.splitlines():
        heading = _ARTICLE.match(line)
        lost = next((name for start, name in resumed.items() if line.startswith(start)), None)
        if heading:
            current = (heading.group(1),)
        elif lost:
            current = (lost,)
        elif _ANNEX.match(line):
            current = (current[0], "附件")
        elif _CHAPTER.match(line):
            continue
        yield current, line


def _heading_parts(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    path: list[str] = []
    names: tuple[str, ...] = ("前言",)
    for line in text.splitlines():
        level, label = _heading(line)
        if _CLOSING.match(line):
            names = ("".join(path), "结尾")
        elif _ANNEX.match(line):
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
        if found := pattern.match(line):
            return level, f"（{found.group(1)}）" if level == 1 else found.group(1)
    return 0, None
