"""Submitting what was filled in: judged like the engine will, signed with a fresh code, stored once, receipted.

A code is used up in the same transaction that stores what it signs. A process that dies in between leaves both undone,
and whoever sends the page again with the same hash gets the receipt of the first time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.documents.attachments import make_evidence
from supplier_quality.engine.evaluation import Unmet, evaluate_action
from supplier_quality.engine.explain import record_fact, to_sign
from supplier_quality.engine.facts import gather
from supplier_quality.engine.fire import roles_of
from supplier_quality.engine.forms import read_form
from supplier_quality.errors import Conflict
from supplier_quality.identity.codes import WrongCode
from supplier_quality.identity.contact_sessions import CurrentContact
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.signing import count_signing_try, signature_by_code
from supplier_quality.language import Text, Words, _
from supplier_quality.mail import Recipient, queue_mail
from supplier_quality.persistence import Database
from supplier_quality.portal.drafts import drop_draft
from supplier_quality.portal.items import Item, files_of, load_item
from supplier_quality.portal.models import PortalReceipt


class NotWhatYouSaw(Conflict):
    """The answers or the record changed since the page with the statement was opened."""

    code = "not_what_you_saw"

    def __init__(self) -> None:
        super().__init__(
            _("Something changed since you opened this page. Look at your answers again, then sign what you see now.")
        )


class NotOpen(Conflict):
    """Nothing can be submitted for the record now."""

    code = "not_open"

    def __init__(self, state: Words) -> None:
        super().__init__(_("This is not waiting for your answer any more; it is: %(state)s.", state=state))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What keeps the answers from being submitted, beside the fields and for the whole form."""

    by_field: Mapping[str, tuple[Words, ...]] = field(default_factory=dict)
    overall: tuple[Words, ...] = ()

    @property
    def is_good(self) -> bool:
        return not self.by_field and not self.overall


@dataclass(frozen=True, slots=True)
class ToSign:
    """What the contact declares, and the SHA-256 of what they would submit."""

    meaning: Text
    sha256: str


@dataclass(frozen=True, slots=True)
class Signing:
    """What the signer sends: the hash the page showed, a fresh code, their name as typed."""

    sha256: str
    code: str
    typed_name: str


def judge(session: Session, item: Item, who: CurrentContact, *, at: datetime) -> Judgement:
    """Everything the engine would say to the answers as they are, so that nobody signs in vain."""
    action = item.action
    kind, row_id = item.subject.subject_kind, item.subject.id
    facts = gather(session, action.facts, kind, [row_id], actor=who.actor, at=at)[row_id]
    verdict = evaluate_action(
        item.process,
        action,
        state=item.subject.state,
        roles=roles_of(who.actor),
        facts={**facts, "record": record_fact(item.subject)},
        form=item.answers,
    )
    return judgement_of(item, verdict.unmet)


def load_judged(session: Session, who: CurrentContact, link_id: int, *, at: datetime) -> Item:
    """:func:`load_item` with what the rules say to its answers, so that no step looks done that would be refused."""
    item = load_item(session, who, link_id, at=at)
    return replace(item, judged=judge(session, item, who, at=at).by_field) if item.is_open and item.steps else item


def judgement_of(item: Item, unmet: tuple[Unmet, ...]) -> Judgement:
    """Reasons sorted to the fields they are about; a rule is about the field its ``mend`` names."""
    names = {each.id for each in item.action.form}
    by_field: dict[str, tuple[Words, ...]] = {}
    overall: list[Words] = []
    for each in unmet:
        name = each.id.removeprefix("form.") if each.id.startswith("form.") else each.mend or ""
        if name in names:
            by_field[name] = (*by_field.get(name, ()), each.message)
        else:
            overall.append(each.message)
    return Judgement(by_field, tuple(overall))


def what_to_sign(session: Session, item: Item) -> ToSign:
    """The statement and the hash for the answers as they are. The caller has judged them good."""
    asked = to_sign(session, item.subject, item.task.action, form=item.answers)
    assert asked is not None, f"{item.task.action} is submitted by contacts and has to be signed"
    return ToSign(*asked)


