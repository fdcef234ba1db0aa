"""What people do on every page: moving by keys alone, changing the language, signing in and out."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import PASSWORD, Site, visiting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@SQLITE
def test_somebody_signs_in_looks_around_changes_the_language_and_signs_out(
    chromium: Browser, site: Site, tmp_path: Path
) -> None:
    """The short journey of every run: no page on the way breaks a rule of the house."""
    email = site.add_person("Ann Miller", "sqe")
    with visiting(chromium, site, tmp_path, "Ann") as visitor:
        page = visitor.page
        visitor.sign_in(email)
        expect(page).to_have_url(f"{site.address}/my-work")
        visitor.look()
        heading = page.locator("h1").inner_text()
        page.locator("details.menu summary").first.click()
        page.locator('button[name=language][value="zh"]').click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        expect(page.locator("h1")).not_to_have_text(heading)
        expect(page).to_have_url(re.compile("/my-work$"))
        visitor.look()
        # The choice belongs to the person: it is there on the next page and after signing in again.
        visitor.go("/suppliers")
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        page.locator("header.top details.menu summary").last.click()
        page.locator('form[action="/sign-out"] button').click()
        page.wait_for_url("**/sign-in")
        visitor.go("/my-work")
        page.wait_for_url("**/sign-in?next=*")


@pytest.mark.long
@SQLITE
def test_everything_is_reached_and_done_by_keys_alone(chromium: Browser, site: Site, tmp_path: Path) -> None:
    """No mouse: sign in, open the list of keys, move with g and a letter, search with /, add a supplier, open its row."""
    email = site.add_person("Ann Miller", "sqe")
    with visiting(chromium, site, tmp_path, "Ann") as visitor:
        page = visitor.page
        visitor.go("/sign-in")
        _tab_to(page, "[name=email]")
        page.keyboard.type(email)
        _tab_to(page, "[name=password]")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/my-work")

        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", "the first stop leads past the frame"
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        visitor.look()
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()

        page.keyboard.press("g")
        page.keyboard.press("s")
        page.wait_for_url("**/suppliers")
        page.keyboard.press("Escape")
        _tab_to(page, 'a[href="/suppliers/new"]')
        page.keyboard.press("Enter")
        page.wait_for_url("**/suppliers/new")
        _tab_to(page, "[name=name]")
        page.keyboard.type("Keyboard Castings")
        page.keyboard.press("Enter")
        page.wait_for_url("**/suppliers/SUP-*")
        visitor.look()

        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        page.keyboard.type("keyboard")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=keyboard")
        expect(page.get_by_role("link", name="Keyboard Castings")).to_be_visible()
        visitor.look()

        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("g")
        page.keyboard.press("s")
        page.wait_for_url("**/suppliers")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.closest('tr').textContent").count("Keyboard Castings") == 1
        page.keyboard.press("Enter")
        page.wait_for_url("**/suppliers/SUP-*")


@pytest.mark.long
@SQLITE
def test_the_focus_is_seen_wherever_it_goes(chromium: Browser, site: Site, tmp_path: Path) -> None:
    email = site.add_person("Ann Miller", "sqe", "admin")
    with visiting(chromium, site, tmp_path, "Ann") as visitor:
        visitor.sign_in(email)
        for path in ("/my-work", "/suppliers", "/suppliers/new", "/account"):
            visitor.go(path)
            for _stop in range(25):
                visitor.page.keyboard.press("Tab")
                seen = visitor.page.evaluate(
                    "(() => { const one = document.activeElement; if (one === document.body) return true;"
                    " const style = getComputedStyle(one), box = one.getBoundingClientRect();"
                    " const drawn = style.outlineStyle !== 'none' || style.boxShadow !== 'none';"
                    " return drawn && box.width > 0 ? true : one.outerHTML.slice(0, 200); })()"
                )
                assert seen is True, (path, seen)


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _stop in range(80):
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab")
