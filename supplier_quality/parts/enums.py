"""The words of parts and commodities."""

from enum import StrEnum


class Criticality(StrEnum):
    """How much depends on a commodity, in the words of Chinese and German part classes (A, B, C)."""

    SAFETY = "safety"  # safety or legal requirements depend on it: critical characteristics
    KEY = "key"  # fit or function depend on it: significant characteristics
    GENERAL = "general"
