"""Fewer indexes to write for every reminder that is claimed and recorded: a person's reminders are found by the unique
key, and an address's by an index of those that went out"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ONCE = ["kind", "person_id", "disease", "deadline", "lead_days", "channel", "address"]
PERSON_FIRST = ["person_id", "kind", "disease", "deadline", "lead_days", "channel", "address"]
SENT = sa.text("sent_at IS NOT NULL")


def upgrade() -> None:
    _key(PERSON_FIRST)
    op.drop_index("ix_reminders_person_id", "reminders")
    op.drop_index("ix_reminders_address", "reminders")
    op.create_index(
        "ix_reminders_address",
        "reminders",
        ["channel", "address", "sent_at"],
        sqlite_where=SENT,
        postgresql_where=SENT,
    )


def downgrade() -> None:
    _key(ONCE)
    op.create_index("ix_reminders_person_id", "reminders", ["person_id"])
    op.drop_index("ix_reminders_address", "reminders")
    op.create_index("ix_reminders_address", "reminders", ["channel", "address", "sent_at"])


def _key(columns: list[str]) -> None:
    with op.batch_alter_table("reminders") as table:
        table.drop_constraint("uq_reminders_once", type_="unique")
        table.create_unique_constraint("uq_reminders_once", columns)
