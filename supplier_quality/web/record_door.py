"""The record door: the page of a record and the way its actions are taken there, the same for every kind of record.

A feature makes one :class:`RecordDoor` per kind and calls it from its views, which keep their address and their guard::

    DOOR = RecordDoor(find=queries.get_scope, move=operations.move_scope, read=_read, template="pages/scope/line.html")

    @blueprint.post("/scope/<number>/actions/<action>")
    @web.staff()
    def act(number: str, action: str) -> Response:
        return DOOR.act(number, action=action)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Response, request

from supplier_quality import clock
from supplier_quality.documents import Attached, StoredFile, file_store, get_attachment
from supplier_quality.documents.attachments import AttachmentNotFound
from supplier_quality.documents.store import ContentMissing
from supplier_quality.engine.definitions.model import Action
from supplier_quality.engine.evaluation import out_of_reach
from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.fire import roles_of
from supplier_quality.engine.refusals import Refused, Stale
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.errors import NotFound
from supplier_quality.identity.enums import TRAIL_READERS
from supplier_quality.identity.signing import NotSigned
from supplier_quality.language import _
from supplier_quality.web.downloads import send_upload
from supplier_quality.web.forms import Form
from supplier_quality.web.installation import reading, settings, writing
from supplier_quality.web.pages import go_to, notify, render
from supplier_quality.web.record_pages import RecordParts
from supplier_quality.web.records import Act, path_of
from supplier_quality.web.sent import seen_version
from supplier_quality.web.signing import sign_sent, wrong_field
from supplier_quality.web.uploads import read_action_form
from supplier_quality.web.visitors import current_actor
from supplier_quality.web.wording import speak

LONGEST_KEY = 128

Read = Callable[..., tuple[RecordParts, Mapping[str, Any]]]


class NoSuchAction(NotFound):
    """The process of this record has no such action."""

    code = "no_such_action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a page says to a form that was sent and not obeyed. ``sent`` are the forms that come back, by action, with all
    that was typed; ``version`` is the one they were made for. After ``stale`` the reader has been shown what changed, so
    the forms are made for the present version.
    """

    status: int = 200
    sent: Mapping[str, Form] = field(default_factory=dict)
    version: int | None = None
    refused: Refused | None = None
    stale: Stale | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDoor:
    """The page of one kind of record and the door of its actions.

    ``where`` of every method are the parts of the address that name the record, usually its number alone.
    ``find(session, *where, actor=)`` reads it through the feature's readable query and raises NotFound. ``move`` is the
    feature's operation, with the signature of ``engine.fire``. ``read(session, subject, actor=, at=, shown=)`` gives
    the record's parts and the feature's own values for ``template``, which extends ``layout/record.html``. ``keep(session,
    subject, stored, field=, actor=, at=)`` keeps a file that came with an action; without it no action takes files from
    staff. The address of the page comes from the kind's ``RecordKind.path``.
    """

    find: Callable[..., Any]
    move: Act
    read: Read
    template: str
    keep: Callable[..., Any] | None = None

    def show(self, *where: str, answer: Answer | None = None, **more: Any) -> Response:
        """The page; ``more`` are values for its template beside those that ``read`` gives. Raises what ``find`` raises."""
        answer = answer or Answer()
        actor, at = current_actor(), clock.now()
        with reading() as session:
            subject = self.find(session, *where, actor=actor)
            shown = request.args.get("shown", 0, type=int)
            record, own = self.read(session, subject, actor=actor, at=at, shown=shown)
            told = speak(session, answer.stale.changes) if answer.stale else ()
            path = _path(subject)
        open_now = {view.id for view in record.views if view.allowed}
        lost = [form for name, form in answer.sent.items() if name not in open_now and any(form.typed.values())]
        refused = answer.refused
        values = {
            "record": record, "path": path, "at": at, "sent": answer.sent, "empty_form": Form(), "mends": {},
            "reasons": {},
            "stale": answer.stale, "told": told, "lost": lost,
            "refused": refused if refused is not None and refused.action not in open_now else None,
            "version": record.version if answer.version is None else answer.version,
            "may_prove": actor.has_role(*TRAIL_READERS), **own, **more,
        }  # fmt: skip
        return render(self.template, answer.status, **values)

    def act(self, *where: str, action: str) -> Response:
        """Take an action with what its form says; refused, the page comes back with why and with all that was typed.

        An action that the record's state or the sender's roles rule out is refused for that, whatever its form says.
        Raises NoSuchAction and what ``find`` raises.
        """
        actor, at, version = current_actor(), clock.now(), seen_version()
        with reading() as session:
            subject = self.find(session, *where, actor=actor)
            process, path = process_of(session, subject.definition_id), _path(subject)
            step = process.actions.get(action)
            beyond = out_of_reach(process, step, state=subject.state, roles=roles_of(actor)) if step else []
        if step is None:
            raise NoSuchAction(_("There is no action %(name)s.", name=action[:60]))
        form, files = read_action_form(step.form, takes_files=self.keep is not None)
        refused: Refused | None = None
        try:
            if form.is_good:
                self._take(where, step, form, files, at=at, version=version)
        except NotSigned as error:
            form = form.with_error(wrong_field(), error.message)
        except Refused as error:
            refused = error
        except Stale as stale:
            return self.show(*where, answer=Answer(status=409, sent={action: form}, stale=stale))
        if beyond and not form.is_good:
            refused = Refused(action, beyond)
        if refused is not None:
            back = Answer(status=409, sent={action: form.with_refusal(refused)}, version=version, refused=refused)
            return self.show(*where, answer=back)
        if not form.is_good:
            return self.show(*where, answer=Answer(status=422, sent={action: form}, version=version))
        notify(_("Done: %(action)s", action=step.label))
        return go_to(path)

    def _take(
        self,
        where: tuple[str, ...],
        step: Action,
        form: Form,
        files: Mapping[str, StoredFile],
        *,
        at: datetime,
        version: int,
    ) -> None:
        """Sign and fire, and keep the files. Raises Refused, Stale, NotSigned."""
        actor = current_actor()
        asked = None
        if step.sign is not None:
            with reading() as session:
                subject = self.find(session, *where, actor=actor)
                asked = to_sign(session, subject, step.id, form=form.values)
        signature = sign_sent(asked)
        with writing() as session:
            subject = self.find(session, *where, actor=actor)
            self.move(
                session, subject, step.id, actor=actor, at=at, form=form.values, signature=signature,
                expected_version=version,
                idempotency_key=request.form.get("idempotency_key", "")[:LONGEST_KEY] or None,
            )  # fmt: skip
            for name, stored in files.items():
                assert self.keep is not None, "files are read only where they are kept"
                self.keep(session, subject, stored, field=name, actor=actor, at=at)

    def file(self, *where: str, file_id: int) -> Attached:
        """A file of the record; one that its supplier has not sent off yet is the supplier's own.

        Raises AttachmentNotFound and what ``find`` raises.
        """
        with reading() as session:
            subject = self.find(session, *where, actor=current_actor())
            found = get_attachment(session, file_id, record_kind=subject.subject_kind, record_id=subject.id)
        if found.submitted_at is None:
            raise AttachmentNotFound
        return found

    def send_file(self, *where: str, file_id: int) -> Response:
        """That file, only to be saved. Raises ContentMissing and what :meth:`file` raises."""
        found = self.file(*where, file_id=file_id)
        path = file_store(settings()).path_of(found.sha256)
        if not path.is_file():
            raise ContentMissing
        return send_upload(path, name=found.name, media_type=found.media_type)


def _path(subject: Subject) -> str:
    path = path_of(subject.subject_kind, subject.id, subject.number)
    assert path is not None, f"no page was registered for records of kind {subject.subject_kind}"
    return path
