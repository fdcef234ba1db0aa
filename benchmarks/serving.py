"""Web servers to measure: gunicorn with one worker, and one client that keeps its connection open."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.imports import import_file, store_suppliers_process, write_vendors
from benchmarks.rooms import Room
from supplier_quality import clock
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User, UserRole
from supplier_quality.identity.passwords import hash_password
from supplier_quality.identity.sessions import sign_in
from supplier_quality.suppliers.queries import list_suppliers

HOST = "127.0.0.1"
PASSWORD = "violet kettle marching otter 47"
EMAIL = "anna@plant.example"
READER = Actor(kind="user", id="user:1", label="Anna Weber", roles=frozenset({"sqe"}), language="en", via="web")
OURS = "supplier_quality.app:create_app()"
PAGE = 50
SECONDS_TO_START = 120


class Client:
    """Asks one server, one page after the other."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._headers = dict(headers or {})

    def get(self, path: str) -> bytes:
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status, body[:300])
        return body

    def rate(self, path: str, count: int) -> float:
        """Requests per second."""
        began = time.perf_counter()
        for _request in range(count):
            self.get(path)
        return count / (time.perf_counter() - began)


@contextmanager
def gunicorn(application: str, **environment: str) -> Iterator[int]:
    """A server of this application; its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--worker-class", "gthread", "--threads", "2"]
    command += ["--keep-alive", "60", "--log-level", "error", "--bind", f"{HOST}:{port}", application]
    with subprocess.Popen(command, env={**os.environ, **environment}) as server:
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def environment_of(place: Room) -> dict[str, str]:
    return {"SUPPLIER_QUALITY_HOME": str(place.folder), "DATABASE_URL": place.settings.database_url}


def fill(place: Room, suppliers: int) -> None:
    """So many suppliers by an import, and one of our people."""
    store_suppliers_process(place.database)
    path = place.folder / "vendors.xlsx"
    # Every twentieth row of the file repeats one.
    write_vendors(path, suppliers + suppliers // 19)
    import_file(place.database, path)
    at = clock.now()
    with place.database.write() as session:
        user = User(email=EMAIL, name="Anna Weber", language="en", time_zone="Europe/Berlin", created_at=at)
        user.password_hash = hash_password(PASSWORD)
        session.add(user)
        session.flush()
        session.add(UserRole(user_id=user.id, role="sqe"))


def signed_in(place: Room) -> dict[str, str]:
    """The headers of somebody who has signed in."""
    opened = sign_in(place.database, email=EMAIL, password=PASSWORD, at=clock.now(), ip=HOST, device="benchmark")
    return {"Cookie": f"sq-staff={opened.secret}"}


def last_page(place: Room, suppliers: int) -> str:
    """The address of the last full page, reached as a reader would: by the cursors of the pages before."""
    cursor: str | None = None
    with place.database.read() as session:
        for size, pages in ((500, (suppliers - PAGE) // 500), (PAGE, (suppliers - PAGE) % 500 // PAGE)):
            for _page in range(pages):
                cursor = list_suppliers(session, actor=READER, cursor=cursor, size=size).next_cursor
    return f"/suppliers?at={cursor}" if cursor else "/suppliers"
