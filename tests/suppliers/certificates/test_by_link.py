"""A supplier's contact uploads the certificate that was asked for, on the real pages, and it is verified."""

import io
import re

from sqlalchemy import select

from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.store import store_files
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.signatures import Signature
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates import operations, queries
from supplier_quality.suppliers.certificates.details import CertificateDetails
from tests.portal.conftest import PDF, SQE, World, world
from tests.support import AT, shipped_rules

__all__ = ["world"]

STEPS = (
    {"number": "0423-9", "edition": "2016", "valid_from": "2026-11-01", "valid_to": "2029-10-31"},
    {"body": "TÜV Süd", "accreditation": "IATF", "scope": "Castings", "printed_site": "Works 1, Ulm"},
)


def ask(world: World) -> None:
    """A supplier that was asked for its certificate to IATF 16949, with the mail delivered."""
    with world.database.write() as session:
        files = [shipped_rules("certificate.yaml"), shipped_rules("certificate_grace.yaml")]
        store_files(session, files, at=AT)
    number = world.invite()
    with world.database.write() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        site = supplier_queries.sites_of(session, supplier)[0]
        made = operations.register_certificate(
            session, supplier, site, "IATF 16949", CertificateDetails(), actor=SQE, at=AT
        )
        operations.move_certificate(session, made, "ask", actor=SQE, at=AT)
    world.deliver()


def path_of_item(world: World) -> str:
    with world.database.read() as session:
        link = session.scalars(select(AccessLink).where(AccessLink.purpose == "certificate")).one()
        return f"/portal/items/{link.id}"


def test_a_certificate_is_uploaded_signed_and_verified(world: World) -> None:
    ask(world)
    phone, _path = world.enter()
    path = path_of_item(world)
    assert "IATF 16949" in phone.get(path).text
    file = (io.BytesIO(PDF), "certificate.pdf")
    assert phone.send(f"{path}/files/file", f"{path}/steps/1", file=file, step="1").status_code == 303
    page = phone.get(f"{path}/steps/1").text
    reference = re.search(r'value="(sha256:[0-9a-f]{64} certificate\.pdf)"', page)
    world.fill(phone, path, ({**STEPS[0], **({"file": reference[1]} if reference else {})}, STEPS[1]))
    answer = world.sign(phone, path)
    assert answer.status_code == 303 and "/receipts/" in answer.location, answer.text
    assert "0423-9" in phone.get(answer.location).text

    with world.database.write() as session:
        certificate = queries.get_certificate(session, "CRT-00001", actor=SQE)
        assert (certificate.state, certificate.certificate_no) == ("submitted", "0423-9")
        assert [file.name for file in queries.files_of(session, certificate)] == ["certificate.pdf"]
        form = {"verified_at": "iatf_database", "verified_on": AT.date().isoformat(), "comment": "Seen"}
        asked = to_sign(session, certificate, "verify", form=form)
        assert asked is not None
        signature = Signature("password", AT, str(asked[0]), asked[1], SQE.id)
        fired = operations.move_certificate(
            session, certificate, "verify", actor=SQE, at=AT, form=form, signature=signature
        )
        assert fired.to_state == "valid"


def test_what_is_over_or_incomplete_is_not_submitted(world: World) -> None:
    ask(world)
    phone, _path = world.enter()
    path = path_of_item(world)
    world.fill(phone, path, ({**STEPS[0], "valid_from": "2020-11-01", "valid_to": "2023-10-31"}, STEPS[1]))
    review = phone.get(f"{path}/review").text
    assert "This certificate has ended already" in review
    assert 'name="sha256"' not in review


def test_the_contact_of_another_supplier_finds_no_certificate(world: World) -> None:
    ask(world)
    world.invite("Rival Forge", "rex@rival.example")
    phone, _path = world.enter("rex@rival.example")
    assert phone.get(path_of_item(world)).status_code == 404
    assert "IATF 16949" not in phone.get("/portal").text
