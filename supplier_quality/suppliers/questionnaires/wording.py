"""Words of questionnaires: entries of the trail, and how they are named and opened."""

from supplier_quality.language import _
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.operations import move_questionnaire
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.wording import register_wording

register_wording("questionnaire.scored", _("Round %(round)s scored"), symbol="calculator")
register_wording("questionnaire.reviewed", _("Answers reviewed"), symbol="check2-square")
register_record(
    RecordKind(
        Questionnaire.subject_kind,
        _("Questionnaire"),
        path=lambda record: f"/questionnaires/{record.label}" if record.label else None,
        act=move_questionnaire,
    )
)
