"""What a form of these pages must carry beside its fields, and what it must not."""

from collections.abc import Iterable

from flask import request

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.web.forms import Form

_MACHINERY = frozenset(
    {"csrf_token", "expected_version", "idempotency_key", "draft_key", "signed_password", "signed_code"}
)


def seen_version() -> int:
    """The version of the record that the sender saw; without it a change could overwrite another. Raises BadInput."""
    given = request.form.get("expected_version", "")
    if not given.isdecimal() or len(given) > 9:
        problem = Problem(
            _("The version is missing."), _("Reload the page."), column="expected_version", value=given[:20]
        )
        raise BadInput(_("The form does not say which version of the record you saw. Reload the page."), (problem,))
    return int(given)


def with_unknown_refused(form: Form, known: Iterable[str]) -> Form:
    """The form with an error for every field that was sent and not asked for."""
    allowed = _MACHINERY.union(known)
    for name in request.form:
        if name not in allowed:
            form = form.with_error("_form", _("There is no field %(name)s in this form.", name=name[:60]))
    return form
