"""A new region's files, with everything still to be read from its document."""

from pathlib import Path

from bot.knowledge.files import KnowledgeError


def new_region(knowledge_dir: Path, name: str, folder: str) -> list[Path]:
    """Writes the region's folder from `knowledge/skeleton/` and answers its files.

    Raises KnowledgeError where there is such a folder already.
    """
    target = knowledge_dir / "regions" / folder
    if target.exists():
        raise KnowledgeError(target, None, "", "这个文件夹已经有了，不会覆盖")
    target.mkdir(parents=True)
    written = []
    for source in sorted((knowledge_dir / "skeleton").glob("*.yml")):
        text = source.read_text(encoding="utf-8").replace("{region}", name).replace("{folder}", folder)
        (target / source.name).write_text(text, encoding="utf-8")
        written.append(target / source.name)
    return written
