"""The token of the link this device came with, kept in a cookie.

It opens nothing by itself, as the mail it came from does not; it saves people from searching that mail when a session has
ended. Signing out forgets it.
"""

import re
from datetime import timedelta

from flask import Response

from supplier_quality.web import cookies

_NAME = "invitation"
_LASTS = timedelta(days=90)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")


def remember(response: Response, token: str) -> Response:
    cookies.put(response, _NAME, token, lasts=_LASTS)
    return response


def forget(response: Response) -> Response:
    cookies.remove(response, _NAME)
    return response


def remembered() -> str | None:
    """The token of this device, None when it came with none or the cookie was changed."""
    return read_token(cookies.read(_NAME) or "")


def read_token(given: str) -> str | None:
    """The token in what was pasted: the whole link, or what stands behind its ``#``."""
    last = given.strip().rpartition("#")[2].strip()
    return last if _TOKEN.fullmatch(last) else None
