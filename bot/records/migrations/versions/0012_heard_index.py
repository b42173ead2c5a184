"""How much a chat wrote in the last minute is asked at every message: an index of what came in, by its time"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

CAME_IN = sa.text("direction = 'in'")


def upgrade() -> None:
    op.create_index(
        "ix_messages_heard", "messages", ["chat", "at"], sqlite_where=CAME_IN, postgresql_where=CAME_IN
    )


def downgrade() -> None:
    op.drop_index("ix_messages_heard", "messages")
