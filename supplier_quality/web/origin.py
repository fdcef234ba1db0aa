"""Did our own page send this? A second wall beside the CSRF token, and the only one where a token cannot be had."""

from urllib.parse import urlsplit

from flask import Request

from supplier_quality.errors import NotAllowed
from supplier_quality.language import _
from supplier_quality.web.installation import settings

_FOREIGN = frozenset({"cross-site", "same-site"})


class SentFromElsewhere(NotAllowed):
    """Another site's page sent this in the reader's name."""

    code = "sent_from_elsewhere"


def refuse_foreign(request: Request) -> None:
    """Refuse what the browser says another site has sent. Says nothing of clients that name no origin."""
    site = request.headers.get("Sec-Fetch-Site")
    if site in _FOREIGN or (site is None and not _origin_is_ours_or_absent(request)):
        raise SentFromElsewhere(_("Another site sent this. Open the page here and do it again."))


def require_ours(request: Request) -> None:
    """Demand that the browser names our own page as the sender."""
    site = request.headers.get("Sec-Fetch-Site")
    # Under ``Referrer-Policy: no-referrer`` a form's Origin is the word "null", so the newer header decides if present.
    ours = site == "same-origin" if site is not None else request.headers.get("Origin") == _our_origin()
    if not ours:
        raise SentFromElsewhere(_("Another site sent this. Open the page here and do it again."))


def _origin_is_ours_or_absent(request: Request) -> bool:
    return request.headers.get("Origin") in (None, "null", _our_origin())


def _our_origin() -> str:
    parts = urlsplit(settings().base_url)
    return f"{parts.scheme}://{parts.netloc}"


def safe_path(target: str | None, default: str) -> str:
    """A path of ours to go on to, or ``default``: an address given in a query must not lead to another site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(sign) < 32 for sign in target):
        return default
    return target
