"""Whose record, which field, which step: what is refused although the route itself is open to the caller."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from supplier_quality.engine.definitions.model import Process
from supplier_quality.engine.store import active_process
from supplier_quality.identity.models import ApiToken, UserSession
from supplier_quality.persistence import Base, Database
from supplier_quality.suppliers.models import Supplier
from tests.security.company import (
    ANSWERS,
    PASSWORD,
    STAFF,
    Caller,
    Company,
    answer_once,
    complete_steps,
    make_incidents,
    make_task,
    make_token,
    name_deputy,
    put_table_in_force,
    upload_import,
)
from tests.security.examples import EXAMPLES, Example, fill
from tests.security.test_access import ON_BOTH, SQLITE, routes

MERGED_FROM = ("prospect", "approved", "conditional", "suspended", "rejected", "withdrawn")
FORMS: Mapping[str, Mapping[str, str]] = {
    "send_back": {"comment": "Which alloys?"},
    "approve": {"comment": "Good answers"},
    "approve_conditionally": {"conditions": "Audit", "valid_until": "2099-01-31", "comment": "Only source"},
    "reject": {"reason": "No capacity"},
    "suspend": {"reason": "Recall"},
    "reinstate": {"reason": "Solved"},
    "disqualify": {"reason": "Fraud"},
    "review_again": {"reason": "Audit"},
    "withdraw": {"reason": "Not needed"},
    "reopen": {"reason": "Needed again"},
    "submit_assessment": ANSWERS,
    "merge": {"into": "2", "reason": "Twice"},
    **{f"unmerge_to_{state}": {"reason": "Two companies"} for state in MERGED_FROM},
}


@ON_BOTH
def test_a_contact_finds_nothing_of_another_supplier(company: Company) -> None:
    answer_once(company, "foreign")
    contact, theirs = company.caller("contact"), company.links["foreign"]
    paths = {
        "GET": ("", "/steps/1", "/review", "/hand-on", "/receipts/1", "/files/1"),
        "POST": ("/steps/1", "/draft", "/files/remarks", "/files/remarks/remove", "/hand-on", "/code", "/submit"),
    }
    sent = {
        **ANSWERS,
        "sha256": "0" * 64,
        "code": "123456",
        "typed_name": "Quinn",
        "name": "Eve",
        "email": "e@e.example",
    }

    answers = {
        f"{method} {tail}": contact.call(method, f"/portal/items/{theirs}{tail}", sent)
        for method, tails in paths.items()
        for tail in tails
    }

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 404)
    for answer in answers.values():
        for word in ("Rival Forge", "Rex", company.suppliers["foreign"]):
            assert word not in answer.text


@SQLITE
def test_a_contacts_list_holds_only_what_they_were_asked(company: Company) -> None:
    page = company.caller("contact").get("/portal").text

    assert "Acme Castings" in page
    assert "Rival Forge" not in page


@SQLITE
def test_a_receipt_is_shown_only_under_the_link_it_belongs_to(company: Company) -> None:
    answer_once(company, "own")
    answer_once(company, "foreign")
    contact, own = company.caller("contact"), company.links["own"]

    assert contact.get(f"/portal/items/{own}/receipts/1").status_code == 200
    assert contact.get(f"/portal/items/{own}/receipts/2").status_code == 404


@SQLITE
def test_a_contact_ends_only_their_own_devices(company: Company) -> None:
    other, contact = company.caller(), company.caller("contact")
    company.open_portal(other, "foreign")

    assert contact.call("POST", "/portal/devices/2/end").status_code == 404
    assert other.get("/portal").status_code == 200
    assert contact.get("/portal").status_code == 200


@SQLITE
def test_a_site_or_contact_is_found_only_under_its_own_supplier(company: Company) -> None:
    sqe, number = company.caller("sqe"), company.suppliers["own"]
    seen = {"expected_version": str(company.version(number))}
    for path in (f"sites/{company.sites['foreign']}", f"contacts/{company.contacts['foreign']}"):
        taken_over = {"name": "Taken over", "country": "DE", **seen}
        answers = (
            sqe.call("GET", f"/suppliers/{number}/{path}"),
            sqe.call("POST", f"/suppliers/{number}/{path}", taken_over),
            sqe.call("POST", f"/suppliers/{number}/{path}/active", {"active": "false", **seen}),
        )
        assert [answer.status_code for answer in answers if answer.status_code not in (404, 422)] == []
        assert "Taken over" not in company.caller("sqe").get(f"/suppliers/{company.suppliers['foreign']}").text


@SQLITE
def test_a_link_is_handled_only_under_its_own_supplier(company: Company) -> None:
    """With the number of another supplier a link is neither copied nor sent, handed on or ended."""
    sqe, number = company.caller("sqe"), company.suppliers["own"]
    form = {"contact_id": str(company.contacts["own"]), "contact": str(company.contacts["own"])}
    before = digest(company.database)
    for act in ("copy", "send", "delegate", "revoke"):
        path = f"/suppliers/{number}/links/{company.links['foreign']}/{act}"
        assert sqe.call("POST", path, form).status_code in (404, 422), act
    assert changed(company.database, before) <= {"user_session", "attempt_counter"}


@SQLITE
def test_nobody_ends_sessions_tokens_and_deputies_of_others(company: Company) -> None:
    viewer, buyer = company.caller("viewer"), company.caller("buyer")
    make_token(company, "buyer", "suppliers:read")
    name_deputy(company, "buyer")
    with company.database.read() as session:
        mine = company.users["buyer"]
        session_id = session.scalars(select(UserSession.id).where(UserSession.user_id == mine)).one()
        token_id = session.scalars(select(ApiToken.id).where(ApiToken.user_id == mine)).one()

    assert viewer.call("POST", f"/account/sessions/{session_id}/end").status_code == 404
    assert viewer.call("POST", f"/account/tokens/{token_id}/revoke").status_code == 404
    assert viewer.call("POST", "/account/deputies/1/end").status_code in (403, 404)
    assert buyer.get("/account").status_code == 200


@SQLITE
def test_nobody_finishes_the_task_of_somebody_else(company: Company) -> None:
    make_task(company, "sqe")

    assert company.caller("buyer").call("POST", "/my-work/tasks/1/finish").status_code in (403, 404)
    assert company.caller("sqe").call("POST", "/my-work/tasks/1/finish").status_code == 303


EXTRA: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("buyer", "/account/profile", {"name": "Buyer", "language": "en", "time_zone": "Europe/Berlin", "roles": "admin"}),
    ("buyer", "/account/profile", {"name": "Buyer", "language": "en", "time_zone": "Europe/Berlin", "active": "1"}),
    ("admin", "/users/1/roles", {"roles": "viewer", "email": "x@x.example"}),
    (
        "admin",
        "/users/new",
        {"name": "N", "email": "n@n.example", "language": "en", "roles": "viewer", "password": "x"},
    ),
    ("buyer", "/account/tokens", {"name": "t", "scopes": "suppliers:read", "expires_on": "2099-01-01", "user_id": "1"}),
)


@SQLITE
@pytest.mark.parametrize(("who", "path", "form"), EXTRA, ids=[f"{path} {list(form)[-1]}" for _w, path, form in EXTRA])
def test_fields_that_a_form_does_not_have_are_refused(company: Company, who: str, path: str, form: Any) -> None:
    caller = company.caller(who)
    caller.token()
    before = digest(company.database)

    answer = caller.call("POST", path, form)

    assert answer.status_code == 422
    assert changed(company.database, before) == set()


@SQLITE
@pytest.mark.parametrize("field", ["state", "definition_id", "version", "number", "requested_by", "conditions", "id"])
def test_a_form_of_a_supplier_writes_nothing_but_its_own_fields(company: Company, field: str) -> None:
    number = company.suppliers["prospect"]
    before = _columns_of(company, number)

    form = {"name": "Newcomer Plastics", "country": "DE", "expected_version": str(before["version"]), field: "approved"}
    company.caller("sqe").call("POST", f"/suppliers/{number}/edit", form)

    after = _columns_of(company, number)
    assert {name: after[name] for name in ("state", "definition_id", "number", "conditions", "id")} == {
        name: before[name] for name in ("state", "definition_id", "number", "conditions", "id")
    }


@SQLITE
@pytest.mark.parametrize("field", ["state", "version", "number", "conditions", "valid_until", "id", "created_at"])
def test_fields_that_the_api_does_not_take_are_refused(company: Company, field: str) -> None:
    program, number = company.caller("token_write"), company.suppliers["prospect"]
    headers = {"If-Match": f'"{company.version(number)}"'}

    for method, path in (("POST", "/api/v1/suppliers"), ("PUT", f"/api/v1/suppliers/{number}")):
        answer = program.call(method, path, json={"name": "Acme", field: "1"}, headers=headers)
        assert answer.status_code == 422, answer.text
        assert [detail["column"] for detail in answer.get_json()["details"]] == [field]


@SQLITE
def test_a_field_that_an_action_does_not_have_is_refused_by_the_api(company: Company) -> None:
    program, number = company.caller("token_write"), company.suppliers["prospect"]

    answer = program.call(
        "POST",
        f"/api/v1/suppliers/{number}/actions/withdraw",
        json={"form": {"reason": "No demand", "state": "approved"}},
        headers={"If-Match": f'"{company.version(number)}"'},
    )

    assert answer.status_code in (409, 422)
    assert company.state(number) == "prospect"


@SQLITE
def test_a_program_cannot_take_an_action_that_is_signed(company: Company) -> None:
    answer_and_stay(company, "own")
    program, number = company.caller("token_write"), company.suppliers["own"]

    answer = program.call(
        "POST",
        f"/api/v1/suppliers/{number}/actions/approve",
        json={"form": {"comment": "Good"}},
        headers={"If-Match": f'"{company.version(number)}"'},
    )

    assert answer.status_code in (403, 409)
    assert company.state(number) == "review"


@SQLITE
def test_a_program_keeps_the_limits_of_its_owners_role(company: Company) -> None:
    program = company.app.test_client()
    assert isinstance(program, Caller)
    program.api_token = make_token(company, "viewer", "suppliers:write")

    assert program.call("POST", "/api/v1/suppliers", json={"name": "Acme"}).status_code == 403
    assert program.call("GET", "/api/v1/suppliers").status_code == 200


@SQLITE
@pytest.mark.parametrize("secret", ["", "wrong password here", "123456"])
def test_an_approval_without_the_right_signature_changes_nothing(company: Company, secret: str) -> None:
    answer_and_stay(company, "own")
    number = company.suppliers["own"]
    form = {"comment": "Good", "expected_version": str(company.version(number)), "signed_password": secret}

    answer = company.caller("quality_manager").call("POST", f"/suppliers/{number}/actions/approve", form)

    assert answer.status_code == 422
    assert company.state(number) == "review"


@SQLITE
def test_whoever_asked_the_supplier_cannot_approve_also_with_a_right_signature(company: Company) -> None:
    answer_and_stay(company, "own")
    complete_steps(company, "own")
    number = company.suppliers["own"]
    form = {"comment": "Good", "expected_version": str(company.version(number)), "signed_password": PASSWORD}

    assert company.caller("sqe").call("POST", f"/suppliers/{number}/actions/approve", form).status_code == 409
    assert company.state(number) == "review"
    assert (
        company.caller("quality_manager").call("POST", f"/suppliers/{number}/actions/approve", form).status_code == 303
    )
    assert company.state(number) == "approved"


@pytest.mark.long
@SQLITE
def test_every_action_is_open_only_to_the_roles_and_states_of_the_process(company: Company) -> None:
    """With everything else in order, the page refuses whom ``by:`` does not name and what ``from:`` does not."""
    with company.database.read() as session:
        process: Process = active_process(session, Supplier.workflow)[1]
    callers = {who: company.caller(who) for who in STAFF}
    number, wrong = company.suppliers["prospect"], []
    for action in process.actions.values():
        for who, caller in callers.items():
            if "prospect" in action.from_states and who in action.by:
                continue
            form = {
                **FORMS.get(action.id, {}),
                "expected_version": str(company.version(number)),
                "signed_password": PASSWORD,
            }
            answer = caller.call("POST", f"/suppliers/{number}/actions/{action.id}", form)
            if answer.status_code not in (403, 409) or company.state(number) != "prospect":
                wrong.append((action.id, who, answer.status_code, company.state(number)))

    assert wrong == []


@SQLITE
def test_an_action_nobody_defined_is_refused(company: Company) -> None:
    number = company.suppliers["prospect"]
    form = {"expected_version": str(company.version(number))}

    for action in ("nothing", "__init__", "approve%00", "a" * 300):
        assert company.caller("sqe").call("POST", f"/suppliers/{number}/actions/{action}", form).status_code in (
            404,
            409,
        )


@SQLITE
def test_a_change_that_names_no_version_is_refused(company: Company) -> None:
    """Whoever does not say what they saw could overwrite what somebody else did meanwhile."""
    number = company.suppliers["prospect"]
    sqe, version = company.caller("sqe"), company.version(number)

    for form in ({"reason": "No demand"}, {"reason": "No demand", "expected_version": "x"}):
        answer = sqe.call("POST", f"/suppliers/{number}/actions/withdraw", form)
        assert answer.status_code in (400, 409, 422, 428), answer.status_code
    assert (company.state(number), company.version(number)) == ("prospect", version)


@ON_BOTH
def test_reading_changes_nothing(company: Company) -> None:
    """Every address that answers a GET, asked by everybody who may, leaves every row as it was."""
    furnish(company)
    callers = {who: company.caller(who) for who in ("contact", "sqe", "admin", "token_read", "anonymous")}
    known = [rule for method, rule in routes(company.app) if method == "GET"]
    paths = [
        (who, fill(rule, EXAMPLES.get(("GET", rule), Example()).own(company, who))) for rule in known for who in callers
    ]
    for who, caller in callers.items():
        caller.get(caller.home)
        assert who
    before = digest(company.database)

    for who, path in paths:
        callers[who].call("GET", path)
        callers[who].call("HEAD", path)

    # When somebody was last seen, and how often an address was tried, is not of the record.
    assert changed(company.database, before) <= {"attempt_counter", "user_session", "contact_session", "api_token"}


def answer_and_stay(company: Company, key: str) -> None:
    """The supplier has answered and waits for our decision."""
    from tests.security.company import submit_signed

    caller = company.caller()
    company.open_portal(caller, key)
    caller.call("POST", f"/portal/items/{company.links[key]}/draft", ANSWERS)
    submit_signed(company, caller, key)
    assert company.state(company.suppliers[key]) == "review"


def furnish(company: Company) -> None:
    answer_once(company, "own")
    make_incidents(company, 2)
    upload_import(company)
    put_table_in_force(company)


def digest(database: Database) -> dict[str, str]:
    """A hash of all rows of each table."""
    with database.read() as session:
        hashes = {}
        for name in sorted(inspect(session.connection()).get_table_names()):
            if name in Base.metadata.tables:
                rows = sorted(repr(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{name}"')))
                hashes[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return hashes


def changed(database: Database, before: Mapping[str, str]) -> set[str]:
    return {name for name, value in digest(database).items() if before.get(name) != value}


def _columns_of(company: Company, number: str) -> dict[str, Any]:
    with company.database.read() as session:
        row = session.execute(select(Supplier.__table__).where(Supplier.number == number)).mappings().one()
        return dict(row)
