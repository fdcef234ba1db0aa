"""What a supplier shows of its documents: by type, what is in force or to come, what is over, and which types there are none of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from supplier_quality.engine.definitions import State
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.store import process_of
from supplier_quality.identity import Actor
from supplier_quality.suppliers.document_bank.enums import BEFORE_ACCEPTANCE, REPLACEABLE, DocumentState
from supplier_quality.suppliers.document_bank.queries import DocumentLine, documents_of
from supplier_quality.suppliers.document_bank.types import DocumentType, document_types
from supplier_quality.suppliers.models import Supplier


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document as a row. ``left`` are the days to its end, negative when it has passed; ``soon``: its first reminder is due."""

    line: DocumentLine
    state: State
    left: int | None
    soon: bool

    @property
    def is_current(self) -> bool:
        """Whether it is in force, is over without a newer one, or is to come."""
        return self.line.state in REPLACEABLE or self.line.state in BEFORE_ACCEPTANCE


@dataclass(frozen=True, slots=True)
class DocumentsTab:
    """``types`` are those the reader may see, ``without`` those of which nothing is in force or to come."""

    shown: Sequence[ShownDocument]
    types: Sequence[DocumentType]
    without: Sequence[DocumentType]

    @property
    def count(self) -> int:
        return sum(1 for each in self.shown if each.is_current)

    @property
    def expired(self) -> Sequence[ShownDocument]:
        return [each for each in self.shown if each.line.state == DocumentState.EXPIRED]


def show_lines(session: Session, lines: Sequence[DocumentLine], *, today: date) -> list[ShownDocument]:
    """Rows with the words of their state."""
    types = document_types(session)
    return [_show(session, line, types.get(line.type), today) for line in lines]


def _show(session: Session, line: DocumentLine, of_type: DocumentType | None, today: date) -> ShownDocument:
    left = (line.valid_to - today).days if line.valid_to is not None else None
    first = max(of_type.remind, default=0) if of_type else 0
    soon = line.state == DocumentState.VALID and left is not None and 0 <= left <= first
    return ShownDocument(line, process_of(session, line.definition_id).states[line.state], left, soon)


def read_documents_tab(session: Session, supplier: Supplier, *, actor: Actor, at: datetime) -> DocumentsTab:
    """The documents of a supplier that this reader may know of."""
    types = [each for each in document_types(session).values() if each.may_be_seen_by(actor)]
    shown = show_lines(session, documents_of(session, supplier, actor=actor), today=day_in_plant(session, at))
    order = {each.id: place for place, each in enumerate(types)}
    shown.sort(key=lambda each: order.get(each.line.type, len(order)))
    there = {each.line.type for each in shown if each.is_current}
    return DocumentsTab(shown, types, [each for each in types if each.id not in there])
