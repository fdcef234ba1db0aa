"""Suppliers, their sites, contacts and self-assessments, the words they are found by, and imports."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json, UTCDateTime

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "supplier",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "source_key",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("duns", sa.String(length=9), nullable=True),
        sa.Column("business_licence", sa.String(length=18), nullable=True),
        sa.Column("website", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by", sa.String(length=64), nullable=True),
        sa.Column("suspended_by", sa.String(length=64), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("number", name=op.f("uq_supplier_number")),
        sa.UniqueConstraint("source_key", name=op.f("uq_supplier_source_key")),
    )
    with op.batch_alter_table("supplier", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_changed", ["changed_at", "id"], unique=False)
        batch_op.create_index("ix_supplier_country_changed", ["country", "changed_at", "id"], unique=False)
        batch_op.create_index("ix_supplier_country_id", ["country", "id"], unique=False)
        batch_op.create_index("ix_supplier_country_name", ["country", "name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supplier_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index("ix_supplier_duns", ["duns"], unique=False)
        batch_op.create_index("ix_supplier_name", ["name_key", "id"], unique=False)
        batch_op.create_index("ix_supplier_owner_changed", ["owner_id", "changed_at", "id"], unique=False)
        batch_op.create_index("ix_supplier_owner_id", ["owner_id", "id"], unique=False)
        batch_op.create_index("ix_supplier_owner_name", ["owner_id", "name_key", "id"], unique=False)
        batch_op.create_index("ix_supplier_plain_name", ["name"], unique=False)
        batch_op.create_index("ix_supplier_state_changed", ["state", "changed_at", "id"], unique=False)
        batch_op.create_index("ix_supplier_state_id", ["state", "id"], unique=False)
        batch_op.create_index("ix_supplier_state_name", ["state", "name_key", "id"], unique=False)

    op.create_table(
        "supplier_site",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source_key", sa.String(length=80), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=True),
        sa.Column("duns", sa.String(length=9), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_site_supplier_id_supplier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_site")),
        sa.UniqueConstraint("source_key", name=op.f("uq_supplier_site_source_key")),
    )
    with op.batch_alter_table("supplier_site", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_site_supplier", ["supplier_id", "name"], unique=False)

    op.create_table(
        "supplier_contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("roles", Json(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("notice_order", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("bounced_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_contact_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_contact")),
    )
    with op.batch_alter_table("supplier_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_contact_email_key"), ["email_key"], unique=False)
        batch_op.create_index("uq_supplier_contact_email", ["supplier_id", "email_key"], unique=True)

    op.create_table(
        "supplier_self_assessment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("answers", Json(), nullable=False),
        sa.Column("answers_hash", sa.String(length=64), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_by", sa.String(length=64), nullable=False),
        sa.Column("submitted_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_self_assessment_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_self_assessment")),
    )
    with op.batch_alter_table("supplier_self_assessment", schema=None) as batch_op:
        batch_op.create_index("uq_supplier_self_assessment_round", ["supplier_id", "round"], unique=True)

    op.create_table(
        "supplier_token",
        sa.Column(
            "token",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "name_key",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token", "name_key", "supplier_id", name=op.f("pk_supplier_token")),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "supplier_import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("header_key", sa.String(length=64), nullable=True),
        sa.Column("encoding", sa.String(length=20), nullable=True),
        sa.Column("mapping", Json(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("rows_total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problems", sa.Integer(), server_default="0", nullable=False),
        sa.Column("report", Json(), nullable=True),
        sa.Column("error", Json(), nullable=True),
        sa.Column("started_by", sa.String(length=64), nullable=False),
        sa.Column("started_by_name", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_import_run")),
    )
    with op.batch_alter_table("supplier_import_run", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_import_run_header", ["header_key", "id"], unique=False)
        batch_op.create_index("ix_supplier_import_run_person", ["person_id", "seen_at"], unique=False)
        batch_op.create_index("ix_supplier_import_run_started", ["started_at"], unique=False)

    op.create_table(
        "supplier_import_problem",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("column_name", sa.String(length=300), nullable=True),
        sa.Column("value", sa.String(length=400), nullable=True),
        sa.Column("problem", Json(), nullable=False),
        sa.Column("remedy", Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["supplier_import_run.id"], name=op.f("fk_supplier_import_problem_run_id_supplier_import_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_supplier_import_problem")),
    )


def downgrade() -> None:
    # Indexes go with their tables.
    op.drop_table("supplier_import_problem")
    op.drop_table("supplier_import_run")
    op.drop_table("supplier_token")
    op.drop_table("supplier_self_assessment")
    op.drop_table("supplier_contact")
    op.drop_table("supplier_site")
    op.drop_table("supplier")
