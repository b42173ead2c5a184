"""Whether a chat of thousands of turns is as fast as a young one: `python -m bench.long_chat [--turns 5000]`."""

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path

from bench.people import POLICY, talk
from bench.processes import product, running

AT_A_TIME = 50


def main() -> None:
    """Prints the median of the second fifty turns and of the last, and of fifty in a chat that is new by then."""
    parser = argparse.ArgumentParser(prog="python -m bench.long_chat")
    parser.add_argument("--turns", type=int, default=5000)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as name:
        assistant = product(Path(name))
        with running(assistant.processes):

            def median(chat: str, count: int) -> float:
                """Milliseconds of the last fifty of so many turns."""
                said = asyncio.run(talk((assistant.url,), POLICY, 1, count, (), lambda _: chat))
                return 1000 * statistics.median(said.seconds[-AT_A_TIME:])

            early = median("long", 2 * AT_A_TIME)
            late = median("long", turns - 2 * AT_A_TIME)
            new = median("new", 2 * AT_A_TIME)
    print(
        f"one chat, policy turns, median: {early:.0f} ms in turns 51 to 100, {late:.0f} ms in the last 50 of {turns};"
    )
    print(f"a new chat at that time: {new:.0f} ms; ratio {late / new:.2f}")


if __name__ == "__main__":
    main()
