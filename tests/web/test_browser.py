"""The frame in a real browser: nothing against the content policy, nothing from elsewhere, and usable by everybody."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from tests.browser.axe import axe_problems
from tests.browser.conftest import chromium
from tests.web.conftest import PASSWORD

__all__ = ["chromium"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    # What a browser shows does not depend on the database.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def site(settings: Settings, database: Database, add_user: Callable[..., int]) -> Iterator[str]:
    """The address of a running application with an administrator."""
    add_user("admin", "quality_manager", email="anna@example.com", name="Anna Berg")
    # The port is known only once the server listens, so the application is told afterwards which address it has.
    server = make_server("127.0.0.1", 0, lambda *_given: [], threaded=True)
    address = f"http://localhost:{server.port}"
    server.app = create_app(replace(settings, base_url=address), database)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[(1440, "light", "en"), (390, "dark", "zh")], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Page]:
    """A signed-in browser page that collects what it must not do in ``complaints``."""
    width, scheme, language = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, base_url=site
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    opened.on("request", lambda sent: None if sent.url.startswith((site, "data:")) else complaints.append(sent.url))
    opened.goto("/sign-in")
    opened.fill("[name=email]", "anna@example.com")
    opened.fill("[name=password]", PASSWORD)
    opened.press("[name=password]", "Enter")
    opened.wait_for_url(lambda url: "/sign-in" not in url)
    yield opened
    context.close()
    assert complaints == []


def test_pages_are_usable_by_everybody(page: Page) -> None:
    for path in ("/account", "/users", "/users/new", "/users/1", "/settings", "/search?q=x", "/nothing"):
        page.goto(path)

        assert axe_problems(page) == [], path


def test_nothing_sticks_out_of_the_screen(page: Page) -> None:
    for path in ("/account", "/users", "/users/1", "/settings", "/nothing"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_table_is_sorted_in_place_and_keeps_focus(page: Page) -> None:
    page.goto("/users?q=anna")
    page.evaluate("window.still = true")

    page.focus("#users-sort-email")
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=email")

    assert page.evaluate("window.still") is True
    assert page.evaluate("document.activeElement.id") == "users-sort-email"
    assert page.url.endswith("/users?q=anna&sort=email")


def test_keys_move_through_the_product(page: Page) -> None:
    page.goto("/users")

    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Anna Berg"
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/settings")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"


def test_the_key_of_a_mailed_link_goes_from_the_address_into_the_form(page: Page) -> None:
    page.goto("/choose-password#the-key")

    assert page.input_value("[name=token]") == "the-key"
    assert page.url.endswith("/choose-password")


def test_the_api_page_works_under_the_content_policy(page: Page) -> None:
    page.goto("/api/docs")

    page.get_by_text("Whom this token acts for").wait_for()
