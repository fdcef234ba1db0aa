"""Words about lots that commands and pages share."""

from collections.abc import Mapping

from supplier_quality.language import Words, _

VERDICTS: Mapping[bool | None, Words] = {
    True: _("lot accepted"),
    False: _("lot not accepted"),
    None: _("lot held"),
}
SKIPPED = _("lot skipped")
DRAWN: Mapping[bool, Words] = {
    True: _("The next lot is inspected."),
    False: _("The next lot is skipped."),
}


def how_often(count: int) -> Words:
    """How often lots are inspected."""
    return _("every lot") if count == 1 else _("one lot in %(count)s", count=count)
