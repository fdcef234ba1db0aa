"""The acts of an import: read a file outside any transaction, then preview or store what it says."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.sheets.reading import FIRST, read_sheet
from supplier_quality.sheets.table import Where
from supplier_quality.suppliers.importing.checking import check_sheet
from supplier_quality.suppliers.importing.folding import Drafts, fold_sheet
from supplier_quality.suppliers.importing.mapping import ColumnMap
from supplier_quality.suppliers.importing.report import ImportReport
from supplier_quality.suppliers.importing.storing import store_import
from supplier_quality.suppliers.permissions import check_may_edit_suppliers


def owners_by_address(session: Session) -> dict[str, int]:
    """Our people in use, by e-mail address in lower case."""
    query = select(User.email, User.id).where(User.disabled_at.is_(None))
    return {row.email.casefold(): row.id for row in session.execute(query)}


def read_drafts(
    path: Path,
    mapping: ColumnMap,
    *,
    owners: Mapping[str, int],
    name: str | None = None,
    encoding: str | None = None,
    where: Where = FIRST,
) -> Drafts:
    """What a file says, checked and folded. Raises UnreadableFile, UnknownEncoding, BadColumns, BadMap."""
    sheet = read_sheet(path, name=name, encoding=encoding, wanted=tuple(mapping.columns.values()), where=where)
    return fold_sheet(check_sheet(sheet, mapping, owners=owners))


def import_suppliers(session: Session, drafts: Drafts, *, source: str, actor: Actor, at: datetime) -> ImportReport:
    """Store what a file says, all of it or nothing. Raises MayNotEditSuppliers."""
    check_may_edit_suppliers(actor)
    return store_import(session, drafts, source=source, actor=actor, at=at)
