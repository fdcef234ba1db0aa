"""Questionnaires of suppliers: answers shared while they are given, rounds as submitted, remarks of reviewers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json
from supplier_quality.persistence import UTCDateTime

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "supplier_questionnaire",
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("title", Json(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("knock_outs", Json(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
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
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_questionnaire_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_questionnaire")),
        sa.UniqueConstraint("number", name=op.f("uq_supplier_questionnaire_number")),
    )
    with op.batch_alter_table("supplier_questionnaire", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_questionnaire_accepted", ["supplier_id", "accepted_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supplier_questionnaire_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index("ix_supplier_questionnaire_supplier", ["supplier_id", "id"], unique=False)

    op.create_table(
        "questionnaire_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("questionnaire_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("value", Json(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_by_name", sa.String(length=200), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["supplier_questionnaire.id"],
            name=op.f("fk_questionnaire_answer_questionnaire_id_supplier_questionnaire"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_answer")),
        sa.UniqueConstraint("questionnaire_id", "question", name="uq_questionnaire_answer_question"),
    )
    op.create_table(
        "questionnaire_remark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("questionnaire_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("said_by", sa.String(length=64), nullable=False),
        sa.Column("said_by_name", sa.String(length=200), nullable=False),
        sa.Column("said_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["supplier_questionnaire.id"],
            name=op.f("fk_questionnaire_remark_questionnaire_id_supplier_questionnaire"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_remark")),
        sa.UniqueConstraint("questionnaire_id", "round", "question", name="uq_questionnaire_remark_question"),
    )
    op.create_table(
        "questionnaire_round",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("questionnaire_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", Json(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("submitted_by", sa.String(length=64), nullable=False),
        sa.Column("submitted_by_name", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["supplier_questionnaire.id"],
            name=op.f("fk_questionnaire_round_questionnaire_id_supplier_questionnaire"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_round")),
        sa.UniqueConstraint("questionnaire_id", "number", name="uq_questionnaire_round_number"),
    )


def downgrade() -> None:
    op.drop_table("questionnaire_round")
    op.drop_table("questionnaire_remark")
    op.drop_table("questionnaire_answer")
    with op.batch_alter_table("supplier_questionnaire", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_questionnaire_supplier")
        batch_op.drop_index(batch_op.f("ix_supplier_questionnaire_definition_id"))
        batch_op.drop_index("ix_supplier_questionnaire_accepted")

    op.drop_table("supplier_questionnaire")
