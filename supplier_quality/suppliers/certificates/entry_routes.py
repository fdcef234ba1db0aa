"""Pages on which certificates are entered: a new one, one to be asked for, corrections, and those of a self-assessment."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.documents import ACCEPTED_EXTENSIONS
from supplier_quality.engine.refusals import Refused, Stale
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.language import _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates import operations, queries
from supplier_quality.suppliers.certificates.details import CertificateDetails, read_standard
from supplier_quality.suppliers.certificates.enums import BEFORE_VERIFICATION, CertificateAction
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.standards import standards
from supplier_quality.suppliers.entering import as_typed, chosen_site, given, uploaded, with_fault
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.web.sent import seen_version
from supplier_quality.web.wording import speak

blueprint = Blueprint("certificate_entry", __name__)

DETAILS = tuple(CertificateDetails.__dataclass_fields__)
FIELDS = (*DETAILS, "site_id", "standard", "safety_parts", "file", "go")
ASK = "ask"

NO_SITE = _("Choose the site that the certificate names.")


@blueprint.get("/suppliers/<number>/certificates/new")
@web.staff(*EDITORS)
def new(number: str) -> Response:
    return _draw_new(number, web.filled({"standard": request.args.get("standard", "")}))


@blueprint.post("/suppliers/<number>/certificates/new")
@web.staff(*EDITORS)
def register(number: str) -> Response:
    """Enter a certificate and hand it over to be verified, or have the supplier asked for it."""
    form = given(FIELDS)
    stored, form = uploaded(form)
    if not form.is_good:
        return _draw_new(number, form)
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now()}
    try:
        with web.writing() as session:
            supplier = supplier_queries.get_supplier(session, number, actor=act["actor"])
            site = chosen_site(session, supplier, form.typed.get("site_id"), remedy=NO_SITE)
            standard = read_standard(form.typed.get("standard"))
            details = CertificateDetails.read(form.typed)
            made = operations.register_certificate(
                session, supplier, site, standard, details, safety_parts=_safety(form) or None, **act
            )
            if stored is not None:
                operations.add_certificate_file(session, made, stored, **act)
            step = CertificateAction.ASK if form.typed.get("go") == ASK else CertificateAction.ENTER
            operations.move_certificate(session, made, step, **act)
    except (BadInput, Refused, Conflict) as error:
        return _draw_new(number, with_fault(form, error))
    asked = form.typed.get("go") == ASK
    web.notify(_("The supplier is asked for it.") if asked else _("The certificate waits to be verified."))
    return web.go_to(f"/certificates/{made.number}")


@blueprint.post("/suppliers/<number>/certificates/take-over")
@web.staff(*EDITORS)
def take_over(number: str) -> Response:
    """Make a record of a certificate that the self-assessment names."""
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now()}
    with web.writing() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=act["actor"])
        site = chosen_site(session, supplier, request.form.get("site_id"), remedy=NO_SITE)
        made = operations.take_over(session, supplier, site, request.form.get("standard", "")[:40], **act)
    web.notify(_("The certificate waits to be verified."))
    return web.go_to(f"/certificates/{made.number}")


@blueprint.get("/certificates/<number>/edit")
@web.staff(*EDITORS)
def edit(number: str) -> Response:
    with web.reading() as session:
        certificate = queries.get_certificate(session, number, actor=web.current_actor())
    return _draw_edit(number, web.filled(_as_typed(certificate)), version=certificate.version)


@blueprint.post("/certificates/<number>/edit")
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
            certificate = queries.get_certificate(session, number, actor=act["actor"])
            is_open = certificate.state in BEFORE_VERIFICATION
            details = CertificateDetails.read(form.typed if is_open else _as_typed(certificate))
            operations.edit_certificate(
                session, certificate, details, safety_parts=_safety(form), expected_version=version, **act
            )
            if stored is not None:
                operations.add_certificate_file(session, certificate, stored, **act)
    except Stale as stale:
        return _draw_edit(number, form, stale=stale)
    except (BadInput, Conflict) as error:
        return _draw_edit(number, with_fault(form, error), version=version)
    web.notify(_("Saved."))
    return web.go_to(f"/certificates/{number}")


def _safety(form: web.Form) -> bool:
    return form.typed.get("safety_parts") in ("true", "on", "1")


def _as_typed(certificate: Certificate) -> Mapping[str, Any]:
    """What is stored, as a browser sends it."""
    return {**as_typed(certificate, DETAILS), "safety_parts": "true" if certificate.safety_parts else ""}


def _draw_new(number: str, form: web.Form) -> Response:
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        sites = [site for site in supplier_queries.sites_of(session, supplier) if site.active]
    typed = dict(form.typed)
    if not typed.get("site_id") and len(sites) == 1:
        typed["site_id"] = str(sites[0].id)
    form = web.Form(typed=typed, values=form.values, errors=form.errors)
    return _draw(form, supplier=supplier, sites=_site_choices(sites), certificate=None, is_open=True)


def _draw_edit(number: str, form: web.Form, *, version: int | None = None, stale: Stale | None = None) -> Response:
    with web.reading() as session:
        certificate = queries.get_certificate(session, number, actor=web.current_actor())
        supplier = session.get_one(Supplier, certificate.supplier_id)
        told = speak(session, stale.changes) if stale else ()
    return _draw(
        form, supplier=supplier, sites=(), certificate=certificate, told=told,
        is_open=certificate.state in BEFORE_VERIFICATION, status=409 if stale else None,
        version=certificate.version if version is None else version,
    )  # fmt: skip


def _draw(form: web.Form, *, status: int | None = None, told: Sequence[Any] = (), **more: Any) -> Response:
    return web.render(
        "pages/certificates/edit.html", status=status or (200 if form.is_good else 422), form=form, told=told,
        standard_choices=[(each.name, f"{each.name} – {each.title}") for each in standards().values()],
        accepted=",".join(f".{extension}" for extension in ACCEPTED_EXTENSIONS),
        editions={each.name: each.editions for each in standards().values()}, **more,
    )  # fmt: skip


def _site_choices(sites: Sequence[Site]) -> list[tuple[str, str]]:
    return [(str(site.id), ", ".join(filter(None, (site.name, site.city)))) for site in sites]
