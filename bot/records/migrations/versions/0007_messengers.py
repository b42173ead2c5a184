"""What messengers keep: access tokens for all workers, addresses behind other names; who is reminded at an address"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "provider_tokens",
        sa.Column("account", sa.String(128), primary_key=True),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewing_until", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "contacts",
        sa.Column("alias", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.String(64), nullable=False),
        sa.UniqueConstraint("channel", "address_index", name="uq_contacts_channel_address_index"),
    )
    op.create_index("ix_subscriptions_address", "subscriptions", ["channel", "address"])


def downgrade() -> None:
    op.drop_index("ix_subscriptions_address", "subscriptions")
    op.drop_table("contacts")
    op.drop_table("provider_tokens")
