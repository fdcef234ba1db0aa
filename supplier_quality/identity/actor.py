"""Who does an act. An Actor is a plain value: made at the door, passed down, written to the trail."""

from dataclasses import dataclass

from supplier_quality import trail
from supplier_quality.identity.enums import ActorKind, Via


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts.

    ``id`` is stable and unique over all kinds (``user:7``, ``supplier_contact:12``, ``system``). Rules such as four
    eyes compare it, so an API token carries the ``id`` of its owner. ``person_id`` is the number in the person's own
    table. ``roles`` are the staff roles, including those covered as a deputy; ``deputy_for`` names whom, for people
    to read. ``scopes`` cut what an API token may touch; None means uncut.
    """

    kind: str
    id: str
    label: str
    roles: frozenset[str] = frozenset()
    language: str = "en"
    via: str = Via.WEB
    deputy_for: tuple[str, ...] = ()
    person_id: int | None = None
    scopes: frozenset[str] | None = None

    @property
    def ref(self) -> trail.ActorRef:
        """How the trail names this actor."""
        label = f"{self.label} (deputy for {', '.join(self.deputy_for)})" if self.deputy_for else self.label
        return trail.ActorRef(kind=self.kind, id=self.id, label=label, via=self.via)

    def has_role(self, *roles: str) -> bool:
        """Whether the actor holds any of these roles, by themselves or as a deputy."""
        return not self.roles.isdisjoint(roles)

    def has_scope(self, scope: str) -> bool:
        """Whether nothing cuts the actor off from this scope; a write scope includes reading of the same area."""
        if self.scopes is None or scope in self.scopes:
            return True
        area, _, act = scope.partition(":")
        return act == "read" and f"{area}:write" in self.scopes

    @property
    def is_staff(self) -> bool:
        return self.kind in (ActorKind.USER, ActorKind.TOKEN)


def system_actor(via: str) -> Actor:
    """The product itself, acting because of a timer, a policy, a join, the command line or the worker."""
    return Actor(kind=ActorKind.SYSTEM, id="system", label="System", via=via)


__all__ = ["Actor", "system_actor"]
