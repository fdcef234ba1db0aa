"""Duplicates: keys under which suppliers meet, pairs that may be one company, and merges that can be undone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json
from supplier_quality.persistence import UTCDateTime

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "supplier_match_key",
        sa.Column(
            "key", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "supplier_id", name=op.f("pk_supplier_match_key")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("supplier_match_key", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_match_key_supplier", ["supplier_id"], unique=False)

    op.create_table(
        "supplier_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("survivor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("merged_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("moved", Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_at", UTCDateTime(), nullable=False),
        sa.Column("merged_by", sa.String(length=64), nullable=False),
        sa.Column("merged_by_name", sa.String(length=200), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_by_name", sa.String(length=200), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_supplier_merge_undone_by_somebody")
        ),
        sa.ForeignKeyConstraint(["merged_id"], ["supplier.id"], name=op.f("fk_supplier_merge_merged_id_supplier")),
        sa.ForeignKeyConstraint(["survivor_id"], ["supplier.id"], name=op.f("fk_supplier_merge_survivor_id_supplier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_merge")),
    )
    with op.batch_alter_table("supplier_merge", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_merge_survivor", ["survivor_id", "undone_at"], unique=False)
        batch_op.create_index(
            "uq_supplier_merge_standing",
            ["merged_id"],
            unique=True,
            postgresql_where=sa.text("undone_at IS NULL"),
            sqlite_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "supplier_pair",
        sa.Column("low_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("high_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("reasons", Json(), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("dismissed_at", UTCDateTime(), nullable=True),
        sa.Column("dismissed_by", sa.String(length=64), nullable=True),
        sa.Column("dismissed_by_name", sa.String(length=200), nullable=True),
        sa.Column("dismissed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_by IS NULL)", name=op.f("ck_supplier_pair_dismissed_by_somebody")
        ),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_supplier_pair_low_before_high")),
        sa.ForeignKeyConstraint(["high_id"], ["supplier.id"], name=op.f("fk_supplier_pair_high_id_supplier")),
        sa.ForeignKeyConstraint(["low_id"], ["supplier.id"], name=op.f("fk_supplier_pair_low_id_supplier")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_supplier_pair")),
    )
    with op.batch_alter_table("supplier_pair", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_pair_high", ["high_id"], unique=False)
        batch_op.create_index("ix_supplier_pair_strength", ["strength", "low_id", "high_id"], unique=False)

    with op.batch_alter_table("supplier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("compared", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            "ix_supplier_merged_into",
            ["merged_into"],
            unique=False,
            postgresql_where=sa.text("merged_into IS NOT NULL"),
            sqlite_where=sa.text("merged_into IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_supplier_not_compared",
            ["id"],
            unique=False,
            postgresql_where=sa.text("NOT compared"),
            sqlite_where=sa.text("NOT compared"),
        )


def downgrade() -> None:
    with op.batch_alter_table("supplier", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_supplier_not_compared", postgresql_where=sa.text("NOT compared"), sqlite_where=sa.text("NOT compared")
        )
        batch_op.drop_index(
            "ix_supplier_merged_into",
            postgresql_where=sa.text("merged_into IS NOT NULL"),
            sqlite_where=sa.text("merged_into IS NOT NULL"),
        )
        batch_op.drop_column("compared")
        batch_op.drop_column("merged_into")

    with op.batch_alter_table("supplier_pair", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_pair_strength")
        batch_op.drop_index("ix_supplier_pair_high")

    op.drop_table("supplier_pair")
    with op.batch_alter_table("supplier_merge", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_supplier_merge_standing",
            postgresql_where=sa.text("undone_at IS NULL"),
            sqlite_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index("ix_supplier_merge_survivor")

    op.drop_table("supplier_merge")
    with op.batch_alter_table("supplier_match_key", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_match_key_supplier")

    op.drop_table("supplier_match_key")
