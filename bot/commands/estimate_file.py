"""Reading a file of cases, estimating them a part at a time, writing results and what is wrong."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.knowledge.parameters import RegionParameters
from bot.records.sheets import FileFaultError, sheets_of
from bot.records.tables import FORMULA_SIGNS
from bot.rules.results import Result, settle_rows
from bot.rules.rows import HeaderError, Layout, Row, RowError

ROWS_AT_ONCE = 50_000
RESULT = (
    "行",
    "编号",
    "医疗费总额",
    "统筹基金支出_最少",
    "统筹基金支出_最多",
    "个人自付_最少",
    "个人自付_最多",
    "说明",
    "依据",
)
ERRORS = ("行", "列", "原因")


def estimate_file(
    cases: Path,
    output: Path,
    errors: Path,
    regions: Mapping[str, RegionParameters],
    as_of: date,
    console: Console,
) -> tuple[int, int]:
    """Writes both files; how many rows were estimated and how many were wrong. Raises FileFaultError, OSError."""
    sheet = next(sheets_of(cases), None)
    if sheet is None or (header := next(sheet.rows, None)) is None:
        raise FileFaultError("文件是空的")
    try:
        layout = Layout(header[1])
    except HeaderError as fault:
        raise FileFaultError(str(fault)) from None
    done = wrong = 0
    with (
        output.open("w", encoding="utf-8-sig", newline="") as results_file,
        errors.open("w", encoding="utf-8-sig", newline="") as errors_file,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        results, faults = csv.writer(results_file), csv.writer(errors_file)
        results.writerow(RESULT)
        faults.writerow(ERRORS)
        task = bar.add_task(sheet.file, total=sheet.line_count)
        while lines := list(islice(sheet.rows, ROWS_AT_ONCE)):
            for line, outcome in _outcomes(lines, layout, regions, as_of):
                if isinstance(outcome, RowError):
                    faults.writerow((line, outcome.column, _harmless(outcome.reason)))
                    wrong += 1
                else:
                    results.writerow((line, *outcome))
                    done += 1
            bar.advance(task, len(lines))
    return done, wrong


def _outcomes(
    lines: Sequence[tuple[int, Sequence[str]]],
    layout: Layout,
    regions: Mapping[str, RegionParameters],
    as_of: date,
) -> Iterator[tuple[int, Iterable[str] | RowError]]:
    """The cells of each line's result or what is wrong with it, in the file's order; empty lines are passed over."""
    read = {line: _read(layout, cells) for line, cells in lines if any(cells)}
    settled = iter(settle_rows([row for row in read.values() if isinstance(row, Row)], regions, as_of))
    for line, row in read.items():
        if isinstance(row, Row):
            outcome = next(settled)
            yield line, outcome if isinstance(outcome, RowError) else _cells(row, outcome)
        else:
            yield line, row


def _read(layout: Layout, cells: Sequence[str]) -> Row | RowError:
    try:
        return layout.read(cells)
    except RowError as error:
        return error


def _cells(row: Row, result: Result) -> Iterator[str]:
    yield _harmless(row.name)
    yield f"{row.figures['amount']:.2f}"
    for span in (result.fund_pays, result.you_pay):
        yield from ("", "") if span is None else (f"{fen // 100}.{fen % 100:02d}" for fen in span)
    yield result.says
    yield result.places


def _harmless(text: str) -> str:
    """What a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
