"""The search over everything: each part of the product registers what can be found in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.language import Words


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: its name, its address and a line that tells it from the others.

    ``marked`` is the name in pieces, those that were searched for marked; ``places`` are texts of it in which the search was
    found, each with what the text is.
    """

    label: str
    path: str
    detail: str = ""
    number: str = ""
    marked: Sequence[tuple[str, bool]] = ()
    places: Sequence[tuple[Words, Sequence[tuple[str, bool]]]] = ()


Find = Callable[[Session, str, Actor, int], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of things that can be found; ``find(session, text, actor, limit)`` returns what the actor may see."""

    name: str
    label: Words
    find: Find


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one provider. ``more`` says that there are others beyond the limit."""

    name: str
    label: Words
    hits: Sequence[Hit]
    more: bool


_providers: dict[str, Provider] = {}


def register_provider(provider: Provider) -> None:
    """Make a kind of things findable. Registering a name again replaces it."""
    _providers[provider.name] = provider


def search_everything(
    session: Session, text: str, *, actor: Actor, limit: int = 8, only: str | None = None
) -> list[Group]:
    """What matches ``text``, by kind; kinds without a hit are left out. ``only`` names one kind, to see more of it."""
    groups = []
    for provider in _providers.values():
        if only is not None and provider.name != only:
            continue
        hits = provider.find(session, text, actor, limit + 1)
        if hits:
            groups.append(Group(provider.name, provider.label, hits[:limit], len(hits) > limit))
    return groups


def provider_names() -> frozenset[str]:
    """The kinds of things that can be found."""
    return frozenset(_providers)


def is_empty() -> bool:
    return not _providers
