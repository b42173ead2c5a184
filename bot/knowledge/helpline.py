"""`helpline.yml`: what the staff of the helpline have at hand in the console."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.knowledge.files import read_yaml
from bot.knowledge.schema import Strict, Wording


class TextBlock(Strict):
    """An answer that is often given in a chat, and the name on its button."""

    name: Annotated[str, Field(min_length=1, max_length=12)]
    text: Annotated[Wording, Field(min_length=1, max_length=500)]


class Helpline(Strict):
    """`frequent_topics` are ids of `topics.yml`."""

    text_blocks: tuple[TextBlock, ...]
    frequent_topics: tuple[str, ...]

    def text_of(self, name: str) -> str:
        """The text block of that name; empty where there is none."""
        return next((block.text for block in self.text_blocks if block.name == name), "")


def load_helpline(folder: Path) -> Helpline:
    """Reads `knowledge/helpline.yml`. Raises KnowledgeError."""
    return read_yaml(folder / "helpline.yml", Helpline)
