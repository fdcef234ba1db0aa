"""The language of a page: the person's own, else the one chosen before, else the browser's."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.conftest import Browser


def _language(browser: Browser, path: str = "/sign-in", **headers: str) -> str:
    text = browser.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}).text
    return text.split('<html lang="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("de-DE,de;q=0.9,zh;q=0.5,en;q=0.3", "zh-Hans"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_a_stranger_gets_the_language_of_the_browser(client: Browser, accepted: str, language: str) -> None:
    assert _language(client, Accept_Language=accepted) == language


def test_a_choice_in_the_address_is_kept_for_the_next_page(client: Browser) -> None:
    assert _language(client, "/sign-in?lang=zh", Accept_Language="en") == "zh-Hans"
    assert _language(client, Accept_Language="en") == "zh-Hans"


def test_an_unknown_language_is_no_choice(client: Browser) -> None:
    assert _language(client, "/sign-in?lang=xx", Accept_Language="zh") == "zh-Hans"


def test_a_person_reads_in_their_own_language_whatever_the_browser_asks(signed_in: Callable[..., Browser]) -> None:
    assert _language(signed_in("viewer", language="zh"), "/account", Accept_Language="en") == "zh-Hans"


def test_choosing_a_language_in_the_frame_changes_the_account(signed_in: Callable[..., Browser], app: Flask) -> None:
    browser = signed_in("viewer")

    answer = browser.send("/language", "/account", language="zh", next="/account")

    assert answer.headers["Location"] == "/account"
    assert _language(browser, "/account") == "zh-Hans"


def test_one_readers_language_does_not_leak_into_the_next_request(client: Browser) -> None:
    _language(client, Accept_Language="zh")

    assert _language(client, Accept_Language="en") == "en"
