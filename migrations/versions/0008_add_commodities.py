"""Commodities: what suppliers are approved for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json
from supplier_quality.persistence import UTCDateTime

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "commodity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "number",
            sa.String(length=20).with_variant(sa.String(length=20, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.Column("name_zh", sa.String(length=120), nullable=True),
        sa.Column("criticality", sa.String(length=20), nullable=False),
        sa.Column("special_processes", Json(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commodity")),
    )
    with op.batch_alter_table("commodity", schema=None) as batch_op:
        batch_op.create_index("uq_commodity_number", ["number"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("commodity", schema=None) as batch_op:
        batch_op.drop_index("uq_commodity_number")

    op.drop_table("commodity")
