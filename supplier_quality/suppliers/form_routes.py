"""Pages on which suppliers, their sites and contacts are added and changed.

A form carries the version its reader saw. When somebody else changed the record meanwhile, the form comes back with what
changed: fields the reader left alone take the new value, the others keep what was typed, and nothing is overwritten unseen.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from supplier_quality import clock, web
from supplier_quality.engine.refusals import Stale
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.language import _
from supplier_quality.suppliers import operations, places, queries
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.wording import ROLE_WORDS
from supplier_quality.trail import Entry
from supplier_quality.web.sent import seen_version, with_unknown_refused
from supplier_quality.web.wording import speak

blueprint = Blueprint("supplier_forms", __name__, url_prefix="/suppliers")

Draw = Callable[..., Response]


@blueprint.get("/new")
@web.staff(*EDITORS)
def new() -> Response:
    actor = web.current_actor()
    return _draw_supplier(web.filled({"owner_id": str(actor.person_id or "")}))


@blueprint.post("/new")
@web.staff(*EDITORS)
def register() -> Response:
    def save(session: Session, details: SupplierDetails) -> str:
        return operations.register_supplier(session, details, actor=web.current_actor(), at=clock.now()).number

    return _save(SupplierDetails, save, _draw_supplier)


@blueprint.get("/<number>/edit")
@web.staff(*EDITORS)
def edit(number: str) -> Response:
    with web.reading() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
    return _draw_supplier(_from_row(supplier, SupplierDetails), number=number, version=supplier.version)


@blueprint.post("/<number>/edit")
@web.staff(*EDITORS)
def change(number: str) -> Response:
    version = seen_version()

    def save(session: Session, details: SupplierDetails) -> str:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        operations.edit_supplier(
            session, supplier, details, actor=web.current_actor(), at=clock.now(), expected_version=version
        )
        return number

    def draw(form: web.Form, **more: Any) -> Response:
        return _draw_supplier(form, number=number, **{"version": version, **more})

    return _save(SupplierDetails, save, draw, changes_of=_supplier_changes, number=number)


@blueprint.route("/<number>/sites/new", methods=["GET", "POST"], defaults={"site_id": None})
@blueprint.route("/<number>/sites/<int:site_id>", methods=["GET", "POST"])
@web.staff(*EDITORS)
def site_form(number: str, site_id: int | None) -> Response:
    def save(session: Session, supplier: Supplier, details: SiteDetails, **act: Any) -> None:
        if site_id is None:
            operations.add_site(session, supplier, details, **act)
        else:
            operations.edit_site(session, supplier, queries.get_site(session, supplier, site_id), details, **act)

    return _part_form("site", SiteDetails, number, site_id, get=queries.get_site, save=save)


@blueprint.route("/<number>/contacts/new", methods=["GET", "POST"], defaults={"contact_id": None})
@blueprint.route("/<number>/contacts/<int:contact_id>", methods=["GET", "POST"])
@web.staff(*EDITORS)
def contact_form(number: str, contact_id: int | None) -> Response:
    def save(session: Session, supplier: Supplier, details: ContactDetails, **act: Any) -> None:
        if contact_id is None:
            operations.add_contact(session, supplier, details, **act)
        else:
            contact = queries.get_contact(session, supplier, contact_id)
            operations.edit_contact(session, supplier, contact, details, **act)

    return _part_form("contact", ContactDetails, number, contact_id, get=queries.get_contact, save=save)


def _part_form(
    part: str, kind: type[Any], number: str, part_id: int | None, *, get: Callable[..., Any], save: Callable[..., None]
) -> Response:
    """The form of a site or a contact: drawn on GET, saved on POST."""

    def draw(form: web.Form, **more: Any) -> Response:
        with web.reading() as session:
            supplier = queries.get_supplier(session, number, actor=web.current_actor())
        return _draw(f"pages/suppliers/{part}.html", form, supplier=supplier, part_id=part_id, **more)

    if request.method in ("GET", "HEAD"):
        with web.reading() as session:
            supplier = queries.get_supplier(session, number, actor=web.current_actor())
            form = _from_row(get(session, supplier, part_id), kind) if part_id is not None else web.Form()
        return draw(form, version=supplier.version)
    version = seen_version()

    def save_part(session: Session, details: Any) -> str:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        save(session, supplier, details, actor=web.current_actor(), at=clock.now(), expected_version=version)
        return f"{number}?tab={part}s"

    def changes_of(entry: Entry) -> Mapping[str, Sequence[Any]]:
        return _part_changes(entry, part, part_id)

    def draw_again(form: web.Form, **more: Any) -> Response:
        return draw(form, **{"version": version, **more})

    return _save(kind, save_part, draw_again, changes_of=changes_of, number=number)


def _draw_supplier(form: web.Form, *, number: str | None = None, **more: Any) -> Response:
    with web.reading() as session:
        owners = queries.possible_owners(session)
        supplier = queries.get_supplier(session, number, actor=web.current_actor()) if number else None
    return _draw("pages/suppliers/edit.html", form, supplier=supplier, owners=owners, **more)


def _draw(
    template: str, form: web.Form, *, status: int | None = None, told: Sequence[Any] = (), **more: Any
) -> Response:
    return web.render(
        template, status=status or (200 if form.is_good else 422), form=form, told=told,
        countries=places.country_choices(),
        contact_roles=tuple((role.value, words) for role, words in ROLE_WORDS.items()), **more,
    )  # fmt: skip


def _from_row(row: Any, kind: type[Any]) -> web.Form:
    """A form that starts with what is stored."""
    return web.filled({name: _as_typed(getattr(row, name)) for name in kind.__dataclass_fields__})


def _as_typed(value: Any) -> Any:
    """A stored value as a browser sends it: numbers are texts there, nothing is an empty text."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _save(
    kind: type[Any],
    save: Callable[[Session, Any], str],
    draw: Draw,
    *,
    changes_of: Callable[[Entry], Mapping[str, Sequence[Any]]] | None = None,
    number: str = "",
) -> Response:
    """Read the details, save them and go to the record; or draw the form again with what is wrong beside its fields."""
    given = _given(kind, request.form)
    form = web.filled({**given, **({"roles": request.form.getlist("roles")} if "roles" in given else {})})
    form = with_unknown_refused(form, kind.__dataclass_fields__)
    if not form.is_good:
        return draw(form)
    try:
        details = kind.read(given)
        with web.writing() as session:
            place = save(session, details)
    except BadInput as error:
        return draw(form.with_problems(error))
    except (operations.KeyTaken, operations.AddressTaken) as error:
        return draw(_with_conflict(form, error))
    except Stale as stale:
        assert changes_of is not None, "only changes of a record can come too late"
        return _draw_stale(form, stale, draw, changes_of, number)
    web.notify(_("Saved."))
    return web.go_to(f"/suppliers/{place}")


