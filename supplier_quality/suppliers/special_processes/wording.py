"""Words of special processes: entries of the trail, and how assessments are named and opened."""

from supplier_quality.language import _
from supplier_quality.suppliers.special_processes.models import ProcessAssessment
from supplier_quality.suppliers.special_processes.operations import move_assessment
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.wording import register_wording

for _pattern, _sentence, _tone, _symbol in (
    ("special_process.file_added", _("File %(name)s attached"), "open", "paperclip"),
    ("plan.added", _("Action plan: %(action)s, %(responsible)s"), "open", "plus-lg"),
    ("plan.edited", _("Action plan changed: %(action)s"), "open", "pencil"),
    ("plan.done", _("Action plan, done: %(action)s"), "done", "check-lg"),
    ("plan.reopened", _("Action plan, open again: %(action)s"), "open", "arrow-counterclockwise"),
):
    register_wording(_pattern, _sentence, tone=_tone, symbol=_symbol)

register_record(
    RecordKind(
        ProcessAssessment.subject_kind,
        _("Self-assessment of a special process"),
        path=lambda record: f"/special-processes/{record.label}" if record.label else None,
        list_path=lambda _state: "/special-processes",
        act=move_assessment,
    )
)
