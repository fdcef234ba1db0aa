"""Takes the pictures of the README: a fresh demo company, a real browser. ``python docs/screenshots.py``.

Staff pages on a desktop and on a phone, the supplier's pages on a phone, in English and Chinese.
"""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from supplier_quality.demo.staff import PASSWORD

IMAGES = Path(__file__).resolve().parent / "images"
DESKTOP, PHONE = {"width": 1360, "height": 850}, {"width": 390, "height": 844}
PATIENCE_SECONDS = 30

STAFF_PAGES = {
    "my-work": "/my-work",
    "suppliers": "/suppliers",
    "supplier": "/suppliers/SUP-00023",
    "workflow": "/workflows/supplier_qualification",
}
STAFF = {"en": "clara@nordwerk.example", "zh": "lina@nordwerk.example"}
# Contacts who were asked and have not answered yet.
CONTACTS = {"en": "rachel.nguyen@cascademachining.example", "zh": "zheng.kai@mingrui-sensor.example"}


@contextmanager
def installation() -> Iterator[tuple[str, Path]]:
    """The address of a server with the demo company, and its database."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        address = f"http://localhost:{port}"
        command = [sys.executable, "-m", "supplier_quality.cli"]
        environ = {**os.environ, "SUPPLIER_QUALITY_HOME": folder, "BASE_URL": address}
        subprocess.run([*command, "demo"], env=environ, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environ)
        try:
            _wait_for(address)
            yield address, Path(folder) / "supplier-quality.db"
        finally:
            server.terminate()
            server.wait()


def take_staff(browser: Browser, address: str, language: str) -> None:
    """Staff pages, on a desktop and on a phone."""
    for device, size in (("desktop", DESKTOP), ("phone", PHONE)):
        context = browser.new_context(viewport=size, locale=language, base_url=address)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=email]", STAFF[language])
        page.fill("[name=password]", PASSWORD)
        page.locator("main form").first.locator("button").first.click()
        page.wait_for_url("**/my-work**")
        for name, path in STAFF_PAGES.items():
            page.goto(path)
            _picture(page, f"{name}-{device}-{language}")
        context.close()


def take_supplier(browser: Browser, address: str, database: Path, language: str) -> None:
    """The supplier's way from the link to the first questions."""
    context = browser.new_context(viewport=PHONE, locale=language, base_url=address, device_scale_factor=2)
    page = context.new_page()
    page.goto(_from_mail(database, CONTACTS[language], r"(/s#[\w-]+)"))
    page.wait_for_url("**/s/code**")
    asked = time.time()
    page.locator("form[action='/s/code'] button").click()
    page.wait_for_url("**/s/enter**")
    code = _from_mail(database, CONTACTS[language], r"^\s*(\d{8})\s*$", since=asked)
    page.fill("[name=code]", code)
    page.locator("form[action='/s/enter'] button").click()
    page.wait_for_url("**/portal**")
    if "/items/" not in page.url:
        page.locator("a[href*='/portal/items/']").first.click()
    _picture(page, f"portal-item-phone-{language}")
    page.goto(re.sub(r"(/portal/items/\d+).*", r"\1/steps/1", page.url))
    _picture(page, f"portal-phone-{language}")
    context.close()


def _picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    taken = Image.open(BytesIO(page.screenshot(animations="disabled")))
    # Few colours are enough for a page, and a third of the bytes.
    taken.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)
    print(f"docs/images/{name}.png")


def _from_mail(database: Path, address: str, wanted: str, *, since: float = 0) -> str:
    """What the newest mail kept for this address says, waiting for one that came after ``since``."""
    earliest = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since - 1))
    for _try in range(PATIENCE_SECONDS * 4):
        with sqlite3.connect(database) as connection:
            rows = connection.execute(
                "SELECT text FROM mail_message WHERE address = ? AND text IS NOT NULL AND sent_at >= ? ORDER BY id DESC",
                (address, earliest),
            ).fetchall()
        for (text,) in rows:
            if found := re.search(wanted, text, re.MULTILINE):
                return found.group(1)
        time.sleep(0.25)
    raise SystemExit(f"{address} got no mail with {wanted}")


def _wait_for(address: str) -> None:
    for _try in range(PATIENCE_SECONDS * 4):
        try:
            with urlopen(f"{address}/healthz"):  # noqa: S310 (our own server)
                return
        except URLError:
            time.sleep(0.25)
    raise SystemExit(f"The server did not answer at {address}")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with installation() as (address, database), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for language in STAFF:
            take_staff(browser, address, language)
            take_supplier(browser, address, database, language)
        browser.close()


if __name__ == "__main__":
    main()
