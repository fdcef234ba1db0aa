"""A running product and a browser to visit it with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from tests.browser.visiting import ARGUMENTS, Site, chromium_path, serving


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module; two at once cannot be driven from one thread."""
    path = chromium_path()
    if path is None:
        pytest.fail("There is no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def quiet_site(settings: Settings, database: Database) -> Iterator[Site]:
    """The product without its worker, for tests that do the work themselves."""
    with serving(settings, database, works=False) as running:
        yield running


@pytest.fixture
def site(settings: Settings, database: Database) -> Iterator[Site]:
    with serving(settings, database) as running:
        yield running
