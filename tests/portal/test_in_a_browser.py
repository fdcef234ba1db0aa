"""The supplier's way in a real browser, on a phone and on a desk, in both languages: axe finds nothing, no request leaves."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api as playwright
from sqlalchemy import select
from waitress.server import create_server

from supplier_quality import features, worker
from supplier_quality.persistence import Database
from supplier_quality.portal.models import PortalReceipt
from tests.browser.axe import axe_problems
from tests.portal.conftest import MAIL, PDF, World, make_world
from tests.support import SqliteRoom, settings_for

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"phone": (390, 844), "small phone": (360, 640), "desk": (1280, 900)}

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(300)]


@contextmanager
def serving(folder: Path, room: SqliteRoom) -> Iterator[tuple[World, str]]:
    """An installation behind a real server on a free port."""
    file = folder / "rows.db"
    room.prepare(file)
    settings = settings_for(folder / "home", f"sqlite:///{file}")
    first: Any = create_server(lambda *_: [], host="127.0.0.1", port=0)
    port = first.effective_port
    first.close()
    base = f"http://localhost:{port}"
    settings = replace(settings, base_url=base, upload_limit_bytes=2_000_000)
    database: Database = features.open_database(settings)
    world = make_world(settings, database, live=True)
    server: Any = create_server(world.app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    stop = worker.start_embedded(settings, database)
    try:
        yield world, base
    finally:
        stop()
        server.close()
        thread.join(timeout=5)
        database.dispose()


@pytest.fixture
def site(tmp_path: Path, sqlite_room: SqliteRoom) -> Iterator[tuple[World, str]]:
    with serving(tmp_path, sqlite_room) as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def page_of(chromium: Any, base: str, size: str, language: str) -> Iterator[Any]:
    """A page whose complaints are collected: refused scripts, errors, requests to elsewhere."""
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale=language, has_touch=size != "desk", bypass_csp=False
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith(base) else complaints.append(sent.url))
    page.complaints = complaints
    yield page
    context.close()


def shots_folder(size: str, language: str) -> Path | None:
    """Where to keep pictures of every page, when somebody wants to look at them: SHOTS=/tmp/shots make test-long."""
    folder = os.environ.get("SHOTS")
    return Path(folder) / f"{size}-{language}".replace(" ", "-") if folder else None


def look(page: Any, name: str, shots: Path | None) -> None:
    """Nothing scrolls sideways, targets are big enough, axe is content."""
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=shots / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px too wide"
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main .btn, main input:not([type=hidden]), main select")]
        .filter((one) => one.offsetParent && one.type !== "radio" && one.getBoundingClientRect().height < 44)
        .map((one) => one.outerHTML)"""
    )
    assert small == [], name
    # Sizes were measured above; axe would count what just now lies half under the bar of buttons for too small.
    assert axe_problems(page, without="target-size") == [], name


def come_in(world: World, page: Any, base: str, number: str, shots: Path | None) -> None:
    """From the mail to the item, with one wrong code on the way."""
    page.goto(f"{base}/s")
    look(page, "01-landing", shots)
    # In the tab that shows the page already, only the fragment changes: nothing is loaded anew.
    page.goto(f"{base}/s#{world.token_for()}")
    page.wait_for_url("**/s/code")
    assert "#" not in page.url
    assert number not in page.content()
    look(page, "02-send-code", shots)
    page.click("main form button")
    page.wait_for_url("**/s/enter*")
    page.fill("#code", "00000000")
    page.click("main form button >> nth=0")
    page.wait_for_selector("#code-error")
    look(page, "03-wrong-code", shots)
    page.fill("#code", world.code_for())
    page.click("main form button >> nth=0")
    page.wait_for_url("**/portal/items/*")
    look(page, "04-item", shots)


