"""Which limits count for a line: those of its place and, where a standard is named, only if the line rests on it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.store import active_definition, content_of
from supplier_quality.parts.enums import Criticality
from supplier_quality.parts.models import Commodity
from supplier_quality.suppliers.scope.enums import ScopeState
from supplier_quality.suppliers.scope.models import EVERY_SITE, ScopeLimit, ScopeLine

STANDARDS_TABLE = "scope_standards"


class Resting:
    """Answers for lines of a few commodities, which are read once, what workflows/scope_standards.yaml says of them."""

    def __init__(self, session: Session, commodity_ids: Iterable[int]) -> None:
        self._session = session
        query = select(Commodity.id, Commodity.number, Commodity.criticality).where(
            Commodity.id.in_(set(commodity_ids))
        )
        self._commodities = {row.id: row for row in session.execute(query)}
        self._known: dict[tuple[int, str], bool] = {}

    def rests(self, commodity_id: int, standard: str) -> bool:
        """Whether lines of this commodity rest on certificates to this standard."""
        asked = (commodity_id, standard)
        if asked not in self._known:
            commodity = self._commodities[commodity_id]
            table = content_of(self._session, active_definition(self._session, STANDARDS_TABLE, "table").id)
            facts = {"standard": standard, "commodity": commodity.number, "criticality": commodity.criticality}
            decision = table.decide(facts)
            self._known[asked] = bool(decision and decision.outputs["rests"])
        return self._known[asked]

    def counting(self, line: ScopeLine, limits: Iterable[ScopeLimit]) -> list[ScopeLimit]:
        """The limits that count for a line; not one whose standard another certificate in force stands in for."""
        return [
            limit
            for limit in limits
            if limit.supplier_id == line.supplier_id
            and limit.site_id in (EVERY_SITE, line.site_id)
            and limit.stands_in is None
            and (limit.standard is None or self.rests(line.commodity_id, limit.standard))
        ]

    def effect(self, line: ScopeLine, limit: ScopeLimit) -> ScopeState:
        """What a limit that counts does to a line: of safety parts it may be more than of others."""
        is_safety = self._commodities[line.commodity_id].criticality == Criticality.SAFETY
        return ScopeState(limit.safety_effect if is_safety and limit.safety_effect else limit.effect)


def resting_of(session: Session, lines: Sequence[ScopeLine]) -> Resting:
    """The answers for these lines; one query however many they are."""
    return Resting(session, (line.commodity_id for line in lines))
