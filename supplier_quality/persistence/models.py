"""The tables that belong to no part: counters of numbers and of attempts."""

from supplier_quality.persistence.attempts import AttemptCounter
from supplier_quality.persistence.numbers import Counter

__all__ = ["AttemptCounter", "Counter"]
