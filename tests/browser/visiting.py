"""Visiting the running product with headless Chromium, and what no page may do there."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from waitress.server import create_server

from supplier_quality import clock, features, worker
from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.identity.models import User, UserRole
from supplier_quality.identity.passwords import hash_password
from supplier_quality.mail import MailMessage
from supplier_quality.persistence import Database
from tests.browser.axe import axe_problems

PASSWORD = "violet kettle marching otter 47"
_HASH = hash_password(PASSWORD)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
DESK, PHONE = (1440, 900), (390, 844)
PATIENCE = 30_000  # milliseconds; a busy machine needs them

expect.set_options(timeout=PATIENCE)


def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass
class Site:
    """A running installation with its worker inside, as ``supplier-quality serve`` runs it."""

    address: str
    settings: Settings
    database: Database
    people: dict[str, int] = field(default_factory=dict)

    def add_person(self, name: str, *roles: str, language: str = "en") -> str:
        """Somebody who can sign in with PASSWORD; their mail address."""
        email = f"{name.split(maxsplit=1)[0].lower()}@plant.example"
        at = clock.now()
        with self.database.write() as session:
            user = User(
                email=email,
                name=name,
                language=language,
                time_zone="Europe/Berlin",
                password_hash=_HASH,
                password_changed_at=at,
                created_at=at,
                role_rows=[UserRole(role=role) for role in roles],
            )
            session.add(user)
            session.flush()
            self.people[name] = user.id
        return email

    def mails_to(self, address: str) -> list[MailMessage]:
        with self.database.read() as session:
            query = select(MailMessage).where(MailMessage.address == address).order_by(MailMessage.id)
            return list(session.scalars(query))

    def wait_for_mail(self, address: str, *, template: str = "", after: int = 0) -> MailMessage:
        """The newest mail to an address, once the worker has delivered it."""
        for _try in range(600):
            found = [mail for mail in self.mails_to(address) if mail.id > after and template in mail.template]
            if found and found[-1].sent_at is not None:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(f"no mail {template} to {address}: {[mail.subject for mail in self.mails_to(address)]}")


@contextmanager
def serving(settings: Settings, database: Database, *, works: bool = True, **changes: Any) -> Iterator[Site]:
    """The product on a free port, with an embedded worker when it ``works``; ``changes`` replace settings."""
    waiting: Any = create_server(lambda *_given: [], host="127.0.0.1", port=0)
    port = waiting.effective_port
    waiting.close()
    address = f"http://localhost:{port}"
    settings = replace(settings, base_url=address, **changes)
    database.info["settings"] = settings
    features.load_rules(database, settings, at=clock.now())
    server: Any = create_server(create_app(settings, database), host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    stop = worker.start_embedded(settings, database) if works else None
    try:
        yield Site(address, settings, database)
    finally:
        if stop is not None:
            stop()
        server.close()
        thread.join(timeout=5)


@dataclass
class Visitor:
    """One person with one browser. ``complaints`` collects what a page must never do; the visit ends with none."""

    site: Site
    page: Page
    folder: Path
    name: str
    complaints: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else f"{self.site.address}{path}")

    def sign_in(self, email: str) -> None:
        self.go("/sign-in")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url, timeout=PATIENCE)

    def look(self) -> None:
        """The page as it stands: axe finds nothing, nothing sticks out of the screen, nothing was complained of."""
        address = self.page.url.removeprefix(self.site.address)
        self.looked_at.append(address)
        problems = axe_problems(self.page)
        assert not problems, f"{self.name} on {address}: {problems}"
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"
        assert self.complaints == [], address

    def look_on_both(self) -> None:
        """The same page at a desk and on a phone; nothing is loaded in between, as when somebody turns a tablet."""
        self.look()
        self.resize(PHONE)
        try:
            self.look()
        finally:
            self.resize(DESK)

    def resize(self, size: tuple[int, int]) -> None:
        """Go on at a screen of this size; that of a phone is touched."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        touched = {"enabled": size == PHONE, "maxTouchPoints": 1}
        self.page.context.new_cdp_session(self.page).send("Emulation.setTouchEmulationEnabled", touched)

    def picture(self) -> Path:
        path = self.folder / f"{re.sub(r'[^a-z0-9]+', '-', self.name.lower())}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


@contextmanager
def visiting(
    browser: Browser, site: Site, folder: Path, name: str, *, size: tuple[int, int] = DESK, language: str = "en"
) -> Iterator[Visitor]:
    """A browser of one person. A picture of the last page is kept when something goes wrong."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale={"en": "en-GB", "zh": "zh-CN"}[language],
        has_touch=size == PHONE,
        base_url=site.address,
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    visitor = Visitor(site, page, folder, name)
    told = visitor.complaints
    context.expose_function("tellOfViolation", lambda what: told.append(f"content policy: {what}"))
    context.add_init_script(
        "document.addEventListener('securitypolicyviolation', (event) => "
        "tellOfViolation(`${event.violatedDirective} ${event.blockedURI}`))"
    )
    _listen(context, site, told)
    try:
        yield visitor
        assert told == []
    except BaseException:
        if not page.is_closed():
            print(f"{name} was on {page.url}; picture in {visitor.picture()}")
        raise
    finally:
        context.close()


def _listen(context: Any, site: Site, told: list[str]) -> None:
    def hear(page: Any) -> None:
        page.on("pageerror", lambda error: told.append(f"script: {error}"))
        page.on("console", lambda said: told.append(f"console: {said.text}") if _is_bad(said) else None)

    def see(request: Any) -> None:
        if not request.url.startswith((site.address, "data:", "blob:", "about:")):
            told.append(f"request to {request.url}")

    context.on("page", hear)
    for page in context.pages:
        hear(page)
    context.on("request", see)


def _is_bad(said: Any) -> bool:
    # The browser reports every answer of 4xx as an error; refusals are part of the journeys.
    return (said.type == "error" and "status of 4" not in said.text) or "Content Security" in said.text


def link_in(mail: MailMessage) -> str:
    found = re.search(r"https?://\S+/s#[A-Za-z0-9_-]+", mail.text or "")
    assert found, mail.text
    return found[0]


def code_in(mail: MailMessage) -> str:
    found = re.search(r"^\s*(\d[\d ]{4,10}\d)\s*$", mail.text or "", re.MULTILINE)
    assert found, mail.text
    return found[1].replace(" ", "")
