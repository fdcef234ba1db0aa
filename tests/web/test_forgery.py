"""A foreign page cannot act in the name of whoever is signed in."""

from collections.abc import Callable

import pytest

from tests.web.conftest import PASSWORD, Browser


def test_a_form_without_token_is_refused_and_keeps_what_was_typed(client: Browser) -> None:
    answer = client.post("/sign-in", data={"email": "anna@example.com", "password": PASSWORD})

    assert answer.status_code == 400
    assert "anna@example.com" in answer.text
    assert PASSWORD not in answer.text


def test_a_token_of_another_browser_is_refused(client: Browser, signed_in: Callable[..., Browser]) -> None:
    other = signed_in("viewer")

    answer = other.post("/appearance", data={"appearance": "dark", "csrf_token": client.csrf_token()})

    assert answer.status_code == 400


def test_the_token_may_come_in_a_header(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("viewer")

    answer = browser.post(
        "/appearance", data={"appearance": "dark"}, headers={"X-CSRFToken": browser.csrf_token("/account")}
    )

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.net"},
    ],
)
def test_what_the_browser_says_another_site_sent_is_refused_despite_the_token(
    signed_in: Callable[..., Browser], headers: dict[str, str]
) -> None:
    browser = signed_in("viewer")
    fields = {"appearance": "dark", "csrf_token": browser.csrf_token("/account")}

    answer = browser.post("/appearance", data=fields, headers=headers)

    assert answer.status_code == 403


def test_a_form_of_our_own_page_has_the_origin_null_and_passes(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("viewer")
    fields = {"appearance": "dark", "csrf_token": browser.csrf_token("/account")}

    answer = browser.post("/appearance", data=fields, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "target", ["https://evil.example.net", "//evil.example.net", "/\\evil.example.net", "javascript:1"]
)
def test_signing_in_never_leads_to_another_site(add_user: Callable[..., int], client: Browser, target: str) -> None:
    add_user("viewer", email="v@example.com")

    answer = client.send("/sign-in", email="v@example.com", password=PASSWORD, next=target)

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"
