"""Reads the text of an official document from a file: plain text in UTF-8 or GB18030, Word (.docx) or PDF.

The wording comes out as it stands in the file; only line ends are ours: a PDF breaks lines where the page is full,
and those lines are put together again.
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from pypdf import PdfReader
from pypdf.errors import PyPdfError

LARGEST_FILE = 20 * 1024**2  # bytes

_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)
"""PDF files often name these characters by the radical that looks the same, which NFKC leaves alone."""

_PAGE_NUMBER = re.compile(r"\s*[-—–－]*\s*\d{1,3}\s*[-—–－]*\s*")
_LATIN = r"[!-~“”‘’—…·]"
_MADE_UP_SPACE = re.compile(rf"(?<={_LATIN}) +(?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) +(?={_LATIN})")
"""The space that a PDF reader puts between Chinese and Latin characters, where the typeface changes."""
_BEGINS_PART = re.compile(
    r"[\s#*]*(?:第\s*[零〇一二三四五六七八九十百]+\s*[章条]|[一二三四五六七八九十]+、|[(（][^)）]{1,3}[)）]|\d+[.．、]"
    r"|附件|各[^。]*[:：]$)"
)
"""Headings, list items, and the line that addresses the readers."""
_ENDS = ("。", "：", ":")
_SHORT_OF_EDGE = 8
"""Columns by which a line that the page's edge broke may be shorter than others: an indent, and a sign that may not
begin the next line. One that ends with a sentence must reach the edge."""


class OfficialTextError(Exception):
    """A file cannot be taken as an official text. The message says what is wrong and what to do."""


def read_official_file(path: Path) -> str:
    """The file's text, lines ended by `\\n`. Raises `OfficialTextError`."""
    readers = {".txt": _read_plain, ".docx": _read_word, ".pdf": _read_pdf}
    if path.suffix.lower() not in readers:
        raise OfficialTextError(f"{path.name}：只认 .txt、.docx 和 .pdf 文件，请另存为其中一种再导入。")
    if not path.is_file():
        raise OfficialTextError(f"{path}：没有这个文件，请核对路径。")
    if path.stat().st_size > LARGEST_FILE:
        raise OfficialTextError(f"{path.name}：文件超过 {LARGEST_FILE // 1024**2} MB，请换文字版再导入。")
    text = readers[path.suffix.lower()](path)
    if not text.strip():
        raise OfficialTextError(f"{path.name}：里面没有文字，可能是扫描件。请换文字版，或存成 .txt 再导入。")
    return "\n".join(text.splitlines()) + "\n"


def _read_plain(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OfficialTextError(f"{path.name}：文字编码认不出来，请另存为 UTF-8 再导入。")


def _read_word(path: Path) -> str:
    """Paragraphs and tables in order; a table's row is a line, its cells between tabs."""
    try:
        parts = list(docx.Document(str(path)).iter_inner_content())
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise OfficialTextError(f"{path.name}：不是完好的 Word 文件，请用 Word 打开另存为 .docx。") from error
    lines: list[str] = []
    for part in parts:
        if isinstance(part, Table):
            lines += ["\t".join(cell.text for cell in row.cells) for row in part.rows]
        else:
            lines.append(part.text)
    return "\n".join(lines)


def _read_pdf(path: Path) -> str:
    try:
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except (PyPdfError, ValueError, KeyError) as error:
        message = f"{path.name}：PDF 打不开，可能加了密码或已损坏。请换一份，或存成 .txt 再导入。"
        raise OfficialTextError(message) from error
    lines = [_as_printed(line) for page in pages for line in _without_page_number(page.splitlines())]
    return "\n".join(_paragraphs(lines))


def _without_page_number(lines: list[str]) -> list[str]:
    if lines and _PAGE_NUMBER.fullmatch(lines[0]):
        lines = lines[1:]
    return lines[:-1] if lines and _PAGE_NUMBER.fullmatch(lines[-1]) else lines


def _as_printed(line: str) -> str:
    """The characters one sees: radicals as the characters they depict, no spaces made up."""
    seen = "".join(unicodedata.normalize("NFKC", c) if "⼀" <= c <= "⿕" else c for c in line)
    return _MADE_UP_SPACE.sub("", seen.translate(_RADICALS))


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Lines put together where one ended only because the page was full."""
    widths = [_columns(line) for line in lines]
    edge = median(width for width in widths if width >= 0.8 * max(widths)) if widths else 0
    paragraph, broken = "", False
    for line, width in zip(lines, widths, strict=True):
        goes_on = line.strip() and line == line.lstrip() and not _BEGINS_PART.match(line)
        if paragraph and not (broken and goes_on):
            yield paragraph
            paragraph = ""
        paragraph += line
        broken = width >= edge - (2 if line.rstrip().endswith(_ENDS) else _SHORT_OF_EDGE)
    yield paragraph


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rstrip())
