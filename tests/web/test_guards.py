"""Every view says whom it is for, and an application with one that does not say so does not start."""

from collections.abc import Callable

import pytest
from flask import Flask

from supplier_quality.errors import NotAllowed
from supplier_quality.web import guard, public, staff
from supplier_quality.web.guard import Audience
from tests.web.conftest import Browser


def test_every_view_carries_a_guard(app: Flask) -> None:
    for endpoint, view in app.view_functions.items():
        assert guard.guard_of(view) is not None, endpoint


def test_only_pages_that_must_be_are_public(app: Flask) -> None:
    public_views = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if guard.guard_of(view).audience == Audience.PUBLIC  # type: ignore[union-attr]
        and endpoint.split(".")[0] in ("shell", "sign_in", "account", "users", "settings", "api_base", "api_docs")
    }

    assert public_views == {
        "api_base.openapi",
        "api_docs",
        "shell.choose_language",
        "shell.favicon",
        "shell.healthz",
        "shell.metrics",
        "shell.robots",
        "shell.static",
        "sign_in.choose_password",
        "sign_in.give_password",
        "sign_in.give_second_factor",
        "sign_in.second_factor",
        "sign_in.set_password",
        "sign_in.sign_in",
        "sign_in.sign_out",
    }


def test_a_view_without_guard_keeps_the_application_from_starting(app: Flask) -> None:
    app.view_functions["open.door"] = lambda: "come in"

    with pytest.raises(RuntimeError, match=r"open\.door"):
        guard.check_every_view(app)


def test_a_view_cannot_carry_two_guards() -> None:
    with pytest.raises(RuntimeError, match="two guards"):
        staff()(public(lambda: ""))


def test_a_stranger_is_led_to_the_sign_in_page_and_back(client: Browser) -> None:
    answer = client.get("/users?role=sqe")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=%2Fusers%3Frole%3Dsqe"


def test_a_part_of_a_page_leads_a_stranger_there_too(client: Browser) -> None:
    answer = client.get("/users", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"


@pytest.mark.parametrize("path", ["/users", "/users/new", "/users/1", "/settings"])
def test_pages_of_administrators_are_closed_to_others(signed_in: Callable[..., Browser], path: str) -> None:
    assert signed_in("quality_manager", "sqe", "viewer").get(path).status_code == NotAllowed.status


def test_a_cookie_opens_nothing_of_the_api(signed_in: Callable[..., Browser]) -> None:
    answer = signed_in("admin").get("/api/v1/me")

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
