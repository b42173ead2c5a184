"""Loading the agency's files: uploaded, watched, and what was wrong in them."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from aiohttp import BodyPartReader, web

from bot.console.csv_files import csv_file
from bot.console.desk import FILES, ROOT, STAFF, Desk
from bot.console.imports import BusyError, Imports

HERE = f"{ROOT}/administration/import"
UPLOAD_AT_MOST = 200 * 2**20
FILES_AT_MOST = 10
CHUNK = 2**16
ERRORS_SHOWN = 100


class ImportPages:
    """Files are read in pieces, and deleted once they are loaded."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._imports = Imports(desk.database, desk.clock)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/administration/import", self._import_page),
            web.post("/administration/import", self._import),
            web.get("/administration/import/errors", self._errors),
        ]

    async def _import_page(self, request: web.Request) -> web.StreamResponse:
        return await self._import_state(request, problem="")

    async def _import_state(self, request: web.Request, problem: str, status: int = 200) -> web.Response:
        latest = await self._imports.latest()
        shown = {"latest": latest, "problem": problem, "errors_shown": ERRORS_SHOWN}
        return await self._desk.page(request, "import.html", shown, status=status)

    async def _import(self, request: web.Request) -> web.StreamResponse:
        try:
            await self._begin(request)
        except BusyError:
            return await self._import_state(request, "已经有一次导入在进行，请等它结束。", status=400)
        except _BadUploadError as refusal:
            return await self._import_state(request, str(refusal), status=400)
        await self._desk.note(request, "import", "在服务台导入")
        raise web.HTTPSeeOther(HERE)

    async def _begin(self, request: web.Request) -> None:
        """Keeps the files in a folder of their own while they are loaded. Raises BusyError and _BadUploadError."""
        latest = await self._imports.latest()
        if latest and not latest.is_over:
            raise BusyError
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="import-"))
        try:
            strict = await self._receive(request, folder)
            await self._imports.begin(folder, request[STAFF].username, strict)
        except BaseException:  # a browser that goes away in the middle, too
            shutil.rmtree(folder, ignore_errors=True)
            raise

    async def _receive(self, request: web.Request, folder: Path) -> bool:
        """Writes the files of a form into the folder; whether nothing is to be kept if a row is wrong."""
        strict, received, files = False, 0, 0
        while (part := await request[FILES].next()) is not None:
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "strict":
                strict = bool(await part.read_chunk(CHUNK))
            if part.name != "files" or not part.filename:
                continue
            files += 1
            if files > FILES_AT_MOST:
                raise _BadUploadError(f"一次最多{FILES_AT_MOST}个文件，请分几次导入。")
            with (folder / f"{files}-{Path(part.filename).name[-80:]}").open("wb") as file:
                while chunk := await part.read_chunk(CHUNK):
                    received += len(chunk)
                    if received > UPLOAD_AT_MOST:
                        limit = UPLOAD_AT_MOST // 2**20
                        raise _BadUploadError(
                            f"文件加起来超过{limit}MB，请分几次导入，或在服务器上用 bot import。"
                        )
                    await asyncio.to_thread(file.write, chunk)
        if not files:
            raise _BadUploadError("还没有选文件。")
        return strict

    async def _errors(self, request: web.Request) -> web.StreamResponse:
        latest = await self._imports.latest()
        if latest is None or latest.report is None:
            raise web.HTTPSeeOther(HERE)
        rows = [(e.file, e.line, e.column or "", e.reason) for e in latest.report.errors]
        return csv_file("import-errors.csv", [("文件", "行", "列", "原因"), *rows])


class _BadUploadError(Exception):
    """The files cannot be taken; the message says what to do instead."""
