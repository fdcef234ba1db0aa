"""The words of directed sources."""

from enum import StrEnum


class Area(StrEnum):
    """What has to be done about a source. Unless a contract says otherwise all but the selection is ours (IATF 16949, 8.4.1.3)."""

    SELECTION = "selection"
    COMMERCIAL = "commercial"  # prices, contracts, capacity
    SAMPLE_APPROVAL = "sample_approval"
    AUDITS = "audits"  # audits and the development of the quality management system
    MONITORING = "monitoring"  # performance in quality and delivery
    COMPLAINTS = "complaints"


ALWAYS_CUSTOMER = Area.SELECTION
"""That the customer selects the source is what makes it a directed one."""
