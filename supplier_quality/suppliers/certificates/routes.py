"""Pages of certificates: the board and its calendar, the record, its forms; and what the search over everything finds."""

from sqlalchemy.orm import Session

from supplier_quality import web
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers.certificates import (
    board_routes,
    entry_routes,
    feed_routes,
    queries,
    record_routes,
    wording,
)

__all__ = ["blueprints", "wording"]

# The board comes first: "/certificates/calendar" is no certificate's number.
blueprints = (board_routes.blueprint, entry_routes.blueprint, feed_routes.blueprint, record_routes.blueprint)


def _find_certificates(session: Session, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    """Certificates by our number or by the one printed on them."""
    found = queries.find_by_number(session, text, actor=actor, limit=limit)
    return [
        web.Hit(f"{line.standard}, {line.site}", f"/certificates/{line.number}", line.supplier, line.number)
        for line in found
    ]


web.register_provider(web.Provider("certificates", _("Certificates"), _find_certificates))
