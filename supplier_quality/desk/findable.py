"""What of the desk is found by the search over everything: rule files."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from supplier_quality.desk.rule_files import address, kind_name
from supplier_quality.engine.store import content_of, definitions
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.web.searching import Hit, Provider, register_provider


def find_rule_files(session: Session, text: str, _actor: Actor, limit: int) -> Sequence[Hit]:
    """Rule files in force whose name or title, in any language, holds the text."""
    wanted = text.casefold()
    hits = []
    for row in definitions(session):
        title = getattr(content_of(session, row.id), "title", None)
        said = [row.name, *(title.by_language.values() if title else ())]
        if any(wanted in each.casefold() for each in said):
            detail = str(_("%(kind)s, version %(version)s", kind=kind_name(row.kind), version=row.version))
            hits.append(Hit(str(title or row.name), address(row.kind, row.name), detail, row.name))
    return hits[:limit]


def register() -> None:
    """Let the search over everything find what the desk shows."""
    register_provider(Provider("rule_files", _("Workflows and rules"), find_rule_files))