def submit_item(
    database: Database, who: CurrentContact, link_id: int, *, signing: Signing, at: datetime
) -> PortalReceipt:
    """Submit the contact's answers for one record.

    Raises WrongCode, BadSignature, TooManyTries, NotOpen, NotWhatYouSaw, LinkUnknown, Refused.
    """
    count_signing_try(database, who.contact, at=at)
    with database.write() as session:
        # Locked, so that of two that send the same page the second finds the receipt of the first.
        session.get(AccessLink, link_id, with_for_update=True)
        item = load_item(session, who, link_id, at=at)
        receipt = _already_submitted(session, who, signing.sha256)
        if receipt is not None:
            return receipt
        receipt = _sign_and_submit(session, item, who, signing, at=at)
    # A wrong try is committed, so the refusal is raised after the block.
    if receipt is None:
        raise WrongCode
    return receipt


def _sign_and_submit(
    session: Session, item: Item, who: CurrentContact, signing: Signing, *, at: datetime
) -> PortalReceipt | None:
    """The receipt; None when the code is wrong."""
    if not item.is_open:
        raise NotOpen(item.state.label)
    entry = read_form(item.action.form, item.answers)
    if entry.faults:
        raise NotWhatYouSaw
    asked = what_to_sign(session, item)
    if asked.sha256 != signing.sha256:
        raise NotWhatYouSaw
    signature = signature_by_code(
        session,
        who.contact,
        signing.code,
        typed_name=signing.typed_name,
        statement=str(asked.meaning),
        subject_hash=asked.sha256,
        at=at,
    )
    if signature is None:
        return None
    item.task.move(
        session,
        item.subject,
        item.task.action,
        form=entry.plain,
        actor=who.actor,
        at=at,
        signature=signature,
        expected_version=item.subject.version,
        idempotency_key=asked.sha256,
    )
    receipt = _write_receipt(session, item, who, entry.plain, asked, signature.name, at=at)
    drop_draft(session, item.link)
    _mail_receipt(session, item, receipt, at=at)
    return receipt


def _already_submitted(session: Session, who: CurrentContact, key: str) -> PortalReceipt | None:
    return session.scalars(
        select(PortalReceipt).where(
            PortalReceipt.contact_kind == who.contact.kind,
            PortalReceipt.contact_id == who.contact.id,
            PortalReceipt.key == key,
        )
    ).one_or_none()


def _write_receipt(
    session: Session,
    item: Item,
    who: CurrentContact,
    answers: Mapping[str, Any],
    asked: ToSign,
    typed_name: str,
    *,
    at: datetime,
) -> PortalReceipt:
    files = [file for name, file in files_of(session, item.link).items() if answers.get(name) == file.reference]
    make_evidence(session, [file.id for file in files], at=at)
    receipt = PortalReceipt(
        contact_kind=who.contact.kind,
        contact_id=who.contact.id,
        record_kind=item.link.record_kind,
        record_id=item.link.record_id,
        record_label=item.link.record_label,
        purpose=item.link.purpose,
        link_id=item.link.id,
        definition_id=item.subject.definition_id,
        key=asked.sha256,
        answers=dict(answers),
        files=[{"id": file.id, "name": file.name, "sha256": file.sha256, "size": file.size} for file in files],
        sha256=asked.sha256,
        statement=str(asked.meaning),
        typed_name=typed_name,
        organisation=who.card.organisation[:200],
        submitted_at=at,
    )
    session.add(receipt)
    session.flush()
    return receipt


def _mail_receipt(session: Session, item: Item, receipt: PortalReceipt, *, at: datetime) -> None:
    """A direct reply, so it goes at once."""
    queue_mail(
        session,
        template="layout/notice",
        recipient=Recipient.contact(item.link.contact),
        record=item.link.record,
        at=at,
        values={
            "title": _("We have received your answer"),
            "lead": _("Thank you. What you submitted is stored unchanged and we will read it."),
            "facts": [
                (_("Task"), item.title),
                (_("Signed by"), receipt.typed_name),
                (_("SHA-256 of what you signed"), receipt.sha256),
            ],
            "page_url": "",
            "record_label": item.link.record_label,
        },
        urgent=True,
    )
