"""What people do with sites, scope and certificates of the suppliers that were there from the beginning: ``data/history.yaml``.

A line of scope is told by its site, commodity and part; a certificate by its site and standard.
"""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.config import Settings
from supplier_quality.demo.passing import PassingTime
from supplier_quality.demo.samples import make_paper
from supplier_quality.demo.staff import Staff
from supplier_quality.demo.visits import Visits
from supplier_quality.documents import StoredFile
from supplier_quality.documents.store import file_store
from supplier_quality.identity import Actor
from supplier_quality.mail.tasks import finish_task, open_tasks
from supplier_quality.parts.models import Commodity
from supplier_quality.parts.queries import get_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers.certificates import operations as certificates
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.queries import (
    certificates_of,
    current_certificate,
    unverified_certificate,
)
from supplier_quality.suppliers.details import SiteDetails, SupplierDetails
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.operations import add_site, edit_supplier, set_contact_active, set_site_active
from supplier_quality.suppliers.queries import contacts_of, get_supplier, sites_of
from supplier_quality.suppliers.scope.limits import OPEN
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.operations import move_scope, request_scope

Told = Mapping[str, Any]

# What people do with a certificate that is not in force yet; everything else is done with the one that is or was.
_BEFORE = ("verify", "send_back", "refuse", "ask_again")


class History:
    """Acts of staff and contacts, in the words of ``history.yaml``."""

    def __init__(
        self, settings: Settings, database: Database, passing: PassingTime, staff: Staff, visits: Visits
    ) -> None:
        self._settings = settings
        self._database = database
        self._time = passing
        self._staff = staff
        self._visits = visits

    def can(self, act: str) -> bool:
        """Whether it is one of the acts below."""
        return act in ACTS

    def do(self, who: str, number: str, act: str, told: Told) -> None:
        """One act of somebody: ``who`` is the key of one of ours, or the address of a contact."""
        ACTS[act](self, who, number, told)

    def add_site(self, key: str, number: str, told: Told) -> None:
        """Note a new site."""
        with self._time.standing() as at, self._database.write() as session:
            actor, supplier = self._found(session, key, number)
            add_site(session, supplier, SiteDetails.read(told), actor=actor, at=at)

    def close_site(self, key: str, number: str, told: Told) -> None:
        """Take a site out of use."""
        with self._time.standing() as at, self._database.write() as session:
            actor, supplier = self._found(session, key, number)
            set_site_active(session, supplier, _site(session, supplier, told["site"]), False, actor=actor, at=at)

    def note(self, key: str, number: str, told: Told) -> None:
        """Write down something about the supplier, below what stands there."""
        with self._time.standing() as at, self._database.write() as session:
            actor, supplier = self._found(session, key, number)
            known = {name: getattr(supplier, name) for name in SupplierDetails.__dataclass_fields__}
            said = "\n".join(filter(None, (supplier.note, f"{at.date().isoformat()}: {told['text']}")))
            edit_supplier(session, supplier, SupplierDetails(**{**known, "note": said}), actor=actor, at=at)

    def contact_leaves(self, key: str, number: str, told: Told) -> None:
        """Note that a person has left the supplier."""
        with self._time.standing() as at, self._database.write() as session:
            actor, supplier = self._found(session, key, number)
            contact = next(one for one in contacts_of(session, supplier) if one.email == told["email"])
            set_contact_active(session, supplier, contact, False, actor=actor, at=at)

    def finish_all_tasks(self, key: str, number: str, _told: Told) -> None:
        """Say of all open tasks about mail on the supplier and its certificates that they are looked after."""
        with self._time.standing() as at, self._database.write() as session:
            actor, supplier = self._found(session, key, number)
            labels = {number, *(line.number for line in certificates_of(session, supplier))}
            for task in open_tasks(session):
                if task.record_label in labels:
                    finish_task(session, task.id, actor=actor, at=at)

    def request_scope(self, key: str, number: str, told: Told) -> None:
        """Ask for lines of scope."""
        with self._time.standing() as at, self._database.write() as session:
            actor, supplier = self._found(session, key, number)
            for line in told["lines"]:
                site = _site(session, supplier, line[0])
                commodity = get_commodity(session, line[1], actor=actor)
                request_scope(session, supplier, site, commodity, part_number=_part(line), actor=actor, at=at)

    def scope(self, key: str, number: str, told: Told) -> None:
        """Take an action on lines of scope."""
        for line in told["lines"]:

            def find(session: Session, actor: Actor, line: list[str] = line) -> ScopeLine:
                return _line(session, actor, number, line)

            self._staff.take(key, told["action"], told.get("values", {}), move=move_scope, find=find)

    def enter_certificate(self, key: str, number: str, told: Told) -> None:
        """Enter a certificate that came as paper and hand it over to be verified."""
        with self._time.standing() as at:
            with self._database.read() as session:
                _actor, supplier = self._found(session, key, number)
                printed, paper = self._printed(session, supplier, told)
            stored = self._stored(*paper)
            with self._database.write() as session:
                actor, supplier = self._found(session, key, number)
                made = certificates.register_certificate(
                    session, supplier, _site(session, supplier, told["site"]), told["standard"],
                    CertificateDetails.read(printed), safety_parts=told.get("safety_parts"), actor=actor, at=at,
                )  # fmt: skip
                certificates.add_certificate_file(session, made, stored, actor=actor, at=at)
                certificates.move_certificate(session, made, "enter", actor=actor, at=at)

    def certificate(self, key: str, number: str, told: Told) -> None:
        """Take an action on the certificate of a site and standard."""
        form = dict(told.get("values", {}))
        if told["action"] in ("verify", "body_restores"):
            form["verified_on"] = self._time.at.date().isoformat()
        letters = {name: self._stored(*_letter(text)) for name, text in told.get("letters", {}).items()}
        form |= {name: f"sha256:{letter.sha256} {letter.name}" for name, letter in letters.items()}

        def keep(session: Session, record: Certificate, actor: Actor, at: datetime) -> None:
            for name, letter in letters.items():
                slot = f"{certificates.STAFF_SLOT}/{name}"
                certificates.keep_file(session, record, letter, slot=slot, actor=actor, at=at)

        self._staff.take(
            key, told["action"], form, move=certificates.move_certificate, keep=keep,
            find=lambda session, actor: _certificate(session, get_supplier(session, number, actor=actor), told),
        )  # fmt: skip

    def looks_at_certificate(self, email: str, number: str, told: Told) -> None:
        """Follow the link to the certificate that is asked for, and leave it for another day."""
        self._visits.visit(email, self._asked(number, told)[0])

    def uploads(self, email: str, number: str, told: Told) -> None:
        """Upload the certificate that is asked for, by the link in the mail."""
        asked, printed, paper = self._asked(number, told)
        form = {"number": printed.pop("certificate_no"), **printed}
        self._visits.answer(email, asked, form, {"file": paper})

    def _asked(self, number: str, told: Told) -> tuple[str, dict[str, Any], tuple[str, bytes]]:
        with self._database.read() as session:
            supplier = session.scalars(select(Supplier).where(Supplier.number == number)).one()
            site = _site(session, supplier, told["site"])
            asked = unverified_certificate(session, site.id, told["standard"])
            assert asked is not None, f"{number}: no certificate to {told['standard']} of {site.name} is asked for"
            printed, paper = self._printed(session, supplier, told) if "printed" in told else ({}, ("", b""))
            return asked.number, printed, paper

    def _printed(self, session: Session, supplier: Supplier, told: Told) -> tuple[dict[str, Any], tuple[str, bytes]]:
        """What the certificate says, and the paper that says it."""
        site = _site(session, supplier, told["site"])
        where = ", ".join(filter(None, (supplier.name, site.name, site.address, site.city)))
        printed = {"printed_site": where, **told["printed"]}
        lines = [
            where, "", printed["scope"], "", f"{told['standard']}:{printed['edition']}",
            f"No. {printed['certificate_no']}", f"{printed['valid_from']} / {printed['valid_to']}", "",
            f"{printed['body']} ({printed['accreditation']})",
        ]  # fmt: skip
        name = f"{told['standard'].replace(' ', '-')} {printed['certificate_no'].replace('/', '-')}.pdf"
        return printed, (name, make_paper("Certificate", lines))

    def _stored(self, name: str, content: bytes) -> StoredFile:
        limit = self._settings.upload_limit_bytes
        return file_store(self._settings).put(BytesIO(content), name=name, limit=limit)

    def _found(self, session: Session, key: str, number: str) -> tuple[Actor, Supplier]:
        actor = self._staff.actor(session, key)
        return actor, get_supplier(session, number, actor=actor)


