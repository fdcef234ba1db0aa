"""Words of commodities: classes, processes and entries of the trail."""

from collections.abc import Mapping

from supplier_quality.language import Words, _
from supplier_quality.parts.enums import Criticality
from supplier_quality.parts.models import Commodity
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.wording import register_wording

for _pattern, _sentence, _tone, _symbol in (
    ("commodity.added", _("Commodity added"), "open", "plus-lg"),
    ("commodity.edited", _("Commodity changed"), "open", "pencil"),
    ("commodity.deactivated", _("Commodity taken out of use"), "held", "x-lg"),
    ("commodity.reactivated", _("Commodity in use again"), "open", "check-lg"),
):
    register_wording(_pattern, _sentence, tone=_tone, symbol=_symbol)

register_record(RecordKind(Commodity.record_kind, _("Commodity"), path=lambda record: f"/commodities/{record.label}"))

CRITICALITY_WORDS: Mapping[str, Words] = {
    Criticality.SAFETY: _("A: safety or legal requirements"),
    Criticality.KEY: _("B: fit or function"),
    Criticality.GENERAL: _("C: general"),
}
