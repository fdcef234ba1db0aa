"""Documents, notes and directed sources of suppliers; business licence numbers of sites."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json
from supplier_quality.persistence import UTCDateTime

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "supplier_directed_source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer", sa.String(length=120), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("customer_owns", Json(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("added_by_name", sa.String(length=200), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (ended_reason IS NULL)", name=op.f("ck_supplier_directed_source_ended_for_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_directed_source_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_directed_source")),
    )
    with op.batch_alter_table("supplier_directed_source", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_directed_source", ["supplier_id", "ended_on"], unique=False)

    op.create_table(
        "supplier_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("written_by_name", sa.String(length=200), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["supplier_note.id"], name=op.f("fk_supplier_note_corrects_id_supplier_note")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_note_supplier_id_supplier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_note")),
    )
    with op.batch_alter_table("supplier_note", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_note_supplier", ["supplier_id", "id"], unique=False)
        batch_op.create_index("uq_supplier_note_corrects", ["corrects_id"], unique=True)

    op.create_table(
        "supplier_document",
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("type_name", Json(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("reporting_year", sa.Integer(), nullable=True),
        sa.Column("template_version", sa.String(length=80), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
            ["replaces_id"], ["supplier_document.id"], name=op.f("fk_supplier_document_replaces_id_supplier_document")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["supplier_site.id"], name=op.f("fk_supplier_document_site_id_supplier_site")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_document_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_document")),
        sa.UniqueConstraint("number", name=op.f("uq_supplier_document_number")),
    )
    with op.batch_alter_table("supplier_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_document_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index("ix_supplier_document_end", ["valid_to", "id"], unique=False)
        batch_op.create_index("ix_supplier_document_replaces", ["replaces_id"], unique=False)
        batch_op.create_index("ix_supplier_document_site", ["site_id"], unique=False)
        batch_op.create_index("ix_supplier_document_state_end", ["state", "valid_to", "id"], unique=False)
        batch_op.create_index("ix_supplier_document_supplier", ["supplier_id", "type", "id"], unique=False)

    with op.batch_alter_table("supplier_site", schema=None) as batch_op:
        batch_op.add_column(sa.Column("business_licence", sa.String(length=18), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("supplier_site", schema=None) as batch_op:
        batch_op.drop_column("business_licence")

    with op.batch_alter_table("supplier_document", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_document_supplier")
        batch_op.drop_index("ix_supplier_document_state_end")
        batch_op.drop_index("ix_supplier_document_site")
        batch_op.drop_index("ix_supplier_document_replaces")
        batch_op.drop_index("ix_supplier_document_end")
        batch_op.drop_index(batch_op.f("ix_supplier_document_definition_id"))

    op.drop_table("supplier_document")
    with op.batch_alter_table("supplier_note", schema=None) as batch_op:
        batch_op.drop_index("uq_supplier_note_corrects")
        batch_op.drop_index("ix_supplier_note_supplier")

    op.drop_table("supplier_note")
    with op.batch_alter_table("supplier_directed_source", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_directed_source")

    op.drop_table("supplier_directed_source")
