"""Words of certificates: entries of the trail, and how they are named and opened."""

from supplier_quality.language import _
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.operations import move_certificate
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.wording import register_wording

register_wording("certificate.file_added", _("File %(name)s attached"), symbol="paperclip")
register_record(
    RecordKind(
        Certificate.subject_kind,
        _("Certificate"),
        path=lambda record: f"/certificates/{record.label}" if record.label else None,
        list_path=lambda state: f"/certificates?state={state}",
        act=move_certificate,
    )
)
