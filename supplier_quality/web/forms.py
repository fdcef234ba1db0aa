"""Forms: what was typed becomes typed data, or errors beside the fields with everything still there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from supplier_quality.engine.definitions.model import FormField
from supplier_quality.engine.forms import read_form
from supplier_quality.engine.refusals import Refused
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _, joined
from supplier_quality.web import fields as own

# What the page adds to every form beside its own fields.
MACHINERY = frozenset(
    {"csrf_token", "expected_version", "idempotency_key", "next", "draft_key", "signed_password", "signed_code", "kept"}
)


@dataclass(frozen=True, slots=True)
class Form:
    """One form as it stands: what was typed, and once it was sent, its values or its errors.

    ``typed`` and ``errors`` are read by the macro ``field``; an empty form is ``Form()``.
    """

    typed: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.errors

    def with_error(self, name: str, message: Words | str) -> "Form":
        """The same form with one more error found after parsing; ``_form`` as name means all of it."""
        errors = {**self.errors, name: (*self.errors.get(name, ()), str(message))}
        return Form(typed=self.typed, values=self.values, errors=errors)

    def with_problems(self, error: BadInput) -> "Form":
        """The same form with the problems an operation named, each beside the field it is about."""
        form = self
        for problem in error.details:
            form = form.with_error(problem.column or "_form", joined((problem.problem, problem.remedy or "")))
        return form if error.details else form.with_error("_form", error.message)

    def with_refusal(self, error: Refused) -> "Form":
        """The same form with what kept the engine from acting, beside the field it is about or above the form."""
        form = self
        for unmet in error.unmet:
            about, _dot, name = unmet.id.partition(".")
            form = form.with_error(name if about == "form" and name else "_form", unmet.message)
        return form


def parse(schema: Schema | type[Schema], sent: MultiDict[str, str]) -> Form:
    """The form that was sent, read by its schema. A field the schema does not know is refused."""
    schema = schema() if isinstance(schema, type) else schema
    schema.unknown = RAISE
    typed = _typed(schema, sent)
    try:
        return Form(typed=typed, values=dict(schema.load(typed)))
    except ValidationError as error:
        good: Any = error.valid_data or {}
        messages: Any = error.messages
        return Form(typed=typed, values=good, errors=_flat(messages))


def filled(values: Mapping[str, Any]) -> Form:
    """A form that starts with values, for editing what exists."""
    return Form(typed=dict(values))


def parse_action(fields_of_action: tuple[FormField, ...], sent: MultiDict[str, str]) -> Form:
    """What was typed in an action's form, judged by the engine as its process file says."""
    typed = {wanted.id: sent.get(wanted.id) for wanted in fields_of_action}
    entry = read_form(fields_of_action, {name: value for name, value in typed.items() if value is not None})
    errors: dict[str, list[str]] = {}
    for fault in entry.faults:
        errors.setdefault(fault.field, []).append(str(fault.message))
    return Form(typed=typed, values=entry.plain, errors=errors)


def refuse(form: Form) -> None:
    """Raise the errors of a form as one BadInput, for doors that show no form."""
    if form.errors:
        problems = tuple(
            Problem(problem=_("%(text)s", text=text), column=name)
            for name, texts in form.errors.items()
            for text in texts
        )
        raise BadInput(_("Something is missing or not right."), problems)


def _typed(schema: Schema, sent: MultiDict[str, str]) -> dict[str, Any]:
    """Plain values by name; a list where the schema wants several, a flag also when its box was left empty."""
    lists = {name for name, wanted in schema.fields.items() if isinstance(wanted, fields.List)}
    typed: dict[str, Any] = {
        name: sent.getlist(name) if name in lists else sent.get(name) for name in sent if name not in MACHINERY
    }
    for name, wanted in schema.fields.items():
        if isinstance(wanted, own.Flag):
            typed.setdefault(name, False)
        elif name in lists:
            typed.setdefault(name, [])
    return typed


def _flat(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    """Errors by field; those of list items and of the whole form beside the thing a person sees."""
    flat: dict[str, list[str]] = {}
    for name, found in messages.items():
        target = "_form" if name == "_schema" else str(name)
        texts = [text for inner in found.values() for text in inner] if isinstance(found, dict) else list(found)
        flat.setdefault(target, []).extend(
            str(_("There is no such field.")) if text == "Unknown field." else text for text in dict.fromkeys(texts)
        )
    return flat
