"""What imports do with each row, where in a file the table stands, and remembered mappings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from supplier_quality.persistence.types import Json, UTCDateTime

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("supplier_import_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", Json(), nullable=True))
        batch_op.add_column(sa.Column("mapping_id", sa.BigInteger(), nullable=True))

    op.create_table(
        "supplier_import_line",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("changes", Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["supplier_import_run.id"], name=op.f("fk_supplier_import_line_run_id_supplier_import_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_supplier_import_line")),
    )
    with op.batch_alter_table("supplier_import_line", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_import_line_outcome", ["run_id", "outcome", "place"], unique=False)

    op.create_table(
        "supplier_import_mapping",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("header_key", sa.String(length=64), nullable=False),
        sa.Column("header", Json(), nullable=False),
        sa.Column("place", Json(), nullable=False),
        sa.Column("mapping", Json(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("used", sa.Integer(), server_default="1", nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.Column("used_by_name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_import_mapping")),
        sa.UniqueConstraint("header_key", name=op.f("uq_supplier_import_mapping_header_key")),
        sa.UniqueConstraint("name", name=op.f("uq_supplier_import_mapping_name")),
    )


def downgrade() -> None:
    # What was imported before stays known by the runs themselves.
    op.drop_table("supplier_import_mapping")
    op.drop_table("supplier_import_line")
    with op.batch_alter_table("supplier_import_run", schema=None) as batch_op:
        batch_op.drop_column("mapping_id")
        batch_op.drop_column("place")
