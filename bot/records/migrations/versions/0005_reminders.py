"""Other kinds of reminders, put off, marked before they are sent; addresses that are out of reach"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

UNDER_WAY = sa.text("state IN ('claimed', 'sending')")
CLAIMED = sa.text("state = 'claimed'")
FOR_STAFF = sa.text("state IN ('failed', 'dead', 'unknown')")


def upgrade() -> None:
    op.create_index("ix_application_events_at", "application_events", ["at"])
    op.create_index("ix_eligibilities_approved_on", "eligibilities", ["approved_on"])
    op.add_column("subscriptions", sa.Column("unreachable_since", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("reminders") as reminders:
        reminders.drop_index("ix_reminders_lease")
        reminders.alter_column("text", existing_type=sa.Text(), nullable=True)
        reminders.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
    _index_leases(UNDER_WAY)
    op.create_index("ix_reminders_address", "reminders", ["channel", "address", "sent_at"])
    op.create_index(
        "ix_reminders_for_staff", "reminders", ["state"], sqlite_where=FOR_STAFF, postgresql_where=FOR_STAFF
    )


def downgrade() -> None:
    op.drop_index("ix_reminders_for_staff", "reminders")
    op.drop_index("ix_reminders_address", "reminders")
    op.execute("UPDATE reminders SET state = 'unknown' WHERE state = 'sending'")
    op.execute("UPDATE reminders SET text = '' WHERE text IS NULL")
    with op.batch_alter_table("reminders") as reminders:
        reminders.drop_index("ix_reminders_lease")
        reminders.drop_column("round")
        reminders.alter_column("text", existing_type=sa.Text(), nullable=False)
    _index_leases(CLAIMED)
    op.drop_column("subscriptions", "unreachable_since")
    op.drop_index("ix_eligibilities_approved_on", "eligibilities")
    op.drop_index("ix_application_events_at", "application_events")


def _index_leases(states: sa.TextClause) -> None:
    op.create_index(
        "ix_reminders_lease", "reminders", ["lease_until"], sqlite_where=states, postgresql_where=states
    )
