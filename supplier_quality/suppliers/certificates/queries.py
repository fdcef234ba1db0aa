"""Reading certificates. Everything starts from :func:`readable`, so that no filter can be forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from supplier_quality import documents
from supplier_quality.documents import Attached
from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.language import _
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers.certificates.enums import BEFORE_VERIFICATION, MISSING, REPLACEABLE, CertificateState
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.rules import Looked, Warned, warnings_of
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, Supplier
from supplier_quality.suppliers.words import Count, find_by_words

COUNTED = 1_000
"""Lists are counted exactly up to here; beyond, people are told "more than"."""

LISTED = (CertificateState.SUBMITTED, *REPLACEABLE)
"""What the board shows when no state is asked for: what is in force, what was lost, and what waits to be verified."""


class CertificateNotFound(NotFound):
    """There is no such certificate, or the reader may not know of it."""

    code = "certificate_not_found"


@dataclass(frozen=True, slots=True)
class CertificateFilters:
    """What a list of certificates is narrowed to; empty means everything. ``ends_by`` leaves out what ends later."""

    search: str = ""
    states: tuple[str, ...] = ()
    standard: str | None = None
    site: str = ""
    owner_id: int | None = None
    ends_by: date | None = None


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One row of a list of certificates."""

    id: int
    number: str
    state: str
    definition_id: int
    standard: str
    edition: str | None
    certificate_no: str | None
    body: str | None
    valid_to: date | None
    grace_until: date | None
    safety_parts: bool
    supplier_number: str
    supplier: str
    site_id: int
    site: str
    owner: str | None


_COLUMNS = (
    Certificate.id, Certificate.number, Certificate.state, Certificate.definition_id, Certificate.standard,
    Certificate.edition, Certificate.certificate_no, Certificate.body, Certificate.valid_to, Certificate.grace_until,
    Certificate.safety_parts, Supplier.number, Supplier.name, Certificate.site_id, Site.name, User.name,
)  # fmt: skip


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a certificate may be seen: by staff always, by a contact only their own company's."""
    if actor.is_staff or actor.kind == "system":
        return Certificate.id.is_not(None)
    if actor.kind == "contact" and actor.person_id is not None:
        own = select(Contact.supplier_id).where(Contact.id == actor.person_id, Contact.active)
        return Certificate.supplier_id.in_(own)
    return false()


def get_certificate(session: Session, number: str, *, actor: Actor) -> Certificate:
    """One certificate by our number. Raises CertificateNotFound."""
    return _one(session, Certificate.number == number.strip().upper(), number, actor)


def get_certificate_by_id(session: Session, certificate_id: int, *, actor: Actor) -> Certificate:
    """One certificate by its id. Raises CertificateNotFound."""
    return _one(session, Certificate.id == certificate_id, str(certificate_id), actor)


def _one(session: Session, condition: ColumnElement[bool], shown: str, actor: Actor) -> Certificate:
    found = session.scalars(select(Certificate).where(condition, readable(actor))).one_or_none()
    if found is None:
        raise CertificateNotFound(_("There is no certificate %(number)s.", number=shown[:40]))
    return found


def _lines(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(*_COLUMNS)
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .join(Site, Site.id == Certificate.site_id)
        .outerjoin(User, User.id == Supplier.owner_id)
        .where(*conditions)
    )


def list_certificates(
    session: Session,
    *,
    actor: Actor,
    filters: CertificateFilters = CertificateFilters(),
    descending: bool = False,
    cursor: str | None = None,
    size: int = 50,
) -> Page[CertificateLine]:
    """One page of certificates by the day they end. Raises BadCursor."""
    # Before they are verified the end may be unknown; those come last. Elsewhere it is known, and an index serves the order.
    nullable = any(state in BEFORE_VERIFICATION for state in filters.states) and filters.ends_by is None
    keys = [
        SortKey(Certificate.valid_to, descending=descending, nullable=nullable),
        SortKey(Certificate.id, descending=descending),
    ]
    query = _lines(*_narrowing(session, actor, filters, nullable=nullable))
    return keyset_page(session, query, keys=keys, cursor=cursor, size=size, row=CertificateLine)


def count_certificates(session: Session, *, actor: Actor, filters: CertificateFilters) -> Count:
    """How many certificates fit, counted up to :data:`COUNTED`."""
    nullable = any(state in BEFORE_VERIFICATION for state in filters.states) and filters.ends_by is None
    query = (
        select(Certificate.id)
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .join(Site, Site.id == Certificate.site_id)
        .where(*_narrowing(session, actor, filters, nullable=nullable))
        .limit(COUNTED + 1)
    )
    number = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return Count(min(number, COUNTED), exact=number <= COUNTED)


