"""What somebody typed into a form that could not be taken: told under the labels of its fields, ready to be sent again.

When the session had ended, it travels through the sign-in as a sealed text inside the pages themselves. Nothing of it is
stored, only the person who typed it gets it back, and only a click of theirs sends it again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale
from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from supplier_quality.engine.store import content_of, definitions
from supplier_quality.identity.models import User
from supplier_quality.language import Words, _, current, listed
from supplier_quality.web.field_names import field_name, is_named
from supplier_quality.web.forms import MACHINERY
from supplier_quality.web.installation import reading, settings
from supplier_quality.web.origin import safe_path
from supplier_quality.web.speech import HTML_TAGS, OWN_NAMES

SEALED = "kept"
LASTS = timedelta(hours=12)
"""How long a sealed form may wait for its person; the page it stands in is rarely left open longer."""

LONGEST = 300_000
# What nobody wants to see again on a page, or must not.
_SECRET_WORDS = ("password", "token", "code", "secret", "csrf")


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was sent: where to, and its fields without anything secret."""

    path: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ToldField:
    """One field in words."""

    label: Words | str
    value: str


def sent_form() -> KeptForm | None:
    """The form of this request; None when it is none, or is too large to be read or kept."""
    if request.method != "POST":
        return None
    try:
        sent = list(request.form.items(multi=True))
    except HTTPException:
        return None
    fields = [(name, value) for name, value in sent if name != SEALED and not _is_secret(name)]
    if sum(len(name) + len(value) for name, value in fields) > LONGEST:
        return None
    return KeptForm(request.full_path.rstrip("?"), fields)


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_WORDS)


def form_page() -> str:
    """The page on which the form of this request stands: its own address when that is a page too, else the start page."""
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except (MethodNotAllowed, NotFound):
        return "/"
    return request.path


def tell(form: KeptForm, *, in_words: bool = True) -> list[ToldField]:
    """The fields people typed into, under their labels, in the reader's language.

    Without ``in_words`` the database is not asked: fields of actions and numbers of people stay as programs call them.
    """
    values: dict[str, list[str]] = {}
    for name, value in form.fields:
        if name not in MACHINERY and value:
            values.setdefault(name, []).append(value)
    labels = _labels_of_actions(values) if in_words else {}
    return [
        ToldField(labels.get(name) or field_name(name), _told(name, texts, in_words)) for name, texts in values.items()
    ]


def _labels_of_actions(names: Collection[str]) -> Mapping[str, Words]:
    """The labels that process files give to the fields of their actions."""
    wanted = {name for name in names if not is_named(name)}
    if not wanted:
        return {}
    with reading() as session:
        processes = [content_of(session, row.id) for row in definitions(session, "workflow")]
    fields = (field for process in processes for action in process.actions.values() for field in action.form)
    return {field.id: field.label for field in fields if field.id in wanted}


def _told(name: str, texts: Sequence[str], ask: bool) -> str:
    """Values as people read them: numbers of people and codes of countries and languages by name."""
    last = name.rpartition(".")[2]
    if ask and last == "owner_id" and texts[0].isdecimal():
        with reading() as session:
            return session.scalar(select(User.name).where(User.id == int(texts[0]))) or texts[0]
    if last == "country":
        territories: Mapping[str, str] = Locale.parse(HTML_TAGS[current()], sep="-").territories
        return territories.get(texts[0], texts[0])
    if last == "language":
        return OWN_NAMES.get(texts[0], texts[0])
    if texts[0] in ("true", "false"):
        return str(_("yes") if texts[0] == "true" else _("no"))
    return str(listed(texts))


def seal(form: KeptForm, *, person_id: int, at: datetime) -> str:
    """The form as a text that only we can have made, for one person."""
    content = {"path": form.path, "fields": list(form.fields), "person": person_id, "at": at.timestamp()}
    sealed: str | bytes = _seal().dumps(content)
    return sealed if isinstance(sealed, str) else sealed.decode()


def unseal(sealed: str | None, *, person_id: int, at: datetime) -> KeptForm | None:
    """The form in a sealed text; None when somebody else typed it, too long ago, or it is not from us."""
    if not sealed:
        return None
    try:
        content = _seal().loads(sealed)
    except BadSignature:
        return None
    if content["person"] != person_id or at.timestamp() - content["at"] > LASTS.total_seconds():
        return None
    path = safe_path(content["path"], "/")
    return KeptForm(path, [(str(name), str(value)) for name, value in content["fields"]])


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="kept-form")
