"""Ratings of risk, steps of qualifications, and the days of the next qualification and of a phase-out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from supplier_quality.persistence import Json, UTCDateTime

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "supplier_qualification_step",
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("because", Json(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("waiver_by", sa.String(length=64), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_by_name", sa.String(length=200), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_seq", sa.BigInteger(), nullable=False),
        sa.Column("trail_head", sa.String(length=64), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("definition_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_qualification_step_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_qualification_step")),
        sa.UniqueConstraint("number", name=op.f("uq_supplier_qualification_step_number")),
    )
    with op.batch_alter_table("supplier_qualification_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supplier_qualification_step_definition_id"), ["definition_id"], unique=False
        )
        batch_op.create_index("ix_supplier_qualification_step_supplier", ["supplier_id", "state", "id"], unique=False)

    op.create_table(
        "supplier_risk_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_risk_entry_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_risk_entry")),
    )
    with op.batch_alter_table("supplier_risk_entry", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_risk_entry_supplier", ["supplier_id", "part", "id"], unique=False)

    op.create_table(
        "supplier_risk_rating",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("risk_class", sa.String(length=20), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("knocked_out", sa.Boolean(), nullable=False),
        sa.Column("parts", Json(), nullable=False),
        sa.Column("tables", Json(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_risk_rating_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_risk_rating")),
    )
    with op.batch_alter_table("supplier_risk_rating", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_risk_rating_supplier", ["supplier_id", "id"], unique=False)

    with op.batch_alter_table("supplier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("requalify_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("last_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("qualified_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("supplier", schema=None) as batch_op:
        batch_op.drop_column("qualified_at")
        batch_op.drop_column("last_day")
        batch_op.drop_column("requalify_on")

    with op.batch_alter_table("supplier_risk_rating", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_risk_rating_supplier")

    op.drop_table("supplier_risk_rating")
    with op.batch_alter_table("supplier_risk_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_risk_entry_supplier")

    op.drop_table("supplier_risk_entry")
    with op.batch_alter_table("supplier_qualification_step", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_qualification_step_supplier")
        batch_op.drop_index(batch_op.f("ix_supplier_qualification_step_definition_id"))

    op.drop_table("supplier_qualification_step")
