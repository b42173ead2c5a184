"""CSV files to download, harmless to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from aiohttp import web

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_file(name: str, rows: Iterable[Sequence[object]]) -> web.Response:
    """A file of this name, in UTF-8 as Excel reads it."""
    written = StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return web.Response(
        body=written.getvalue().encode("utf-8-sig"),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _harmless(cell: object) -> str:
    """A text that a spreadsheet would compute gets an apostrophe before it; numbers are no texts."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return str(cell)
