"""An engine that dies over a turn may leave it to another one: what the turn does must not be done twice."""

import asyncio
from collections import OrderedDict
from typing import Any

from rasa_sdk.executor import ActionExecutor

LINES_REMEMBERED = 1000


class OncePerLine:
    """Runs an action once for each line of the transcript; who asks again is told the same."""

    def __init__(self, executor: ActionExecutor) -> None:
        self._executor = executor
        self._runs: OrderedDict[tuple[int, str], asyncio.Future[Any]] = OrderedDict()

    async def run(self, call: dict[str, Any], line: int | None) -> Any:
        """The executor's result. `line` is the transcript's id of the message; without one nothing is remembered."""
        if line is None:
            return await self._executor.run(call)
        key = (line, call["next_action"])
        run = self._runs.get(key)
        if run is None or (run.done() and (run.cancelled() or run.exception())):
            run = self._runs[key] = asyncio.ensure_future(self._executor.run(call))
            if len(self._runs) > LINES_REMEMBERED:
                self._runs.popitem(last=False)
        return await asyncio.shield(run)
