"""Roles and second factors"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("staff", sa.Column("role", sa.String(16), nullable=False, server_default="clerk"))
    op.add_column("staff", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "staff_sessions", sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.true())
    )


def downgrade() -> None:
    with op.batch_alter_table("staff_sessions") as sessions:
        sessions.drop_column("confirmed")
    with op.batch_alter_table("staff") as staff:
        for name in ("totp_step", "totp_secret", "role"):
            staff.drop_column(name)
