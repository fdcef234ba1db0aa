"""The words of acts on many suppliers."""

from enum import StrEnum


class BulkStage(StrEnum):
    """Where an act on many stands."""

    PICKED = "picked"  # suppliers are picked; what is done to them is not chosen yet
    RUNNING = "running"  # a worker takes one after the other
    DONE = "done"


class Outcome(StrEnum):
    """How one supplier of an act on many went."""

    DONE = "done"
    UNCHANGED = "unchanged"  # it was as asked before
    REFUSED = "refused"  # with the reasons that its own page would give
