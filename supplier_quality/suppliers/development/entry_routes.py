"""Pages on which development is entered: what is demanded, audits, authorisations, and new plans."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.documents import ACCEPTED_EXTENSIONS
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.refusals import Stale
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.language import Words, _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.development import operations, queries
from supplier_quality.suppliers.development.details import (
    CONFORMS,
    FAILS,
    AuditDetails,
    AuthorisationDetails,
    PlanDetails,
    RequirementDetails,
)
from supplier_quality.suppliers.development.ladder import Ladder
from supplier_quality.suppliers.development.permissions import DEVELOPERS
from supplier_quality.suppliers.development.rules import Standing
from supplier_quality.suppliers.entering import chosen_site, given, uploaded, with_fault
from supplier_quality.suppliers.models import Supplier
from supplier_quality.web.sent import seen_version
from supplier_quality.web.wording import speak

blueprint = Blueprint("development_entry", __name__)

DEMAND = ("minimum", "target", "reason")
AUDIT = ("site_id", "criterion", "result", "reference", "dated", "valid_until")
AUTHORISATION = ("customer", "reference", "dated", "valid_until")
PLAN = ("target", "note")

Act = Callable[[Session, Supplier, datetime], object]


def level_choices(ladder: Ladder) -> list[tuple[str, Words]]:
    """The levels with their places, as a list to choose from."""
    return [(level.id, _("%(rank)s – %(level)s", rank=level.rank, level=level.label)) for level in ladder.levels]


NO_SITE = _("Choose the site that was audited.")


@blueprint.get("/suppliers/<number>/development/demand")
@web.staff(*DEVELOPERS)
def demand(number: str) -> Response:
    with web.reading() as session:
        standing = _standing(session, supplier_queries.get_supplier(session, number, actor=web.current_actor()))
    known = standing.requirement
    typed = {"minimum": (known.minimum if known else "") or "", "target": (known.target if known else "") or ""}
    return _draw("demand", number, web.filled(typed))


@blueprint.post("/suppliers/<number>/development/demand")
@web.staff(*DEVELOPERS)
def set_demand(number: str) -> Response:
    version, form = seen_version(), given(DEMAND)

    def act(session: Session, supplier: Supplier, at: datetime) -> None:
        levels = tuple(level.id for level in queries.ladder_in_force(session).levels)
        details = RequirementDetails.read(form.typed, levels=levels)
        operations.set_requirement(
            session, supplier, details, actor=web.current_actor(), at=at, expected_version=version
        )

    return _run("demand", number, form, act, _("Minimum and target are set."), version=version)


@blueprint.get("/suppliers/<number>/development/audit")
@web.staff(*DEVELOPERS)
def audit(number: str) -> Response:
    return _draw("audit", number, web.filled({"result": CONFORMS}))


@blueprint.post("/suppliers/<number>/development/audit")
@web.staff(*DEVELOPERS)
def add_audit(number: str) -> Response:
    version = seen_version()
    stored, form = uploaded(given(AUDIT))
    if stored is None and "file" not in form.errors:
        form = form.with_error("file", _("Attach the report of the audit."))

    def act(session: Session, supplier: Supplier, at: datetime) -> None:
        assert stored is not None
        criteria, today = queries.ladder_in_force(session).criteria, day_in_plant(session, at)
        site = chosen_site(session, supplier, form.typed.get("site_id"), remedy=NO_SITE)
        details = AuditDetails.read(form.typed, criteria=criteria, today=today)
        operations.add_audit(
            session, supplier, site, details, stored, actor=web.current_actor(), at=at, expected_version=version
        )

    return _run("audit", number, form, act, _("The audit is entered."), version=version)


@blueprint.get("/suppliers/<number>/development/authorisation")
@web.staff(*DEVELOPERS)
def authorisation(number: str) -> Response:
    return _draw("authorisation", number, web.filled({}))


@blueprint.post("/suppliers/<number>/development/authorisation")
@web.staff(*DEVELOPERS)
def add_authorisation(number: str) -> Response:
    version = seen_version()
    stored, form = uploaded(given(AUTHORISATION))

    def act(session: Session, supplier: Supplier, at: datetime) -> None:
        details = AuthorisationDetails.read(form.typed, today=day_in_plant(session, at))
        operations.add_authorisation(
            session, supplier, details, stored, actor=web.current_actor(), at=at, expected_version=version
        )

    return _run("authorisation", number, form, act, _("The authorisation is entered."), version=version)


@blueprint.get("/suppliers/<number>/development/proofs/<int:proof_id>")
@web.staff(*DEVELOPERS)
def proof(number: str, proof_id: int) -> Response:
    return _draw("withdraw", number, web.filled({}), proof_id=proof_id)


@blueprint.post("/suppliers/<number>/development/proofs/<int:proof_id>")
@web.staff(*DEVELOPERS)
def withdraw(number: str, proof_id: int) -> Response:
    form = given(("reason",))

    def act(session: Session, supplier: Supplier, at: datetime) -> None:
        found = queries.get_proof(session, supplier, proof_id)
        operations.withdraw_proof(
            session, supplier, found, reason=form.typed["reason"], actor=web.current_actor(), at=at
        )

    return _run("withdraw", number, form, act, _("It is withdrawn and counts no more."), proof_id=proof_id)


@blueprint.get("/suppliers/<number>/development/plan")
@web.staff(*DEVELOPERS)
def plan(number: str) -> Response:
    with web.reading() as session:
        standing = _standing(session, supplier_queries.get_supplier(session, number, actor=web.current_actor()))
    return _draw("plan_form", number, web.filled({"target": standing.target.id if standing.target else ""}))


@blueprint.post("/suppliers/<number>/development/plan")
@web.staff(*DEVELOPERS)
def draft_plan(number: str) -> Response:
    form, made = given(PLAN), []

    def act(session: Session, supplier: Supplier, at: datetime) -> None:
        levels = tuple(level.id for level in queries.ladder_in_force(session).levels)
        details = PlanDetails.read(form.typed, levels=levels)
        made.append(operations.draft_plan(session, supplier, details, actor=web.current_actor(), at=at).number)

    return _run(
        "plan_form", number, form, act, _("The plan is drafted. Add its milestones now."),
        goes_to=lambda: f"/development/{made[0]}",
    )  # fmt: skip


def _run(
    page: str, number: str, form: web.Form, act: Act, said: Words, *, version: int | None = None,
    goes_to: Callable[[], str] | None = None, **more: Any,
) -> Response:  # fmt: skip
    """Do what was sent and lead to the supplier; draw the page again with what was typed when something is wrong."""
    if not form.is_good:
        return _draw(page, number, form, version=version, **more)
    try:
        with web.writing() as session:
            act(session, supplier_queries.get_supplier(session, number, actor=web.current_actor()), clock.now())
    except Stale as stale:
        return _draw(page, number, form, stale=stale, **more)
    except (BadInput, Conflict) as error:
        return _draw(page, number, with_fault(form, error), version=version, **more)
    web.notify(said)
    return web.go_to(goes_to() if goes_to else f"/suppliers/{number}?tab=development")


def _standing(session: Session, supplier: Supplier) -> Standing:
    today = day_in_plant(session, clock.now())
    return queries.standings(session, [supplier.id], today=today)[supplier.id]


def _draw(
    page: str, number: str, form: web.Form, *, version: int | None = None, stale: Stale | None = None,
    proof_id: int | None = None,
) -> Response:  # fmt: skip
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        standing = _standing(session, supplier)
        sites = [site for site in supplier_queries.sites_of(session, supplier) if site.active]
        found = queries.get_proof(session, supplier, proof_id) if proof_id is not None else None
        told = speak(session, stale.changes) if stale else ()
    return web.render(
        f"pages/development/{page}.html", status=409 if stale else 200 if form.is_good else 422, form=form,
        supplier=supplier, standing=standing, proof=found, told=told, stale=stale,
        version=supplier.version if version is None else version,
        levels=level_choices(standing.ladder), sites=[(str(site.id), site.name) for site in sites],
        criteria=[(name, name) for name in standing.ladder.criteria],
        results=[(CONFORMS, _("conforms")), (FAILS, _("does not conform"))],
        accepted=",".join(f".{extension}" for extension in ACCEPTED_EXTENSIONS),
    )  # fmt: skip
