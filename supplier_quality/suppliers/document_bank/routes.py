"""Pages of documents: the board, the record, its forms; and what the search over everything finds."""

from sqlalchemy.orm import Session

from supplier_quality import web
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers.document_bank import board_routes, entry_routes, queries, record_routes, wording

__all__ = ["blueprints", "wording"]

blueprints = (board_routes.blueprint, entry_routes.blueprint, record_routes.blueprint)


def _find_documents(session: Session, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    """Documents by our number or by what is printed on them, those the reader may know of."""
    found = queries.find_by_number(session, text, actor=actor, limit=limit)
    return [web.Hit(str(line.name), f"/documents/{line.number}", line.supplier, line.number) for line in found]


web.register_provider(web.Provider("documents", _("Documents"), _find_documents))
