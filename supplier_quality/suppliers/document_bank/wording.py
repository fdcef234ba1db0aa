"""Words of documents: entries of the trail, and how they are named and opened."""

from supplier_quality.language import _
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.operations import move_document
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.wording import register_wording

register_wording("document.file_added", _("File %(name)s attached"), symbol="paperclip")
register_record(
    RecordKind(
        SupplierDocument.subject_kind,
        _("Document"),
        path=lambda record: f"/documents/{record.label}" if record.label else None,
        list_path=lambda state: f"/documents?state={state}",
        act=move_document,
    )
)
