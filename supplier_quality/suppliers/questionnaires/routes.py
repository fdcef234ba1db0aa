"""Pages of questionnaires for staff: the list, the record; and what the search over everything finds."""

from sqlalchemy.orm import Session

from supplier_quality import web
from supplier_quality.identity import Actor
from supplier_quality.language import Text, _
from supplier_quality.suppliers.questionnaires import list_routes, queries, record_routes, wording

__all__ = ["blueprints", "wording"]

blueprints = (list_routes.blueprint, record_routes.blueprint)


def _find_questionnaires(session: Session, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    """Questionnaires by their number."""
    found = queries.find_by_number(session, text, actor=actor, limit=limit)
    return [
        web.Hit(str(Text(each.title)), f"/questionnaires/{each.number}", each.supplier_name, each.number)
        for each in found
    ]


web.register_provider(web.Provider("questionnaires", _("Questionnaires"), _find_questionnaires))
