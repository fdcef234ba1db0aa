"""Who may change people and links. Each check raises with a sentence."""

from supplier_quality.errors import NotAllowed
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.enums import ActorKind, Role, Scope
from supplier_quality.language import Words, _


class OnlyAdmins(NotAllowed):
    """Accounts are changed by admins."""

    code = "only_admins"

    def __init__(self) -> None:
        super().__init__(_("Only an admin may do this."))


class OnlyInPerson(NotAllowed):
    """Some acts need a person who signed in, not a program with a token."""

    code = "only_in_person"

    def __init__(self) -> None:
        super().__init__(_("Sign in and do this yourself; an API token may not."))


class NotYours(NotAllowed):
    """The thing belongs to somebody else."""

    code = "not_yours"

    def __init__(self, message: Words | None = None) -> None:
        super().__init__(message or _("Only the person concerned or an admin may do this."))


def check_may_manage_people(actor: Actor) -> None:
    """Admins, programs acting for one with the scope, and the command line may change accounts."""
    if actor.kind == ActorKind.SYSTEM:
        return
    if not actor.is_staff or not actor.has_role(Role.ADMIN) or not actor.has_scope(Scope.USERS_WRITE):
        raise OnlyAdmins


def check_is_self(actor: Actor, user_id: int) -> None:
    """Only the person, signed in themselves."""
    if actor.kind == ActorKind.TOKEN:
        raise OnlyInPerson
    if actor.kind != ActorKind.USER or actor.person_id != user_id:
        raise NotYours(_("Only the person concerned may do this."))


def check_is_self_or_admin(actor: Actor, user_id: int) -> None:
    """The person, signed in themselves, or somebody who may change accounts."""
    if actor.kind == ActorKind.USER and actor.person_id == user_id:
        return
    try:
        check_may_manage_people(actor)
    except OnlyAdmins:
        raise NotYours from None


def check_may_manage_links(actor: Actor) -> None:
    """Staff who work with suppliers, and the product itself, may invite contacts and take an invitation back."""
    if actor.kind == ActorKind.SYSTEM:
        return
    # Which area a link belongs to is checked by the feature that makes it; a token that may only read makes none.
    writes = actor.scopes is None or any(scope.endswith(":write") for scope in actor.scopes)
    if not actor.is_staff or not writes or not (actor.roles - {Role.VIEWER}):
        raise NotAllowed(_("Only staff who work with suppliers may invite them."))
