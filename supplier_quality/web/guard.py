"""Who may call a view. Every view carries exactly one guard; without, :func:`check_every_view` refuses to start.

``@staff()`` admits anybody signed in, ``@staff(Role.ADMIN)`` only that role; ``@contact_session`` a supplier's contact;
``@bearer("suppliers:read")`` a program with an API token of that scope; ``@public`` everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, request

from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Role
from supplier_quality.language import _
from supplier_quality.web import origin, visitors

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    """For whom a view is."""

    PUBLIC = "public"
    STAFF = "staff"
    CONTACT = "contact"
    PROGRAM = "program"  # an API token


@dataclass(frozen=True, slots=True)
class Guard:
    audience: Audience
    roles: frozenset[str] = frozenset()
    scope: str | None = None


def public(view: View) -> View:
    """Everybody may call the view, also without being signed in."""
    return _mark(view, Guard(Audience.PUBLIC))


def staff(*roles: Role) -> Callable[[View], View]:
    """Only members of staff, and of these only who holds one of ``roles`` when any is named."""
    guard = Guard(Audience.STAFF, frozenset(roles))

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = visitors.current_actor()
            if guard.roles and not actor.has_role(*guard.roles):
                raise NotAllowed(_("This page is for other roles than yours."))
            return view(*args, **kwargs)

        return _mark(guarded, guard)  # type: ignore[return-value]

    return decorate


def contact_session(view: View) -> View:
    """Only a contact of a supplier who has opened a session with a mailed code on this device."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        visitors.current_contact()
        return view(*args, **kwargs)

    return _mark(guarded, Guard(Audience.CONTACT))  # type: ignore[return-value]


def bearer(scope: str | None = None) -> Callable[[View], View]:
    """Only a program with a live API token, and of ``scope`` when one is named. Cookies do not count here."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = visitors.current_program()
            if scope is not None and not actor.has_scope(scope):
                raise NotAllowed(_("This token does not cover %(scope)s. Make one that does.", scope=scope))
            return view(*args, **kwargs)

        return _mark(guarded, Guard(Audience.PROGRAM, scope=scope))  # type: ignore[return-value]

    return decorate


def same_origin_only(view: View) -> View:
    """The view takes no CSRF token, for pages opened from a mail; the browser must say that our own page sent it."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        origin.require_ours(request)
        return view(*args, **kwargs)

    guarded.__csrf_exempt__ = True  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def guard_of(view: Callable[..., Any]) -> Guard | None:
    found: Guard | None = getattr(view, "__guard__", None)
    return found


def needs_no_csrf_token(view: Callable[..., Any]) -> bool:
    """True for views that a foreign page cannot misuse: they read no cookie, or check the origin themselves."""
    guard = guard_of(view)
    return getattr(view, "__csrf_exempt__", False) or (guard is not None and guard.audience == Audience.PROGRAM)


def check_every_view(app: Flask) -> None:
    """Refuse to start when a view has no guard: a page that everybody may see says so."""
    bare = sorted(name for name, view in app.view_functions.items() if guard_of(view) is None)
    if bare:
        raise RuntimeError(
            f"These views carry no guard (@staff, @public, @contact_session, @bearer): {', '.join(bare)}"
        )


def _mark(view: View, guard: Guard) -> View:
    if guard_of(view) is not None:
        raise RuntimeError(f"{view.__module__}.{view.__name__} carries two guards")
    view.__guard__ = guard  # type: ignore[attr-defined]
    return view
