"""The engine's own tables: versions of rule files, timers, joins and idempotency keys."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json, UTCDateTime

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "engine_definition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_at", UTCDateTime(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_definition")),
        sa.UniqueConstraint(
            "kind", "name", "origin", "version", name=op.f("uq_engine_definition_kind_name_origin_version")
        ),
    )

    op.create_table(
        "engine_timer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("definition_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("moment", sa.Integer(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("is_deadline", sa.Boolean(), nullable=False),
        sa.Column("first_due", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_timer")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "rule",
            "moment",
            name=op.f("uq_engine_timer_subject_kind_subject_id_rule_moment"),
        ),
    )
    with op.batch_alter_table("engine_timer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_engine_timer_deadline",
            ["subject_kind", "first_due", "subject_id", "rule"],
            unique=False,
            sqlite_where=sa.text("is_deadline = 1"),
            postgresql_where=sa.text("is_deadline"),
        )
        batch_op.create_index("ix_engine_timer_due", ["due_at"], unique=False)

    op.create_table(
        "engine_join",
        sa.Column("parent_kind", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("parent_kind", "parent_id", "name", name=op.f("pk_engine_join")),
    )

    op.create_table(
        "engine_key",
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("answer", Json(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", "actor_id", "key", name=op.f("pk_engine_key")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    # Indexes go with their tables.
    op.drop_table("engine_key")
    op.drop_table("engine_join")
    op.drop_table("engine_timer")
    op.drop_table("engine_definition")
