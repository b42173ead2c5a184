"""Arrows between folders point one way (docs/architecture.md), and figures and rules stay where they belong."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT

# From top to bottom: a package may import from its own row and from rows below.
ROWS: tuple[tuple[str, ...], ...] = (
    ("bot.cli",),
    ("bot.commands",),
    ("bot.app", "bot.operation", "bot.prepare", "bot.supervisor", "actions"),
    ("bot.channels", "bot.console"),
    ("bot.dialogue",),
    ("bot.policy", "bot.rules", "bot.deadlines", "bot.reminders", "bot.identity"),
    ("bot.knowledge", "bot.records"),
    (
        "bot.language",
        "bot.messages",
        "bot.pictures",
        "bot.clock",
        "bot.settings",
        "bot.logs",
        "bot.metrics",
        "bot.model",
    ),
)
# Faces may not know each other, nor may the parts that answer; `records` reads no knowledge and vice versa.
APART = (
    {"bot.channels", "bot.console"},
    {"bot.policy", "bot.rules", "bot.deadlines", "bot.reminders", "bot.identity"},
    {"bot.knowledge", "bot.records"},
)
ALLOWED_ACROSS = {
    ("bot.console", "bot.channels"),  # a clerk's answer goes through the same transcript and messengers
}
PURE = ("bot.rules", "bot.deadlines", "bot.language")
NOT_IN_PURE = {"sqlalchemy", "aiohttp", "rasa_sdk", "structlog", "httpx", "telegram", "os", "time"}


def modules() -> Iterator[tuple[str, Path]]:
    for folder in ("bot", "actions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part_of(module: str) -> str | None:
    """The part of the house a module belongs to: the longest name in ROWS it starts with."""
    parts = [part for row in ROWS for part in row if module == part or module.startswith(part + ".")]
    return max(parts, key=len, default=None)


def row_of(part: str) -> int:
    return next(number for number, row in enumerate(ROWS) if part in row)


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda value: str(value))
def test_arrows_point_down(module: str, path: Path) -> None:
    part = part_of(module)
    if part is None:
        assert module == "bot", f"{module} is in no row of the house"
        return
    for imported in imports(path):
        other = part_of(imported)
        if other is None or other == part:
            continue
        assert row_of(part) <= row_of(other), f"{module} imports {imported}, which is above it"
        if any({part, other} <= apart for apart in APART):
            assert (part, other) in ALLOWED_ACROSS, f"{module} imports {imported}, its neighbour"


@pytest.mark.parametrize(
    ("module", "path"), [(m, p) for m, p in modules() if m.startswith(PURE)], ids=lambda value: str(value)
)
def test_rules_deadlines_and_language_are_pure(module: str, path: Path) -> None:
    packages = {imported.split(".")[0] for imported in imports(path)}
    assert not packages & NOT_IN_PURE


def test_sql_is_written_in_records_alone() -> None:
    outside = {
        module
        for module, path in modules()
        if {"sqlalchemy.select", "sqlalchemy.update", "sqlalchemy.insert", "sqlalchemy.delete"}
        & imports(path)
        and not module.startswith(("bot.records", "bot.identity"))  # identity keeps its own proofs and tokens
    }
    assert not outside, f"SQL outside records/: {outside}"


def test_actions_only_translate() -> None:
    for module, path in modules():
        if module.startswith("actions"):
            ours = {imported for imported in imports(path) if imported.startswith("bot.")}
            assert all(name.startswith(("bot.dialogue", "bot.messages")) for name in ours), module
