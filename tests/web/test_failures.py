"""Errors say what happened and what to do, keep what was typed, and carry an id that the log knows."""

from collections.abc import Callable

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from supplier_quality.engine.evaluation import Unmet
from supplier_quality.engine.refusals import Refused
from supplier_quality.errors import Conflict
from supplier_quality.language import Message
from supplier_quality.web import public
from tests.web.conftest import Browser


def _breaking(app: Flask, error: Exception) -> Browser:
    """A browser of an application with a page that raises this error."""

    def view() -> str:
        raise error

    public(view)
    app.add_url_rule("/breaks", "breaks", view, methods=["GET", "POST"])
    app.add_url_rule("/api/v1/breaks", "api_breaks", view)
    return app.test_client()  # type: ignore[return-value]


def test_a_missing_page_is_a_page(client: Browser) -> None:
    answer = client.get("/nothing")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_the_api_answers_problem_json(client: Browser) -> None:
    answer = client.get("/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "not_found"
    assert answer.get_json()["instance"] == f"urn:request:{answer.headers['X-Request-ID']}"


def test_a_wrong_method_says_which_are_right(client: Browser) -> None:
    answer = client.get("/sign-out")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_the_number_on_the_page_is_in_the_log(app: Flask) -> None:
    browser = _breaking(app, ValueError("inside"))

    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        answer = browser.get("/breaks")

    logged = [line for line in lines if line["event"] == "unexpected error"]
    assert len(logged) == 1
    assert logged[0]["request_id"] in answer.text
    assert "inside" not in answer.text


def test_a_form_that_failed_is_still_there_without_its_secrets(app: Flask) -> None:
    browser = _breaking(app, ValueError("inside"))

    answer = browser.send("/breaks", note="Spoke to Mr Li <today>", my_password="hunter2 hunter2")

    assert answer.status_code == 500
    assert "Spoke to Mr Li &lt;today&gt;" in answer.text
    assert "hunter2" not in answer.text


def test_a_database_that_does_not_answer_is_not_the_readers_fault(app: Flask) -> None:
    answer = _breaking(app, OperationalError("SELECT secret", {}, Exception("gone"))).get("/breaks")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "SELECT" not in answer.text


def test_a_refusal_shows_every_unmet_rule_with_its_values(app: Flask) -> None:
    unmet = Unmet(id="certificate", message=Message("Certificate expired"), values={"expires": "2026-03-01"})
    other = Unmet(id="four_eyes", message=Message("The submitter may not approve"))
    browser = _breaking(app, Refused("approve", [unmet, other]))

    page, document = browser.get("/breaks"), browser.get("/api/v1/breaks").get_json()

    assert page.status_code == 409
    for words in ("Certificate expired", "1 Mar 2026", "The submitter may not approve"):
        assert words in page.text
    assert [each["id"] for each in document["refused"]] == ["certificate", "four_eyes"]
    assert document["refused"][0]["values"] == {"expires": "2026-03-01"}


def test_in_a_part_of_a_page_the_error_is_shown_as_a_notice_and_the_page_stays(app: Flask) -> None:
    browser = _breaking(app, Conflict(Message("Somebody was faster")))

    answer = browser.get("/breaks", headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "<html" not in answer.text
    assert "Somebody was faster" in answer.text


def test_too_many_tries_say_when_to_come_back(client: Browser, add_user: Callable[..., int]) -> None:
    add_user("viewer", email="v@example.com")

    answers = [client.send("/sign-in", email="v@example.com", password="wrong wrong wrong") for _try in range(7)]

    assert [answer.status_code for answer in answers[:6]] == [401] * 6
    assert answers[6].status_code == 429
    assert int(answers[6].headers["Retry-After"]) >= 1


def test_something_too_large_is_refused_before_it_is_read(client: Browser) -> None:
    answer = client.post("/sign-in", data={"email": "x" * 5_000_000})

    assert answer.status_code == 413
