"""Mails that were sent, digests, and what owners have to do about mails that did not arrive."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from supplier_quality.persistence import Json, UTCDateTime

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "mail_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("record_kind", sa.String(length=40), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("record_label", sa.String(length=200), nullable=True),
        sa.Column("recipient_kind", sa.String(length=64), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("template", sa.String(length=120), nullable=False),
        sa.Column("values", Json(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=True),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("tried_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answer_awaited_until", UTCDateTime(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(text IS NULL AND html IS NULL) OR state = 'kept'", name=op.f("ck_mail_message_bodies_only_when_kept")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_message_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_mail_message_uid")),
    )
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.create_index("ix_mail_message_awaited", ["answer_awaited_until"], unique=False)
        batch_op.create_index("ix_mail_message_link", ["link_id"], unique=False)
        batch_op.create_index("ix_mail_message_recipient", ["recipient_kind", "recipient_id", "sent_at"], unique=False)
        batch_op.create_index("ix_mail_message_record", ["record_kind", "record_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_message_state"), ["state"], unique=False)

    op.create_table(
        "digest",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_kind", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("contact_kind", "contact_id", "day", name=op.f("uq_digest_contact_kind_contact_id_day")),
    )

    op.create_table(
        "digest_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_kind", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("record_kind", sa.String(length=40), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("record_label", sa.String(length=200), nullable=True),
        sa.Column("template", sa.String(length=120), nullable=False),
        sa.Column("values", Json(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=True),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("digest_uid", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_item")),
    )
    with op.batch_alter_table("digest_item", schema=None) as batch_op:
        batch_op.create_index("ix_digest_item_contact", ["contact_id", "digest_uid"], unique=False)
        batch_op.create_index("ix_digest_item_waiting", ["digest_uid", "due"], unique=False)

    op.create_table(
        "owner_task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("record_kind", sa.String(length=40), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("record_label", sa.String(length=200), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("values", Json(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_owner_task_done_by_somebody")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_task")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_owner_task_kind_about")),
    )
    with op.batch_alter_table("owner_task", schema=None) as batch_op:
        batch_op.create_index("ix_owner_task_open", ["owner_id", "done_at", "due"], unique=False)
        batch_op.create_index("ix_owner_task_record", ["record_kind", "record_id"], unique=False)


def downgrade() -> None:
    # Indexes go with their tables.
    op.drop_table("owner_task")
    op.drop_table("digest_item")
    op.drop_table("digest")
    op.drop_table("mail_message")
