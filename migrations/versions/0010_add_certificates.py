"""Certificates of suppliers' sites."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from supplier_quality.persistence import UTCDateTime

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "supplier_certificate",
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standard", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=True),
        sa.Column("certificate_no", sa.String(length=80), nullable=True),
        sa.Column("body", sa.String(length=160), nullable=True),
        sa.Column("accreditation", sa.String(length=160), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("printed_site", sa.String(length=300), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("grace_until", sa.Date(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("safety_parts", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_at", sa.String(length=40), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.String(length=200), nullable=True),
        sa.Column("verified_reference", sa.String(length=300), nullable=True),
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
            ["replaces_id"],
            ["supplier_certificate.id"],
            name=op.f("fk_supplier_certificate_replaces_id_supplier_certificate"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["supplier_site.id"], name=op.f("fk_supplier_certificate_site_id_supplier_site")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_certificate_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_supplier_certificate_number")),
    )
    with op.batch_alter_table("supplier_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_certificate_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index("ix_supplier_certificate_end", ["valid_to", "id"], unique=False)
        batch_op.create_index("ix_supplier_certificate_grace", ["grace_until", "id"], unique=False)
        batch_op.create_index("ix_supplier_certificate_no", ["certificate_no"], unique=False)
        batch_op.create_index("ix_supplier_certificate_replaces", ["replaces_id"], unique=False)
        batch_op.create_index("ix_supplier_certificate_site", ["site_id", "standard", "state"], unique=False)
        batch_op.create_index("ix_supplier_certificate_state_end", ["state", "valid_to", "id"], unique=False)
        batch_op.create_index("ix_supplier_certificate_supplier", ["supplier_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("supplier_certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_certificate_supplier")
        batch_op.drop_index("ix_supplier_certificate_state_end")
        batch_op.drop_index("ix_supplier_certificate_site")
        batch_op.drop_index("ix_supplier_certificate_replaces")
        batch_op.drop_index("ix_supplier_certificate_no")
        batch_op.drop_index("ix_supplier_certificate_grace")
        batch_op.drop_index("ix_supplier_certificate_end")
        batch_op.drop_index(batch_op.f("ix_supplier_certificate_definition_id"))

    op.drop_table("supplier_certificate")
