"""The headers of every response, also of errors and files."""

from flask import Flask, Response, request

from supplier_quality.web.installation import settings

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TWO_YEARS = 2 * 365 * 24 * 3600


def add_headers(response: Response) -> Response:
    """Set what must stand on every response. A view may only tighten the content policy, by setting its own."""
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if settings().is_https:
        response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}; includeSubDomains"
    kept = response.headers.get("Cache-Control", "")
    if "public" not in kept and "no-store" not in kept:
        # Sending a file sets "no-cache", which lets the browser keep it on the disk.
        response.headers["Cache-Control"] = "no-store"
    if response.location and response.location.startswith(request.host_url):
        # Redirects of the URL map would name whatever host the client claimed.
        response.location = "/" + response.location[len(request.host_url) :]
    return response


def install(app: Flask) -> None:
    app.after_request(add_headers)