def _draw_stale(
    form: web.Form,
    stale: Stale,
    draw: Draw,
    changes_of: Callable[[Entry], Mapping[str, Sequence[Any]]],
    number: str,
) -> Response:
    with web.reading() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        told = speak(session, stale.changes)
    merged = merge_changes(form, stale.changes, changes_of)
    return draw(merged, status=409, told=told, version=supplier.version)


def merge_changes(
    form: web.Form, entries: Sequence[Entry], changes_of: Callable[[Entry], Mapping[str, Sequence[Any]]]
) -> web.Form:
    """What was typed, where the typist left a field alone with what somebody else put there since."""
    before: dict[str, Any] = {}
    after: dict[str, tuple[str, Any]] = {}
    for entry in entries:
        for name, (old, new) in changes_of(entry).items():
            before.setdefault(name, old)
            after[name] = (entry.actor.label, new)
    typed = dict(form.typed)
    merged = web.filled(typed)
    for name, (who, new) in after.items():
        if name not in typed or _same(typed[name], new):
            continue
        if _same(typed[name], before[name]):
            typed[name] = _as_typed(new)
        else:
            shown = _as_typed(new) if new not in (None, "") else _("nothing")
            merged = merged.with_error(name, _("%(who)s changed this to “%(value)s” meanwhile.", who=who, value=shown))
    return web.Form(typed=typed, errors=merged.errors)


def _same(typed: Any, stored: Any) -> bool:
    if isinstance(stored, list) or isinstance(typed, list):
        return sorted(typed or ()) == sorted(stored or ())
    return (typed or "") == (_as_typed(stored) or "")


def _supplier_changes(entry: Entry) -> Mapping[str, Sequence[Any]]:
    changes: Mapping[str, Sequence[Any]] = entry.data.get("changes") or {} if entry.action in ("edit", "import") else {}
    return changes


def _part_changes(entry: Entry, part: str, part_id: int | None) -> Mapping[str, Sequence[Any]]:
    """What an entry changed of one site or contact, by an edit or by an import."""
    if entry.action == f"{part}.edited" and entry.data.get(part) == part_id:
        return entry.data.get("changes") or {}
    for told in entry.data.get(f"{part}s") or () if entry.action == "import" else ():
        if told.get("id") == part_id and "changes" in told:
            changes: Mapping[str, Sequence[Any]] = told["changes"]
            return changes
    return {}


def _with_conflict(form: web.Form, error: Conflict) -> web.Form:
    for problem in error.details:
        form = form.with_error(problem.column or "_form", error.message)
    return form


def _given(kind: type[Any], sent: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, by field; a box that was not ticked is a no, and no ticked role is none."""
    given: dict[str, Any] = {}
    for name in kind.__dataclass_fields__:
        if name == "roles":
            given[name] = ", ".join(sent.getlist(name))
        elif name == "primary":
            given[name] = sent.get(name) in ("true", "on", "1")
        else:
            given[name] = sent.get(name, "")
    return given
