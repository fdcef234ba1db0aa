"""What the page of a supplier shows of its questionnaires."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from supplier_quality.engine.definitions import State
from supplier_quality.engine.store import process_of
from supplier_quality.language import Text
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.queries import percent, questionnaires_of


@dataclass(frozen=True, slots=True)
class ShownQuestionnaire:
    """A questionnaire as a row."""

    record: Questionnaire
    title: Text
    state: State
    score: Decimal | None

    @property
    def is_open(self) -> bool:
        return not self.state.final


def questionnaires_tab(session: Session, supplier: Supplier) -> Sequence[ShownQuestionnaire]:
    """The questionnaires of a supplier, the newest first."""
    return [
        ShownQuestionnaire(
            each, Text(each.title), process_of(session, each.definition_id).states[each.state], percent(each.score)
        )
        for each in questionnaires_of(session, supplier.id)
    ]
