"""Relatives, consents, one-time codes; whose proofs fail"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _drop_bindings()
    op.create_table(
        "chat_bindings",
        sa.Column("chat", sa.String(length=128), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("relative", sa.Boolean(), nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name="fk_chat_bindings_person_id"),
        sa.PrimaryKeyConstraint("chat", "person_id", name="pk_chat_bindings"),
        sa.UniqueConstraint("token", name="uq_chat_bindings_token"),
    )
    op.create_index("ix_chat_bindings_person_id", "chat_bindings", ["person_id"])
    op.create_index("ix_chat_bindings_bound_at", "chat_bindings", ["bound_at"])
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("chat", sa.String(length=128), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name="fk_consents_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.UniqueConstraint("person_id", "chat", name="uq_consents_person_id_chat"),
    )
    op.create_table(
        "access_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("relative", sa.Boolean(), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name="fk_access_codes_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_codes"),
        sa.UniqueConstraint("code", name="uq_access_codes_code"),
    )
    op.create_index("ix_access_codes_person_id", "access_codes", ["person_id"])
    op.add_column(
        "verifications", sa.Column("relative", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("verification_locks", sa.Column("person_id", sa.String(length=64), nullable=True))
    op.create_index("ix_verification_locks_person_id", "verification_locks", ["person_id"])
    op.create_index("ix_verification_locks_last_failed_at", "verification_locks", ["last_failed_at"])
    op.create_index("ix_messages_at", "messages", ["at"])


def downgrade() -> None:
    op.drop_index("ix_messages_at", "messages")
    op.drop_index("ix_verification_locks_last_failed_at", "verification_locks")
    op.drop_index("ix_verification_locks_person_id", "verification_locks")
    op.drop_column("verification_locks", "person_id")
    op.drop_column("verifications", "relative")
    op.drop_table("access_codes")
    op.drop_table("consents")
    _drop_bindings()
    op.create_table(
        "chat_bindings",
        sa.Column("chat", sa.String(length=128), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name="fk_chat_bindings_person_id"),
        sa.PrimaryKeyConstraint("chat", name="pk_chat_bindings"),
        sa.UniqueConstraint("token", name="uq_chat_bindings_token"),
    )
    op.create_index("ix_chat_bindings_person_id", "chat_bindings", ["person_id"])


def _drop_bindings() -> None:
    """Bindings are not carried over: nobody was asked to be remembered. A chat proves once more whose it is."""
    op.drop_index("ix_chat_bindings_person_id", "chat_bindings")
    op.drop_table("chat_bindings")
