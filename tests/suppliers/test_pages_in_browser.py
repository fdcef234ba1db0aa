"""Pages of suppliers in a real browser: usable by everybody, nothing wider than the screen, polled without a reload."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from supplier_quality import clock
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import ImportRun
from tests.browser.axe import axe_problems
from tests.documents.corpus import LIST, pdf, sheet
from tests.suppliers.conftest import SQE
from tests.suppliers.test_files_in_place import attach
from tests.suppliers.test_import_pages import GOOD, work
from tests.suppliers.test_qualification import ANSWERS, act, answer
from tests.web.test_browser import chromium, page, pytestmark, site

__all__ = ["chromium", "page", "pytestmark", "site"]

MakeSupplier = Callable[..., str]
PICTURES = os.environ.get("PICTURES")


def look(page: Page, name: str) -> None:
    """What is wrong with the page as it stands; kept as a picture when a folder for them is named."""
    if PICTURES:
        size = page.viewport_size or {}
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{size.get('width')}.png"), full_page=True)
    assert axe_problems(page) == [], name
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, name


def test_list_and_record_in_every_tab(ready: Database, page: Page, make_supplier: MakeSupplier) -> None:
    first = make_supplier("Acme Castings")
    second = make_supplier("上海汽车轴承有限公司", country="CN")
    make_supplier("Bare Ltd", complete=False)
    now = clock.now()
    act(ready, first, "invite", SQE, now - timedelta(days=30))
    act(ready, second, "invite", SQE, now)
    answer(ready, second, now, {**ANSWERS, "iso9001_valid_until": "2020-01-01"})
    page.goto("/suppliers")
    look(page, "list")
    page.goto("/suppliers?due=overdue&q=acme")
    look(page, "list-narrowed")
    for tab in ("overview", "sites", "contacts", "assessment", "links"):
        page.goto(f"/suppliers/{second}?tab={tab}")
        look(page, f"record-{tab}")
    page.goto(f"/suppliers/{first}?tab=links")
    look(page, "record-asked")
    page.click("form[action$='/copy'] button")
    look(page, "record-copied")
    page.goto(f"/suppliers/{second}")
    page.locator(".next details.act summary").first.click()
    look(page, "record-act")
    page.goto(f"/suppliers/{second}/edit")
    look(page, "edit")


def test_an_import_from_file_to_result(ready: Database, page: Page) -> None:
    for text, name in ((GOOD, "good.csv"), ("Vendor,Country\nAcme,Nowhereland\n,DE\n", "bad.csv")):
        page.goto("/import")
        look(page, "import")
        page.set_input_files("[name=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})
        page.click("form[enctype] button.btn-primary")
        look(page, "import-columns")
        page.click("form[action$='/check'] button.btn-primary")
        look(page, "import-running")
        work(ready)
        # The page asks by itself; nobody reloads it.
        page.wait_for_selector("form[action$='/store'], #problems")
        look(page, f"import-{name}")
    with ready.read() as session:
        assert session.scalars(select(ImportRun.stage).order_by(ImportRun.id)).all() == ["checked", "refused"]


def test_a_file_is_looked_at_in_place_and_turned_by_keys(
    ready: Database, page: Page, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    at = attach(ready, number, "证书.pdf", pdf(pages=3))
    page.goto(f"{at}/view")
    look(page, "file")
    picture = page.locator("figure img")
    for key, shown in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowRight", 3), ("ArrowLeft", 2)):
        page.keyboard.press(key)
        expect(picture).to_have_attribute("src", f"{at}/pages/{shown}")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") == 1240
    page.goto(f"{attach(ready, number, 'list.csv', LIST)}/view")
    look(page, "file-text")
    page.goto(f"{attach(ready, number, 'measured.xlsx', sheet())}/view")
    look(page, "file-not-shown")


def test_parts_open_in_place_by_keyboard_and_the_way_back_works(
    ready: Database, page: Page, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    page.goto(f"/suppliers/{number}")
    look(page, "parts-overview")
    page.evaluate("window.stillThere = true")
    group = page.locator("#group-qualification")
    group.focus()
    above = group.bounding_box()
    page.keyboard.press("Enter")

    expect(page.locator("#part-qualification")).to_have_attribute("aria-current", "page")
    expect(page).to_have_url(re.compile(r"\?tab=qualification$"))
    expect(group).to_be_focused()
    assert group.bounding_box() == above
    while page.evaluate("document.activeElement.id") != "part-assessment":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?tab=assessment$"))
    expect(page.locator("#part-assessment")).to_be_focused()
    look(page, "parts-assessment")
    back = page.locator("form[action='/language'] input[name=next]")
    expect(back).to_have_value(re.compile(r"\?tab=assessment$"))
    assert page.evaluate("window.stillThere") is True

    page.go_back()
    expect(page.locator("#part-qualification")).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(group).not_to_have_attribute("aria-current", "true")


def test_on_a_phone_the_history_is_one_step_away(ready: Database, page: Page, make_supplier: MakeSupplier) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/suppliers/{make_supplier()}")
    page.locator("a.to-history").click()
    expect(page.locator("#history")).to_be_in_viewport()