def fill_in(page: Any, paper: Path, shots: Path | None) -> None:
    """The first three steps, with a wrong answer and a wrong file on the way."""
    page.click("main a.btn-primary")
    page.wait_for_selector("#f-employees")
    page.fill("#f-employees", "120")
    playwright.expect(page.locator("[data-saved]")).to_have_text(re.compile(r"\d\d:\d\d"), timeout=15_000)
    page.fill("#f-employees", "many")
    page.click("button[value=on]")
    page.wait_for_selector("#f-employees-error")
    look(page, "05-step-with-fault", shots)
    page.fill("#f-employees", "120")
    page.fill("#f-production_sites", "Works 1, Ulm")
    page.fill("#f-duns", "123456789")
    page.click("button[value=on]")
    page.wait_for_selector("#f-main_products")
    for name in ("main_products", "main_processes", "capacity"):
        page.fill(f"#f-{name}", f"Castings {name}")
    page.click("button[value=on]")
    page.wait_for_selector("[name=iso9001]")
    assert not page.is_visible("#f-iso9001_number")
    page.check("[name=iso9001][value=true]")
    page.fill("#f-iso9001_number", "QM-1")
    page.fill("#f-iso9001_valid_until", "2031-05-31")
    page.fill("#f-iso9001_body", "TÜV")
    page.set_input_files("#f-iso9001_file", {"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"MZ no pdf"})
    page.wait_for_selector("#f-iso9001_file-error:not([hidden])")
    page.set_input_files("#f-iso9001_file", paper)
    page.wait_for_selector(".upload .file")
    assert page.input_value("#f-iso9001_number") == "QM-1"
    page.check("[name=iatf16949][value=false]")
    look(page, "06-certificates", shots)


def review_and_sign(world: World, page: Any, base: str, shots: Path | None) -> None:
    """What is missing is found from the review; then the signature, the receipt and the pages around."""
    page.click("button[value=on]")
    page.wait_for_selector("#f-quality_contact")
    page.click("button[value=on]")
    page.wait_for_selector(".missing")
    look(page, "07-review-missing", shots)
    page.click(".missing a >> nth=0")
    page.fill("#f-quality_contact", "Quinn")
    page.fill("#f-quality_phone", "+49 731 1234")
    page.select_option("#f-conflict_minerals", "none")
    page.click("button[value=on]")
    page.wait_for_selector("#sign")
    page.click("#sign button")
    page.wait_for_selector("#f-code")
    look(page, "08-sign", shots)
    page.fill("#f-typed_name", "Quinn Weber")
    page.fill("#f-code", world.code_for())
    page.click("#sign form button >> nth=0")
    page.wait_for_url("**/receipts/*")
    look(page, "09-receipt", shots)
    page.goto(f"{base}/portal")
    look(page, "10-items", shots)
    page.goto(f"{base}/portal/devices")
    look(page, "11-devices", shots)


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ("small phone", "zh"), ("desk", "en"), ("desk", "zh")])
def test_a_contact_answers_with_a_file_and_signs(
    site: tuple[World, str], chromium: Any, size: str, language: str, tmp_path: Path
) -> None:
    world, base = site
    shots = shots_folder(size, language)
    number = world.invite(language=language)
    paper = tmp_path / "ISO 9001 证书.pdf"
    paper.write_bytes(PDF)
    with page_of(chromium, base, size, language) as page:
        come_in(world, page, base, number, shots)
        fill_in(page, paper, shots)
        review_and_sign(world, page, base, shots)
        # A code or a file that is refused is answered with 422, which the console reports.
        assert [said for said in page.complaints if "422" not in said] == []
    assert world.state_of(number) == "review"
    with world.database.read() as session:
        receipt = session.scalars(select(PortalReceipt)).one()
        assert receipt.files[0]["name"] == "ISO 9001 证书.pdf"
        assert receipt.answers["iso9001_file"].startswith(f"sha256:{receipt.files[0]['sha256']}")


def test_typing_survives_a_broken_connection_and_the_end_of_the_session(site: tuple[World, str], chromium: Any) -> None:
    world, base = site
    world.invite()
    with page_of(chromium, base, "phone", "en") as page:
        enter(world, page, base)
        item = page.url
        page.goto(f"{item}/steps/1")
        page.context.set_offline(True)
        page.fill("#f-production_sites", "Typed in a lift")
        page.wait_for_selector(".banner")
        page.context.set_offline(False)
        playwright.expect(page.locator("[data-saved]")).to_have_text(re.compile(r"\d\d:\d\d"), timeout=15_000)

        page.context.clear_cookies(name="sq-contact")
        page.fill("#f-production_sites", "Typed after the end")
        page.wait_for_selector(".banner a")
        with page.context.expect_page() as opened:
            page.click(".banner a")
        second = opened.value
        second.wait_for_url("**/s/code*")
        second.click("main form button")
        second.wait_for_url("**/s/enter*")
        second.fill("#code", world.code_for())
        second.click("main form button >> nth=0")
        second.wait_for_url("**/portal/items/*")
        page.bring_to_front()
        page.dispatch_event("#f-production_sites", "input")
        playwright.expect(page.locator("[data-saved]")).to_have_text(re.compile(r"\d\d:\d\d"), timeout=15_000)
        page.goto(f"{item}/steps/1")
        assert page.input_value("#f-production_sites") == "Typed after the end"


def test_the_way_in_works_without_scripts(site: tuple[World, str], chromium: Any) -> None:
    world, base = site
    world.invite()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/s")
    page.fill("#f-link", f"{base}/s#{world.token_for()}")
    page.click("main form button")
    page.wait_for_url("**/s/code")
    page.click("main form button")
    page.fill("#code", world.code_for())
    page.click("main form button >> nth=0")
    page.wait_for_url("**/portal/items/*")
    page.goto(f"{page.url}/steps/1")
    page.fill("#f-employees", "77")
    page.click("button[value=later]")
    assert re.search(r"/portal/items/\d+$", page.url)
    context.close()


def enter(world: World, page: Any, base: str) -> None:
    page.goto(f"{base}/s#{world.token_for()}")
    page.wait_for_url("**/s/code")
    page.click("main form button")
    page.wait_for_url("**/s/enter*")
    page.fill("#code", world.code_for(MAIL))
    page.click("main form button >> nth=0")
    page.wait_for_url("**/portal/items/*")
