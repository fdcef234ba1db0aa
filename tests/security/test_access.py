"""Who gets what: every route, asked with every method by everybody, answers as ``access.csv`` says.

A cell holds the status, or where a refused reader is sent: ``sign-in`` for staff, ``link`` for suppliers. The column
``unknown`` holds what somebody who may use the route gets for records that do not exist; ``-`` where it names none.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from tests.security.company import (
    STAFF,
    TOKENS,
    WHO,
    Caller,
    Company,
    add_certificate,
    add_development,
    add_step_file,
    address_of,
    answer_once,
    keep_view,
    make_incidents,
    make_task,
    make_token,
    name_deputy,
    pick_for_bulk,
    put_print,
    put_table_in_force,
    upload_import,
)
from tests.security.documents import add_documents
from tests.security.examples import EXAMPLES, Example, fill, placeholders
from tests.security.questionnaire import add_questionnaire

TABLE = Path(__file__).with_name("access.csv")
# They come with every route and need no decision: the framework answers them from the table of routes.
AUTOMATIC = frozenset({"HEAD", "OPTIONS"})
REFUSED = frozenset({"401", "403", "sign-in", "link"})
# After these the caller is somebody else, or nobody.
ENDS_THE_SESSION = frozenset({"/sign-out", "/portal/sign-out"})

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_BOTH = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)

Row = dict[str, str]


def table() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def routes(app: Flask) -> set[tuple[str, str]]:
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - AUTOMATIC}


def answer_class(answer: TestResponse) -> str:
    """The answer as the table writes it."""
    location = answer.headers.get("Location", "")
    if answer.status_code == 303 and location.partition("?")[0] == "/sign-in":
        return "sign-in"
    if answer.status_code == 401 and answer.request.path != "/sign-in" and 'action="/sign-in"' in answer.text:
        return "sign-in"  # in place of the answer to a form, so that nothing typed is lost
    if answer.status_code == 303 and location.partition("?")[0] in ("/s", "/s/code"):
        return "link"
    return str(answer.status_code)


@pytest.fixture
def furnished(company: Company) -> Company:
    return furnish(company)


def furnish(company: Company) -> Company:
    """Put in one of everything that a route can name."""
    answer_once(company, "own")
    for key in ("own", "foreign"):
        add_certificate(company, key)
        add_documents(company, key)
        add_development(company, key)
        add_questionnaire(company, key)
    add_step_file(company)
    make_incidents(company, 12)
    upload_import(company)
    put_table_in_force(company)
    company.open_portal(company.caller(), "foreign")
    company.sign_in(company.caller(), address_of("spare"))
    make_token(company, "spare", "suppliers:read")
    for who in STAFF:
        make_task(company, who)
        keep_view(company, who)
        put_print(company, who)
        pick_for_bulk(company, who)
        make_token(company, who, "suppliers:read")
        name_deputy(company, who)
        company.caller(who)  # a second session, to be ended
    heads = company.settings.home / "heads"
    heads.mkdir(exist_ok=True)
    (heads / "heads-2026-11-20.jsonl").write_text('{"seq": 1, "hash": "00"}\n', encoding="utf-8")
    return company


@SQLITE
def test_the_table_names_every_route_and_no_other(settings: Settings, database: Database) -> None:
    known, named = routes(create_app(settings, database)), {(row["method"], row["rule"]) for row in table()}

    assert known - named == set(), "routes without a decision who may use them"
    assert named - known == set(), "routes that are gone"


@pytest.mark.timeout(400)
@ON_BOTH
def test_everybody_gets_from_every_route_what_the_table_says(furnished: Company) -> None:
    callers = {who: furnished.caller(who) for who in WHO}
    wrong = [
        f"{row['method']} {row['rule']} {who}: {row[who]} expected, got {got}"
        for row in table()
        for who in WHO
        if (got := _ask(furnished, callers, row["method"], row["rule"], who)) != row[who]
    ]

    assert wrong == []


@ON_BOTH
def test_records_that_do_not_exist_are_refused_like_any_other_to_those_outside(furnished: Company) -> None:
    """Nobody learns from the answer which numbers exist: who may not use a route gets the same for any number."""
    callers = {who: furnished.caller(who) for who in WHO}
    wrong = []
    for row in table():
        example = EXAMPLES.get((row["method"], row["rule"]))
        if example is None or example.unknown is None:
            assert row["unknown"] == "-", row["rule"]
            continue
        for who in WHO:
            outside = row[who] in REFUSED or (who in TOKENS and row[who] == "400")
            expected = row[who] if outside else row["unknown"]
            got = answer_class(_send(furnished, callers[who], row["method"], row["rule"], example, who, unknown=True))
            if got != expected:
                wrong.append(f"{row['method']} {row['rule']} {who}: {expected} expected, got {got}")

    assert wrong == []


@pytest.mark.long
@SQLITE
def test_methods_that_a_route_does_not_name_are_refused_to_everybody(furnished: Company) -> None:
    callers = {who: furnished.caller(who) for who in ("anonymous", "admin", "contact", "token_write")}
    known = routes(furnished.app)
    wrong = [
        f"{method} {path} {who}: {got}"
        for rule in sorted({rule for _method, rule in known})
        if (path := _any_path(furnished, known, rule))
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
        if (method, rule) not in known and not _also_elsewhere(furnished, path, method)
        for who, caller in callers.items()
        if (got := caller.call(method, path).status_code) != 405
    ]

    assert wrong == []


@pytest.mark.long
@SQLITE
def test_a_head_request_gets_what_a_get_would_get(furnished: Company) -> None:
    callers = {who: furnished.caller(who) for who in WHO}
    for row in table():
        if row["method"] != "GET" or row["rule"] in ("/s/code",):
            continue
        example = EXAMPLES.get(("GET", row["rule"]), Example())
        path = fill(row["rule"], example.own(furnished, "sqe"))
        for who, caller in callers.items():
            assert answer_class(caller.call("HEAD", path)) == answer_class(caller.call("GET", path)), (path, who)


def _ask(company: Company, callers: dict[str, Caller], method: str, rule: str, who: str) -> str:
    caller = company.caller(who) if rule in ENDS_THE_SESSION else callers[who]
    example = EXAMPLES.get((method, rule), Example())
    return answer_class(_send(company, caller, method, rule, example, who))


def _send(
    company: Company, caller: Caller, method: str, rule: str, example: Example, who: str, *, unknown: bool = False
) -> TestResponse:
    values = example.unknown if unknown and example.unknown is not None else example.own(company, who)
    missing = set(placeholders(rule)) - set(values)
    assert not missing, f"no example for {missing} of {method} {rule}"
    return caller.call(method, fill(rule, values), **example.sent(company, who))


def _any_path(company: Company, known: set[tuple[str, str]], rule: str) -> str:
    method = next(method for method, each in sorted(known) if each == rule)
    return fill(rule, EXAMPLES.get((method, rule), Example()).own(company, "admin"))


def _also_elsewhere(company: Company, path: str, method: str) -> bool:
    """Whether another rule takes the same path with this method, as ``/incidents/retry`` and ``/incidents/<id>/...``."""
    return company.app.url_map.bind("localhost").test(path, method)


def rows_as_answered(company: Company) -> Iterator[Row]:
    """The table as the application answers now, for who adds a route: to be read line by line before it is kept."""
    callers = {who: company.caller(who) for who in WHO}
    for method, rule in sorted(routes(company.app), key=lambda each: (each[1], each[0])):
        row = {"method": method, "rule": rule}
        row.update({who: _ask(company, callers, method, rule, who) for who in WHO})
        example = EXAMPLES.get((method, rule))
        row["unknown"] = "-"
        if example is not None and example.unknown is not None:
            may = next((who for who in reversed(WHO) if row[who] not in REFUSED | {"400"}), "admin")
            row["unknown"] = answer_class(_send(company, callers[may], method, rule, example, may, unknown=True))
        yield row
