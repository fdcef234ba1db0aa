"""The whole way of a supplier, in both languages:

- an engineer signs in and finds nothing to do; imports a list of suppliers from a file
- opens one, sees what blocks the invitation, mends it where the page says, and invites
- the supplier opens the mailed link on a phone, asks for a code, answers in steps, stops, goes on, and signs
- the engineer may not approve what they asked for; the quality manager does, with the password
- the record tells all of it, its diagram shows the way, and its chain of entries is proven
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import PASSWORD, PHONE, Site, Visitor, code_in, link_in, visiting

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(600)]

FILE = "Vendor ID,Vendor,Country,Site,City\n4711,Acme Castings,DE,Works 1,Ulm\n4712,上海轴承有限公司,CN,一厂,上海\n"
ANSWERS = {
    "employees": "120",
    "production_sites": "Works 1, Ulm",
    "main_products": "Castings",
    "main_processes": "Die casting",
    "capacity": "20,000 per week",
    "iso9001_number": "QM-1",
    "iso9001_valid_until": "2099-05-31",
    "iso9001_body": "TÜV",
    "duns": "123456789",
    "quality_contact": "Quinn",
    "quality_phone": "+49 731 1234",
}
YES_OR_NO = {"iso9001": "true", "iatf16949": "false", "insurance": "false"}
CHOICES = {"conflict_minerals": "none"}
QUINN = "quinn@acme.example"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_a_file_to_an_approved_supplier(chromium: Browser, site: Site, tmp_path: Path, language: str) -> None:
    ann = site.add_person("Ann Miller", "sqe", language=language)
    bo = site.add_person("Bo Chen", "quality_manager", "admin", language=language)
    with visiting(chromium, site, tmp_path, "Ann", language=language) as engineer:
        engineer.sign_in(ann)
        expect(engineer.page).to_have_url(f"{site.address}/my-work")
        engineer.look()
        import_suppliers(engineer, tmp_path)
        path = mend_and_invite(engineer, language)
        answer_on_a_phone(chromium, site, tmp_path, language)
        engineer.go(path)
        expect(engineer.page.locator(".head .chip")).to_be_visible()
        refuse_four_eyes(engineer)
    with visiting(chromium, site, tmp_path, "Bo", language=language) as manager:
        manager.sign_in(bo)
        manager.look()
        approve(manager, path)
        prove(manager, path)


def import_suppliers(visitor: Visitor, folder: Path) -> None:
    file = folder / "vendors.csv"
    file.write_text(FILE, encoding="utf-8")
    page = visitor.page
    visitor.go("/import")
    visitor.look()
    page.set_input_files("[name=file]", file)
    press(page, 'form[action="/import"]')
    page.wait_for_url("**/import/*")
    visitor.look()
    press(page, 'form[action$="/check"]')
    page.locator('form[action$="/store"]').wait_for()
    visitor.look()
    press(page, 'form[action$="/store"]')
    page.locator('a[href^="/suppliers"]', has_text="").last.wait_for()
    page.locator('.note.tone-done a[href^="/suppliers?"]').wait_for()
    visitor.look()
    page.locator('.note.tone-done a[href^="/suppliers?"]').click()
    expect(page.get_by_role("link", name="Acme Castings")).to_be_visible()
    expect(page.get_by_role("link", name="上海轴承有限公司")).to_be_visible()
    visitor.look()


def mend_and_invite(visitor: Visitor, language: str) -> str:
    """Follow every way to mend that the page offers until the invitation is possible; the path of the record."""
    page = visitor.page
    page.get_by_role("link", name="Acme Castings").click()
    page.wait_for_url("**/suppliers/SUP-*")
    path = page.url.removeprefix(visitor.site.address)
    visitor.look()
    blocked = page.locator(".act.blocked", has=page.locator('a[href$="?tab=contacts"]')).first
    expect(blocked).to_be_visible()

    blocked.locator('.unmet a[href$="?tab=contacts"]').first.click()
    page.wait_for_url("**tab=contacts")
    visitor.look()
    page.locator(f'a[href$="{path}/contacts/new"]').first.click()
    visitor.look()
    page.fill("[name=name]", "Quinn Weber")
    page.fill("[name=email]", QUINN)
    if page.locator("select[name=language]").count():
        page.select_option("select[name=language]", language)
    page.check("[name=primary]")
    press(page, "main form:has([name=email])")
    page.wait_for_url("**tab=contacts")

    visitor.go(path)
    owner = page.locator(f'.act.blocked a[href$="{path}/edit"]')
    if owner.count():
        owner.first.click()
        visitor.look()
        page.select_option("[name=owner_id]", label="Ann Miller")
        press(page, "main form:has([name=owner_id])")
        page.wait_for_url(f"**{path}")
    expect(page.locator(f'form[action="{path}/actions/invite"]')).to_be_visible()
    press(page, f'form[action="{path}/actions/invite"]')
    page.locator(f'form[action="{path}/actions/invite"]').wait_for(state="detached")
    visitor.look()
    return path


def answer_on_a_phone(chromium: Browser, site: Site, folder: Path, language: str) -> None:
    invitation = site.wait_for_mail(QUINN)
    with visiting(chromium, site, folder, "Quinn", size=PHONE, language=language) as contact:
        page = contact.page
        contact.go(link_in(invitation))
        page.wait_for_url("**/s/code")
        assert "#" not in page.url
        contact.look()
        press(page, 'form[action="/s/code"]')
        page.wait_for_url("**/s/enter**")
        contact.look()
        code = site.wait_for_mail(QUINN, template="code", after=invitation.id)
        page.fill("[name=code]", code_in(code))
        press(page, 'form[action="/s/enter"]')
        page.wait_for_url("**/portal/items/*")
        contact.look()
        contact.go("/portal")
        contact.look()
        page.locator('main a[href^="/portal/items/"]').first.click()
        item = page.url
        page.locator(f'a[href$="{item.removeprefix(site.address)}/steps/1"]').first.click()
        fill_steps(contact, item)
        contact.look()
        sign(contact, site, code.id)


def fill_steps(contact: Visitor, item: str) -> None:
    page, stopped = contact.page, False
    while "/steps/" in page.url:
        contact.look()
        for name, value in YES_OR_NO.items():
            box = page.locator(f'#answers input[type=radio][name="{name}"][value="{value}"]')
            if box.count():
                box.check()
        for name, value in ANSWERS.items():
            box = page.locator(f'#answers [name="{name}"]')
            if box.count() and box.is_visible():
                box.fill(value)
        for name, value in CHOICES.items():
            chosen = page.locator(f'#answers select[name="{name}"]')
            if chosen.count():
                chosen.select_option(value)
            elif page.locator(f'#answers input[name="{name}"][value="{value}"]').count():
                page.locator(f'#answers input[name="{name}"][value="{value}"]').check()
        before = page.url
        if not stopped:
            # Stop in the middle: what was typed is there when they come back.
            stopped = True
            page.locator('#answers button[value="later"]').click()
            page.wait_for_url(item)
            contact.look()
            page.goto(before)
            expect(page.locator('#answers [name="employees"]')).to_have_value("120")
        page.locator('#answers button[value="on"]').click()
        page.wait_for_url(lambda url, before=before: url.partition("#")[0] != before.partition("#")[0])


def sign(contact: Visitor, site: Site, after: int) -> None:
    page = contact.page
    page.wait_for_url("**/review")
    press(page, '#sign form[action$="/code"]')
    page.locator("[name=typed_name]").wait_for()
    contact.look()
    code = site.wait_for_mail(QUINN, template="code", after=after)
    page.fill("[name=typed_name]", "Quinn Weber")
    page.fill("[name=code]", code_in(code))
    press(page, 'form[action$="/submit"]')
    page.wait_for_url("**/receipts/*")
    contact.look()
    expect(page.locator("main")).to_contain_text("Quinn Weber")


def refuse_four_eyes(engineer: Visitor) -> None:
    """Ann asked for the answers, so her approval is shown as blocked and why."""
    page = engineer.page
    approve = page.locator('.act form[action$="/actions/approve"]')
    expect(approve).to_have_count(0)
    expect(page.locator(".act.blocked").first).to_be_visible()
    engineer.look()


def approve(manager: Visitor, path: str) -> None:
    page = manager.page
    manager.go(path)
    manager.look()
    form = page.locator(f'form[action="{path}/actions/approve"]')
    form.locator("xpath=ancestor::details[1]/summary").click()
    form.locator("[name=comment]").fill("Good answers")
    form.locator("[name=signed_password]").fill("not my password at all")
    manager.look()
    press(page, f'form[action="{path}/actions/approve"]')
    form = page.locator(f'form[action="{path}/actions/approve"]')
    expect(form.locator("[name=signed_password]")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("[name=comment]")).to_have_value("Good answers")
    manager.look()
    form.locator("[name=signed_password]").fill(PASSWORD)
    press(page, f'form[action="{path}/actions/approve"]')
    expect(page.locator(".head .chip.tone-done")).to_be_visible()
    manager.look()


def prove(manager: Visitor, path: str) -> None:
    """The timeline tells all steps, the diagram shows the way, and the chain of entries holds."""
    page = manager.page
    for name in ("Ann Miller", "Quinn", "Bo Chen"):
        expect(page.locator(".timeline, [class*=timeline]").first).to_contain_text(name)
    expect(page.locator("main svg[role=img], main figure svg, main .diagram svg").first).to_be_visible()
    page.locator('main a[href^="/trail/record?"]').first.click()
    page.wait_for_url("**/trail/record?*")
    expect(page.locator("main")).to_contain_text(path.rpartition("/")[2])
    expect(page.locator("main .tone-bad")).to_have_count(0)
    manager.look()
    for where in ("/trail", "/trail/proof", "/workflows", "/workflows/supplier_qualification", "/sent-mail"):
        manager.go(where)
        manager.look()


def press(page: Page, form: str) -> None:
    """Press the button that sends a form."""
    page.locator(form).first.locator("button:not([type=button])").last.click()
