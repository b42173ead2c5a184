"""Characters typed with a blank between each (长 沙 糖 尿 病), as old phones and some voice input write them."""

import re
from dataclasses import dataclass

_SPACED_OUT = re.compile(r"(?<!\S)\S(?:\s\S)+(?!\S)")


@dataclass(frozen=True)
class ClosedUp:
    """`text` without those blanks; `places[i]` is where its character i stands in the text that was given."""

    text: str
    places: tuple[int, ...]

    def span_in_original(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]`, which must not be empty, begins and ends in the text that was given."""
        return self.places[start], self.places[end - 1] + 1


def close_up(text: str) -> ClosedUp:
    """Runs of single characters put together; blanks between words of several characters stay."""
    blanks = {
        place
        for run in _SPACED_OUT.finditer(text)
        for place in range(run.start() + 1, run.end(), 2)  # every second character of a run is a blank
    }
    places = tuple(place for place in range(len(text)) if place not in blanks)
    return ClosedUp("".join(text[place] for place in places), places)
