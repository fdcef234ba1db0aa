"""One company, entered twice:

- the engineer adds a supplier whose Chinese name is here already; its page says so
- the quality manager compares the two, chooses the values, looks at what would happen, and merges
- the old number leads on; the history of both is told on one page
- the merge turns out to be wrong and is undone: both are as they were
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from supplier_quality import clock
from supplier_quality.config import Settings
from supplier_quality.engine.evidence import verify_trail
from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.operations import add_contact, add_site, register_supplier
from tests.browser.visiting import DESK, PHONE, Site, serving, visiting
from tests.suppliers.merging.canonical import canonical

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(300)]

ADA = Actor(kind="user", id="user:1", label="Ada", roles=frozenset({"sqe"}))


def enter(site: Site) -> str:
    """The record that was here first; its number."""
    act = {"actor": ADA, "at": clock.now()}
    with site.database.write() as session:
        details = SupplierDetails(name="上海立信精密机械有限公司", country="CN", source_key="4711")
        supplier: Supplier = register_supplier(session, details, **act)  # type: ignore[arg-type]
        add_site(session, supplier, SiteDetails(name="上海工厂", city="上海", country="CN"), **act)  # type: ignore[arg-type]
        contact = ContactDetails(name="王伟", email="wang@lixin.example", primary=True)
        add_contact(session, supplier, contact, **act)  # type: ignore[arg-type]
        return supplier.number


@pytest.mark.parametrize(("language", "size"), [("en", DESK), ("zh", PHONE)])
def test_a_merge_is_done_and_undone(
    chromium: Browser, settings: Settings, database: Database, tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    with serving(settings, database) as site:
        email = site.add_person("Ada Nguyen", "quality_manager", language=language)
        first = enter(site)
        with visiting(chromium, site, tmp_path, "Ada", size=size, language=language) as ada:
            page = ada.page
            ada.sign_in(email)
            ada.go("/suppliers/new")
            page.fill("[name=name]", "Shanghai Lixin Precision Machinery Co., Ltd.")
            page.select_option("[name=country]", "CN")
            page.fill("[name=website]", "https://lixin.example")
            page.click("main form[method=post] button.btn-primary")
            page.wait_for_url("**/suppliers/SUP-*")
            second = page.url.rpartition("/")[2]
            with database.read() as session:
                before = [canonical(session, number) for number in (first, second)]
            expect(page.locator(".note").first).to_contain_text("lixin")
            ada.look()

            page.locator(f'.note a[href="/suppliers/{first}/merge/{second}"]').click()
            ada.look()
            page.check("#t-name-goes")
            page.fill("#merge [name=reason]", "Same works, same people")
            page.click("#merge button.btn-primary")
            expect(page.locator("ins").first).to_contain_text("Shanghai Lixin")
            ada.look()
            page.click("#merge button.btn-primary")
            page.wait_for_url(f"**/suppliers/{first}")
            expect(page.locator("h1")).to_contain_text("Shanghai Lixin")
            ada.look()

            ada.go(f"/suppliers/{second}")
            page.wait_for_url(f"**/suppliers/{first}?from={second}")
            expect(page.locator("#history")).to_contain_text(f"{second}")
            ada.look()
            ada.go(f"/suppliers/{second}?old=1")
            ada.look()
            page.locator(f'.note a[href="/suppliers/{second}/unmerge"]').click()
            ada.look()
            page.fill("main form [name=reason]", "They are two companies")
            page.click("main form[method=post] button.btn-primary")
            page.wait_for_url(f"**/suppliers/{second}")
            expect(page.locator("h1")).to_contain_text("Shanghai Lixin")
            ada.look()
            ada.go("/suppliers/duplicates")
            expect(page.locator("main table")).to_contain_text(second)
            ada.look()

        with database.read() as session:
            assert [canonical(session, number) for number in (first, second)] == before
            assert session.scalars(select(Supplier.merged_into)).all() == [None, None]
            assert verify_trail(session).ok
