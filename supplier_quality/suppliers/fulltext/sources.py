"""What is found of each kind of record: its title, its number and the texts that are searched."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.parts.models import Commodity
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.fulltext.enums import Kind
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, Supplier
from supplier_quality.suppliers.scope.models import ScopeLine


@dataclass(frozen=True, slots=True)
class Found:
    """A document to be: as :class:`models.SearchDocument`. Texts that are empty are left out."""

    kind: Kind
    record_id: int
    title: str
    number: str = ""
    part_id: int | None = None
    supplier_id: int | None = None
    texts: Mapping[str, str | None] | None = None

    def fields(self) -> list[list[str]]:
        return [[name, text] for name, text in (self.texts or {}).items() if text]


Read = Callable[[Session, Sequence[int]], list[Found]]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of record: its table, the column that counts its changes, and what is found of such records."""

    record_kind: str
    model: Any
    version: Any
    read: Read


def _suppliers(session: Session, ids: Sequence[int]) -> list[Found]:
    found: list[Found] = []
    for supplier in session.scalars(select(Supplier).where(Supplier.id.in_(ids))):
        texts = {
            "key": supplier.source_key, "duns": supplier.duns, "licence": supplier.business_licence,
            "website": supplier.website, "note": supplier.note, "conditions": supplier.conditions,
        }  # fmt: skip
        found.append(
            Found(Kind.SUPPLIER, supplier.id, supplier.name, supplier.number, supplier_id=supplier.id, texts=texts)
        )
    for site in session.scalars(select(Site).where(Site.supplier_id.in_(ids))):
        texts = {"address": site.address, "city": site.city, "key": site.source_key, "duns": site.duns}
        found.append(
            Found(Kind.SITE, site.supplier_id, site.name, part_id=site.id, supplier_id=site.supplier_id, texts=texts)
        )
    for contact in session.scalars(select(Contact).where(Contact.supplier_id.in_(ids))):
        texts = {"email": contact.email, "phone": contact.phone}
        found.append(
            Found(
                Kind.CONTACT,
                contact.supplier_id,
                contact.name,
                part_id=contact.id,
                supplier_id=contact.supplier_id,
                texts=texts,
            )
        )
    return found + _answers(session, ids)


def _answers(session: Session, ids: Sequence[int]) -> list[Found]:
    """What suppliers wrote in their latest self-assessment; choices and days are no texts."""
    latest: dict[int, SelfAssessment] = {}
    query = select(SelfAssessment).where(SelfAssessment.supplier_id.in_(ids)).order_by(SelfAssessment.round)
    for each in session.scalars(query):
        latest[each.supplier_id] = each
    return [
        Found(
            Kind.ANSWERS, each.supplier_id, "", part_id=each.id, supplier_id=each.supplier_id,
            texts={
                name: value for name, value in each.answers.items()
                if isinstance(value, str) and not value.startswith("sha256:")
            },
        )
        for each in latest.values()
    ]  # fmt: skip


def _certificates(session: Session, ids: Sequence[int]) -> list[Found]:
    found = []
    for each in session.scalars(select(Certificate).where(Certificate.id.in_(ids))):
        texts = {
            "certificate_no": each.certificate_no, "body": each.body, "accreditation": each.accreditation,
            "scope": each.scope, "printed_site": each.printed_site, "reference": each.verified_reference,
        }  # fmt: skip
        title = " ".join(filter(None, (each.standard, each.edition)))
        found.append(Found(Kind.CERTIFICATE, each.id, title, each.number, supplier_id=each.supplier_id, texts=texts))
    return found


def _scope(session: Session, ids: Sequence[int]) -> list[Found]:
    query = (
        select(ScopeLine, Commodity.number, Commodity.name_en, Commodity.name_zh)
        .join(Commodity, Commodity.id == ScopeLine.commodity_id)
        .where(ScopeLine.id.in_(ids))
    )
    found = []
    for line, number, name_en, name_zh in session.execute(query):
        texts = {
            "part_number": line.part_number,
            "conditions": line.conditions,
            "commodity": name_en,
            "commodity_zh": name_zh,
        }
        title = " ".join(filter(None, (number, line.part_number)))
        found.append(Found(Kind.SCOPE, line.id, title, line.number, supplier_id=line.supplier_id, texts=texts))
    return found


def _commodities(session: Session, ids: Sequence[int]) -> list[Found]:
    found = []
    for each in session.scalars(select(Commodity).where(Commodity.id.in_(ids))):
        title = each.name_en or each.name_zh or each.number
        found.append(Found(Kind.COMMODITY, each.id, title, each.number, texts={"name_zh": each.name_zh}))
    return found


SOURCES = (
    Source(Supplier.subject_kind, Supplier, Supplier.version, _suppliers),
    Source(Certificate.subject_kind, Certificate, Certificate.version, _certificates),
    Source(ScopeLine.subject_kind, ScopeLine, ScopeLine.version, _scope),
    Source(Commodity.record_kind, Commodity, Commodity.revision, _commodities),
)


def by_record(found: Sequence[Found]) -> dict[int, list[Found]]:
    """Documents by the record they belong to."""
    grouped: dict[int, list[Found]] = defaultdict(list)
    for each in found:
        grouped[each.record_id].append(each)
    return grouped
