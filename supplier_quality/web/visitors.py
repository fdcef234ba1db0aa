"""Who is asking: a member of staff, a contact of a supplier, a program, or a stranger. Found once per request."""

from flask import g, request

from supplier_quality import clock
from supplier_quality.errors import NotSignedIn
from supplier_quality.identity import Actor, contact_sessions
from supplier_quality.identity.contact_sessions import CurrentContact
from supplier_quality.identity.enums import Via
from supplier_quality.identity.sessions import CurrentSession, current_session
from supplier_quality.identity.tokens import actor_of_token
from supplier_quality.language import LANGUAGES, _
from supplier_quality.web import cookies
from supplier_quality.web.installation import database

_PORTAL = ("/portal", "/s/")


class NoContactSession(NotSignedIn):
    """No contact is in session on this device; the page leads back to the mailed link, not to the staff's sign-in."""

    code = "no_contact_session"


def address() -> str:
    """The address the request came from, as far as trusted proxies tell."""
    return request.remote_addr or ""


def device() -> str:
    """What the browser calls itself, for the list of sessions."""
    return request.user_agent.string[:200]


def staff_session() -> CurrentSession | None:
    """The session of this browser, also one that still waits for the second factor."""
    if "staff_session" not in g:
        secret = cookies.read(cookies.STAFF)
        g.staff_session = current_session(database(), secret, at=clock.now(), via=Via.WEB) if secret else None
    found: CurrentSession | None = g.staff_session
    return found


def know_session(secret: str) -> None:
    """From here on the request is one of the session just opened, for drawing a page of it at once."""
    g.staff_session = current_session(database(), secret, at=clock.now(), via=Via.WEB)


def signed_in_staff() -> CurrentSession | None:
    """The session of this browser when it opens pages."""
    found = staff_session()
    return None if found is None or found.second_factor_due else found


def current_actor() -> Actor:
    """The member of staff, contact or program this request acts for. Raises NotSignedIn."""
    if "program" in g:
        return current_program()
    if "contact_actor" in g:
        actor: Actor = g.contact_actor
        return actor
    found = signed_in_staff()
    if found is None:
        raise NotSignedIn(_("Sign in to go on."))
    return found.actor


def current_program() -> Actor:
    """The program whose API token the request carries. Raises NotSignedIn."""
    if "program" not in g:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn(_("Send a live API token as: Authorization: Bearer TOKEN"))
        g.program = actor_of_token(database(), token.strip(), at=clock.now())
    actor: Actor = g.program
    return actor


def current_contact() -> CurrentContact:
    """The contact in session on this device; from here on they are the actor of the request. Raises NotSignedIn."""
    if "contact_session" not in g:
        secret = cookies.read(cookies.CONTACT)
        found = contact_sessions.current_contact(database(), secret, at=clock.now()) if secret else None
        if found is None:
            raise NoContactSession(_("Open the link of our mail again, and ask there for a new code."))
        g.contact_session = found
        g.contact_actor = found.actor
    current: CurrentContact = g.contact_session
    return current


def language_of_visitor() -> str | None:
    """The language set in the account of whoever is signed in."""
    if request.path.startswith(("/static/", "/healthz", "/metrics")):
        return None
    if request.path.startswith(_PORTAL):
        return _language_of_contact()
    found = signed_in_staff()
    return found.actor.language if found else None


def _language_of_contact() -> str | None:
    """What they picked on this device, else what we know of them; a contact has no settings page."""
    picked = cookies.read(cookies.LANGUAGE)
    if picked in LANGUAGES:
        return picked
    try:
        return current_contact().card.language
    except NoContactSession:
        return None


def name_for_log() -> str | None:
    """The stable id of who asks, when it was looked up."""
    found: CurrentSession | None = g.get("staff_session")
    program: Actor | None = g.get("program")
    contact: Actor | None = g.get("contact_actor")
    known = program or contact or (found.actor if found else None)
    return known.id if known else None
