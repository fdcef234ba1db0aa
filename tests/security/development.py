"""The values that routes of supplier development name."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from supplier_quality.documents.models import Attachment
from supplier_quality.suppliers.development.models import Milestone
from tests.security.company import Company

Values = Mapping[str, Any]
_UNKNOWN_SUPPLIER = {"number": "SUP-99999"}
_UNKNOWN_PLAN, _UNKNOWN_MILESTONE = {"number": "DEV-99999"}, {"number": "MIL-99999"}


def of_supplier(company: Company, _who: str) -> Values:
    return {"number": company.suppliers["own"]}


def _plan(**more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"number": company.plans.get("own", "DEV-00001"), **more}


def _milestone(**more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"number": company.milestones.get("own", "MIL-00001"), **more}


def _milestone_file(**more: Any) -> Callable[[Company, str], Values]:
    def own(company: Company, _who: str) -> Values:
        number = company.milestones.get("own", "MIL-00001")
        with company.database.read() as session:
            query = select(func.max(Attachment.id)).join(Milestone, Milestone.id == Attachment.record_id)
            found = session.scalar(
                query.where(Attachment.record_kind == Milestone.subject_kind, Milestone.number == number)
            )
        return {"number": number, "file_id": found or 0, **more}

    return own


def _proof(company: Company, _who: str) -> Values:
    return {"number": company.suppliers["own"], "proof_id": company.proofs.get("own", 0)}


EXAMPLES: dict[tuple[str, str], tuple[Any, ...]] = {
    # development; forms that miss something change nothing
    ("GET", "/development/export.<any('csv','xlsx'):kind>"): (lambda _c, _w: {"kind": "csv"},),
    ("GET", "/suppliers/<number>/development/demand"): (of_supplier, _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/development/demand"): (of_supplier, _UNKNOWN_SUPPLIER, {"expected_version": "1"}),
    ("GET", "/suppliers/<number>/development/audit"): (of_supplier, _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/development/audit"): (of_supplier, _UNKNOWN_SUPPLIER, {"expected_version": "1"}),
    ("GET", "/suppliers/<number>/development/authorisation"): (of_supplier, _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/development/authorisation"): (
        of_supplier,
        _UNKNOWN_SUPPLIER,
        {"expected_version": "1"},
    ),
    ("GET", "/suppliers/<number>/development/plan"): (of_supplier, _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/development/plan"): (of_supplier, _UNKNOWN_SUPPLIER, {"expected_version": "1"}),
    ("GET", "/suppliers/<number>/development/proofs/<int:proof_id>"): (
        _proof,
        {"number": "SUP-99999", "proof_id": 99_999},
    ),
    ("POST", "/suppliers/<number>/development/proofs/<int:proof_id>"): (
        _proof,
        {"number": "SUP-99999", "proof_id": 99_999},
        {"reason": ""},
    ),
    ("GET", "/development/<number>"): (_plan(), _UNKNOWN_PLAN),
    ("POST", "/development/<number>/actions/<action>"): (
        _plan(action="agree"),
        {**_UNKNOWN_PLAN, "action": "agree"},
        {"expected_version": "1"},
    ),
    ("GET", "/development/<number>/milestones/new"): (_plan(), _UNKNOWN_PLAN),
    ("POST", "/development/<number>/milestones/new"): (_plan(), _UNKNOWN_PLAN, {"title": ""}),
    ("GET", "/development/milestones/<number>"): (_milestone(), _UNKNOWN_MILESTONE),
    ("POST", "/development/milestones/<number>/actions/<action>"): (
        _milestone(action="drop"),
        {**_UNKNOWN_MILESTONE, "action": "drop"},
        {"expected_version": "1"},
    ),
    ("GET", "/development/milestones/<number>/edit"): (_milestone(), _UNKNOWN_MILESTONE),
    ("POST", "/development/milestones/<number>/edit"): (
        _milestone(),
        _UNKNOWN_MILESTONE,
        {"title": "", "expected_version": "1"},
    ),
    ("GET", "/development/milestones/<number>/files/<int:file_id>"): (
        _milestone_file(),
        {**_UNKNOWN_MILESTONE, "file_id": 1},
    ),
    ("GET", "/development/milestones/<number>/files/<int:file_id>/view"): (
        _milestone_file(),
        {**_UNKNOWN_MILESTONE, "file_id": 1},
    ),
    ("GET", "/development/milestones/<number>/files/<int:file_id>/pages/<int:page>"): (
        _milestone_file(page=1),
        {**_UNKNOWN_MILESTONE, "file_id": 1, "page": 1},
    ),
}
