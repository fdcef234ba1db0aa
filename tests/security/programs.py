"""The values that routes of the API about qualification, questionnaires, documents and development name."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification.models import QualificationStep
from tests.security import documents, questionnaire
from tests.security.company import Company

Values = Mapping[str, Any]
Own = Callable[[Company, str], Values]


def _supplier(company: Company, _who: str) -> Values:
    return {"number": company.suppliers["own"]}


def _step(**more: Any) -> Own:
    """The oldest step of the own supplier's qualification."""

    def own(company: Company, _who: str) -> Values:
        with company.database.read() as session:
            query = select(func.min(QualificationStep.number)).join(
                Supplier, Supplier.id == QualificationStep.supplier_id
            )
            found = session.scalar(query.where(Supplier.number == company.suppliers["own"]))
        return {"number": found or "QST-00001", **more}

    return own


def _plan(**more: Any) -> Own:
    return lambda company, _who: {"number": company.plans.get("own", "DEV-00001"), **more}


def _milestone(**more: Any) -> Own:
    return lambda company, _who: {"number": company.milestones.get("own", "MIL-00001"), **more}


def _record(path: str, own: Callable[..., Own], series: str, action: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    """The routes of one kind of record: read it, what is possible, and an action that its form or version refuses."""
    unknown = {"number": f"{series}-99999"}
    return {
        ("GET", f"/api/v1/{path}/<number>"): (own(), unknown),
        ("GET", f"/api/v1/{path}/<number>/actions"): (own(), unknown),
        ("POST", f"/api/v1/{path}/<number>/actions/<action>"): (
            own(action=action), {**unknown, "action": action}, {}, {"form": {}}, {"If-Match": '"999"'},
        ),
    }  # fmt: skip


_UNKNOWN_SUPPLIER = {"number": "SUP-99999"}

EXAMPLES: dict[tuple[str, str], tuple[Any, ...]] = {
    **_record("qualification-steps", _step, "QST", "fail"),
    **_record("questionnaires", questionnaire.numbered, "QUE", "withdraw"),
    **_record("documents", documents.document, "DOC", "end"),
    **_record("special-processes", documents.assessment, "SPA", "ask_for_new"),
    **_record("development-plans", _plan, "DEV", "begin"),
    **_record("development-milestones", _milestone, "MIL", "move"),
    ("GET", "/api/v1/suppliers/<number>/risk-ratings"): (_supplier, _UNKNOWN_SUPPLIER),
    ("GET", "/api/v1/suppliers/<number>/questionnaires"): (_supplier, _UNKNOWN_SUPPLIER),
    ("GET", "/api/v1/suppliers/<number>/documents"): (_supplier, _UNKNOWN_SUPPLIER),
    ("GET", "/api/v1/suppliers/<number>/development"): (_supplier, _UNKNOWN_SUPPLIER),
    ("GET", "/api/v1/suppliers/<number>/special-processes"): (_supplier, _UNKNOWN_SUPPLIER),
    ("GET", "/api/v1/suppliers/<number>/special-processes/needed"): (_supplier, _UNKNOWN_SUPPLIER),
}
