"""Pages on which directed sources are entered, changed and ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.documents import ACCEPTED_EXTENSIONS
from supplier_quality.engine.refusals import Stale
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.language import _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.directed import operations, queries
from supplier_quality.suppliers.directed.details import LONGEST, DirectedDetails
from supplier_quality.suppliers.directed.enums import ALWAYS_CUSTOMER
from supplier_quality.suppliers.directed.models import DirectedSource
from supplier_quality.suppliers.directed.wording import AREA_WORDS
from supplier_quality.suppliers.entering import uploaded, with_fault
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.web.sent import seen_version, with_unknown_refused
from supplier_quality.web.wording import speak

blueprint = Blueprint("directed_sources", __name__, url_prefix="/suppliers/<number>/directed-sources")

FIELDS = (*LONGEST, "since", "customer_owns", "letter", "reason", "go")
END = "end"


@blueprint.get("/new")
@web.staff(*EDITORS)
def new(number: str) -> Response:
    return _draw(number, None, web.filled({"customer_owns": [ALWAYS_CUSTOMER]}))


@blueprint.post("/new")
@web.staff(*EDITORS)
def add(number: str) -> Response:
    return _save(number, None)


@blueprint.get("/<int:source_id>")
@web.staff(*EDITORS)
def edit(number: str, source_id: int) -> Response:
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        source = queries.get_directed_source(session, supplier, source_id)
    return _draw(number, source_id, web.filled(_as_typed(source)))


@blueprint.post("/<int:source_id>")
@web.staff(*EDITORS)
def change(number: str, source_id: int) -> Response:
    return _save(number, source_id)


def _save(number: str, source_id: int | None) -> Response:
    version, form = seen_version(), _given()
    letter, form = uploaded(form, "letter")
    if not form.is_good:
        return _draw(number, source_id, form, version=version)
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now(), "expected_version": version}
    try:
        with web.writing() as session:
            supplier = supplier_queries.get_supplier(session, number, actor=act["actor"])
            if source_id is None:
                details = DirectedDetails.read(form.typed)
                operations.add_directed_source(session, supplier, details, letter=letter, **act)
            else:
                source = queries.get_directed_source(session, supplier, source_id)
                if form.typed.get("go") == END:
                    reason = str(form.typed.get("reason") or "")
                    operations.end_directed_source(session, supplier, source, reason=reason, **act)
                else:
                    details = DirectedDetails.read(form.typed)
                    operations.edit_directed_source(session, supplier, source, details, letter=letter, **act)
    except Stale as stale:
        return _draw(number, source_id, form, stale=stale)
    except (BadInput, Conflict) as error:
        return _draw(number, source_id, with_fault(form, error), version=version)
    web.notify(_("Saved."))
    return web.go_to(f"/suppliers/{number}?tab=overview#directed")


def _given() -> web.Form:
    typed: dict[str, Any] = {name: request.form.get(name, "") for name in FIELDS if name != "letter"}
    typed["customer_owns"] = request.form.getlist("customer_owns")
    return with_unknown_refused(web.filled(typed), FIELDS)


def _as_typed(source: DirectedSource) -> Mapping[str, Any]:
    """What is stored, as a browser sends it."""
    return {
        "customer": source.customer,
        "scope": source.scope,
        "since": source.since.isoformat(),
        "customer_owns": source.customer_owns,
    }


def _draw(
    number: str, source_id: int | None, form: web.Form, *, version: int | None = None, stale: Stale | None = None
) -> Response:
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        source = queries.get_directed_source(session, supplier, source_id) if source_id is not None else None
        told: Sequence[Any] = speak(session, stale.changes) if stale else ()
    status = 409 if stale else 200 if form.is_good else 422
    return web.render(
        "pages/directed/edit.html", status=status, form=form, supplier=supplier, source=source, told=told, stale=stale,
        areas=[(area, word) for area, word in AREA_WORDS.items() if area != ALWAYS_CUSTOMER],
        accepted=",".join(f".{extension}" for extension in ACCEPTED_EXTENSIONS),
        version=supplier.version if version is None else version,
    )  # fmt: skip
