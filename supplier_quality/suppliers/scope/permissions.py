"""Who may ask for scope. What happens to a line is decided in workflows/supplier_scope.yaml."""

from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Actor, Role
from supplier_quality.language import _

REQUESTERS = (Role.SQE, Role.BUYER, Role.QUALITY_MANAGER)


class MayNotRequestScope(NotAllowed):
    """The person may read scope, not ask for more."""

    code = "may_not_request_scope"


def may_request_scope(actor: Actor) -> bool:
    """Whether the actor may ask for a line of scope."""
    return actor.kind == "system" or (actor.has_role(*REQUESTERS) and actor.has_scope("suppliers:write"))


def check_may_request_scope(actor: Actor) -> None:
    """Raises MayNotRequestScope."""
    if not may_request_scope(actor):
        raise MayNotRequestScope(_("Scope is asked for by supplier quality engineers, buyers and quality managers."))
