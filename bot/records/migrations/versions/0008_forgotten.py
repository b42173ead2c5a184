"""Forgotten persons stay forgotten: numbers that imports refuse, and chats that the engine is still to forget"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
    )
    op.create_table("ended_chats", sa.Column("chat", sa.String(128), primary_key=True))


def downgrade() -> None:
    op.drop_table("ended_chats")
    op.drop_table("forgotten")
