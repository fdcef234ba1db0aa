"""The calendar of certificates at a secret address, for calendar programs."""

from flask import Blueprint, Response

from supplier_quality import clock, web
from supplier_quality.identity.feeds import reader_of_feed
from supplier_quality.language import speaking
from supplier_quality.suppliers.certificates.feed import draw_calendar, read_events

blueprint = Blueprint("certificate_feed", __name__)


@blueprint.get("/calendar/<secret>.ics")
@web.public
def show(secret: str) -> Response:
    """The address is the secret: nothing else is asked, and it opens nothing else."""
    at = clock.now()
    actor = reader_of_feed(web.database(), secret, at=at, ip=web.address())
    with speaking(actor.language):
        with web.reading() as session:
            events = read_events(session, actor=actor, at=at)
        content = draw_calendar(events, base_url=web.settings().base_url, at=at)
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=certificates.ics"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
