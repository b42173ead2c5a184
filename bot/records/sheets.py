"""Reading the files an agency sends: CSV in UTF-8 or GB18030, XLSX; every cell as text, row by row."""

import codecs
import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

LONGEST_CELL = 10_000_000
"""A cell this long still gets a reason of its own; beyond it the file cannot be read on."""

csv.field_size_limit(LONGEST_CELL)

_CUT_OFF = "文件不完整，末尾缺了一截，可能没有传完；请重新导出。前面的行已经读了"


class FileFaultError(ValueError):
    """A file, or the rest of one, cannot be read; the message says why, in Chinese."""


@dataclass(frozen=True)
class Sheet:
    """A CSV file or one sheet of a workbook: line numbers with cells as text, the header first.

    `line_count` is for the progress bar; None where it cannot be known before the end. `rows` raises
    FileFaultError where it cannot go on.
    """

    file: str
    line_count: int | None
    rows: Iterator[tuple[int, list[str]]]


def sheets_of(path: Path) -> Iterator[Sheet]:
    """The sheets of one file that have anything written in them. Raises FileFaultError."""
    try:
        if path.suffix.lower() == ".xlsx":
            yield from _workbook_sheets(path)
        elif path.suffix.lower() == ".csv":
            encoding, line_count = _encoding(path)
            yield Sheet(path.name, line_count, _csv_rows(path, encoding))
        else:
            raise FileFaultError("只能导入 .csv 和 .xlsx 文件")
    except OSError as error:
        raise FileFaultError(f"文件打不开，请检查路径和权限（{error.strerror}）") from error
    except (BadZipFile, InvalidFileException, KeyError) as error:
        raise FileFaultError("不是完好的 XLSX 文件，请重新导出") from error


def _encoding(path: Path) -> tuple[str, int]:
    """A CSV file's encoding and number of lines, from one pass over its bytes; a last character cut in two is
    no reason to doubt the encoding."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                return encoding, sum(decoder.decode(chunk).count("\n") for chunk in _chunks(file))
        except UnicodeDecodeError:
            continue
    raise FileFaultError("文字编码认不出，请另存为 UTF-8 编码的 CSV")


def _chunks(file: Any) -> Iterator[bytes]:
    return iter(lambda: file.read(1 << 16), b"")


def _csv_rows(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        line = 1
        try:
            for cells in reader:
                yield line, [_quoted(cell) if cell[:1] == "=" else cell for cell in map(str.strip, cells)]
                line = reader.line_num + 1
        except UnicodeDecodeError as error:
            raise FileFaultError(_CUT_OFF) from error
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise FileFaultError(_CUT_OFF) from error
            raise FileFaultError(f"此后的引号或分隔符有误，其余各行没有读（{error}）") from error


def _quoted(cell: str) -> str:
    """Programs write ="007" so that a spreadsheet keeps the zeros."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1] else cell


def _workbook_sheets(path: Path) -> Iterator[Sheet]:
    for worksheet in load_workbook(path, read_only=True, data_only=True).worksheets:
        worksheet.reset_dimensions()  # some programs write wrong ones
        rows = _worksheet_rows(worksheet)
        if first := next(rows, None):
            yield Sheet(f"{path.name}[{worksheet.title}]", None, chain([first], rows))


def _worksheet_rows(worksheet: Any) -> Iterator[tuple[int, list[str]]]:
    try:
        for line, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
            texts = [_cell_text(cell) for cell in cells]
            while texts and not texts[-1]:  # formatted, never filled in
                texts.pop()
            if texts:
                yield line, texts
    except (zlib.error, ParseError, EOFError, ValueError) as error:
        raise FileFaultError(_CUT_OFF) from error


def _cell_text(cell: object) -> str:
    """A cell as a CSV file would have it; a midnight is a date, a whole number has no decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
