"""Who may do what with commodities."""

from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Actor, Role
from supplier_quality.language import _

EDITORS = (Role.SQE, Role.QUALITY_MANAGER)


class MayNotEditCommodities(NotAllowed):
    """The person may read commodities, not change them."""

    code = "may_not_edit_commodities"


def may_edit_commodities(actor: Actor) -> bool:
    """Whether the actor may add and change commodities."""
    return actor.kind == "system" or (actor.has_role(*EDITORS) and actor.has_scope("parts:write"))


def check_may_edit_commodities(actor: Actor) -> None:
    """Raises MayNotEditCommodities."""
    if not may_edit_commodities(actor):
        raise MayNotEditCommodities(_("Commodities are changed by supplier quality engineers and quality managers."))
