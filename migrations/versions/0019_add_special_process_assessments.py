"""Self-assessments of special processes and the lines of their action plans."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json
from supplier_quality.persistence import UTCDateTime

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "special_process_assessment",
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("process_name", Json(), nullable=False),
        sa.Column("standard", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("assessor", sa.String(length=160), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("findings", sa.Integer(), nullable=True),
        sa.Column("immediate", sa.Integer(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
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
        sa.CheckConstraint(
            "immediate IS NULL OR immediate <= findings",
            name=op.f("ck_special_process_assessment_immediate_among_findings"),
        ),
        sa.CheckConstraint(
            "points IS NULL OR points BETWEEN 0 AND 100", name=op.f("ck_special_process_assessment_points_out_of_100")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["special_process_assessment.id"],
            name=op.f("fk_special_process_assessment_replaces_id_special_process_assessment"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["supplier_site.id"], name=op.f("fk_special_process_assessment_site_id_supplier_site")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_special_process_assessment_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_process_assessment")),
        sa.UniqueConstraint("number", name=op.f("uq_special_process_assessment_number")),
    )
    with op.batch_alter_table("special_process_assessment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_special_process_assessment_definition_id"), ["definition_id"], unique=False
        )
        batch_op.create_index("ix_special_process_assessment_end", ["valid_to", "id"], unique=False)
        batch_op.create_index("ix_special_process_assessment_replaces", ["replaces_id"], unique=False)
        batch_op.create_index("ix_special_process_assessment_site", ["site_id", "process", "state"], unique=False)
        batch_op.create_index("ix_special_process_assessment_supplier", ["supplier_id", "id"], unique=False)

    op.create_table(
        "special_process_plan_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("responsible", sa.String(length=160), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("added_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(done_on IS NULL) = (done_by IS NULL)", name=op.f("ck_special_process_plan_line_done_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["special_process_assessment.id"],
            name=op.f("fk_special_process_plan_line_assessment_id_special_process_assessment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_process_plan_line")),
    )
    with op.batch_alter_table("special_process_plan_line", schema=None) as batch_op:
        batch_op.create_index("ix_special_process_plan_line", ["assessment_id", "done_on", "due"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("special_process_plan_line", schema=None) as batch_op:
        batch_op.drop_index("ix_special_process_plan_line")

    op.drop_table("special_process_plan_line")
    with op.batch_alter_table("special_process_assessment", schema=None) as batch_op:
        batch_op.drop_index("ix_special_process_assessment_supplier")
        batch_op.drop_index("ix_special_process_assessment_site")
        batch_op.drop_index("ix_special_process_assessment_replaces")
        batch_op.drop_index("ix_special_process_assessment_end")
        batch_op.drop_index(batch_op.f("ix_special_process_assessment_definition_id"))

    op.drop_table("special_process_assessment")
