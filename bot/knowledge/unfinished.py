"""Regions whose files somebody is still writing: they are left out, and said to be, until no `todo` stands in them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.knowledge.files import KnowledgeError

_TODO = re.compile(r"\btodo\b")
"""What a skeleton says where nobody has read the document yet; never loaded."""


def unfinished_regions(knowledge_dir: Path) -> Mapping[str, int]:
    """By folder name, how many lines of a region are still to be written; finished ones are not named."""
    folders = sorted(path for path in (knowledge_dir / "regions").iterdir() if path.is_dir())
    left = {folder.name: sum(1 for file in folder.rglob("*.yml") for _ in todos(file)) for folder in folders}
    return {name: count for name, count in left.items() if count}


def todos(path: Path) -> Iterator[KnowledgeError]:
    """Every line of a file that still says `todo` outside a comment."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if _TODO.search(line.partition("#")[0]):
            yield KnowledgeError(path, number, line.strip(" -{").split(":")[0], "还没有写（todo）")
