"""Acts of contacts on their items beside submitting: answers, files, handing on."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import IO

from sqlalchemy.orm import Session

from supplier_quality import documents
from supplier_quality.documents import ARCHIVES, Attached
from supplier_quality.documents.store import NotStored, file_store
from supplier_quality.engine.definitions.model import FormField
from supplier_quality.errors import BadInput, NotAllowed, Problem
from supplier_quality.identity import Actor, ContactRef
from supplier_quality.identity.contact_sessions import CurrentContact
from supplier_quality.identity.guessing import check_not_too_often
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import delegate_link
from supplier_quality.language import _
from supplier_quality.mail import Recipient, queue_mail
from supplier_quality.persistence import Database
from supplier_quality.portal.drafts import Draft, copy_draft, keep_draft
from supplier_quality.portal.items import Item, files_of, load_item, slot_of
from supplier_quality.portal.submission import NotOpen

MOST_UPLOADS_AN_HOUR = 120


class NoSuchField(BadInput):
    """The form has no field of this name that takes files."""

    code = "no_such_field"


class CannotHandOn(NotAllowed):
    """The task is for this person alone."""

    code = "cannot_hand_on"


def keep_answers(session: Session, item: Item, typed: Mapping[str, str], *, at: datetime) -> Draft:
    """Keep what was typed in fields of the form; files come by their own way. Raises NotOpen, BadInput."""
    if not item.is_open:
        raise NotOpen(item.state.label)
    known = {field.id for field in item.action.form if field.type != "file"}
    return keep_draft(session, item.link, {name: text for name, text in typed.items() if name in known}, at=at)


def add_file(
    database: Database,
    who: CurrentContact,
    link_id: int,
    field_id: str,
    stream: IO[bytes],
    *,
    name: str,
    at: datetime,
) -> Attached:
    """Put a file into a field, in place of the one before.

    Raises LinkUnknown, NotOpen, NoSuchField, FileRefused, NotStored, TooManyTries.
    """
    check_not_too_often(
        database,
        scope="portal.upload",
        key=who.contact.actor_id,
        at=at,
        window=timedelta(hours=1),
        limit=MOST_UPLOADS_AN_HOUR,
    )
    with database.read() as session:
        field = _field_for_file(load_item(session, who, link_id, at=at), field_id)
        store = file_store(session)
        limit = session.info["settings"].upload_limit_bytes
    also = ARCHIVES if field.archives else ()
    stored = store.put(stream, name=name, limit=limit, also=also)
    try:
        return _attach(database, who, link_id, field_id, stored, at=at)
    except NotStored:
        # The clean-up took the same content of somebody else in between; the stream is still here.
        stream.seek(0)
        return _attach(database, who, link_id, field_id, store.put(stream, name=name, limit=limit, also=also), at=at)


def remove_file(session: Session, item: Item, field_id: str, *, at: datetime) -> None:
    """Take the file out of a field again, before it is submitted. Raises NotOpen, NoSuchField."""
    _field_for_file(item, field_id)
    file = files_of(session, item.link).get(field_id)
    if file is not None and file.submitted_at is None:
        documents.detach_file(session, file.id, at=at)
    keep_draft(session, item.link, {field_id: ""}, at=at)


def hand_on(
    session: Session, item: Item, *, to: ContactRef, actor: Actor, at: datetime, note_owner: bool = False
) -> AccessLink:
    """Let a colleague answer too: they get their own link by mail and go on from what was typed so far.

    Raises CannotHandOn, BadLink, LinkEnded, NotYours.
    """
    if item.task.colleagues is None:
        raise CannotHandOn(_("This task is for you alone. Ask the person who sent it to invite somebody else."))
    made = delegate_link(session, item.link, to=to, actor=actor, at=at)
    copy_draft(session, item.link, to=to, at=at)
    for field_id, file in files_of(session, item.link).items():
        if file.submitted_at is None:
            stored = documents.StoredFile(file.sha256, file.size, file.media_type, file.name)
            documents.attach_file(
                session, stored, record=item.link.record, slot=slot_of(made, field_id), actor=actor, at=at
            )
    if note_owner:
        _tell_owner(session, item, actor, at=at)
    return made


def hand_on_to_new(session: Session, item: Item, *, name: str, email: str, actor: Actor, at: datetime) -> AccessLink:
    """Add a colleague nobody of ours knew and let them answer; our owner is told. Raises as :func:`hand_on`, BadInput."""
    if item.task.add_colleague is None:
        raise CannotHandOn(_("This task is for you alone. Ask the person who sent it to invite somebody else."))
    problems = _problems(name, email)
    if problems:
        raise BadInput(_("Something is missing or not right."), problems)
    to = item.task.add_colleague(session, item.link.contact, name=name, email=email, actor=actor, at=at)
    return hand_on(session, item, to=to, actor=actor, at=at, note_owner=True)


def _attach(
    database: Database,
    who: CurrentContact,
    link_id: int,
    field_id: str,
    stored: documents.StoredFile,
    *,
    at: datetime,
) -> Attached:
    with database.write() as session:
        item = load_item(session, who, link_id, at=at)
        _field_for_file(item, field_id)
        before = files_of(session, item.link).get(field_id)
        made = documents.attach_file(
            session, stored, record=item.link.record, slot=slot_of(item.link, field_id), actor=who.actor, at=at
        )
        if before is not None and before.id != made.id and before.submitted_at is None:
            documents.detach_file(session, before.id, at=at)
        keep_draft(session, item.link, {field_id: made.reference}, at=at)
        return made


def _field_for_file(item: Item, field_id: str) -> FormField:
    """The field that takes a file. Raises NotOpen, NoSuchField."""
    if not item.is_open:
        raise NotOpen(item.state.label)
    found = next((field for field in item.action.form if field.id == field_id and field.type == "file"), None)
    if found is None:
        raise NoSuchField(_("This form takes no file there."))
    return found


def _problems(name: str, email: str) -> tuple[Problem, ...]:
    problems = []
    if not 2 <= len(name) <= 120 or not name.isprintable():
        problems.append(
            Problem(_("The name of the person is missing."), _("Write first and last name."), column="name")
        )
    local, _at, domain = email.partition("@")
    good = local and "." in domain.strip(".") and email.isprintable() and not any(sign.isspace() for sign in email)
    if not good or email.count("@") != 1 or len(email) > 254:
        problems.append(
            Problem(_("This is not a mail address."), _("Write it as in name@company.com."), column="email")
        )
    return tuple(problems)


def _tell_owner(session: Session, item: Item, actor: Actor, *, at: datetime) -> None:
    if item.link.owner_id is None:
        return
    queue_mail(
        session,
        template="layout/notice",
        recipient=Recipient.user(item.link.owner_id),
        record=item.link.record,
        at=at,
        values={
            "title": _("A supplier added a contact"),
            "lead": _("%(name)s added a colleague and handed them a task. Check that you know them.", name=actor.label),
            "record_label": item.link.record_label,
        },
    )
