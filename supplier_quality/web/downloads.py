"""Sending files that people uploaded: only to be saved, never shown or run in our pages."""

from pathlib import Path
from urllib.parse import quote

from flask import Response, send_file

_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def send_upload(path: Path, *, name: str, media_type: str) -> Response:
    """The file as an attachment. The browser neither guesses its kind nor gives it any of our rights."""
    response = send_file(path, mimetype=media_type, as_attachment=True, download_name="file", max_age=0, etag=False)
    plain = "".join(sign if sign.isascii() and sign not in '"\\;' else "_" for sign in name)
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
