"""Who may demand a level, enter proofs and plan. What happens to a plan is decided in workflows/development_plan.yaml."""

from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Actor, Role
from supplier_quality.language import _

DEVELOPERS = (Role.SQE, Role.QUALITY_MANAGER)


class MayNotDevelop(NotAllowed):
    """The person may read how suppliers are developed, not change it."""

    code = "may_not_develop"


def may_develop(actor: Actor) -> bool:
    """Whether the actor may demand levels, enter proofs and write plans."""
    return actor.kind == "system" or (actor.has_role(*DEVELOPERS) and actor.has_scope("suppliers:write"))


def check_may_develop(actor: Actor) -> None:
    """Raises MayNotDevelop."""
    if not may_develop(actor):
        raise MayNotDevelop(_("Suppliers are developed by supplier quality engineers and quality managers."))
