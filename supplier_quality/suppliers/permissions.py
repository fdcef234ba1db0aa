"""Who may do what with suppliers. What a supplier's state allows stands in its workflow instead."""

from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Actor, Role
from supplier_quality.language import _

EDITORS = (Role.SQE, Role.BUYER, Role.QUALITY_MANAGER, Role.ADMIN)


class MayNotEditSuppliers(NotAllowed):
    """The person may read suppliers, not change them."""

    code = "may_not_edit_suppliers"


def may_edit_suppliers(actor: Actor) -> bool:
    """Whether the actor may add and change suppliers, sites and contacts, and import them."""
    return actor.kind == "system" or (actor.has_role(*EDITORS) and actor.has_scope("suppliers:write"))


def check_may_edit_suppliers(actor: Actor) -> None:
    """Raises MayNotEditSuppliers."""
    if not may_edit_suppliers(actor):
        raise MayNotEditSuppliers(
            _("Suppliers are changed by supplier quality engineers, buyers, quality managers and administrators.")
        )
