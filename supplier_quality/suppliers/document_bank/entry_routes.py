"""Pages on which documents are entered: a new one, one to be asked for, and corrections."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.documents import ACCEPTED_EXTENSIONS
from supplier_quality.engine.refusals import Refused, Stale
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.language import _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.document_bank import operations, queries
from supplier_quality.suppliers.document_bank.details import DocumentDetails
from supplier_quality.suppliers.document_bank.enums import BEFORE_ACCEPTANCE, DocumentAction
from supplier_quality.suppliers.document_bank.tab import read_documents_tab
from supplier_quality.suppliers.entering import as_typed, given, uploaded, with_fault
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.web.sent import seen_version
from supplier_quality.web.wording import speak

blueprint = Blueprint("document_entry", __name__)

DETAILS = tuple(DocumentDetails.__dataclass_fields__)
FIELDS = (*DETAILS, "type", "site_id", "file", "go")
ASK = "ask"


@blueprint.get("/suppliers/<number>/documents/new")
@web.staff(*EDITORS)
def new(number: str) -> Response:
    return _draw_new(number, web.filled({"type": request.args.get("type", "")}))


@blueprint.post("/suppliers/<number>/documents/new")
@web.staff(*EDITORS)
def register(number: str) -> Response:
    """Enter a document and keep it, or have the supplier asked for it."""
    form = given(FIELDS)
    stored, form = uploaded(form)
    if not form.is_good:
        return _draw_new(number, form)
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now()}
    asked = form.typed.get("go") == ASK
    try:
        with web.writing() as session:
            supplier = supplier_queries.get_supplier(session, number, actor=act["actor"])
            of_type = operations.type_for(session, form.typed.get("type"), actor=act["actor"])
            details = DocumentDetails.read(form.typed, of_type)
            made = operations.register_document(
                session, supplier, of_type, details, site=_site(session, supplier, form.typed.get("site_id")), **act
            )
            if stored is not None:
                operations.add_document_file(session, made, stored, **act)
            operations.move_document(session, made, DocumentAction.ASK if asked else DocumentAction.ACCEPT, **act)
    except (BadInput, Refused, Conflict) as error:
        return _draw_new(number, with_fault(form, error))
    web.notify(_("The supplier is asked for it.") if asked else _("The document is kept."))
    return web.go_to(f"/documents/{made.number}")


@blueprint.get("/documents/<number>/edit")
@web.staff(*EDITORS)
def edit(number: str) -> Response:
    with web.reading() as session:
        document = queries.get_document(session, number, actor=web.current_actor())
    return _draw_edit(number, web.filled(as_typed(document, DETAILS)), version=document.version)


@blueprint.post("/documents/<number>/edit")
@web.staff(*EDITORS)
def change(number: str) -> Response:
    version = seen_version()
    form = given(FIELDS)
    stored, form = uploaded(form)
    if not form.is_good:
        return _draw_edit(number, form, version=version)
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now()}
    try:
        with web.writing() as session:
            document = queries.get_document(session, number, actor=act["actor"])
            details = DocumentDetails.read(form.typed, operations.type_of(session, document))
            operations.edit_document(session, document, details, expected_version=version, **act)
            if stored is not None:
                operations.add_document_file(session, document, stored, **act)
    except Stale as stale:
        return _draw_edit(number, form, stale=stale)
    except (BadInput, Conflict) as error:
        return _draw_edit(number, with_fault(form, error), version=version)
    web.notify(_("Saved."))
    return web.go_to(f"/documents/{number}")


def _site(session: Session, supplier: Supplier, given: object) -> Site | None:
    """The chosen site of this supplier, None for the whole company. Raises PartNotFound."""
    text = str(given or "")
    if not text:
        return None
    return supplier_queries.get_site(session, supplier, int(text) if text.isdecimal() and len(text) <= 18 else 0)


def _draw_new(number: str, form: web.Form) -> Response:
    actor = web.current_actor()
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=actor)
        sites = [site for site in supplier_queries.sites_of(session, supplier) if site.active]
        tab = read_documents_tab(session, supplier, actor=actor, at=clock.now())
    chosen = next((each for each in tab.types if each.id == form.typed.get("type")), None)
    return _draw(form, supplier=supplier, sites=_site_choices(sites), document=None, tab=tab, of_type=chosen)


def _draw_edit(number: str, form: web.Form, *, version: int | None = None, stale: Stale | None = None) -> Response:
    with web.reading() as session:
        document = queries.get_document(session, number, actor=web.current_actor())
        supplier = session.get_one(Supplier, document.supplier_id)
        of_type = operations.type_of(session, document)
        told = speak(session, stale.changes) if stale else ()
    return _draw(
        form, supplier=supplier, sites=(), document=document, told=told, of_type=of_type, status=409 if stale else None,
        is_open=document.state in BEFORE_ACCEPTANCE, version=document.version if version is None else version,
    )  # fmt: skip


def _draw(form: web.Form, *, status: int | None = None, told: Sequence[Any] = (), **more: Any) -> Response:
    return web.render(
        "pages/documents/edit.html", status=status or (200 if form.is_good else 422), form=form, told=told,
        accepted=",".join(f".{extension}" for extension in ACCEPTED_EXTENSIONS), **{"is_open": True, **more},
    )  # fmt: skip


def _site_choices(sites: Sequence[Site]) -> list[tuple[str, str]]:
    return [(str(site.id), ", ".join(filter(None, (site.name, site.city)))) for site in sites]