def _narrowing(
    session: Session, actor: Actor, filters: CertificateFilters, *, nullable: bool
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        readable(actor),
        Certificate.state.in_(filters.states or LISTED),
    ]
    if not nullable:
        conditions.append(Certificate.valid_to.is_not(None))
    if filters.ends_by is not None:
        conditions.append(Certificate.valid_to <= filters.ends_by)
    if filters.standard:
        conditions.append(Certificate.standard == filters.standard)
    if filters.site:
        conditions.append(Site.name.icontains(filters.site, autoescape=True))
    if filters.owner_id is not None:
        conditions.append(Supplier.owner_id == filters.owner_id)
    if filters.search:
        exact = or_(Certificate.number == filters.search.upper(), Certificate.certificate_no == filters.search)
        by_supplier = find_by_words(session, filters.search)
        conditions.append(exact if by_supplier is None else or_(exact, by_supplier))
    return conditions


def ending_between(
    session: Session, first: date, last: date, *, actor: Actor, owner_id: int | None = None, most: int
) -> Sequence[CertificateLine]:
    """Certificates in force or in their grace that end, or whose grace ends, from ``first`` to ``last``; at most ``most``."""
    ends = Certificate.valid_to.between(first, last)
    grace_ends = Certificate.grace_until.between(first, last) & Certificate.state.in_(MISSING)
    conditions = [readable(actor), Certificate.state.in_(REPLACEABLE), or_(ends, grace_ends)]
    if owner_id is not None:
        conditions.append(Supplier.owner_id == owner_id)
    query = _lines(*conditions).order_by(Certificate.valid_to, Certificate.id).limit(most)
    return [CertificateLine(*row) for row in session.execute(query)]


def count_ends(session: Session, stretches: Sequence[int], *, actor: Actor, today: date) -> dict[int, int]:
    """How many certificates in force or lost end within each of these stretches of days; -1 counts those that have ended.

    One pass over the certificates, however many stretches are asked for.
    """
    sums = [
        func.coalesce(func.sum(case((Certificate.valid_to <= ends_within(days, today=today), 1), else_=0)), 0)
        for days in stretches
    ]
    query = select(*sums).where(readable(actor), Certificate.state.in_(REPLACEABLE), Certificate.valid_to.is_not(None))
    counts = session.execute(query).one()
    return {days: int(count) for days, count in zip(stretches, counts, strict=True)}


def certificates_of(session: Session, supplier: Supplier) -> Sequence[CertificateLine]:
    """All certificates of a supplier by site and standard, the newest first."""
    query = _lines(Certificate.supplier_id == supplier.id)
    order = (Site.name, Certificate.site_id, Certificate.standard, Certificate.id.desc())
    return [CertificateLine(*row) for row in session.execute(query.order_by(*order))]


def missing_certificates(session: Session, supplier_ids: Sequence[int] | None) -> dict[int, list[CertificateLine]]:
    """The certificates that these suppliers, or with None all, had and have no more, by supplier; one query."""
    if supplier_ids is not None and not supplier_ids:
        return {}
    query = _lines(Certificate.state.in_(MISSING))
    if supplier_ids is not None:
        query = query.where(Certificate.supplier_id.in_(supplier_ids))
    query = query.add_columns(Certificate.supplier_id).order_by(Certificate.valid_to, Certificate.id)
    found: dict[int, list[CertificateLine]] = {}
    for *columns, supplier_id in session.execute(query):
        found.setdefault(supplier_id, []).append(CertificateLine(*columns))
    return found


_ITEM = (
    "id", "number", "state", "version", "site_id", "standard", "edition", "certificate_no", "body", "accreditation", "scope",
    "valid_from", "valid_to", "grace_until", "safety_parts", "verified_on", "verified_at",
)  # fmt: skip


def items_of(session: Session, ids: Sequence[int]) -> list[dict[str, Any]]:
    """All that programs are told of these certificates, in this order; the caller checked that they may be read."""
    columns = [getattr(Certificate, name) for name in _ITEM]
    query = (
        select(
            *columns, Supplier.number.label("supplier_number"), Supplier.name.label("supplier"), Site.name.label("site")
        )
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .join(Site, Site.id == Certificate.site_id)
        .where(Certificate.id.in_(ids))
    )
    found = {row["id"]: dict(row) for row in session.execute(query).mappings()}
    return [found[id_] for id_ in ids if id_ in found]


def current_certificate(session: Session, site_id: int, standard: str) -> Certificate | None:
    """The certificate that a new one of this site and standard would replace."""
    query = select(Certificate).where(
        Certificate.site_id == site_id, Certificate.standard == standard, Certificate.state.in_(REPLACEABLE)
    )
    return session.scalars(query.order_by(Certificate.id.desc()).limit(1)).one_or_none()


