"""Loading an agency's CSV and XLSX exports.

Rows are read one by one and written in batches, so memory stays flat. Rows are matched to records by key:
importing the same file twice changes nothing; of two rows with one key the later one holds.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from bot.records.database import Database
from bot.records.models import Base
from bot.records.tables import TABLES, Column, Table, Values

BATCH = 1000
ERRORS_KEPT = 1000


@dataclass(frozen=True)
class RowError:
    """One thing wrong: `line` counts from 1 as an editor shows it, `column` is the header in the file."""

    file: str
    line: int
    column: str | None
    reason: str

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行"
        return f"{place}“{self.column}”列：{self.reason}" if self.column else f"{place}：{self.reason}"


@dataclass
class TableReport:
    """Rows of one table by what became of them."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: int = 0


@dataclass
class ImportReport:
    """`errors` holds the first thousand; `error_count` counts all. `loaded` is false where nothing was kept."""

    tables: dict[str, TableReport] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    error_count: int = 0
    ignored_columns: list[str] = field(default_factory=list)
    loaded: bool = True

    def add(self, error: RowError) -> None:
        self.error_count += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(error)


@dataclass(frozen=True)
class Sheet:
    """A CSV file or one sheet of a workbook: line numbers with cells as text, the header first.

    `line_count` is for the progress bar; None where it cannot be known before the end.
    """

    file: str
    line_count: int | None
    rows: Iterator[tuple[int, list[str]]]


@dataclass(frozen=True)
class KnownSheet:
    """A sheet whose table is known. `columns` stands beside `header`, None where a column is not ours."""

    sheet: Sheet
    table: Table
    header: list[str]
    columns: list[Column | None]


@dataclass(frozen=True)
class Row:
    """The values of one row, all its cells read without a fault."""

    line: int
    values: Values


class _FileFault(ValueError):
    """A file that cannot be read at all; the message says why, in Chinese."""


class _NothingKept(Exception):
    """Undoes a strict import."""


def import_files(
    database: Database, paths: Sequence[Path], strict: bool = False, progress: bool = True
) -> ImportReport:
    """Load files of any of the five tables, in whatever order they are named.

    A wrong row is reported and left out. With `strict` any wrong row means that nothing is kept: all is one
    transaction; otherwise there is one for every thousand rows. `progress` shows a bar on a terminal.
    """
    report = ImportReport()
    sheets = [known for path in paths for known in _known_sheets(path, report)]
    sheets.sort(key=lambda known: TABLES.index(known.table))
    console = Console()
    with Progress(console=console, transient=True, disable=not (progress and console.is_terminal)) as bar:
        if strict:
            _load_all_or_nothing(database, sheets, report, bar)
        else:
            for known, rows in _all_batches(sheets, report, bar):
                with database.transaction() as session:
                    _store(session, known, rows, report)
    return report


def _load_all_or_nothing(
    database: Database, sheets: Iterable[KnownSheet], report: ImportReport, bar: Progress
) -> None:
    try:
        with database.transaction() as session:
            for known, rows in _all_batches(sheets, report, bar):
                _store(session, known, rows, report)
            if report.error_count:
                raise _NothingKept
    except _NothingKept:
        report.loaded = False


def _all_batches(
    sheets: Iterable[KnownSheet], report: ImportReport, bar: Progress
) -> Iterator[tuple[KnownSheet, list[Row]]]:
    for known in sheets:
        task = bar.add_task(f"{known.sheet.file} → {known.table.chinese}", total=known.sheet.line_count)
        rows = _rows(known, report)
        while batch := list(islice(rows, BATCH)):
            bar.update(task, completed=batch[-1].line)
            yield known, batch


# --- rows -----------------------------------------------------------------------------------------


def _rows(known: KnownSheet, report: ImportReport) -> Iterator[Row]:
    """The good rows; the others are reported."""
    counts = report.tables.setdefault(known.table.name, TableReport())
    line = 1
    try:
        for line, cells in known.sheet.rows:
            if not any(cells):
                continue
            values, faults = _read(known, cells)
            if not faults:
                yield Row(line, values)
                continue
            counts.wrong += 1
            for title, reason in faults:
                report.add(RowError(known.sheet.file, line, title, reason))
    except csv.Error as error:
        report.add(
            RowError(known.sheet.file, line, None, f"此后的引号或分隔符有误，其余各行没有读（{error}）")
        )


def _read(known: KnownSheet, cells: list[str]) -> tuple[Values, list[tuple[str | None, str]]]:
    """A row's values by field, and its faults as (header, reason)."""
    if any(cells[len(known.header) :]):
        return {}, [(None, f"有 {len(cells)} 格，比表头的 {len(known.header)} 列多，请检查逗号和引号")]
    cells = cells + [""] * (len(known.header) - len(cells))
    values: Values = {column.name: None for column in known.table.columns}
    faults: list[tuple[str | None, str]] = []
    titles = {}
    for title, column, cell in zip(known.header, known.columns, cells, strict=False):
        if column is None:
            continue
        titles[column.name] = title
        if not cell:
            if column.required:
                faults.append((title, "不能为空"))
            continue
        try:
            values[column.name] = column.read(cell)
        except ValueError as error:
            faults.append((title, str(error)))
    if not faults:
        faults += [(titles.get(name), reason) for name, reason in known.table.finish(values).items()]
    return values, faults


def _store(session: Session, known: KnownSheet, rows: list[Row], report: ImportReport) -> None:
    """Add what is new, change what differs, leave the rest."""
    table = known.table
    counts = report.tables[table.name]
    rows = _with_known_reference(session, known, rows, report)
    records = _records(session, table, rows)
    for row in rows:
        key = _key(table, row.values)
        record = records.get(key)
        if record is None:
            records[key] = record = table.model(**row.values)
            session.add(record)
            counts.added += 1
        elif changes := {k: v for k, v in row.values.items() if getattr(record, k) != v}:
            for name, value in changes.items():
                setattr(record, name, value)
            counts.changed += 1
        else:
            counts.unchanged += 1


