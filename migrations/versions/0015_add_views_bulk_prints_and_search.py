"""Saved views, acts on many suppliers, printed documents and the words of the full-text search."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json
from supplier_quality.persistence import UTCDateTime

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "print_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("title", Json(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("parameters", Json(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("is_whole", sa.Boolean(), nullable=True),
        sa.Column("error", Json(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
    )
    with op.batch_alter_table("print_run", schema=None) as batch_op:
        batch_op.create_index("ix_print_run_person", ["person_id", "id"], unique=False)

    op.create_table(
        "search_token",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "token",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "token", "document_id", name=op.f("pk_search_token")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("search_token", schema=None) as batch_op:
        batch_op.create_index("ix_search_token_document", ["document_id"], unique=False)

    op.create_table(
        "searched_record",
        sa.Column("record_kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("record_kind", "record_id", name=op.f("pk_searched_record")),
    )
    op.create_table(
        "supplier_bulk_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=True),
        sa.Column("label", Json(), nullable=True),
        sa.Column("form", Json(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("started_by_name", sa.String(length=200), nullable=False),
        sa.Column("picked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(asked_at IS NULL) = (action IS NULL)", name=op.f("ck_supplier_bulk_run_asked_for_something")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_bulk_run")),
    )
    with op.batch_alter_table("supplier_bulk_run", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_bulk_run_person", ["person_id", "seen_at"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_saved_view_owner_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "list_name", "owner_id", "name_key", name=op.f("uq_saved_view_list_name_owner_id_name_key")
        ),
    )
    op.create_table(
        "search_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("record_kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("part_id", sa.BigInteger(), nullable=True),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_search_document_supplier_id_supplier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
    )
    with op.batch_alter_table("search_document", schema=None) as batch_op:
        batch_op.create_index("ix_search_document_record", ["record_kind", "record_id"], unique=False)

    op.create_table(
        "supplier_bulk_item",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("said", Json(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["supplier_bulk_run.id"], name=op.f("fk_supplier_bulk_item_run_id_supplier_bulk_run")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_bulk_item_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_supplier_bulk_item")),
    )
    with op.batch_alter_table("supplier_bulk_item", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_bulk_item_outcome", ["run_id", "outcome"], unique=False)
        batch_op.create_index("uq_supplier_bulk_item_supplier", ["run_id", "supplier_id"], unique=True)

    op.create_table(
        "first_view",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column("view_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_first_view_owner_id_user_account")),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name=op.f("fk_first_view_view_id_saved_view")),
        sa.PrimaryKeyConstraint("owner_id", "list_name", name=op.f("pk_first_view")),
    )
    with op.batch_alter_table("first_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_first_view_view_id"), ["view_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("first_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_first_view_view_id"))

    op.drop_table("first_view")
    with op.batch_alter_table("supplier_bulk_item", schema=None) as batch_op:
        batch_op.drop_index("uq_supplier_bulk_item_supplier")
        batch_op.drop_index("ix_supplier_bulk_item_outcome")

    op.drop_table("supplier_bulk_item")
    with op.batch_alter_table("search_document", schema=None) as batch_op:
        batch_op.drop_index("ix_search_document_record")

    op.drop_table("search_document")
    op.drop_table("saved_view")
    with op.batch_alter_table("supplier_bulk_run", schema=None) as batch_op:
        batch_op.drop_index("ix_supplier_bulk_run_person")

    op.drop_table("supplier_bulk_run")
    op.drop_table("searched_record")
    with op.batch_alter_table("search_token", schema=None) as batch_op:
        batch_op.drop_index("ix_search_token_document")

    op.drop_table("search_token")
    with op.batch_alter_table("print_run", schema=None) as batch_op:
        batch_op.drop_index("ix_print_run_person")

    op.drop_table("print_run")
