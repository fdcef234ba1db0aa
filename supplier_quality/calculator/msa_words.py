"""What the parts of a gauge study are called, on the terminal and on the page."""

from collections.abc import Mapping

from supplier_quality.language import Words, _

COMPONENT_WORDS: Mapping[str, Words] = {
    "grr": _("Repeatability and reproducibility (GRR)"),
    "ev": _("Repeatability (EV)"),
    "av": _("Reproducibility (AV)"),
    "interaction": _("Part by appraiser"),
    "pv": _("Part to part (PV)"),
}

TOTAL_VARIATION = _("Total variation (TV)")

SOURCE_WORDS: Mapping[str, Words] = {
    "part": _("Part"),
    "appraiser": _("Appraiser"),
    "interaction": _("Part by appraiser"),
    "repeatability": _("Repeatability"),
    "total": _("Total"),
}
