"""Everything the page of one supplier shows, read in one session before anything is drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import documents, language, trail
from supplier_quality.documents import Attached
from supplier_quality.engine.definitions import Process
from supplier_quality.engine.explain import explain
from supplier_quality.engine.store import process_of
from supplier_quality.identity import Actor
from supplier_quality.language import Words, _
from supplier_quality.suppliers import linking, queries
from supplier_quality.suppliers.certificates.tab import CertificatesTab, read_tab
from supplier_quality.suppliers.directed.queries import DirectedView, directed_of
from supplier_quality.suppliers.document_bank.tab import DocumentsTab, read_documents_tab
from supplier_quality.suppliers.enums import SupplierAction, SupplierState
from supplier_quality.suppliers.likeness.comparing import usable_duns, usable_licence
from supplier_quality.suppliers.likeness.pairs import PairLine, pairs_of
from supplier_quality.suppliers.linking import ContactSessionLine, LinkLine
from supplier_quality.suppliers.merging.operations import UNMERGE
from supplier_quality.suppliers.merging.reading import Absorbed, absorbed_by
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, Supplier
from supplier_quality.suppliers.notes.operations import NoteView, notes_of
from supplier_quality.suppliers.qualification.tab import QualificationTab
from supplier_quality.suppliers.qualification.tab import read_tab as read_qualification
from supplier_quality.suppliers.questionnaires.tab import ShownQuestionnaire, questionnaires_tab
from supplier_quality.suppliers.scope.tab import TabLine, scope_tab
from supplier_quality.suppliers.special_processes.tab import SpecialProcessesTab, read_special_processes
from supplier_quality.web.formatting import day
from supplier_quality.web.record_pages import RecordParts, entries_of, newest_first, read_parts, span
from supplier_quality.web.wording import Spoken

_KEYS: Mapping[str, Callable[[str | None], str | None]] = {"duns": usable_duns, "business_licence": usable_licence}
HISTORIES = ("all", "steps", "changes", "links")
LINK_KIND = "access_link"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the self-assessment with what the supplier answered; ``file`` when that was a file.

    ``ours`` is the number of our record where the supplier gave another one: it may be another company that answered.
    """

    label: Words
    value: Any
    file: Attached | None = None
    ours: str = ""


@dataclass(frozen=True, slots=True)
class RecordPage:
    supplier: Supplier
    reasons: Mapping[str, Words]
    sites: Sequence[Site]
    contacts: Sequence[Contact]
    assessments: Sequence[SelfAssessment]
    answers: Sequence[Answer]
    scope: Sequence[TabLine]
    certificates: CertificatesTab
    qualification: QualificationTab
    questionnaires: Sequence[ShownQuestionnaire]
    documents: DocumentsTab
    special: SpecialProcessesTab
    notes: Sequence[NoteView]
    directed: Sequence[DirectedView]
    links: Sequence[LinkLine]
    sessions: Sequence[ContactSessionLine]
    history: str
    duplicates: Sequence[PairLine]
    absorbed: Sequence[Absorbed]


def read_record_page(
    session: Session, supplier: Supplier, *, actor: Actor, at: datetime, history: str = HISTORIES[0], shown: int = 0
) -> tuple[RecordParts, RecordPage]:
    """All that the page of a supplier shows; ``history`` is one of HISTORIES, ``shown`` how many entries it lists at
    least.
    """
    shown = span(shown)
    process = process_of(session, supplier.definition_id)
    entries = entries_of(session, supplier, shown=shown)
    links = linking.links_to(session, supplier, at=at)
    absorbed = absorbed_by(session, supplier)
    others = _entries_of(session, absorbed, limit=shown + 1)
    assessments = queries.assessments_of(session, supplier)
    sites = queries.sites_of(session, supplier)
    record = read_parts(
        session,
        supplier,
        actor=actor,
        at=at,
        shown=shown,
        entries=entries,
        told=_chosen([*entries, *others, *(entry for link in links for entry in link.history)], history),
        # Merging and undoing it have pages of their own, which show both records.
        views=tuple(view for view in explain(session, supplier, actor=actor, at=at) if not _is_merging(view.id)),
        drawn=process if supplier.merged_into else _without_merging(process),
    )
    page = RecordPage(
        supplier=supplier,
        reasons=_reasons(entries, actor),
        sites=sites,
        contacts=queries.contacts_of(session, supplier),
        assessments=assessments,
        answers=_answers(session, process, assessments[0], (supplier, *sites)) if assessments else (),
        scope=scope_tab(session, supplier.id, actor=actor, at=at),
        certificates=read_tab(session, supplier, at=at),
        qualification=read_qualification(session, supplier, actor=actor),
        questionnaires=questionnaires_tab(session, supplier),
        documents=read_documents_tab(session, supplier, actor=actor, at=at),
        special=read_special_processes(session, supplier, at=at),
        notes=notes_of(session, supplier.id),
        directed=directed_of(session, supplier),
        links=links,
        sessions=linking.sessions_of(session, supplier, at=at),
        history=history,
        duplicates=pairs_of(session, supplier, actor=actor),
        absorbed=absorbed,
    )
    return replace(record, moments=_with_old_numbers(record.moments, supplier)), page


