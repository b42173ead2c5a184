"""Loading an agency's CSV and XLSX exports.

Rows are read one by one and written in batches, so memory stays flat. Rows are matched to records by key:
importing the same file twice changes nothing; of two rows with one key the later one holds. An import that
was broken off is simply run again.
"""

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import count, islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import bindparam, insert, select, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.records.database import Database, is_disk_full
from bot.records.forgotten import KeptOut
from bot.records.sheets import FileFaultError, Sheet, sheets_of
from bot.records.tables import TABLES, Column, Table, Values

BATCH = 2000
ERRORS_KEPT = 1000

Key = tuple[Any, ...]
Watch = Callable[[str, int, int | None], None]
"""Is told what is being loaded, the line that was reached, and how many there are, as far as that is known."""


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
    """Rows of one table by what became of them; `repeated` counts those whose key an earlier row had, `kept_out`
    those of persons who were forgotten."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: int = 0
    repeated: int = 0
    kept_out: int = 0


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


class DiskFullError(Exception):
    """There was no room for more records; those of earlier batches are kept."""

    def __init__(self) -> None:
        super().__init__(
            "磁盘满了，导入停在半路。腾出空间后，用同样的文件再导入一次：已经导入的不会重复，没导入的会补上。"
        )


@dataclass(frozen=True)
class KnownSheet:
    """A sheet whose table is known. `columns` stands beside `header`, None where a column is not ours.

    `keys_seen` holds hashes of the keys read so far.
    """

    sheet: Sheet
    table: Table
    header: list[str]
    columns: list[Column | None]
    keys_seen: set[int] = field(default_factory=set)

    @cached_property
    def read_columns(self) -> tuple[tuple[int, str, Column], ...]:
        """Place, title and column of what is ours."""
        named = zip(count(), self.header, self.columns, strict=False)
        return tuple((place, title, column) for place, title, column in named if column)


@dataclass(frozen=True)
class Row:
    """The values of one row, all its cells read without a fault."""

    line: int
    values: Values


class _NothingKept(Exception):
    """Undoes a strict import."""


def import_files(
    database: Database,
    paths: Sequence[Path],
    *,
    now: datetime,
    strict: bool = False,
    progress: bool = True,
    watch: Watch | None = None,
) -> ImportReport:
    """Load files of any of the five tables, in whatever order they are named.

    A wrong row is reported and left out; one that tells of something after `now` is wrong. With `strict` any
    wrong row means that nothing is kept: all is one transaction; otherwise there is one for every batch of
    rows. `progress` shows a bar on a terminal; `watch` is told the same. Raises DiskFullError.
    """
    report, now = ImportReport(), now.astimezone(SHANGHAI)
    sheets = [known for path in paths for known in _known_sheets(path, report)]
    sheets.sort(key=lambda known: TABLES.index(known.table))
    console = Console()
    try:
        with Progress(console=console, transient=True, disable=not (progress and console.is_terminal)) as bar:
            batches = _all_batches(sheets, report, bar, now, watch)
            if strict:
                _load_all_or_nothing(database, batches, report)
            else:
                for known, rows in batches:
                    with database.transaction() as session:
                        _store(session, known, rows, report)
    except (DBAPIError, OSError) as error:
        if _is_disk_full(error):
            raise DiskFullError from error
        raise
    return report


def _load_all_or_nothing(
    database: Database, batches: Iterable[tuple[KnownSheet, list[Row]]], report: ImportReport
) -> None:
    try:
        with database.transaction() as session:
            for known, rows in batches:
                _store(session, known, rows, report)
            if report.error_count:
                raise _NothingKept
    except _NothingKept:
        report.loaded = False


def _all_batches(
    sheets: Iterable[KnownSheet], report: ImportReport, bar: Progress, now: datetime, watch: Watch | None
) -> Iterator[tuple[KnownSheet, list[Row]]]:
    for known in sheets:
        title = f"{known.sheet.file} → {known.table.chinese}"
        task = bar.add_task(title, total=known.sheet.line_count)
        rows = _rows(known, report, now)
        while batch := list(islice(rows, BATCH)):
            bar.update(task, completed=batch[-1].line)
            if watch:
                watch(title, batch[-1].line, known.sheet.line_count)
            yield known, batch
        known.keys_seen.clear()


def _is_disk_full(error: DBAPIError | OSError) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    return is_disk_full(error)


# --- rows -----------------------------------------------------------------------------------------


def _rows(known: KnownSheet, report: ImportReport, now: datetime) -> Iterator[Row]:
    """The good rows; the others are reported."""
    counts = report.tables.setdefault(known.table.name, TableReport())
    line = 1
    try:
        for line, cells in known.sheet.rows:
            if not any(cells):
                continue
            values, faults = _read(known, cells, now)
            if not faults:
                yield Row(line, values)
                continue
            counts.wrong += 1
            for title, reason in faults:
                report.add(RowError(known.sheet.file, line, title, reason))
    except FileFaultError as fault:
        report.add(RowError(known.sheet.file, line, None, str(fault)))


def _read(known: KnownSheet, cells: list[str], now: datetime) -> tuple[Values, list[tuple[str | None, str]]]:
    """A row's values by field, and its faults as (header, reason)."""
    if any(cells[len(known.header) :]):
        return {}, [(None, f"有 {len(cells)} 格，比表头的 {len(known.header)} 列多，请检查逗号和引号")]
    values: Values = dict.fromkeys(known.table.column_names)
    faults: list[tuple[str | None, str]] = []
    for place, title, column in known.read_columns:
        cell = cells[place] if place < len(cells) else ""
        if not cell:
            if column.required:
                faults.append((title, "不能为空"))
            continue
        try:
            values[column.name] = value = column.read(cell)
        except ValueError as error:
            faults.append((title, str(error)))
            continue
        if column.past and value > (now if isinstance(value, datetime) else now.date()):
            faults.append((title, f"晚于现在（{now:%Y-%m-%d %H:%M}），请核对，现为“{cell}”"))
    if not faults:
        titles = {column.name: title for _, title, column in known.read_columns}
        faults += [(titles.get(name), reason) for name, reason in known.table.finish(values).items()]
    return values, faults


