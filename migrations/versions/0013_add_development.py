"""Levels of suppliers, what proves them, and plans to develop suppliers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import UTCDateTime

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "supplier_development_plan",
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("from_level", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_development_plan_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_development_plan")),
        sa.UniqueConstraint("number", name=op.f("uq_supplier_development_plan_number")),
    )
    with op.batch_alter_table("supplier_development_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_development_plan_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index("ix_supplier_development_plan_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_supplier_development_plan_supplier", ["supplier_id", "id"], unique=False)

    op.create_table(
        "supplier_level_requirement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minimum", sa.String(length=40), nullable=True),
        sa.Column("target", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_by_name", sa.String(length=200), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_level_requirement_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_level_requirement")),
    )
    with op.batch_alter_table("supplier_level_requirement", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_level_requirement_supplier", ["supplier_id", "set_at", "id"], unique=False)

    op.create_table(
        "supplier_development_milestone",
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
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
            ["owner_id"], ["user_account.id"], name=op.f("fk_supplier_development_milestone_owner_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["supplier_development_plan.id"],
            name=op.f("fk_supplier_development_milestone_plan_id_supplier_development_plan"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_development_milestone")),
        sa.UniqueConstraint("number", name=op.f("uq_supplier_development_milestone_number")),
    )
    with op.batch_alter_table("supplier_development_milestone", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supplier_development_milestone_definition_id"), ["definition_id"], unique=False
        )
        batch_op.create_index("ix_supplier_development_milestone_open", ["state", "due"], unique=False)
        batch_op.create_index("ix_supplier_development_milestone_owner", ["owner_id", "state"], unique=False)
        batch_op.create_index("ix_supplier_development_milestone_plan", ["plan_id", "due", "id"], unique=False)

    op.create_table(
        "supplier_level_proof",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("criterion", sa.String(length=40), nullable=True),
        sa.Column("conforms", sa.Boolean(), nullable=True),
        sa.Column("customer", sa.String(length=160), nullable=True),
        sa.Column("reference", sa.String(length=160), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_by_name", sa.String(length=200), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by_name", sa.String(length=200), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'audit') = (site_id IS NOT NULL AND criterion IS NOT NULL AND conforms IS NOT NULL)",
            name=op.f("ck_supplier_level_proof_audit"),
        ),
        sa.CheckConstraint(
            "(kind = 'authorisation') = (customer IS NOT NULL)", name=op.f("ck_supplier_level_proof_authorisation")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name=op.f("ck_supplier_level_proof_withdrawn")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["supplier_site.id"], name=op.f("fk_supplier_level_proof_site_id_supplier_site")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_level_proof_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_level_proof")),
    )
    with op.batch_alter_table("supplier_level_proof", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_level_proof_site", ["site_id"], unique=False)
        batch_op.create_index("ix_supplier_level_proof_supplier", ["supplier_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("supplier_level_proof", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_level_proof_supplier")
        batch_op.drop_index("ix_supplier_level_proof_site")

    op.drop_table("supplier_level_proof")
    with op.batch_alter_table("supplier_development_milestone", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_development_milestone_plan")
        batch_op.drop_index("ix_supplier_development_milestone_owner")
        batch_op.drop_index("ix_supplier_development_milestone_open")
        batch_op.drop_index(batch_op.f("ix_supplier_development_milestone_definition_id"))

    op.drop_table("supplier_development_milestone")
    with op.batch_alter_table("supplier_level_requirement", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_level_requirement_supplier")

    op.drop_table("supplier_level_requirement")
    with op.batch_alter_table("supplier_development_plan", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_development_plan_supplier")
        batch_op.drop_index("ix_supplier_development_plan_state")
        batch_op.drop_index(batch_op.f("ix_supplier_development_plan_definition_id"))

    op.drop_table("supplier_development_plan")
