"""Tables of mail. Rows name records and people by plain values and hold no token and no code."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.mail.enums import MailState
from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


class MailMessage(Base):
    """One mail to one person, written when its delivery begins.

    ``uid`` is the outbox row's; ``message_id`` is derived from it, so a repeat after a crash is recognised as the same
    mail.
    ``text`` and ``html`` are only filled when no mail server is set: a body holds the link's token or the code.
    """

    __tablename__ = "mail_message"
    __table_args__ = (
        CheckConstraint(f"(text IS NULL AND html IS NULL) OR state = '{MailState.KEPT}'", name="bodies_only_when_kept"),
        Index("ix_mail_message_record", "record_kind", "record_id", "id"),
        Index("ix_mail_message_recipient", "recipient_kind", "recipient_id", "sent_at"),
        Index("ix_mail_message_link", "link_id"),
        Index("ix_mail_message_awaited", "answer_awaited_until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    record_kind: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    record_label: Mapped[str | None] = mapped_column(String(200))
    recipient_kind: Mapped[str] = mapped_column(String(64))
    recipient_id: Mapped[int] = mapped_column(BigInteger)
    recipient_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(120))
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    subject: Mapped[str] = mapped_column(String(500))
    language: Mapped[str] = mapped_column(String(8))
    link_id: Mapped[int | None] = mapped_column(BigInteger)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=1)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The mail server's last word, or the bounce's reason.
    answer: Mapped[str | None] = mapped_column(String(500))
    # Set on the first notice of a link; cleared once the link was used or the silence was acted on.
    answer_awaited_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)


class DigestItem(Base):
    """Something a contact will read in their next digest instead of in a mail of its own.

    ``due`` is 08:00 of the contact's next working day; ``digest_uid`` names the mail that took it.
    """

    __tablename__ = "digest_item"
    __table_args__ = (
        Index("ix_digest_item_waiting", "digest_uid", "due"),
        Index("ix_digest_item_contact", "contact_id", "digest_uid"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int] = mapped_column(BigInteger)
    record_kind: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    record_label: Mapped[str | None] = mapped_column(String(200))
    template: Mapped[str] = mapped_column(String(120))
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    link_id: Mapped[int | None] = mapped_column(BigInteger)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due: Mapped[datetime] = mapped_column(UTCDateTime)
    digest_uid: Mapped[str | None] = mapped_column(String(64))


class Digest(Base):
    """That a contact's digest of a day was queued. The key is what keeps two workers from sending two."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("contact_kind", "contact_id", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date] = mapped_column(Date)
    uid: Mapped[str] = mapped_column(String(64))
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OwnerTask(Base):
    """Something about a record's mail that its owner has to look after; shown in My work until it is done.

    ``about`` is the uid of the mail, so the same mail raises the same kind of task only once.
    """

    __tablename__ = "owner_task"
    __table_args__ = (
        UniqueConstraint("kind", "about"),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_by_somebody"),
        Index("ix_owner_task_open", "owner_id", "done_at", "due"),
        Index("ix_owner_task_record", "record_kind", "record_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(64))
    record_kind: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    record_label: Mapped[str | None] = mapped_column(String(200))
    # None when the record has no owner: then it is shown to every quality manager.
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(500))
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    due: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[str | None] = mapped_column(String(200))
