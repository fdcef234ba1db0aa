"""The parts of a supplier's page stand in a few groups, and each keeps the address it always had."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from supplier_quality.engine.store import store_files
from supplier_quality.persistence import Database
from supplier_quality.suppliers.record_tabs import GROUPS, TABS
from tests.suppliers.merging.conftest import merge
from tests.suppliers.test_routes import version_of
from tests.support import shipped_rules

MakeSupplier = Callable[..., str]
ADDRESSES = (
    ("overview", "Overview"),
    ("qualification", "Qualification"),
    ("scope", "Scope &amp; certificates"),
    ("sites", "Sites &amp; contacts"),
    ("certificates", "Scope &amp; certificates"),
    ("special-processes", "Qualification"),
    ("questionnaires", "Qualification"),
    ("documents", "Documents &amp; notes"),
    ("notes", "Documents &amp; notes"),
    ("development", "Qualification"),
    ("contacts", "Sites &amp; contacts"),
    ("assessment", "Qualification"),
    ("links", "Sites &amp; contacts"),
)
"""What may stand in mails, notes and bookmarks, and the group it opens in."""


def navigation(page: str, label: str) -> str:
    found = re.search(rf'<nav [^>]*aria-label="{re.escape(label)}".*?</nav>', page, re.DOTALL)
    assert found, label
    return found[0]


def links(navigation: str) -> list[tuple[str, str, str]]:
    """Address, what it says of being current, and words of each link."""
    found = re.findall(r'<a [^>]*href="([^"]+)"(?: aria-current="(\w+)")?[^>]*>(.*?)</a>', navigation)
    return [(path, now, re.sub(r"\s+", " ", re.sub("<[^>]+>", "", words)).strip()) for path, now, words in found]


def test_there_are_few_groups_and_every_part_stands_in_one() -> None:
    assert len(GROUPS) <= 6
    assert sorted(TABS) == sorted(name for name, _group in ADDRESSES)


@pytest.mark.parametrize(("tab", "group"), ADDRESSES)
def test_every_part_keeps_its_address_and_shows_the_group_it_stands_in(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, at: datetime, tab: str, group: str
) -> None:
    number = make_supplier()
    with ready.write() as session:
        store_files(session, [shipped_rules("development_ladder.yaml")], at=at)

    shown = signed_in("viewer").get(f"/suppliers/{number}?tab={tab}").text

    groups = links(navigation(shown, "Parts of the record"))
    assert [words for _path, now, words in groups if now] == [group]
    if tab == "overview":
        assert groups[0] == (f"/suppliers/{number}", "page", "Overview")
    else:
        parts = links(navigation(shown, group))
        assert [path for path, now, _words in parts if now == "page"] == [f"/suppliers/{number}?tab={tab}"]
        assert parts[0][0] in [path for path, now, _words in groups if now == "true"]


def test_parts_say_how_much_they_hold_and_the_overview_leads_to_all_of_them(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    browser = signed_in("viewer")

    parts = links(navigation(browser.get(f"/suppliers/{number}?tab=sites").text, "Sites &amp; contacts"))
    overview = (
        browser.get(f"/suppliers/{number}").text.partition("What this record holds")[2].partition("</section>")[0]
    )

    assert [words for _path, _now, words in parts] == ["Sites 1", "Contacts 1", "Links 0"]
    assert [path.partition("?tab=")[2] for path, _now, _words in links(overview)] == list(TABS[1:])
    assert re.search(r'>Contacts</a> <span class="soft figures">1<', overview)


def test_a_part_that_is_not_known_opens_the_overview(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    shown = signed_in("viewer").get(f"/suppliers/{make_supplier()}?tab=nothing").text
    assert 'aria-current="page">Overview' in navigation(shown, "Parts of the record")


def test_a_merged_record_stays_open_on_its_overview(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, at: datetime
) -> None:
    stays, goes = make_supplier("Acme Castings"), make_supplier("ACME Castings GmbH")
    merge(ready, stays, goes, at)
    shown = signed_in("viewer").get(f"/suppliers/{goes}?tab=sites").text
    assert links(navigation(shown, "Parts of the record"))[0][0] == f"/suppliers/{goes}?tab=overview"


def test_a_form_that_comes_back_shows_the_part_it_belongs_to(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    browser, path = signed_in("sqe"), f"/suppliers/{number}"
    contact = re.search(rf"{path}/contacts/(\d+)/active", browser.get(f"{path}?tab=contacts").text)
    assert contact
    before = str(int(version_of(ready, number)) - 1)

    answer = browser.send(f"{path}/contacts/{contact[1]}/active", path, active="false", expected_version=before)

    assert answer.status_code == 409
    assert 'aria-current="true">Sites &amp; contacts' in navigation(answer.text, "Parts of the record")
