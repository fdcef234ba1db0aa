"""Documents, notes, directed sources and self-assessments go over to the record that stays, and come back."""

from datetime import date, datetime

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.engine.store import store_files
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.directed.details import DirectedDetails
from supplier_quality.suppliers.directed.operations import add_directed_source
from supplier_quality.suppliers.directed.queries import directing_customers
from supplier_quality.suppliers.document_bank import operations as documents
from supplier_quality.suppliers.document_bank.details import DocumentDetails
from supplier_quality.suppliers.document_bank.queries import documents_of
from supplier_quality.suppliers.notes.operations import notes_of, write_note
from supplier_quality.suppliers.special_processes import operations as special
from supplier_quality.suppliers.special_processes.details import AssessmentDetails
from supplier_quality.suppliers.special_processes.queries import assessments_of
from supplier_quality.trail import entries
from tests.suppliers.conftest import SQE
from tests.suppliers.merging.conftest import find, merge, undo
from tests.support import shipped_rules

RULES = ("document_types", "supplier_document", "special_process_types", "special_process")


def belongings(database: Database, number: str) -> tuple[list[str | None], int, int, int]:
    """Sites of its documents (None for the company), and how many notes, directing customers and assessments it has."""
    with database.read() as session:
        supplier = find(session, number)
        sites = [line.site for line in documents_of(session, supplier, actor=SQE)]
        customers = directing_customers(session, [supplier.id]).get(supplier.id, ())
        counts = (len(notes_of(session, supplier.id)), len(customers), len(assessments_of(session, supplier.id)))
        return sites, *counts


def test_what_is_kept_of_a_supplier_goes_over_and_comes_back(
    ready: Database, two: tuple[str, str], at: datetime
) -> None:
    stays, goes = two
    with ready.write() as session:
        store_files(session, [shipped_rules(f"{name}.yaml") for name in RULES], at=at)
        supplier = find(session, goes)
        site = queries.sites_of(session, supplier)[0]
        records: list[tuple[str, int]] = []
        for type_, place in (("nda", None), ("rohs", site)):
            of_type = documents.type_for(session, type_, actor=SQE)
            made = documents.register_document(
                session, supplier, of_type, DocumentDetails(), site=place, actor=SQE, at=at
            )
            records.append(("supplier_document", made.id))
        write_note(session, supplier, "Moves in May", actor=SQE, at=at)
        directed = DirectedDetails(customer="Rhein", scope="All", since=date(2026, 1, 1), customer_owns=["selection"])
        add_directed_source(session, supplier, directed, actor=SQE, at=at)
        welding = special.process_for(session, "welding")
        assessed = special.register_assessment(session, supplier, site, welding, AssessmentDetails(), actor=SQE, at=at)
        records.append(("special_process", assessed.id))
    assert belongings(ready, goes) == ([None, "Works 2"], 1, 1, 1)

    merge(ready, stays, goes, at)
    assert belongings(ready, stays) == ([None, "Works 2"], 1, 1, 1)
    assert belongings(ready, goes) == ([], 0, 0, 0)
    with ready.read() as session:
        for kind, id_ in records:
            assert entries(session, kind, id_)[-1].action == "merge.followed"

    undo(ready, goes, at)
    assert belongings(ready, stays) == ([], 0, 0, 0)
    assert belongings(ready, goes) == ([None, "Works 2"], 1, 1, 1)
    with ready.read() as session:
        assert verify_trail(session).ok
