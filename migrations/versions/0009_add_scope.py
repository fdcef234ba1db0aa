"""Scope: what a supplier may deliver from which site, and what limits it.

Suppliers that are not simply approved already limit the scope they will get, as workflows/policies.yaml has it from now on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import UTCDateTime

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "supplier_scope_limit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_scope_limit_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_scope_limit")),
    )
    with op.batch_alter_table("supplier_scope_limit", schema=None) as batch_op:
        batch_op.create_index("uq_supplier_scope_limit", ["supplier_id", "site_id", "cause"], unique=True)

    op.create_table(
        "supplier_scope",
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commodity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_number", sa.String(length=80), nullable=True),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("suspended_by", sa.String(length=64), nullable=True),
        sa.Column("decided", sa.String(length=40), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
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
            ["commodity_id"], ["commodity.id"], name=op.f("fk_supplier_scope_commodity_id_commodity")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["supplier_site.id"], name=op.f("fk_supplier_scope_site_id_supplier_site")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_scope_supplier_id_supplier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_scope")),
        sa.UniqueConstraint("number", name=op.f("uq_supplier_scope_number")),
    )
    with op.batch_alter_table("supplier_scope", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_scope_commodity", ["commodity_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_supplier_scope_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index("ix_supplier_scope_entered", ["entered_at", "id"], unique=False)
        batch_op.create_index("ix_supplier_scope_supplier", ["supplier_id", "site_id", "commodity_id"], unique=False)

    op.execute(
        "INSERT INTO supplier_scope_limit (supplier_id, site_id, cause, effect, why, since) "
        "SELECT id, 0, 'supplier', "
        "CASE WHEN state IN ('suspended', 'rejected') THEN 'suspended' ELSE 'conditional' END, "
        "'supplier_' || state, entered_at "
        "FROM supplier WHERE state IN ('conditional', 'review', 'suspended', 'rejected')"
    )


def downgrade() -> None:
    with op.batch_alter_table("supplier_scope", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_scope_supplier")
        batch_op.drop_index("ix_supplier_scope_entered")
        batch_op.drop_index(batch_op.f("ix_supplier_scope_definition_id"))
        batch_op.drop_index("ix_supplier_scope_commodity")

    op.drop_table("supplier_scope")
    with op.batch_alter_table("supplier_scope_limit", schema=None) as batch_op:
        batch_op.drop_index("uq_supplier_scope_limit")

    op.drop_table("supplier_scope_limit")
