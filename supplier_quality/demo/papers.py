"""What the people of the demo company keep about suppliers beside the process: documents, notes, special processes, directed sources."""

import io
from collections.abc import Mapping
from typing import Any

from supplier_quality.demo.passing import PassingTime
from supplier_quality.demo.staff import Staff
from supplier_quality.documents.store import file_store
from supplier_quality.persistence import Database
from supplier_quality.suppliers.directed.details import DirectedDetails
from supplier_quality.suppliers.directed.operations import add_directed_source
from supplier_quality.suppliers.document_bank import operations
from supplier_quality.suppliers.document_bank.details import DocumentDetails
from supplier_quality.suppliers.document_bank.enums import DocumentAction
from supplier_quality.suppliers.notes.operations import write_note
from supplier_quality.suppliers.queries import get_supplier, sites_of
from supplier_quality.suppliers.special_processes import operations as special_processes
from supplier_quality.suppliers.special_processes.details import AssessmentDetails, PlanDetails
from supplier_quality.suppliers.special_processes.enums import AssessmentAction

_MOST = 10_000


class Papers:
    """Acts of staff; each takes its form as the stories tell it."""

    def __init__(self, database: Database, time: PassingTime, staff: Staff) -> None:
        self._database, self._time, self._staff = database, time, staff

    def write_note(self, key: str, number: str, form: Mapping[str, Any]) -> None:
        """Note something about a supplier."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self._staff.actor(session, key)
            write_note(session, get_supplier(session, number, actor=actor), form["text"], actor=actor, at=at)

    def keep_document(self, key: str, number: str, form: Mapping[str, Any]) -> None:
        """Enter a document with its file and keep it; without a file the supplier is asked for it."""
        with self._time.standing() as at, self._database.write() as session:
            act: dict[str, Any] = {"actor": self._staff.actor(session, key), "at": at}
            supplier = get_supplier(session, number, actor=act["actor"])
            of_type = operations.type_for(session, form["type"], actor=act["actor"])
            details = DocumentDetails.read(form, of_type)
            document = operations.register_document(session, supplier, of_type, details, **act)
            if "file" in form:
                content = io.BytesIO(str(form["text"]).encode())
                stored = file_store(session).put(content, name=form["file"], limit=_MOST)
                operations.add_document_file(session, document, stored, **act)
            step = DocumentAction.ACCEPT if "file" in form else DocumentAction.ASK
            operations.move_document(session, document, step, **act)

    def keep_assessment(self, key: str, number: str, form: Mapping[str, Any]) -> None:
        """Enter a self-assessment of a special process with its plan and accept it; without a file it is asked for."""
        with self._time.standing() as at, self._database.write() as session:
            act: dict[str, Any] = {"actor": self._staff.actor(session, key), "at": at}
            supplier = get_supplier(session, number, actor=act["actor"])
            site = next(each for each in sites_of(session, supplier) if each.name == form["site"])
            process = special_processes.process_for(session, form["process"])
            made = special_processes.register_assessment(
                session, supplier, site, process, AssessmentDetails.read(form), **act
            )
            step = AssessmentAction.ASK
            if "file" in form:
                stored = file_store(session).put(io.BytesIO(b"Self-assessment."), name=form["file"], limit=_MOST)
                special_processes.add_assessment_file(session, made, stored, **act)
                step = AssessmentAction.ACCEPT
            for told in form.get("plan", ()):
                line = special_processes.add_plan_line(session, made, PlanDetails.read(told), **act)
                special_processes.set_plan_line_done(session, made, line, bool(told.get("done")), **act)
            special_processes.move_assessment(session, made, step, **act)

    def direct(self, key: str, number: str, form: Mapping[str, Any]) -> None:
        """A customer directs the company to this supplier."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self._staff.actor(session, key)
            letter = file_store(session).put(io.BytesIO(str(form["text"]).encode()), name=form["file"], limit=_MOST)
            add_directed_source(
                session, get_supplier(session, number, actor=actor), DirectedDetails.read(form), letter=letter,
                actor=actor, at=at,
            )  # fmt: skip
