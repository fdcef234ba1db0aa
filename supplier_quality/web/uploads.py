"""Files that staff send with a form: checked and stored before a writing session is opened."""

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from supplier_quality.documents import FileRefused, StoredFile, file_store
from supplier_quality.documents.store import NotStored
from supplier_quality.engine.definitions.model import FormField
from supplier_quality.language import _
from supplier_quality.web.forms import Form, parse_action
from supplier_quality.web.installation import settings
from supplier_quality.web.sent import with_unknown_refused


def store_upload(stream: Any, name: str) -> StoredFile:
    """Check and keep an uploaded file. Raises FileRefused, NotStored."""
    return file_store(settings()).put(stream, name=name, limit=settings().upload_limit_bytes)


def upload_words(error: FileRefused | NotStored) -> Any:
    """Why a file was not taken, and what to do about it."""
    if isinstance(error, FileRefused):
        return _("%(said)s %(remedy)s", said=error.message, remedy=error.remedy)
    return error.message


def read_action_form(fields: tuple[FormField, ...], *, takes_files: bool) -> tuple[Form, dict[str, StoredFile]]:
    """What was sent for an action, its files stored and named in their fields by the hash of their content."""
    sent = MultiDict(request.form)
    stored: dict[str, StoredFile] = {}
    refused: dict[str, Any] = {}
    for field in fields if takes_files else ():
        if field.type != "file":
            continue
        sent.pop(field.id, None)
        given = request.files.get(field.id)
        if given is None or not given.filename:
            continue
        try:
            kept = store_upload(given.stream, given.filename)
        except (FileRefused, NotStored) as error:
            refused[field.id] = upload_words(error)
            continue
        stored[field.id] = kept
        sent[field.id] = f"sha256:{kept.sha256} {kept.name}"
    form = with_unknown_refused(parse_action(fields, sent), (field.id for field in fields))
    for name, said in refused.items():
        form = Form(typed=form.typed, values=form.values, errors={**form.errors, name: (str(said),)})
    return form, stored
