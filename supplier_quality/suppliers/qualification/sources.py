"""Where the value of each part of a supplier's risk comes from: one function per source, joined by :func:`find_parts`."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from supplier_quality.engine.store import active_definition, content_of
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification import queries
from supplier_quality.suppliers.qualification.enums import Part, Source
from supplier_quality.suppliers.qualification.queries import Deciding
from supplier_quality.suppliers.qualification.rating import Found
from supplier_quality.suppliers.questionnaires.queries import latest_accepted

QUESTIONNAIRE_TABLE = "questionnaire_rating"


def find_parts(session: Session, supplier: Supplier, known: Deciding) -> dict[Part, Found]:
    """What is known of each part; a part that is left out is not known."""
    found = {**_from_people(session, supplier), **_from_scope(session, supplier, known)}
    if supplier.country:
        found[Part.COUNTRY] = Found(supplier.country, Source.SUPPLIER, supplier.country)
    named = [each.named for each in known.certificates if each.in_force] or [one.named for one in known.certificates]
    found[Part.CERTIFICATES] = Found(known.certification.value, Source.CERTIFICATES, ", ".join(named))
    questionnaire = from_questionnaire(session, supplier)
    if questionnaire is not None:
        found[Part.QUESTIONNAIRE] = questionnaire
    return found


def from_questionnaire(session: Session, supplier: Supplier) -> Found | None:
    """What the latest accepted answers say: ``low``, ``medium``, ``high`` or, by a knock-out, ``unacceptable``.

    workflows/questionnaire_rating.yaml says from which score on. None while there are no accepted answers, or none that
    give points; both count as not known.
    """
    accepted = latest_accepted(session, supplier.id)
    if accepted is None or (accepted.score is None and not accepted.knock_outs):
        return None
    table = content_of(session, active_definition(session, QUESTIONNAIRE_TABLE, "table").id)
    value = table.decide({"score": int(accepted.score or 0), "knock_out": bool(accepted.knock_outs)}).outputs["value"]
    return Found(value, Source.QUESTIONNAIRE, f"{accepted.number}: {accepted.score or 0} %")


def _from_people(session: Session, supplier: Supplier) -> Mapping[Part, Found]:
    return {
        Part(part): Found(
            entry.value, Source.PERSON, by=entry.entered_by_name, on=entry.entered_at.date().isoformat(),
            evidence=entry.evidence,
        )
        for part, entry in queries.latest_entries(session, supplier.id).items()
    }  # fmt: skip


def _from_scope(session: Session, supplier: Supplier, known: Deciding) -> Mapping[Part, Found]:
    if not known.scope:
        return {}
    worst = [number for number, criticality in known.scope if criticality == known.criticality]
    alone = queries.sole_commodities(session, supplier.id)
    return {
        Part.CRITICALITY: Found(known.criticality, Source.SCOPE, ", ".join(worst)),
        Part.SINGLE_SOURCE: Found("yes" if alone else "no", Source.SCOPE, ", ".join(alone)),
    }
