"""Where the parts of a risk come from."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import update

from supplier_quality.engine.store import store_files
from supplier_quality.persistence import Database
from supplier_quality.suppliers.qualification.enums import Source
from supplier_quality.suppliers.qualification.sources import from_questionnaire
from supplier_quality.suppliers.queries import get_supplier
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.operations import register_questionnaire
from tests.suppliers.conftest import SQE
from tests.suppliers.questionnaires.files import load
from tests.support import shipped_rules


@pytest.mark.parametrize(
    ("score", "knock_outs", "value"),
    [(8000, [], "low"), (7999, [], "medium"), (5999, [], "high"), (9500, ["scrap"], "unacceptable"), (None, [], None)],
)
def test_the_newest_accepted_questionnaire_counts(
    house: Database, make_supplier: Callable[..., str], at: datetime, score: int | None, knock_outs: list[str],
    value: str | None,
) -> None:  # fmt: skip
    number = make_supplier("Acme Castings")
    with house.write() as session:
        store_files(session, [shipped_rules("questionnaire.yaml"), load()], at=at)
        supplier = get_supplier(session, number, actor=SQE)
        made = register_questionnaire(session, supplier, "short", due=None, actor=SQE, at=at)
        assert from_questionnaire(session, supplier) is None
        questionnaire = made.number
        accepted = update(Questionnaire).where(Questionnaire.id == made.id)
        session.execute(accepted.values(state="accepted", accepted_at=at, score=score, knock_outs=knock_outs))
        session.expire_all()
        found = from_questionnaire(session, get_supplier(session, number, actor=SQE))

    assert (found.value if found else None) == value
    assert found is None or (found.source is Source.QUESTIONNAIRE and questionnaire in found.detail)
