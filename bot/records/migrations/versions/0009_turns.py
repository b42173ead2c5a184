"""Turns under way, so that several service processes keep the order of a chat"""

import sqlalchemy as sa
from alembic import op

from bot.records.fields import Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "chat_turns",
        sa.Column("ticket", sa.Integer(), primary_key=True),
        sa.Column("chat", sa.String(128), nullable=False),
        sa.Column("lapses_at", Moment(), nullable=False),
    )
    op.create_index("ix_chat_turns_chat", "chat_turns", ["chat"])


def downgrade() -> None:
    op.drop_table("chat_turns")
