"""One realistic request for every route: existing records for its placeholders, and what a harmless form holds.

Forms are chosen so that a request changes as little as possible: what is tested here is who gets through the door.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from supplier_quality import outbox
from supplier_quality.desk.background import VERIFY_TRAIL
from supplier_quality.desk.models import DeskRun
from supplier_quality.documents.models import Attachment, PrintRun
from supplier_quality.identity.link_models import ContactSession
from supplier_quality.identity.models import ApiToken, Deputy, UserSession
from supplier_quality.mail import MailMessage
from supplier_quality.mail.models import OwnerTask
from supplier_quality.portal.models import PortalReceipt
from supplier_quality.suppliers.bulk.models import BulkRun
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.models import ImportMapping, ImportRun, Supplier
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.qualification.models import QualificationStep
from supplier_quality.web.models import SavedView
from tests.security import calculations, development, documents, programs, questionnaire
from tests.security.company import COMMODITY, Company

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """What to send. ``own`` fills the placeholders for a caller, ``unknown`` with what does not exist for them."""

    own: Callable[[Company, str], Values] = lambda _company, _who: {}
    unknown: Values | None = None
    form: Callable[[Company, str], Values] | Values = field(default_factory=dict)
    json: Values | None = None
    headers: Values = field(default_factory=dict)

    def sent(self, company: Company, who: str) -> dict[str, Any]:
        """What goes into the request besides its path."""
        more: dict[str, Any] = {"headers": dict(self.headers)}
        if self.json is not None:
            more["json"] = dict(self.json)
        else:
            more["form"] = dict(self.form(company, who) if callable(self.form) else self.form)
        return more


def fill(rule: str, values: Values) -> str:
    """The path of a rule with its placeholders filled."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: str(values[found[1]]), rule)


def placeholders(rule: str) -> list[str]:
    return re.findall(r"<(?:[^<>]*:)?(\w+)>", rule)


def _supplier(**more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"number": company.suppliers["own"], **more}


def _part(name: str, key: str, **more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"number": company.suppliers["own"], key: getattr(company, name)["own"], **more}


def _two(**more: Any) -> Callable[[Company, str], Values]:
    """Both suppliers, as a pair."""
    return lambda company, _who: {"number": company.suppliers["own"], "other": company.suppliers["foreign"], **more}


def _commodity(_company: Company, _who: str) -> Values:
    return {"number": COMMODITY}


def _scope(**more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"number": company.scope["own"], **more}


def _new_scope(company: Company, _who: str) -> Values:
    """A line that there is already."""
    return {"site_id": company.sites["own"], "commodity": COMMODITY, "part_number": ""}


def _user(company: Company, _who: str) -> Values:
    return {"user_id": company.users["spare"]}


def _newest(company: Company, column: Any, *where: Any) -> int:
    with company.database.read() as session:
        return session.scalar(select(func.max(column)).where(*where)) or 0


def _session_of(who: str, company: Company) -> int:
    """The oldest session of somebody, so that the one of the request stays."""
    with company.database.read() as session:
        user = company.users.get(who, company.users["spare"])
        query = select(func.min(UserSession.id)).where(UserSession.user_id == user, UserSession.ended_at.is_(None))
        return session.scalar(query) or 0


def _token_of(who: str, company: Company) -> int:
    user = company.users.get(who, company.users["sqe"])
    return _newest(company, ApiToken.id, ApiToken.user_id == user)


def _own_link(company: Company, _who: str) -> Values:
    return {"link_id": company.links["own"]}


def _link(**more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"link_id": company.links["own"], **more}


def _foreign_link(**more: Any) -> Values:
    """No such link; links of others are tested one by one in test_objects."""
    return {"link_id": 999_999, **more}


def _incident(company: Company, _who: str) -> Values:
    with company.database.read() as session:
        found = outbox.incidents(session)
    return {"incident_id": found[0].id if found else "none"}


def _import(company: Company, _who: str) -> Values:
    return {"run_id": _newest(company, ImportRun.id)}


def _mapping(company: Company, _who: str) -> Values:
    return {"mapping_id": _newest(company, ImportMapping.id)}


