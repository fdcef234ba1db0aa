"""The words of supplier development."""

from enum import StrEnum


class ProofKind(StrEnum):
    """What people enter by hand as a proof; certificates are records of their own."""

    AUDIT = "audit"  # an audit of ours at the supplier, a second-party audit
    AUTHORISATION = "authorisation"  # the customer accepts less than certification, in a letter


class PlanState(StrEnum):
    """States of workflows/development_plan.yaml that this feature asks for by name."""

    DRAFT = "draft"
    AGREED = "agreed"
    RUNNING = "running"
    REACHED = "reached"
    GIVEN_UP = "given_up"


OPEN_PLANS = (PlanState.DRAFT, PlanState.AGREED, PlanState.RUNNING)
"""Plans that are still to be worked on; a supplier has one of them at a time."""


class PlanAction(StrEnum):
    """Actions of workflows/development_plan.yaml that operations fire or add to by name."""

    BEGIN = "begin"
    REACH = "reach"
    GIVE_UP = "give_up"


class MilestoneState(StrEnum):
    """States of workflows/development_milestone.yaml that this feature asks for by name."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


TO_DO = (MilestoneState.PLANNED, MilestoneState.OPEN)
"""Milestones that are still to be reached."""


class MilestoneAction(StrEnum):
    """Actions of workflows/development_milestone.yaml that operations fire or add to by name."""

    BEGIN = "begin"
    MOVE = "move"
    END = "end"


BELOW, BEHIND, ALL = "below", "behind", "all"
"""What a list of where suppliers stand shows: those under their minimum, those whose plan is late, or all."""
