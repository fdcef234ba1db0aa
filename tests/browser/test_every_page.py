"""Every page of the product in the browser, for staff at a desk and on a phone, for a supplier's contact on a phone, in
both languages: usable by everybody, nothing against the content policy, no request to elsewhere, no error of a script.

The pages come from the table of routes, so that a new page is visited without anybody thinking of it.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from supplier_quality.suppliers.record_tabs import TABS
from tests.browser.visiting import PHONE, Site, Visitor, visiting
from tests.security.company import Caller, Company, address_of, found_company
from tests.security.examples import EXAMPLES, Example, fill
from tests.security.test_access import furnish, routes

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

# Answers that are no pages: files, data, figures, the mail inside its frame. The page of the API is drawn by Swagger UI,
# whose colours and headings are not ours; tests/web visits it for the content policy.
NO_PAGE = (
    "/api/docs",
    "/suppliers/export.",
    "/approved-suppliers/export.",
    "/development/export.",
    "/static",
    "/api/v1",
    "/metrics",
    "/healthz",
    "/favicon.ico",
    "/robots.txt",
    "/portal/token",
)
NO_PAGE_ENDS = (".csv", "/export", "/heads/<name>", "/body", "/files/<int:file_id>")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_staff_is_usable_by_everybody_at_a_desk_and_on_a_phone(
    chromium: Browser, quiet_site: Site, tmp_path: Path, language: str
) -> None:
    company = furnish(found_company(quiet_site.settings, quiet_site.database))
    with visiting(chromium, quiet_site, tmp_path, "Admin", language=language) as visitor:
        visitor.go(f"/sign-in?lang={language}")
        visitor.look_on_both()
        visitor.sign_in(address_of("admin"))
        speak(company, "admin", language)
        problems = [problem for path in pages(company, "admin") for problem in look_at(visitor, path, on_both=True)]

    assert problems == []
    assert len(visitor.looked_at) > 60


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_a_supplier_is_usable_by_everybody_on_a_phone(
    chromium: Browser, quiet_site: Site, tmp_path: Path, language: str
) -> None:
    company = furnish(found_company(quiet_site.settings, quiet_site.database))
    contact = company.caller("contact")
    with visiting(chromium, quiet_site, tmp_path, "Contact", size=PHONE, language=language) as visitor:
        take_over(visitor, contact)
        visitor.go(f"/portal?lang={language}")
        problems = [problem for path in pages(company, "contact") for problem in look_at(visitor, path)]

    assert problems == []
    assert len(visitor.looked_at) > 10


def pages(company: Company, who: str) -> list[str]:
    """The path of every page that this reader may open."""
    found = []
    caller = company.caller(who)
    for method, rule in sorted(routes(company.app)):
        if method != "GET" or rule.startswith(NO_PAGE) or rule.endswith(NO_PAGE_ENDS):
            continue
        path = fill(rule, EXAMPLES.get((method, rule), Example()).own(company, who))
        answer = caller.get(path)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found.append(path)
    number = company.suppliers["own"]
    if who != "contact":
        tabs = TABS[1:]
        found += [f"/suppliers/{number}?tab={tab}" for tab in tabs]
        found += ["/nothing/here", "/suppliers?q=nothing", "/search?q=acme", "/suppliers?sort=-changed&size=25"]
        found += ["/approved-suppliers?view=table", "/approved-suppliers?on=2020-01-01"]
    return found


def look_at(visitor: Visitor, path: str, *, on_both: bool = False) -> list[str]:
    visitor.go(path)
    try:
        if on_both:
            visitor.look_on_both()
        else:
            visitor.look()
    except AssertionError as problem:
        visitor.complaints.clear()
        return [str(problem).partition("\nassert")[0][:700]]
    return []


def speak(company: Company, who: str, language: str) -> None:
    from supplier_quality.identity.models import User

    with company.database.write() as session:
        session.get_one(User, company.users[who]).language = language


def take_over(visitor: Visitor, caller: Caller) -> None:
    """Go on in the browser where the caller came in."""
    names = ("sq-contact", "sq-invitation")
    cookies = [(name, caller.get_cookie(name)) for name in names]
    visitor.page.context.add_cookies(
        [{"name": name, "value": found.value, "url": visitor.site.address} for name, found in cookies if found]
    )
