"""Words of directed sources: areas of work and entries of the trail."""

from collections.abc import Mapping

from supplier_quality.language import Words, _
from supplier_quality.suppliers.directed.enums import Area
from supplier_quality.web.wording import register_wording

for _pattern, _sentence, _tone, _symbol in (
    ("directed.added", _("%(customer)s directs us to this source"), "held", "signpost"),
    ("directed.edited", _("Directed source of %(customer)s changed"), "open", "pencil"),
    ("directed.ended", _("%(customer)s directs us to this source no more"), "open", "x-lg"),
    ("directed.letter_added", _("Letter of %(customer)s attached: %(name)s"), "open", "paperclip"),
):
    register_wording(_pattern, _sentence, tone=_tone, symbol=_symbol)

AREA_WORDS: Mapping[str, Words] = {
    Area.SELECTION: _("Selection of the source"),
    Area.COMMERCIAL: _("Prices, contracts and capacity"),
    Area.SAMPLE_APPROVAL: _("Approval of samples (PPAP)"),
    Area.AUDITS: _("Audits and development of the management system"),
    Area.MONITORING: _("Monitoring of quality and delivery"),
    Area.COMPLAINTS: _("Complaints and corrective actions"),
}
