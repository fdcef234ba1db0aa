"""Words of development: entries of the trail, and how plans and milestones are named and opened."""

from supplier_quality.language import _
from supplier_quality.suppliers.development.models import DevelopmentPlan, Milestone
from supplier_quality.suppliers.development.operations import move_milestone, move_plan
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.wording import register_wording

for _pattern, _sentence, _tone, _symbol in (
    ("development.demanded", _("Minimum and target level set"), "open", "bar-chart-steps"),
    ("development.audit_added", _("Second-party audit %(reference)s entered"), "open", "clipboard-check"),
    ("development.audit_withdrawn", _("Second-party audit %(reference)s withdrawn"), "held", "x-lg"),
    ("development.authorisation_added", _("Customer's authorisation %(reference)s entered"), "open", "envelope-paper"),
    ("development.authorisation_withdrawn", _("Customer's authorisation %(reference)s withdrawn"), "held", "x-lg"),
    ("milestone.added", _("Milestone %(number)s added: %(title)s"), "open", "plus-lg"),
    ("milestone.file_added", _("File %(name)s attached"), "open", "paperclip"),
):
    register_wording(_pattern, _sentence, tone=_tone, symbol=_symbol)

register_record(
    RecordKind(
        DevelopmentPlan.subject_kind,
        _("Development plan"),
        path=lambda record: f"/development/{record.label}" if record.label else None,
        list_path=lambda state: f"/development?plan={state}",
        act=move_plan,
    )
)
register_record(
    RecordKind(
        Milestone.subject_kind,
        _("Milestone"),
        path=lambda record: f"/development/milestones/{record.label}" if record.label else None,
        act=move_milestone,
    )
)
