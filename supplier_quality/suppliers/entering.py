"""Forms by which records of a supplier are entered and corrected: what was typed, the site, the file, what was wrong."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from supplier_quality import web
from supplier_quality.documents import FileRefused, StoredFile
from supplier_quality.documents.store import NotStored
from supplier_quality.engine.refusals import Refused
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.language import Words, _
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.queries import get_site
from supplier_quality.web.sent import with_unknown_refused
from supplier_quality.web.uploads import store_upload, upload_words


def given(fields: Sequence[str], *, file: str = "file") -> web.Form:
    """What was typed into these fields; the file among them is taken by :func:`uploaded`. Unknown fields are refused."""
    typed = {name: request.form.get(name, "") for name in fields if name != file}
    return with_unknown_refused(web.filled(typed), (*fields, file))


def uploaded(form: web.Form, name: str = "file") -> tuple[StoredFile | None, web.Form]:
    """The file that was sent along, checked and stored before anything is written; or the form with why it was not taken."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return None, form
    try:
        return store_upload(sent.stream, sent.filename), form
    except (FileRefused, NotStored) as error:
        return None, form.with_error(name, upload_words(error))


def chosen_site(session: Session, supplier: Supplier, typed: object, *, remedy: Words) -> Site:
    """The site of this supplier that was chosen. Raises BadInput with the remedy when none was, PartNotFound."""
    text = str(typed or "")
    if not text.isdecimal() or len(text) > 18:
        said = _("No site is chosen.")
        raise BadInput(said, (Problem(said, remedy, column="site_id"),))
    return get_site(session, supplier, int(text))


def as_typed(record: object, names: Iterable[str]) -> dict[str, Any]:
    """What is stored, as a browser sends it."""
    values = {name: getattr(record, name) for name in names}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def with_fault(form: web.Form, error: BadInput | Refused | Conflict) -> web.Form:
    """The form with what was wrong: beside its fields, as rules that were not met, or above all of them."""
    if isinstance(error, BadInput):
        return form.with_problems(error)
    return form.with_refusal(error) if isinstance(error, Refused) else form.with_error("_form", error.message)