def _print(company: Company, who: str) -> Values:
    person = company.users.get(who, company.users["sqe"])
    return {"run_id": _newest(company, PrintRun.id, PrintRun.person_id == person, PrintRun.kind == "none")}


def _bulk(company: Company, who: str) -> Values:
    person = company.users[who if who in EDITORS else "sqe"]
    return {"run_id": _newest(company, BulkRun.id, BulkRun.person_id == person)}


def _task_of(company: Company, who: str) -> Values:
    user = company.users.get(who, 0)
    return {"task_id": _newest(company, OwnerTask.id, OwnerTask.owner_id == user, OwnerTask.done_at.is_(None))}


def _version(company: Company, _who: str) -> Values:
    return {"expected_version": company.version(company.suppliers["own"])}


def _seen(**fields: str) -> Callable[[Company, str], Values]:
    """The fields of a form beside the version of the record that its page showed."""
    return lambda company, who: {**fields, **_version(company, who)}


def _certificate(**more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"number": company.certificates.get("own", "CRT-00001"), **more}


def _certificate_file(**more: Any) -> Callable[[Company, str], Values]:
    def values(company: Company, _who: str) -> Values:
        number = company.certificates.get("own", "CRT-00001")
        with company.database.read() as session:
            query = select(func.max(Attachment.id)).join(Certificate, Certificate.id == Attachment.record_id)
            found = session.scalar(query.where(Attachment.record_kind == "certificate", Certificate.number == number))
        return {"number": number, "file_id": found or 0, **more}

    return values


def _step(**more: Any) -> Callable[[Company, str], Values]:
    """The oldest step of the supplier's qualification, which holds a file."""
    return lambda company, _who: {"number": _oldest_step(company), "file_id": _step_file(company), **more}


def _oldest_step(company: Company) -> str:
    with company.database.read() as session:
        query = select(QualificationStep.number).join(Supplier, Supplier.id == QualificationStep.supplier_id)
        query = query.where(Supplier.number == company.suppliers["own"]).order_by(QualificationStep.id).limit(1)
        return session.scalar(query) or "QST-00001"


def _step_file(company: Company) -> int:
    return _newest(company, Attachment.id, Attachment.record_kind == QualificationStep.subject_kind)


_UNKNOWN_STEP = {"number": "QST-99999", "file_id": 1}


_UNKNOWN_CERTIFICATE = {"number": "CRT-99999"}
_UNKNOWN_SUPPLIER = {"number": "SUP-99999"}
_UNKNOWN_PAIR = {"number": "SUP-99999", "other": "SUP-99998"}
_UNKNOWN_USER = {"user_id": 99_999}
_COMMODITY = {"name_en": "Die castings", "name_zh": "压铸件", "criticality": "key"}
_UNKNOWN_SCOPE = {"number": "SCO-99999"}
_UNKNOWN_COMMODITY = {"number": "NOTHING"}
_WORKFLOW = {"name": "supplier_qualification"}