# --- records --------------------------------------------------------------------------------------


def _store(session: Session, known: KnownSheet, rows: list[Row], report: ImportReport) -> None:
    """Add what is new, change what differs, leave the rest: two statements, however many rows there are."""
    table, counts = known.table, report.tables[known.table.name]
    rows = _without_forgotten(session, known, rows, report)
    rows = _with_known_reference(session, known, rows, report)
    latest = _on_file(session, table, rows)
    added: dict[Key, Values] = {}
    changed: dict[Key, Values] = {}
    for row in rows:
        key = _key(table, row.values)
        counts.repeated += hash(key) in known.keys_seen
        known.keys_seen.add(hash(key))
        before = latest.get(key)
        if before == row.values:
            counts.unchanged += 1
            continue
        if before is None:
            counts.added += 1
            added[key] = row.values
        else:
            counts.changed += 1
            (added if key in added else changed)[key] = row.values
        latest[key] = row.values
    if added:
        session.execute(insert(table.stored), [_with_indexes(table, values) for values in added.values()])
    if changed:
        columns = [table.stored.c[name] for name in table.key]
        same_key = [column == bindparam(f"key_{column.name}", type_=column.type) for column in columns]
        session.execute(
            update(table.stored).where(*same_key),
            [
                _with_indexes(table, values)
                | {f"key_{name}": part for name, part in zip(table.key, key, strict=True)}
                for key, values in changed.items()
            ],
        )


def _with_indexes(table: Table, values: Values) -> Values:
    """The values with those that look-up indexes are made of."""
    return values | {f"{name}_index": values[name] for name in table.indexed}


def _without_forgotten(
    session: Session, known: KnownSheet, rows: list[Row], report: ImportReport
) -> list[Row]:
    """The rows but those of forgotten persons, which are no fault of the file's."""
    kept_out, good = KeptOut(session), []
    for row in rows:
        if row.values not in kept_out:
            good.append(row)
            continue
        report.tables[known.table.name].kept_out += 1
        if known.table.key == ("application_no",):
            kept_out.add_application(row.values["person_id"], row.values["application_no"])
    return good


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
    title = next(title for _, title, column in known.read_columns if column.name == reference.column)
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


def _on_file(session: Session, table: Table, rows: list[Row]) -> dict[Key, Values]:
    """What is on record for the rows, by key."""
    if not rows:
        return {}
    names = list(rows[0].values)
    keys = {_key(table, row.values) for row in rows}
    first, *others = (table.stored.c[name] for name in table.key)
    wanted = tuple_(first, *others).in_(keys) if others else first.in_({key[0] for key in keys})
    found = session.execute(select(*(table.stored.c[name] for name in names)).where(wanted))
    records = (dict(zip(names, record, strict=True)) for record in found)
    return {_key(table, record): record for record in records}


def _key(table: Table, values: Values) -> Key:
    return tuple(values[name] for name in table.key)


# --- files ----------------------------------------------------------------------------------------


def _known_sheets(path: Path, report: ImportReport) -> Iterator[KnownSheet]:
    try:
        for sheet in sheets_of(path):
            line, header = next((row for row in sheet.rows if any(row[1])), (1, []))
            try:
                known = _recognise(sheet, header)
            except FileFaultError as fault:
                report.add(RowError(sheet.file, line, None, str(fault)))
                continue
            report.ignored_columns += [
                f"{sheet.file}：{title}"
                for title, c in zip(header, known.columns, strict=True)
                if title and not c
            ]
            yield known
    except FileFaultError as fault:
        report.add(RowError(path.name, 1, None, str(fault)))


def _recognise(sheet: Sheet, header: list[str]) -> KnownSheet:
    """The table that knows the most of the header's columns; all that it needs must be there."""
    titles = [title.lower() for title in header]
    if not titles:
        raise FileFaultError("文件是空的")
    if repeated := sorted({title for title in titles if title and titles.count(title) > 1}):
        raise FileFaultError(f"表头有重复的列：{'、'.join(repeated)}")
    table = max(TABLES, key=lambda table: sum(title in _by_title(table) for title in titles))
    by_title = _by_title(table)
    columns = [by_title.get(title) for title in titles]
    if not any(columns):
        names = "、".join(f"{table.chinese}（{table.name}）" for table in TABLES)
        raise FileFaultError(f"表头认不出是哪张表。可以导入的有：{names}")
    if len({c.name for c in columns if c}) < sum(c is not None for c in columns):
        raise FileFaultError("表头里同一列的中文名和英文名都有，请留一个")
    if missing := [c for c in table.columns if c not in columns and not c.optional_header]:
        wanted = "、".join(f"{column.chinese}（{column.name}）" for column in missing)
        raise FileFaultError(f"看表头像是{table.chinese}表（{table.name}），但缺少列：{wanted}")
    return KnownSheet(sheet, table, header, columns)


def _by_title(table: Table) -> dict[str, Column]:
    return {title: column for column in table.columns for title in (column.name, column.chinese)}
