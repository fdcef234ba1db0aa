"""Showing files that people uploaded: pictures of their pages and texts, inside of our own page.

A door checks first whether the reader may have the file, then hands it here. Beside its download it needs two addresses
below the same path: ``/view`` for the page and ``/pages/<int:page>`` for the pictures in it.
"""

from typing import Any

from flask import Response, request, send_file

from supplier_quality.documents import Attached
from supplier_quality.documents.viewing import NotViewable, has_pictures, is_text, page_picture, text_of
from supplier_quality.language import _
from supplier_quality.web.installation import settings
from supplier_quality.web.pages import render

_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def show_file(file: Attached, *, at: str, back: str, layout: str = "layout/shell.html", **frame: Any) -> Response:
    """The page on which a file is looked at. ``at`` is the path of its download, ``back`` where the reader came from;
    ``frame`` is what the layout shows. Raises NoSuchPage, ContentMissing, Busy.
    """
    page = request.args.get("page", 1, type=int)
    shown: dict[str, Any] = {"text": None, "is_whole": True, "page": page, "pages": 0, "why_not": None}
    try:
        if is_text(file.media_type):
            shown["text"], shown["is_whole"] = text_of(settings(), file.sha256)
        elif has_pictures(file.media_type):
            picture = page_picture(settings(), file.sha256, media_type=file.media_type, page=page)
            shown["pages"] = picture.pages
        else:
            shown["why_not"] = _("Files of this kind are not shown here. Download it and open it on your computer.")
    except NotViewable as error:
        shown["why_not"] = error.message
    return render("pages/shared/viewer.html", file=file, at=at, back=back, layout=layout, **shown, **frame)


def send_page(file: Attached, page: int) -> Response:
    """The picture of a page, as a picture and nothing else. Raises NoSuchPage, NotViewable, ContentMissing, Busy."""
    picture = page_picture(settings(), file.sha256, media_type=file.media_type, page=page)
    response = send_file(picture.path, mimetype="image/png", max_age=0, etag=False)
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