def _without_merging(process: Process) -> Process:
    """The process as it is drawn for a record that is not merged: merging leads from nearly everywhere and back."""
    kept = {name: action for name, action in process.actions.items() if not _is_merging(name)}
    states = {name: state for name, state in process.states.items() if name != SupplierState.MERGED}
    return replace(process, actions=kept, states=states)


def _is_merging(action: str) -> bool:
    return action == SupplierAction.MERGE or action.startswith(UNMERGE)


def _entries_of(session: Session, absorbed: Sequence[Absorbed], *, limit: int) -> list[trail.Entry]:
    """What happened to the records that were merged into this one."""
    return [
        entry
        for row in absorbed
        for entry in trail.entries(session, Supplier.subject_kind, row.merge.merged_id, limit=limit)
    ]


def _with_old_numbers(moments: Sequence[Spoken], supplier: Supplier) -> list[Spoken]:
    """Entries of a merged record say its number, so that nobody takes them for this one's."""
    return [
        replace(each, sentence=_("%(number)s: %(sentence)s", number=each.entry.record.label, sentence=each.sentence))
        if each.entry.record.kind == Supplier.subject_kind and each.entry.record.id != supplier.id
        else each
        for each in moments
    ]


def _chosen(entries: Sequence[trail.Entry], history: str) -> list[trail.Entry]:
    """The entries of one kind, newest first."""
    newest = newest_first(entries)
    if history == "steps":
        return [entry for entry in newest if entry.to_state is not None]
    if history == "links":
        return [entry for entry in newest if entry.record.kind == LINK_KIND]
    if history == "changes":
        return [entry for entry in newest if entry.to_state is None and entry.record.kind != LINK_KIND]
    return newest


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of the calendar, written as the page's language does when it is shown."""

    at: datetime

    def __str__(self) -> str:
        return day(self.at)


def _reasons(entries: Sequence[trail.Entry], actor: Actor) -> dict[str, Words]:
    """Why four eyes bar this person, by the action that needs a second person: what they did themselves, and when."""
    asked = _("You (%(name)s) asked for this self-assessment on %(day)s. Somebody else has to decide.")
    suspended = _("You (%(name)s) suspended this supplier on %(day)s. Somebody else has to decide.")
    phased_out = _("You (%(name)s) phased out this supplier on %(day)s. Somebody else has to decide.")
    found: dict[str, Words] = {}
    for path, acts in (
        ("supplier.requested_by", {SupplierAction.INVITE: asked, SupplierAction.SEND_BACK: asked}),
        ("supplier.suspended_by", {SupplierAction.SUSPEND: suspended, SupplierAction.PHASE_OUT: phased_out}),
    ):
        said = {action.value: sentence.id for action, sentence in acts.items()}
        last = next((entry for entry in reversed(entries) if entry.action in said), None)
        if last is not None and last.actor.id == actor.id:
            found[path] = language.Message(said[last.action], {"name": actor.label, "day": _Day(last.at)})
    return found


def _answers(
    session: Session, process: Process, assessment: SelfAssessment, known: Sequence[Supplier | Site]
) -> list[Answer]:
    """The answers in the order of the questions; a choice by its words, a file as what can be downloaded."""
    attached = documents.attachments_of(session, record_kind=Supplier.subject_kind, record_id=assessment.supplier_id)
    files = {each.reference: each for each in attached if each.submitted_at is not None}
    answers = []
    for question in process.actions[SupplierAction.SUBMIT_ASSESSMENT].form:
        value = assessment.answers.get(question.id)
        if value is not None:
            choices: dict[str, Any] = dict(question.choices)
            said = choices.get(value, value) if isinstance(value, str) else value
            if question.type == "date":
                said = date.fromisoformat(value)
            file = files.get(value) if isinstance(value, str) else None
            answers.append(Answer(question.label, said, file, _ours(question.id, value, known)))
    return answers


def _ours(question: str, value: Any, known: Sequence[Supplier | Site]) -> str:
    """The number by which we know the company and its sites, unless theirs is one of them or we know none."""
    if question not in _KEYS:
        return ""
    usable = _KEYS[question]
    ours = [number for each in known if (number := usable(getattr(each, question)))]
    return ours[0] if ours and usable(value) not in ours else ""