def _letter(text: str) -> tuple[str, bytes]:
    title, *lines = text.splitlines()
    return f"{title}.pdf", make_paper(title, lines)


def _site(session: Session, supplier: Supplier, name: str) -> Site:
    return next(site for site in sites_of(session, supplier) if site.name == name)


def _part(line: list[str]) -> str | None:
    return line[2] if len(line) > 2 else None


def _line(session: Session, actor: Actor, number: str, told: list[str]) -> ScopeLine:
    supplier = get_supplier(session, number, actor=actor)
    part = _part(told)
    return session.scalars(
        select(ScopeLine)
        .join(Commodity, Commodity.id == ScopeLine.commodity_id)
        .where(
            ScopeLine.supplier_id == supplier.id,
            ScopeLine.site_id == _site(session, supplier, told[0]).id,
            Commodity.number == told[1],
            ScopeLine.part_number.is_(None) if part is None else ScopeLine.part_number == part,
            ScopeLine.state.in_(OPEN),
        )
    ).one()


def _certificate(session: Session, supplier: Supplier, told: Told) -> Certificate:
    site = _site(session, supplier, told["site"])
    is_next = told.get("next", told["action"] in _BEFORE)
    find = unverified_certificate if is_next else current_certificate
    found = find(session, site.id, told["standard"])
    assert found is not None, f"{supplier.number}: no certificate to {told['action']}"
    return found


ACTS = {
    "add_site": History.add_site,
    "close_site": History.close_site,
    "note": History.note,
    "contact_leaves": History.contact_leaves,
    "finish_all_tasks": History.finish_all_tasks,
    "request_scope": History.request_scope,
    "scope": History.scope,
    "enter_certificate": History.enter_certificate,
    "certificate": History.certificate,
    "looks_at_certificate": History.looks_at_certificate,
    "uploads": History.uploads,
}
