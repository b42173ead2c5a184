"""Writing encrypted values anew with the present key, and their look-up indexes with them.

What has an index but no encrypted value beside it (locks, one-time codes) is kept for a day at most; it is found
by the previous key as long as that is at hand.
"""

from collections.abc import Iterator

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from bot.records.database import Database
from bot.records.fields import Encrypted, FieldKeys, not_written_with
from bot.records.models import Base

ROWS_AT_ONCE = 500


def is_complete(session: Session, keys: FieldKeys) -> bool:
    """Whether every encrypted value was written with the present key."""
    return not any(_stale(session, table, keys, 1) for table in _encrypted_tables())


def write_anew(database: Database, keys: FieldKeys) -> Iterator[int]:
    """Writes what other keys wrote with the present one; yields how many rows each transaction wrote.

    It may be broken off at any moment and begun again.
    """
    for table in _encrypted_tables():
        while True:
            with database.transaction() as session:
                rows = _stale(session, table, keys, ROWS_AT_ONCE)
                if rows:
                    _rewrite(session, table, rows)
            if not rows:
                break
            yield len(rows)


def _encrypted_tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if _encrypted(table)]


def _encrypted(table: Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.type, Encrypted)]


def _stale(session: Session, table: Table, keys: FieldKeys, limit: int) -> list[dict[str, object]]:
    """Keys and values of rows with a value that another key wrote."""
    names = _encrypted(table)
    found = session.execute(
        select(*table.primary_key, *(table.c[name] for name in names))
        .where(or_(*(not_written_with(table.c[name], keys) for name in names)))
        .limit(limit)
        .with_for_update()
    )
    return [dict(row) for row in found.mappings()]


def _rewrite(session: Session, table: Table, rows: list[dict[str, object]]) -> None:
    own = [column.name for column in table.primary_key]
    values = _encrypted(table)
    indexed = [name for name in values if f"{name}_index" in table.c]
    session.execute(
        update(table).where(*(table.c[name] == bindparam(f"own_{name}") for name in own)),
        [
            {f"own_{name}": row[name] for name in own}
            | {name: row[name] for name in values}
            | {f"{name}_index": row[name] for name in indexed}
            for row in rows
        ],
    )
