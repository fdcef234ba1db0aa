"""Scope, its limits and certificates go with their sites to the record that stays, and come back."""

from collections.abc import Callable
from datetime import datetime, timedelta

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.engine.store import store_files
from supplier_quality.identity import system_actor
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.operations import register_certificate
from supplier_quality.suppliers.certificates.queries import certificates_of
from supplier_quality.suppliers.merging.reading import read_comparison, read_undoing
from supplier_quality.suppliers.questionnaires.operations import register_questionnaire
from supplier_quality.suppliers.questionnaires.queries import questionnaires_of
from supplier_quality.suppliers.scope.enums import LimitEffect, Why
from supplier_quality.suppliers.scope.limits import limit_scope
from supplier_quality.suppliers.scope.queries import lines_of_supplier
from supplier_quality.trail import entries
from tests.suppliers.conftest import QUALITY_MANAGER, SQE
from tests.suppliers.merging.conftest import find, merge, undo
from tests.suppliers.qualification.conftest import DONE, move, steps_of
from tests.suppliers.scope.conftest import approved, grant, house, states, told
from tests.suppliers.test_qualification import act
from tests.support import shipped_rules

__all__ = ["approved", "house"]


def test_what_rests_on_a_site_goes_with_it_and_comes_back(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    stays, goes = approved("Acme Castings"), approved("Acme Castings GmbH")
    mine, theirs = grant(house, stays, at), grant(house, goes, at)
    other = grant(house, goes, at, site="Works 2", commodity="FASTENERS")
    with house.write() as session:
        names = ("certificate.yaml", "certificate_grace.yaml", "questionnaire.yaml", "questionnaire_quality.yaml")
        store_files(session, [shipped_rules(name) for name in names], at=at)
        supplier = find(session, goes)
        site = next(each for each in queries.sites_of(session, supplier) if each.name == "Works 2")
        register_certificate(session, supplier, site, "ISO 9001", CertificateDetails(), actor=SQE, at=at)
        register_questionnaire(session, supplier, "supplier_quality", due=None, actor=SQE, at=at)
        limit_scope(
            session, supplier_id=supplier.id, site_id=site.id, cause="certificate:1", effect=LimitEffect.SUSPENDED,
            why=Why.SITE_LIMITED, actor=system_actor("policy"), at=at,
        )  # fmt: skip
    form = {"conditions": "Audit", "valid_until": "2027-03-31", "comment": "Only source"}
    act(house, stays, "review_again", SQE, at, {"reason": "Audit findings"})
    act(house, stays, "approve_conditionally", QUALITY_MANAGER, at, form)
    later = at + timedelta(days=1)
    act(house, goes, "review_again", SQE, later, {"reason": "Audit findings"})
    for step in steps_of(house, goes).values():
        move(house, step.number, "complete", later, DONE)
    act(house, goes, "approve", QUALITY_MANAGER, later, {"comment": "Good"})
    assert states(house, [mine, theirs, other]) == ["conditional", "approved", "suspended"]
    with house.read() as session:
        page = read_comparison(session, stays, goes, actor=QUALITY_MANAGER, at=at)
        assert [page.goes.counts[name] for name in ("scope", "limits", "certificates", "questionnaires")] == [
            2,
            1,
            1,
            1,
        ]
        assert [(a.number, b.number) for a, b in page.twice] == [(mine, theirs)]

    merge(house, stays, goes, at)
    assert states(house, [mine, theirs, other]) == ["conditional", "conditional", "suspended"]
    with house.read() as session:
        survivor, merged = find(session, stays), find(session, goes)
        assert {line.number for line in lines_of_supplier(session, survivor.id, actor=SQE)} == {mine, theirs, other}
        assert [line.site for line in certificates_of(session, survivor)] == ["Works 2"]
        assert not lines_of_supplier(session, merged.id, actor=SQE) and not certificates_of(session, merged)
        asked = questionnaires_of(session, survivor.id)
        assert [each.supplier_name for each in asked] == [survivor.name] and not questionnaires_of(session, merged.id)
        absorbed = entries(session, "supplier", survivor.id)[-1].data
        assert (absorbed["scope"], absorbed["certificates"]) == (2, 1)
        assert absorbed["same_scope"] == [f"{mine} / {theirs}"]
        undoing = read_undoing(session, goes, actor=QUALITY_MANAGER, at=at)
        assert undoing is not None and undoing.counts["scope"] == 2
    assert [entry.action for entry in told(house, theirs)][-2:] == ["merge.followed", "limit"]

    undo(house, goes, at)
    assert states(house, [mine, theirs, other]) == ["conditional", "approved", "suspended"]
    with house.read() as session:
        merged = find(session, goes)
        assert {line.number for line in lines_of_supplier(session, merged.id, actor=SQE)} == {theirs, other}
        assert len(certificates_of(session, merged)) == len(questionnaires_of(session, merged.id)) == 1
        assert verify_trail(session).ok
