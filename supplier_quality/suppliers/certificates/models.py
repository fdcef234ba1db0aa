"""The table of certificates."""

from datetime import date
from typing import ClassVar

from sqlalchemy import Boolean, Date, ForeignKey, Index, String, Text, false, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from supplier_quality.engine.subject import Subject
from supplier_quality.persistence import Base
from supplier_quality.suppliers.models import Supplier


class Certificate(Subject, Base):
    """One certificate of one site, see workflows/certificate.yaml; the next one is a row of its own.

    ``certificate_no`` is what the certification body prints, ``number`` is ours. ``printed_site`` is the site as printed,
    to be compared with ours. ``replaces_id`` is the certificate before; it is replaced when this one is verified.
    ``grace_until`` is the last day on which receipts go on after a lapse. ``safety_parts``: safety parts rest on it.
    ``entered_by`` is the actor whom four eyes are about. The columns ``verified_...`` say where and when it was found good.
    """

    __tablename__ = "supplier_certificate"
    subject_kind: ClassVar[str] = "certificate"
    workflow: ClassVar[str] = "certificate"
    number_series: ClassVar[str] = "CRT"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("supplier_site.id"))
    standard: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str | None] = mapped_column(String(20))
    certificate_no: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[str | None] = mapped_column(String(160))
    accreditation: Mapped[str | None] = mapped_column(String(160))
    scope: Mapped[str | None] = mapped_column(Text)
    printed_site: Mapped[str | None] = mapped_column(String(300))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    grace_until: Mapped[date | None] = mapped_column(Date)
    answer_by: Mapped[date | None] = mapped_column(Date)
    safety_parts: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    entered_by: Mapped[str | None] = mapped_column(String(64))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("supplier_certificate.id"))
    verified_at: Mapped[str | None] = mapped_column(String(40))
    verified_on: Mapped[date | None] = mapped_column(Date)
    verified_by: Mapped[str | None] = mapped_column(String(200))
    verified_reference: Mapped[str | None] = mapped_column(String(300))

    # Asked anew each time, so that a certificate follows its supplier to a new owner.
    owner_id: Mapped[int | None] = column_property(
        select(Supplier.owner_id).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )
    supplier_name: Mapped[str] = column_property(
        select(Supplier.name).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )

    __table_args__ = (
        Index("ix_supplier_certificate_supplier", "supplier_id", "id"),
        Index("ix_supplier_certificate_site", "site_id", "standard", "state"),
        Index("ix_supplier_certificate_replaces", "replaces_id"),
        Index("ix_supplier_certificate_no", "certificate_no"),
        # The board: by end, alone or behind one filter, in the order of its keyset.
        Index("ix_supplier_certificate_end", "valid_to", "id"),
        Index("ix_supplier_certificate_state_end", "state", "valid_to", "id"),
        Index("ix_supplier_certificate_grace", "grace_until", "id"),
    )

    @property
    def label(self) -> str:
        return f"{self.standard}, {self.supplier_name}"