EXAMPLES: dict[tuple[str, str], Example] = {
    # frame
    ("GET", "/static/<path:path>"): Example(lambda _c, _w: {"path": "css/theme.css"}, {"path": "css/none.css"}),
    ("POST", "/drafts"): Example(form={"draft_key": "x", "note": "typed"}),
    ("POST", "/language"): Example(form={"language": "xx"}),
    ("POST", "/appearance"): Example(form={"appearance": "system"}),
    # signing in: what a stranger types is wrong on purpose
    ("POST", "/sign-in"): Example(
        # Another address for everybody: the same one would be slowed down.
        form=lambda _company, who: {"email": f"nobody.{who}@plant.example", "password": "not the right one"}
    ),
    ("POST", "/sign-in/second-factor"): Example(form={"code": "000000"}),
    ("POST", "/choose-password"): Example(form={"token": "", "new_password": ""}),
    # the own account
    ("POST", "/account/sessions/<int:session_id>/end"): Example(
        lambda company, who: {"session_id": _session_of(who, company)}, {"session_id": 99_999}
    ),
    ("POST", "/account/tokens/<int:token_id>/revoke"): Example(
        lambda company, who: {"token_id": _token_of(who, company)}, {"token_id": 99_999}
    ),
    ("POST", "/account/deputies/<int:deputy_id>/end"): Example(
        lambda company, who: {"deputy_id": _newest(company, Deputy.id, Deputy.user_id == company.users.get(who, 0))},
        {"deputy_id": 99_999},
    ),
    # users
    ("GET", "/users/<int:user_id>"): Example(_user, _UNKNOWN_USER),
    ("POST", "/users/<int:user_id>/roles"): Example(_user, _UNKNOWN_USER, {"roles": "viewer"}),
    ("POST", "/users/<int:user_id>/<any('disable','enable','reset-password','reset-authenticator'):act>"): Example(
        lambda company, _who: {"user_id": company.users["spare"], "act": "enable"},
        {"user_id": 99_999, "act": "disable"},
    ),
    ("POST", "/users/<int:user_id>/sessions/<int:session_id>/end"): Example(
        lambda company, _who: {"user_id": company.users["spare"], "session_id": _session_of("spare", company)},
        {"user_id": 99_999, "session_id": 99_999},
    ),
    ("POST", "/users/<int:user_id>/tokens/<int:token_id>/revoke"): Example(
        lambda company, _who: {"user_id": company.users["spare"], "token_id": _token_of("spare", company)},
        {"user_id": 99_999, "token_id": 99_999},
    ),
    # suppliers
    ("GET", "/suppliers/<number>"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("GET", "/suppliers/<number>/edit"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/edit"): Example(
        _supplier(), _UNKNOWN_SUPPLIER, lambda company, who: {"name": "Acme Castings", **_version(company, who)}
    ),
    ("GET", "/suppliers/<number>/sites/new"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/sites/new"): Example(
        _supplier(), _UNKNOWN_SUPPLIER, _seen(name="Works 2", country="DE")
    ),
    ("GET", "/suppliers/<number>/sites/<int:site_id>"): Example(
        _part("sites", "site_id"), {"number": "SUP-99999", "site_id": 99_999}
    ),
    ("POST", "/suppliers/<number>/sites/<int:site_id>"): Example(
        _part("sites", "site_id"), {"number": "SUP-99999", "site_id": 99_999}, _seen(name="Works 1", country="DE")
    ),
    ("GET", "/suppliers/<number>/contacts/new"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/contacts/new"): Example(_supplier(), _UNKNOWN_SUPPLIER, _seen(name="")),
    ("GET", "/suppliers/<number>/contacts/<int:contact_id>"): Example(
        _part("contacts", "contact_id"), {"number": "SUP-99999", "contact_id": 99_999}
    ),
    ("POST", "/suppliers/<number>/contacts/<int:contact_id>"): Example(
        _part("contacts", "contact_id"), {"number": "SUP-99999", "contact_id": 99_999}, _seen(name="")
    ),
    ("POST", "/suppliers/<number>/<any('sites','contacts'):part>/<int:part_id>/active"): Example(
        _part("sites", "part_id", part="sites"),
        {"number": "SUP-99999", "part": "sites", "part_id": 99_999},
        _seen(active="true"),
    ),
    ("POST", "/suppliers/<number>/actions/<action>"): Example(
        _supplier(action="invite"), {"number": "SUP-99999", "action": "invite"}, _version
    ),
    ("GET", "/suppliers/export.<any('csv','xlsx'):kind>"): Example(lambda _c, _w: {"kind": "csv"}),
    ("POST", "/suppliers/<number>/contacts/<int:contact_id>/mail-again"): Example(
        _part("contacts", "contact_id"), {"number": "SUP-99999", "contact_id": 99_999}, _seen()
    ),
    ("GET", "/suppliers/<number>/files/<int:file_id>"): Example(
        _supplier(file_id=1), {"number": "SUP-99999", "file_id": 1}
    ),
    ("GET", "/suppliers/<number>/files/<int:file_id>/view"): Example(
        _supplier(file_id=1), {"number": "SUP-99999", "file_id": 1}
    ),
    ("GET", "/suppliers/<number>/files/<int:file_id>/pages/<int:page>"): Example(
        _supplier(file_id=1, page=1), {"number": "SUP-99999", "file_id": 1, "page": 1}
    ),
    # duplicates and merges
    ("GET", "/suppliers/<number>/merge/<other>"): Example(_two(), _UNKNOWN_PAIR),
    ("POST", "/suppliers/<number>/merge/<other>"): Example(
        _two(), _UNKNOWN_PAIR, lambda company, who: {**_version(company, who), "other_version": "1", "reason": ""}
    ),
    ("POST", "/suppliers/<number>/duplicates/<other>/<any('dismiss','reopen'):decision>"): Example(
        _two(decision="dismiss"), {**_UNKNOWN_PAIR, "decision": "dismiss"}, {"why": ""}
    ),
    ("GET", "/suppliers/<number>/unmerge"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/unmerge"): Example(_supplier(), _UNKNOWN_SUPPLIER, _seen(reason="Two companies")),
    # links that staff handles; the one that is ended belongs to the other supplier, whom nobody else needs
    ("POST", "/suppliers/<number>/links/new"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/links/<int:link_id>/copy"): Example(
        _part("links", "link_id"), {"number": "SUP-99999", "link_id": 99_999}
    ),
    ("POST", "/suppliers/<number>/links/<int:link_id>/send"): Example(
        _part("links", "link_id"), {"number": "SUP-99999", "link_id": 99_999}
    ),
    ("POST", "/suppliers/<number>/links/<int:link_id>/delegate"): Example(
        _part("links", "link_id"),
        {"number": "SUP-99999", "link_id": 99_999},
        lambda company, _who: {"contact_id": company.contacts["own"]},
    ),
    ("POST", "/suppliers/<number>/links/<int:link_id>/revoke"): Example(
        lambda company, _who: {"number": company.suppliers["foreign"], "link_id": company.links["foreign"]},
        {"number": "SUP-99999", "link_id": 99_999},
    ),
    ("POST", "/suppliers/<number>/sessions/<int:session_id>/end"): Example(
        lambda company, _who: {
            "number": company.suppliers["foreign"],
            "session_id": _newest(company, ContactSession.id, ContactSession.contact_id == company.contacts["foreign"]),
        },
        {"number": "SUP-99999", "session_id": 99_999},
    ),
    ("POST", "/suppliers/new"): Example(form={"name": ""}),
    # commodities
    ("GET", "/commodities/<number>"): Example(_commodity, _UNKNOWN_COMMODITY),
    ("GET", "/commodities/<number>/edit"): Example(_commodity, _UNKNOWN_COMMODITY),
    ("POST", "/commodities/<number>/edit"): Example(
        _commodity, _UNKNOWN_COMMODITY, {**_COMMODITY, "expected_version": "1"}
    ),
    ("POST", "/commodities/<number>/active"): Example(
        _commodity, _UNKNOWN_COMMODITY, {"active": "true", "expected_version": "1"}
    ),
    ("POST", "/commodities/new"): Example(form={"number": ""}),
    # scope; a form that misses its reason moves nothing
    ("GET", "/suppliers/<number>/scope/new"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/scope/new"): Example(_supplier(), _UNKNOWN_SUPPLIER, _new_scope),
    ("GET", "/scope/<number>"): Example(_scope(), _UNKNOWN_SCOPE),
    ("POST", "/scope/<number>/actions/<action>"): Example(
        _scope(action="withdraw"), {**_UNKNOWN_SCOPE, "action": "withdraw"}, {"reason": "", "expected_version": "1"}
    ),
    ("GET", "/approved-suppliers/export.<any('csv','xlsx'):kind>"): Example(lambda _c, _w: {"kind": "csv"}),
    # qualification; forms that say nothing change nothing
    ("GET", "/suppliers/<number>/risk"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/risk"): Example(
        _supplier(), _UNKNOWN_SUPPLIER, {"qms": "low", "expected_version": "1"}
    ),
    ("POST", "/suppliers/<number>/route"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("GET", "/qualification-steps/<number>"): Example(_step(), _UNKNOWN_STEP),
    ("GET", "/qualification-steps/<number>/edit"): Example(_step(), _UNKNOWN_STEP),
    ("POST", "/qualification-steps/<number>/edit"): Example(
        _step(), _UNKNOWN_STEP, {"owner_id": "", "due": "never", "expected_version": "1"}
    ),
    ("POST", "/qualification-steps/<number>/actions/<action>"): Example(
        _step(action="fail"), {**_UNKNOWN_STEP, "action": "fail"}, {"reason": "", "expected_version": "1"}
    ),
    ("GET", "/qualification-steps/<number>/files/<int:file_id>"): Example(_step(), _UNKNOWN_STEP),
    ("GET", "/qualification-steps/<number>/files/<int:file_id>/view"): Example(_step(), _UNKNOWN_STEP),
    ("GET", "/qualification-steps/<number>/files/<int:file_id>/pages/<int:page>"): Example(
        _step(page=1), {**_UNKNOWN_STEP, "page": 1}
    ),
    # certificates; nobody has this address
    ("GET", "/calendar/<secret>.ics"): Example(lambda _c, _w: {"secret": "x" * 43}),
    ("GET", "/suppliers/<number>/certificates/new"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/certificates/new"): Example(_supplier(), _UNKNOWN_SUPPLIER, {"standard": ""}),
    ("POST", "/suppliers/<number>/certificates/take-over"): Example(_supplier(), _UNKNOWN_SUPPLIER, {"site_id": ""}),
    ("GET", "/certificates/<number>"): Example(_certificate(), _UNKNOWN_CERTIFICATE),
    ("GET", "/certificates/<number>/edit"): Example(_certificate(), _UNKNOWN_CERTIFICATE),
    ("POST", "/certificates/<number>/edit"): Example(
        _certificate(), _UNKNOWN_CERTIFICATE, {"valid_to": "never", "expected_version": "1"}
    ),
    ("POST", "/certificates/<number>/actions/<action>"): Example(
        _certificate(action="refuse"), {"number": "CRT-99999", "action": "refuse"}, {"expected_version": "1"}
    ),
    ("GET", "/certificates/<number>/files/<int:file_id>"): Example(
        _certificate_file(), {"number": "CRT-99999", "file_id": 1}
    ),
    ("GET", "/certificates/<number>/files/<int:file_id>/view"): Example(
        _certificate_file(), {"number": "CRT-99999", "file_id": 1}
    ),
    ("GET", "/certificates/<number>/files/<int:file_id>/pages/<int:page>"): Example(
        _certificate_file(page=1), {"number": "CRT-99999", "file_id": 1, "page": 1}
    ),
    **{route: Example(*parts) for route, parts in development.EXAMPLES.items()},
    # questionnaires
    ("GET", "/suppliers/<number>/questionnaires/new"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/questionnaires/new"): Example(_supplier(), _UNKNOWN_SUPPLIER, {"name": ""}),
    **{route: Example(*parts) for route, parts in questionnaire.EXAMPLES.items()},
    **{route: Example(*parts) for route, parts in documents.EXAMPLES.items()},
    **{route: Example(*parts) for route, parts in programs.EXAMPLES.items()},
    # workflows
    ("GET", "/workflows/<name>"): Example(lambda _c, _w: _WORKFLOW, {"name": "nothing"}),
    ("GET", "/workflows/<name>/rules"): Example(lambda _c, _w: _WORKFLOW, {"name": "nothing"}),
    ("GET", "/workflows/<name>/source"): Example(lambda _c, _w: _WORKFLOW, {"name": "nothing"}),
    ("GET", "/workflows/<name>/versions"): Example(lambda _c, _w: _WORKFLOW, {"name": "nothing"}),
    ("GET", "/workflows/<name>/what-if"): Example(lambda _c, _w: _WORKFLOW, {"name": "nothing"}),
    ("GET", "/workflows/<name>/try"): Example(lambda _c, _w: {"name": "audit_interval"}, {"name": "nothing"}),
    ("GET", "/workflows/<name>/migration"): Example(lambda _c, _w: _WORKFLOW, {"name": "nothing"}),
    ("POST", "/workflows/<name>/migration"): Example(lambda _c, _w: _WORKFLOW, {"name": "nothing"}),
    # saved views; the one named is the own one of whoever asks
    ("GET", "/views/<name>"): Example(lambda _c, _w: {"name": "suppliers"}, {"name": "nothing"}),
    ("POST", "/views/<name>"): Example(lambda _c, _w: {"name": "suppliers"}, form={"title": "", "query": ""}),
    ("POST", "/views/<name>/first-none"): Example(lambda _c, _w: {"name": "suppliers"}, {"name": "nothing"}),
    ("POST", "/views/<name>/<int:view_id>/<any('rename','replace','share','unshare','first','remove'):act>"): Example(
        lambda company, who: {
            "name": "suppliers",
            "view_id": _newest(company, SavedView.id, SavedView.owner_id == company.users.get(who)),
            "act": "rename",
        },
        {"name": "suppliers", "view_id": 99_999, "act": "rename"},
        {"title": ""},
    ),
    # what one printed oneself
    ("GET", "/prints/<int:run_id>"): Example(_print, {"run_id": 99_999}),
    ("GET", "/prints/<int:run_id>/file"): Example(_print, {"run_id": 99_999}),
    ("GET", "/prints/<int:run_id>/file/view"): Example(_print, {"run_id": 99_999}),
    ("GET", "/prints/<int:run_id>/file/pages/<int:page>"): Example(
        lambda company, who: {**_print(company, who), "page": 1}, {"run_id": 99_999, "page": 1}
    ),
    # acts on suppliers one picked oneself
    ("GET", "/suppliers/bulk/<int:run_id>"): Example(_bulk, {"run_id": 99_999}),
    ("POST", "/suppliers/bulk/<int:run_id>/run"): Example(_bulk, {"run_id": 99_999}, {"action": "nothing"}),
    ("POST", "/suppliers/bulk/<int:run_id>/seen"): Example(_bulk, {"run_id": 99_999}),
    ("GET", "/suppliers/bulk/<int:run_id>/report.<any('csv','xlsx'):kind>"): Example(
        lambda company, who: {**_bulk(company, who), "kind": "csv"}, {"run_id": 99_999, "kind": "csv"}
    ),
    # certificates for programs
    ("GET", "/api/v1/suppliers/<number>/certificates"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("GET", "/api/v1/certificates/<number>"): Example(_certificate(), _UNKNOWN_CERTIFICATE),
    ("GET", "/api/v1/certificates/<number>/actions"): Example(_certificate(), _UNKNOWN_CERTIFICATE),
    ("POST", "/api/v1/certificates/<number>/actions/<action>"): Example(
        _certificate(action="refuse"),
        {"number": "CRT-99999", "action": "refuse"},
        json={"form": {}},
        headers={"If-Match": '"1"'},
    ),
    # imports; the run was discarded, so that nothing moves
    ("GET", "/import/<int:run_id>"): Example(_import, {"run_id": 99_999}),
    ("GET", "/import/<int:run_id>/problems.csv"): Example(_import, {"run_id": 99_999}),
    ("POST", "/import/<int:run_id>/check"): Example(_import, {"run_id": 99_999}, {"encoding": "none"}),
    ("POST", "/import/<int:run_id>/store"): Example(_import, {"run_id": 99_999}),
    ("POST", "/import/<int:run_id>/discard"): Example(_import, {"run_id": 99_999}),
    ("POST", "/import/<int:run_id>/seen"): Example(_import, {"run_id": 99_999}),
    ("POST", "/import/<int:run_id>/guess"): Example(_import, {"run_id": 99_999}),
    ("POST", "/import/<int:run_id>/table"): Example(_import, {"run_id": 99_999}, {"line": "1", "lines": "1"}),
    ("GET", "/import/<int:run_id>/report.<any('csv','xlsx'):kind>"): Example(
        lambda company, who: {**_import(company, who), "kind": "csv"}, {"run_id": 99_999, "kind": "csv"}
    ),
    ("POST", "/import/mappings/<int:mapping_id>/delete"): Example(
        _mapping, {"mapping_id": 99_999}, {"expected_version": "99"}
    ),
    ("POST", "/import/mappings/<int:mapping_id>/name"): Example(
        _mapping, {"mapping_id": 99_999}, {"expected_version": "1", "name": "x" * 81}
    ),
    # trail
    ("GET", "/trail/proof/<int:run_id>"): Example(
        lambda company, _who: {"run_id": _newest(company, DeskRun.id, DeskRun.kind == VERIFY_TRAIL)}, {"run_id": 99_999}
    ),
    ("GET", "/trail/heads/<name>"): Example(
        lambda _c, _w: {"name": "heads-2026-11-20.jsonl"}, {"name": "heads-1999-01-01.jsonl"}
    ),
    # work, incidents and mails
    ("POST", "/my-work/act"): Example(
        form=lambda company, who: {
            "kind": "supplier",
            "number": company.suppliers["own"],
            "action": "remind",
            **_version(company, who),
        },
    ),
    ("POST", "/my-work/tasks/<int:task_id>/finish"): Example(_task_of, {"task_id": 99_999}),
    ("POST", "/incidents/<incident_id>/retry"): Example(_incident, {"incident_id": "0" * 32}),
    ("POST", "/incidents/<incident_id>/dismiss"): Example(
        _incident, {"incident_id": "0" * 32}, {"reason": "Not needed"}
    ),
    ("POST", "/incidents/retry"): Example(form=lambda company, who: {"picked": _incident(company, who)["incident_id"]}),
    ("GET", "/sent-mail/<int:mail_id>"): Example(
        lambda company, _who: {"mail_id": _newest(company, MailMessage.id)}, {"mail_id": 99_999}
    ),
    ("GET", "/sent-mail/<int:mail_id>/body"): Example(
        lambda company, _who: {"mail_id": _newest(company, MailMessage.id)}, {"mail_id": 99_999}
    ),
    # the way in of suppliers
    ("POST", "/s/open"): Example(form=lambda company, _who: {"link": company.link_tokens["own"]}),
    ("POST", "/s/code"): Example(form=lambda company, _who: {"token": company.link_tokens["own"]}),
    ("POST", "/s/enter"): Example(form=lambda company, _who: {"token": company.link_tokens["own"], "code": "wrong"}),
    ("POST", "/s/new-link"): Example(form=lambda company, _who: {"token": company.link_tokens["own"]}),
    # the supplier's own pages
    ("GET", "/portal/items/<int:link_id>"): Example(_own_link, _foreign_link()),
    ("GET", "/portal/items/<int:link_id>/steps/<int:number>"): Example(_link(number=1), _foreign_link(number=1)),
    ("POST", "/portal/items/<int:link_id>/steps/<int:number>"): Example(
        _link(number=1), _foreign_link(number=1), {"main_products": "Castings", "go": "later"}
    ),
    ("POST", "/portal/items/<int:link_id>/draft"): Example(_own_link, _foreign_link(), {"main_products": "Castings"}),
    ("POST", "/portal/items/<int:link_id>/files/<field_id>"): Example(
        _link(field_id="remarks"), _foreign_link(field_id="remarks")
    ),
    ("POST", "/portal/items/<int:link_id>/files/<field_id>/remove"): Example(
        _link(field_id="remarks"), _foreign_link(field_id="remarks")
    ),
    ("GET", "/portal/items/<int:link_id>/files/<int:file_id>"): Example(_link(file_id=1), _foreign_link(file_id=1)),
    ("GET", "/portal/items/<int:link_id>/files/<int:file_id>/view"): Example(
        _link(file_id=1), _foreign_link(file_id=1)
    ),
    ("GET", "/portal/items/<int:link_id>/files/<int:file_id>/pages/<int:page>"): Example(
        _link(file_id=1, page=1), _foreign_link(file_id=1, page=1)
    ),
    ("GET", "/portal/items/<int:link_id>/hand-on"): Example(_own_link, _foreign_link()),
    ("POST", "/portal/items/<int:link_id>/hand-on"): Example(_own_link, _foreign_link(), {"name": "", "email": ""}),
    ("POST", "/portal/devices/<int:session_id>/end"): Example(
        lambda company, _who: {
            "session_id": _newest(company, ContactSession.id, ContactSession.contact_id == company.contacts["foreign"])
            or 99_998
        },
        {"session_id": 99_999},
    ),
    ("GET", "/portal/items/<int:link_id>/review"): Example(_own_link, _foreign_link()),
    ("POST", "/portal/items/<int:link_id>/code"): Example(_own_link, _foreign_link()),
    ("POST", "/portal/items/<int:link_id>/submit"): Example(_own_link, _foreign_link(), {"code": "wrong"}),
    ("GET", "/portal/items/<int:link_id>/receipts/<int:receipt_id>"): Example(
        lambda company, _who: {
            "link_id": company.links["own"],
            "receipt_id": _newest(company, PortalReceipt.id, PortalReceipt.link_id == company.links["own"]),
        },
        _foreign_link(receipt_id=1),
    ),
    # the API
    **{("POST", f"/api/v1/{path}"): Example(json=given) for path, given in calculations.DOCUMENTS.items()},
    ("GET", "/api/v1/suppliers/<number>"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("PUT", "/api/v1/suppliers/<number>"): Example(
        _supplier(), _UNKNOWN_SUPPLIER, json={"name": "Acme Castings"}, headers={"If-Match": '"1"'}
    ),
    ("GET", "/api/v1/suppliers/<number>/contacts"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/api/v1/suppliers/<number>/contacts"): Example(
        _supplier(), _UNKNOWN_SUPPLIER, json={"name": "Kim"}, headers={"If-Match": '"1"'}
    ),
    ("PUT", "/api/v1/suppliers/<number>/contacts/<int:contact_id>"): Example(
        _part("contacts", "contact_id"),
        {"number": "SUP-99999", "contact_id": 99_999},
        json={"name": "Quinn"},
        headers={"If-Match": '"1"'},
    ),
    ("GET", "/api/v1/suppliers/<number>/sites"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/api/v1/suppliers/<number>/sites"): Example(
        _supplier(), _UNKNOWN_SUPPLIER, json={"name": "Works 3", "country": "DE"}, headers={"If-Match": '"1"'}
    ),
    ("PUT", "/api/v1/suppliers/<number>/sites/<int:site_id>"): Example(
        _part("sites", "site_id"),
        {"number": "SUP-99999", "site_id": 99_999},
        json={"name": "Works 1", "country": "DE"},
        headers={"If-Match": '"1"'},
    ),
    ("GET", "/api/v1/suppliers/<number>/actions"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/api/v1/suppliers/<number>/actions/<action>"): Example(
        _supplier(action="invite"),
        {"number": "SUP-99999", "action": "invite"},
        json={"form": {}},
        headers={"If-Match": '"1"'},
    ),
    ("POST", "/api/v1/suppliers"): Example(json={"name": ""}),
    ("GET", "/api/v1/suppliers/<number>/scope"): Example(_supplier(), _UNKNOWN_SUPPLIER),
    ("POST", "/api/v1/suppliers/<number>/scope"): Example(
        _supplier(), _UNKNOWN_SUPPLIER, json={"site_id": 99_999, "commodity": COMMODITY}
    ),
    ("GET", "/api/v1/scope/<number>"): Example(_scope(), _UNKNOWN_SCOPE),
    ("GET", "/api/v1/scope/<number>/actions"): Example(_scope(), _UNKNOWN_SCOPE),
    ("POST", "/api/v1/scope/<number>/actions/<action>"): Example(
        _scope(action="withdraw"),
        {**_UNKNOWN_SCOPE, "action": "withdraw"},
        json={"form": {"reason": ""}},
        headers={"If-Match": '"1"'},
    ),
    ("GET", "/api/v1/commodities/<number>"): Example(_commodity, _UNKNOWN_COMMODITY),
    ("POST", "/api/v1/commodities"): Example(json={"number": "", "criticality": "key"}),
    ("PUT", "/api/v1/commodities/<number>"): Example(
        _commodity, _UNKNOWN_COMMODITY, json=_COMMODITY, headers={"If-Match": '"1"'}
    ),
    ("PUT", "/api/v1/commodities/<number>/active"): Example(
        _commodity, _UNKNOWN_COMMODITY, json={"active": True}, headers={"If-Match": '"1"'}
    ),
}
