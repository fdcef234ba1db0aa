"""Our cookies: sent on https only, to this host only, out of reach of scripts.

The prefix ``__Host-`` makes the browser enforce that. Browsers accept it on https only, so on http (allowed for
localhost) the names differ.
"""

from datetime import timedelta

from flask import Flask, Response, request, session

from supplier_quality.config import Settings
from supplier_quality.web.installation import settings

STAFF = "staff"
CONTACT = "contact"
LANGUAGE = "language"
APPEARANCE = "appearance"
_FORMS = "forms"  # Flask's own signed cookie: the CSRF secret and notices for the next page


def full_name(name: str, installed: Settings) -> str:
    return f"__Host-{name}" if installed.is_https else f"sq-{name}"


def configure(app: Flask, installed: Settings) -> None:
    app.config.update(
        SECRET_KEY=installed.secret_key,
        SESSION_COOKIE_NAME=full_name(_FORMS, installed),
        SESSION_COOKIE_SECURE=installed.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )


def read(name: str) -> str | None:
    return request.cookies.get(full_name(name, settings()))


def put(response: Response, name: str, value: str, *, lasts: timedelta | None = None) -> None:
    """Set a cookie; without ``lasts`` it goes when the browser closes."""
    response.set_cookie(
        full_name(name, settings()),
        value,
        max_age=lasts,
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def remove(response: Response, name: str) -> None:
    response.delete_cookie(
        full_name(name, settings()), path="/", secure=settings().is_https, httponly=True, samesite="Lax"
    )


def renew_forms() -> None:
    """Start the cookie of forms anew when somebody signs in or out, so that no token made before works after."""
    session.clear()
