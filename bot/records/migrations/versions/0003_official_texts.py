"""Official wording of documents"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "official_texts",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=256), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document", name="pk_official_texts"),
    )


def downgrade() -> None:
    op.drop_table("official_texts")
