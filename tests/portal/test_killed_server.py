"""F2: the web process is killed again and again while suppliers upload and answer; their browsers send again.

Every answer is stored exactly once, every file that was accepted is there, and after the clean-up there is no other file.
"""

import http.client
import os
import random
import re
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from supplier_quality import clock, trail
from supplier_quality.config import Settings
from supplier_quality.documents.cleanup import clean_up_documents
from supplier_quality.documents.models import Document
from supplier_quality.documents.store import file_store
from supplier_quality.identity.codes import request_code
from supplier_quality.identity.contact_sessions import redeem_code
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.outbox import OutboxRow
from supplier_quality.persistence import Database
from supplier_quality.portal.models import PortalReceipt
from supplier_quality.suppliers.models import SelfAssessment, Supplier
from tests.portal.conftest import STEPS, World, make_world
from tests.starting import start

SUPPLIERS = 6
KILLS = 25
T = TypeVar("T")

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@dataclass
class Answer:
    status: int
    location: str
    text: str


class Client:
    """A browser that sends again, the same content, until it hears an answer."""

    def __init__(self, port: int, secret: str) -> None:
        self.port, self.cookies, self.broken = port, {"sq-contact": secret}, 0

    def get(self, path: str) -> Answer:
        return self._again(lambda: self._send("GET", path, b"", ""))

    def post(self, path: str, token: str, fields: dict[str, str]) -> Answer:
        body = urlencode({**fields, "csrf_token": token}).encode()
        return self._again(lambda: self._send("POST", path, body, "application/x-www-form-urlencoded"))

    def upload(self, path: str, token: str, content: bytes) -> Answer:
        edge = secrets.token_hex(8)
        start = (
            f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--{edge}\r\n'
            'Content-Disposition: form-data; name="file"; filename="iso.pdf"\r\n\r\n'
        )
        body = start.encode() + content + f"\r\n--{edge}--\r\n".encode()
        kind = f"multipart/form-data; boundary={edge}"
        return self._again(lambda: self._send("POST", path, body, kind, accept="application/json"))

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get(page).text)
        assert found, page
        return found[1]

    def _again(self, call: Callable[[], T]) -> T:
        while True:
            try:
                return call()
            except (OSError, http.client.HTTPException):
                self.broken += 1
                time.sleep(0.05)

    def _send(self, method: str, path: str, body: bytes, kind: str, accept: str = "text/html") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path)
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Accept": accept}
            headers |= {"Content-Type": kind, "Content-Length": str(len(body)), "Sec-Fetch-Site": "same-origin"}
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            for start in range(0, len(body), 40_000):
                connection.send(body[start : start + 40_000])
                time.sleep(0.005)
            answer = connection.getresponse()
            for cookie in answer.msg.get_all("Set-Cookie") or ():
                name, _equals, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(answer.status, answer.getheader("Location") or "", answer.read().decode())
        finally:
            connection.close()


@contextmanager
def dying_server(settings: Settings, folder: Path) -> Iterator[tuple[int, Callable[[], None]]]:
    """A server on a free port, and a function that kills the process that serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pid_file = folder / "pid"
    arguments = [str(settings.home), settings.database_url, str(port), str(pid_file)]
    root = Path(__file__).resolve().parents[2]
    supervisor = start("tests.portal.web_process", *arguments, out=folder / "server.log", folder=root)

    def kill() -> None:
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(int(pid_file.read_text()), signal.SIGKILL)

    try:
        wait_for(port)
        yield port, kill
    finally:
        supervisor.kill()
        supervisor.wait()
        kill()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the server does not listen")


def answer_all(world: World, port: int, email: str, link_id: int, secret: str, content: bytes) -> Client:
    """One supplier fills in everything, uploads, signs and submits."""
    client, path = Client(port, secret), f"/portal/items/{link_id}"
    token = client.token(path)
    for number, fields in enumerate(STEPS, 1):
        assert client.post(f"{path}/steps/{number}", token, fields).status == 303
    kept = client.upload(f"{path}/files/iso9001_file", token, content)
    assert kept.status == 200, kept.text
    assert client.post(f"{path}/code", token, {}).status == 303
    with _mailbox:
        code = world.code_for(email)
    page = client.get(f"{path}/review").text
    shown = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)
    assert shown, page
    fields = {"sha256": shown[1], "typed_name": "Quinn Weber", "code": code}
    done = client.post(f"{path}/submit", token, fields)
    assert (done.status, "/receipts/" in done.location) == (303, True), done.text
    return client


_mailbox = threading.Lock()


def enter(world: World, email: str) -> tuple[int, str]:
    """A session of the contact, made before the killing starts: link and secret."""
    token, at = world.token_for(email), clock.now()
    request_code(world.database, token, at=at, ip="")
    opened = redeem_code(world.database, token, world.code_for(email), at=clock.now(), ip="", device="test")
    with world.database.read() as session:
        link = session.scalars(select(AccessLink.id).where(AccessLink.contact_id == opened.contact.id)).one()
    return link, opened.secret


def test_every_answer_is_stored_once_while_the_server_is_killed(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    world = make_world(settings, database, live=True)
    emails = [f"quinn{number}@supplier{number}.example" for number in range(SUPPLIERS)]
    for number, email in enumerate(emails):
        world.invite(f"Supplier {number}", email)
    doors = [enter(world, email) for email in emails]
    chance = random.Random("killed servers")
    contents = [b"%PDF-1.7\n" + chance.randbytes(300_000) + b"\n%%EOF\n" for _email in emails]
    failures: list[BaseException] = []
    clients: list[Client] = []

    def run(number: int) -> None:
        try:
            clients.append(answer_all(world, port, emails[number], *doors[number], contents[number]))
        except BaseException as error:
            failures.append(error)

    with dying_server(settings, tmp_path) as (port, kill):
        threads = [threading.Thread(target=run, args=(number,)) for number in range(SUPPLIERS)]
        for thread in threads:
            thread.start()
        kills = 0
        while kills < KILLS and any(thread.is_alive() for thread in threads):
            time.sleep(chance.uniform(0.1, 0.9))
            kill()
            kills += 1
            wait_for(port)
        for thread in threads:
            thread.join(timeout=120)
    assert failures == []
    # Otherwise the kills hit nobody and the test shows nothing.
    assert kills >= 3
    assert sum(client.broken for client in clients) >= SUPPLIERS
    check_everything(world, contents)


def check_everything(world: World, contents: list[bytes]) -> None:
    hashes = {sha256(content).hexdigest() for content in contents}
    cleaned = clean_up_documents(world.database, at=clock.now() + timedelta(days=2))
    store = file_store(world.database.info["settings"])
    with world.database.read() as session:
        assert {row.state for row in session.scalars(select(Supplier))} == {"review"}
        assert session.scalar(select(func.count()).select_from(SelfAssessment)) == len(contents)
        receipts = session.scalars(select(PortalReceipt)).all()
        assert {receipt.files[0]["sha256"] for receipt in receipts} == hashes
        assert len(receipts) == len(contents)
        rows = set(session.scalars(select(Document.sha256)))
        assert rows == hashes == {path.name for path in store.kept()}
        for path in store.kept():
            assert sha256(path.read_bytes()).hexdigest() == path.name
        answered = select(func.count()).where(OutboxRow.kind == "mail.supplier_answered")
        assert session.scalar(answered) == len(contents)
        for supplier in session.scalars(select(Supplier)):
            acts = [entry.action for entry in trail.entries(session, "supplier", supplier.id)]
            assert acts.count("submit_assessment") == 1
    assert cleaned.missing == ()
    assert list(store.half_written()) == []
