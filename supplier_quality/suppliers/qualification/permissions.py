"""Who may assess risk and look after steps. What happens to a step is decided in workflows/qualification_step.yaml."""

from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Actor, Role
from supplier_quality.language import _

ASSESSORS = (Role.SQE, Role.QUALITY_MANAGER)


class MayNotAssess(NotAllowed):
    """The person may read ratings and steps, not change what they rest on."""

    code = "may_not_assess"


def may_assess(actor: Actor) -> bool:
    """Whether the actor may assess a supplier's risk, determine its route and look after its steps."""
    return actor.kind == "system" or (actor.has_role(*ASSESSORS) and actor.has_scope("suppliers:write"))


def check_may_assess(actor: Actor) -> None:
    """Raises MayNotAssess."""
    if not may_assess(actor):
        raise MayNotAssess(_("Risk is assessed by supplier quality engineers and quality managers."))
