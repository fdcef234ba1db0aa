"""The table of documents."""

from datetime import date
from typing import ClassVar

from sqlalchemy import Date, ForeignKey, Index, Integer, String, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from supplier_quality.engine.subject import Subject
from supplier_quality.language import Text
from supplier_quality.persistence import Base, Json
from supplier_quality.suppliers.models import Supplier


class SupplierDocument(Subject, Base):
    """One document of a supplier, or of one of its sites, see workflows/supplier_document.yaml; the next one is a row of its own.

    ``type`` is an id of workflows/document_types.yaml, ``type_name`` what it was called when the row was made (language -> text).
    ``reference`` is what is printed on it. ``remind_on`` is the next day on which its end is told. ``replaces_id`` is the document
    before; it is replaced when this one is accepted. ``reporting_year`` and ``template_version`` belong to reports.
    """

    __tablename__ = "supplier_document"
    subject_kind: ClassVar[str] = "supplier_document"
    workflow: ClassVar[str] = "supplier_document"
    number_series: ClassVar[str] = "DOC"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("supplier_site.id"))
    type: Mapped[str] = mapped_column(String(40))
    type_name: Mapped[dict[str, str]] = mapped_column(Json)
    reference: Mapped[str | None] = mapped_column(String(120))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    remind_on: Mapped[date | None] = mapped_column(Date)
    answer_by: Mapped[date | None] = mapped_column(Date)
    reporting_year: Mapped[int | None] = mapped_column(Integer)
    template_version: Mapped[str | None] = mapped_column(String(80))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("supplier_document.id"))

    # Asked anew each time, so that a document follows its supplier to a new owner.
    owner_id: Mapped[int | None] = column_property(
        select(Supplier.owner_id).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )
    supplier_name: Mapped[str] = column_property(
        select(Supplier.name).where(Supplier.id == supplier_id).correlate_except(Supplier).scalar_subquery()
    )

    __table_args__ = (
        Index("ix_supplier_document_supplier", "supplier_id", "type", "id"),
        Index("ix_supplier_document_site", "site_id"),
        Index("ix_supplier_document_replaces", "replaces_id"),
        # The board: by end, alone or behind the state, in the order of its keyset.
        Index("ix_supplier_document_end", "valid_to", "id"),
        Index("ix_supplier_document_state_end", "state", "valid_to", "id"),
    )

    @property
    def name(self) -> Text:
        """What such a document is called."""
        return Text(self.type_name)

    @property
    def label(self) -> str:
        return f"{self.name}, {self.supplier_name}"