def _with_known_reference(
    session: Session, known: KnownSheet, rows: list[Row], report: ImportReport
) -> list[Row]:
    """The rows whose person or application is on record; the others are reported."""
    reference = known.table.reference
    if reference is None:
        return rows
    key = getattr(reference.model, reference.column)
    wanted = {row.values[reference.column] for row in rows}
    there = set(session.scalars(select(key).where(key.in_(wanted))))
    title = next(
        t for t, c in zip(known.header, known.columns, strict=True) if c and c.name == reference.column
    )
    good = []
    for row in rows:
        value = row.values[reference.column]
        if value in there:
            good.append(row)
            continue
        report.tables[known.table.name].wrong += 1
        report.add(
            RowError(known.sheet.file, row.line, title, f"{reference.chinese}表里没有“{value}”，或那一行有误")
        )
    return good


def _records(session: Session, table: Table, rows: list[Row]) -> dict[tuple[Any, ...], Base]:
    """The records on file that the rows may mean, by key."""
    columns = tuple_(*(getattr(table.model, name) for name in table.key))
    found = session.scalars(select(table.model).where(columns.in_({_key(table, row.values) for row in rows})))
    return {tuple(getattr(record, name) for name in table.key): record for record in found}


def _key(table: Table, values: Values) -> tuple[Any, ...]:
    return tuple(values[name] for name in table.key)


# --- files ----------------------------------------------------------------------------------------


def _known_sheets(path: Path, report: ImportReport) -> Iterator[KnownSheet]:
    try:
        for sheet in _sheets(path):
            line, header = next((row for row in sheet.rows if any(row[1])), (1, []))
            try:
                known = _recognise(sheet, header)
            except _FileFault as fault:
                report.add(RowError(sheet.file, line, None, str(fault)))
                continue
            report.ignored_columns += [
                f"{sheet.file}：{title}"
                for title, c in zip(header, known.columns, strict=True)
                if title and not c
            ]
            yield known
    except csv.Error:
        report.add(RowError(path.name, 1, None, "不是 CSV 文件，请重新导出"))
    except _FileFault as fault:
        report.add(RowError(path.name, 1, None, str(fault)))


def _recognise(sheet: Sheet, header: list[str]) -> KnownSheet:
    """The table that knows the most of the header's columns; all that it needs must be there."""
    titles = [title.lower() for title in header]
    if not titles:
        raise _FileFault("文件是空的")
    if repeated := sorted({title for title in titles if title and titles.count(title) > 1}):
        raise _FileFault(f"表头有重复的列：{'、'.join(repeated)}")
    table = max(TABLES, key=lambda table: sum(title in _by_title(table) for title in titles))
    by_title = _by_title(table)
    columns = [by_title.get(title) for title in titles]
    if not any(columns):
        names = "、".join(f"{table.chinese}（{table.name}）" for table in TABLES)
        raise _FileFault(f"表头认不出是哪张表。可以导入的有：{names}")
    if len({c.name for c in columns if c}) < sum(c is not None for c in columns):
        raise _FileFault("表头里同一列的中文名和英文名都有，请留一个")
    if missing := [c for c in table.columns if c not in columns and not c.optional_header]:
        wanted = "、".join(f"{column.chinese}（{column.name}）" for column in missing)
        raise _FileFault(f"看表头像是{table.chinese}表（{table.name}），但缺少列：{wanted}")
    return KnownSheet(sheet, table, header, columns)


def _by_title(table: Table) -> dict[str, Column]:
    return {title: column for column in table.columns for title in (column.name, column.chinese)}


def _sheets(path: Path) -> Iterator[Sheet]:
    try:
        if path.suffix.lower() == ".xlsx":
            yield from _workbook_sheets(path)
        elif path.suffix.lower() == ".csv":
            encoding, line_count = _encoding(path)
            yield Sheet(path.name, line_count, _csv_rows(path, encoding))
        else:
            raise _FileFault("只能导入 .csv 和 .xlsx 文件")
    except OSError as error:
        raise _FileFault(f"文件打不开，请检查路径和权限（{error.strerror}）") from error
    except (BadZipFile, InvalidFileException, KeyError) as error:
        raise _FileFault("不是完好的 XLSX 文件，请重新导出") from error


def _encoding(path: Path) -> tuple[str, int]:
    """A CSV file's encoding and number of lines, from one pass over its bytes."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                return encoding, sum(chunk.count("\n") for chunk in iter(lambda: file.read(1 << 16), ""))
        except UnicodeDecodeError:
            continue
    raise _FileFault("文字编码认不出，请另存为 UTF-8 编码的 CSV")


def _csv_rows(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        line = 1
        for cells in reader:
            yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1


def _workbook_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets that have anything written in them."""
    for worksheet in load_workbook(path, read_only=True, data_only=True).worksheets:
        worksheet.reset_dimensions()  # some programs write wrong ones
        rows = _worksheet_rows(worksheet)
        if first := next(rows, None):
            yield Sheet(f"{path.name}[{worksheet.title}]", None, chain([first], rows))


def _worksheet_rows(worksheet: Any) -> Iterator[tuple[int, list[str]]]:
    for line, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
        texts = [_cell_text(cell) for cell in cells]
        while texts and not texts[-1]:  # formatted, never filled in
            texts.pop()
        if texts:
            yield line, texts


def _cell_text(cell: object) -> str:
    """A cell as a CSV file would have it; a midnight is a date, a whole number has no decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
