"""A mail server that takes nothing:

- the engineer invites; every try to deliver fails and the mail becomes an incident
- the administrator finds it in My work, reads why, and tries again once the server is up
- the mail arrives, once, and the incident is gone
"""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from supplier_quality import clock
from supplier_quality.config import Settings
from supplier_quality.identity import Actor
from supplier_quality.outbox.models import OutboxRow, OutboxState
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.operations import add_contact, add_site, move_supplier, register_supplier
from tests.browser.visiting import Site, serving, visiting
from tests.mail.smtp_server import smtp_server

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_mail_that_does_not_arrive_is_seen_and_tried_again(
    chromium: Browser, settings: Settings, database: Database, tmp_path: Path, language: str
) -> None:
    with (
        smtp_server() as (mailbox, port),
        serving(settings, database, smtp_host="127.0.0.1", smtp_port=port) as site,
    ):
        mailbox.faults.sender = "451 4.3.0 The disk is full"
        email = site.add_person("Ada Nguyen", "admin", "sqe", language=language)
        invite(site)
        exhaust_tries(site)
        with visiting(chromium, site, tmp_path, "Ada", language=language) as admin:
            admin.sign_in(email)
            admin.page.locator('main a[href^="/incidents"]').first.click()
            admin.page.wait_for_url("**/incidents**")
            row = admin.page.locator("tr[id^=incident-]")
            expect(row).to_have_count(1)
            admin.look()
            row.locator("details.small summary").click()
            expect(row.locator("pre")).to_be_visible()
            admin.look()
            mailbox.faults.sender = None
            row.locator('form[action$="/retry"] button').click()
            expect(admin.page.locator("tr[id^=incident-]")).to_have_count(0)
            admin.look()
            site.wait_for_mail("quinn@acme.example")
            assert len(mailbox.mails) == 1
            admin.go("/sent-mail")
            expect(admin.page.locator("main")).to_contain_text("quinn@acme.example")
            admin.look()


def invite(site: Site) -> None:
    at, actor = clock.now(), Actor("user", f"user:{site.people['Ada Nguyen']}", "Ada Nguyen", frozenset({"sqe"}))
    with site.database.write() as session:
        details = SupplierDetails(name="Acme Castings", country="DE", owner_id=site.people["Ada Nguyen"])
        supplier = register_supplier(session, details, actor=actor, at=at)
        add_site(session, supplier, SiteDetails(name="Works 1", city="Ulm", country="DE"), actor=actor, at=at)
        contact = ContactDetails(name="Quinn", email="quinn@acme.example", roles=["quality"], primary=True)
        add_contact(session, supplier, contact, actor=actor, at=at)
        move_supplier(session, supplier, "invite", actor=actor, at=at, expected_version=supplier.version)


def exhaust_tries(site: Site) -> None:
    """Bring every next try forward, as if the hours between them had passed, until the worker gives up."""
    for _try in range(400):
        with site.database.write() as session:
            waiting = [OutboxState.READY.value]
            session.execute(update(OutboxRow).where(OutboxRow.state.in_(waiting)).values(due_at=clock.now()))
            states = session.scalars(select(OutboxRow.state).where(OutboxRow.kind == "mail.send")).all()
        if states and set(states) == {OutboxState.INCIDENT.value}:
            return
        time.sleep(0.1)
    raise AssertionError(f"the mail never became an incident: {states}")