def unverified_certificate(session: Session, site_id: int, standard: str) -> Certificate | None:
    """The certificate of this site and standard that was asked for or waits to be verified."""
    query = select(Certificate).where(
        Certificate.site_id == site_id, Certificate.standard == standard, Certificate.state.in_(BEFORE_VERIFICATION)
    )
    return session.scalars(query.order_by(Certificate.id.desc()).limit(1)).one_or_none()


def replaced_by(session: Session, certificate: Certificate) -> Sequence[Certificate]:
    """The certificates in force or lost that this one takes the place of."""
    query = select(Certificate).where(
        Certificate.site_id == certificate.site_id,
        Certificate.standard == certificate.standard,
        Certificate.id != certificate.id,
        Certificate.state.in_(REPLACEABLE),
    )
    return session.scalars(query.order_by(Certificate.id)).all()


def in_force_at(session: Session, site_id: int) -> Sequence[Certificate]:
    """The valid certificates of a site, the oldest first."""
    query = select(Certificate).where(Certificate.site_id == site_id, Certificate.state == CertificateState.VALID)
    return session.scalars(query.order_by(Certificate.id)).all()


def files_of(session: Session, certificate: Certificate) -> list[Attached]:
    """What was submitted of the certificate, the newest first."""
    found = documents.attachments_of(session, record_kind=Certificate.subject_kind, record_id=certificate.id)
    return [file for file in reversed(found) if file.submitted_at is not None]


def warnings_for(session: Session, ids: Sequence[int]) -> dict[int, list[Warned]]:
    """The warning signs of certificates by id; two queries however many there are."""
    before = aliased(Certificate)
    query = (
        select(*_looked(Certificate), Site.name, Site.city, Certificate.id, Certificate.supplier_id, *_looked(before))
        .add_columns(before.id.label("before_id"))
        .join(Site, Site.id == Certificate.site_id)
        .outerjoin(before, before.id == Certificate.replaces_id)
        .where(Certificate.id.in_(ids))
    )
    rows = session.execute(query).all()
    products = _products(session, {row[len(_LOOKED) + 3] for row in rows})
    found = {}
    for row in rows:
        width = len(_LOOKED)
        own, (site, city, id_, supplier_id), old = row[:width], row[width : width + 4], row[width + 4 : -1]
        now = _as_looked(own, site_name=site, site_city=city or "", products=products.get(supplier_id, ""))
        found[id_] = warnings_of(now, _as_looked(old) if row.before_id is not None else None)
    return found


_LOOKED = (
    "standard", "edition", "certificate_no", "body", "accreditation", "scope", "printed_site", "valid_from", "valid_to",
)  # fmt: skip


def _looked(model: Any) -> list[Any]:
    return [getattr(model, name) for name in _LOOKED]


def _as_looked(values: Sequence[Any], **more: str) -> Looked:
    known: dict[str, Any] = dict(zip(_LOOKED, values, strict=True))
    return Looked(**{**known, **more})


def _products(session: Session, supplier_ids: set[int]) -> Mapping[int, str]:
    """The products that suppliers stated in their latest self-assessment."""
    latest = (
        select(SelfAssessment.supplier_id, func.max(SelfAssessment.round).label("round"))
        .where(SelfAssessment.supplier_id.in_(supplier_ids))
        .group_by(SelfAssessment.supplier_id)
        .subquery()
    )
    query = select(SelfAssessment.supplier_id, SelfAssessment.answers).join(
        latest, (latest.c.supplier_id == SelfAssessment.supplier_id) & (latest.c.round == SelfAssessment.round)
    )
    return {row.supplier_id: str(row.answers.get("main_products") or "") for row in session.execute(query)}


def latest_assessment(session: Session, supplier: Supplier) -> SelfAssessment | None:
    """What the supplier submitted last."""
    query = select(SelfAssessment).where(SelfAssessment.supplier_id == supplier.id)
    return session.scalars(query.order_by(SelfAssessment.round.desc()).limit(1)).one_or_none()


def ends_within(days: int, *, today: date) -> date:
    """The last day of a stretch of days that begins today."""
    return today + timedelta(days=days)


def find_by_number(session: Session, text: str, *, actor: Actor, limit: int) -> Sequence[CertificateLine]:
    """Certificates whose number, ours or the printed one, is this text."""
    wanted = text.strip()[:80]
    numbers = or_(Certificate.number == wanted.upper(), Certificate.certificate_no == wanted)
    query = _lines(readable(actor), numbers).order_by(Certificate.id.desc()).limit(limit)
    return [CertificateLine(*row) for row in session.execute(query)]
