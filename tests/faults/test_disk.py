"""F13: the disk is full, or may not be written. The answer says so, reading goes on, and work resumes by itself."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from supplier_quality import features
from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from tests.faults.company import ANN, add_supplier, bring_to, state_of, take, work_off
from tests.faults.invariants import check_invariants
from tests.web.conftest import Browser, add_user, signed_in

__all__ = ["add_user", "signed_in"]


# PostgreSQL's disk is the server's own; its answer to a full one is the same class of error.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def small(company: Database) -> Iterator[Database]:
    """The company's SQLite database on a disk that can be filled: pages are limited per connection."""
    yield company


def fill_up(database: Database) -> None:
    """From now on no connection of the product gets another page."""
    with database.read() as session:
        pages = session.scalar(text("PRAGMA page_count"))
    database.engine.dispose()

    @event.listens_for(database.engine, "connect")
    def limit(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {LIMITS.get(id(database), pages)}")  # type: ignore[attr-defined]

    LIMITS[id(database)] = pages or 1


LIMITS: dict[int, int] = {}


def make_room(database: Database) -> None:
    LIMITS[id(database)] = 1_000_000
    database.engine.dispose()


def test_a_full_disk_is_said_reading_goes_on_and_work_resumes(
    small: Database, settings: Settings, at: datetime
) -> None:
    supplier = add_supplier(small, "Acme", at=at)
    fill_up(small)
    refused = 0
    for number in range(30):
        try:
            add_supplier(small, f"More {number}", at=at)
        except OperationalError as error:
            assert "full" in str(error)
            refused += 1
    assert refused > 10
    assert state_of(small, supplier) == "prospect", "reading goes on"
    work_off(small, settings, at=at)

    make_room(small)
    bring_to(small, supplier, "approved", at=at)
    work_off(small, settings, at=at)
    work_off(small, settings, at=at.replace(hour=12))
    check_invariants(small, settings, at=at.replace(hour=12))


def test_a_page_says_that_it_could_not_be_saved(small: Database, settings: Settings, at: datetime) -> None:
    app = create_app(settings, small)
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    token = client.csrf_token()
    fill_up(small)
    answers = set()
    for number in range(60):
        form = {"email": f"nobody{number}{'x' * 200}@example.com", "password": "wrong", "csrf_token": token}
        answer = client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        answers.add(answer.status_code)
        if answer.status_code == 503:
            assert "Nothing was changed" in answer.text and "Retry-After" in answer.headers
            break
    assert answers & {503, 429, 422, 401, 200}, answers
    assert 500 not in answers
    assert client.get("/sign-in").status_code == 200
    make_room(small)
    assert client.get("/sign-in").status_code == 200


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], capture_output=True)
    if made.returncode:
        pytest.skip("File systems cannot be mounted here.")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_file_system_that_is_really_full(
    company: Database, settings: Settings, at: datetime, tiny_disk: Path
) -> None:
    """The database, its journal and the home lie on a disk that other programs fill up."""
    supplier = add_supplier(company, "Acme", at=at)
    company.dispose()
    with company.read() as session:
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    company.dispose()
    file = tiny_disk / "supplier-quality.db"
    file.write_bytes(Path(str(company.url.database)).read_bytes())
    moved = replace(settings, home=tiny_disk, database_url=f"sqlite:///{file}")
    database = features.open_database(moved)
    # The product runs already when the disk fills up.
    assert state_of(database, supplier) == "prospect"
    ballast = tiny_disk / "other-program.bin"
    with ballast.open("wb", buffering=0) as other:
        try:
            while True:
                other.write(b"x" * 65_536)
        except OSError:
            pass
    for _try in range(3):
        with pytest.raises(OperationalError, match=r"full|I/O"):
            for number in range(200):
                add_supplier(database, f"More {number}", at=at)
    assert state_of(database, supplier) == "prospect"

    ballast.unlink()
    take(database, supplier, "invite", ANN, at=at)
    later = at.replace(hour=12)
    work_off(database, moved, at=at)
    work_off(database, moved, at=later)
    check_invariants(database, moved, at=later)
    database.dispose()


def test_a_database_that_may_not_be_written(company: Database, settings: Settings, at: datetime) -> None:
    supplier = add_supplier(company, "Acme", at=at)
    bring_to(company, supplier, "invited", at=at)

    def forbid(connection: object, _record: object) -> None:
        statement = "PRAGMA query_only = ON" if company.is_sqlite else "SET default_transaction_read_only = on"
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(statement)
        cursor.close()
        if not company.is_sqlite:
            connection.commit()  # type: ignore[attr-defined]

    company.engine.dispose()
    event.listen(company.engine, "connect", forbid)
    with pytest.raises(Exception, match=r"read-only|readonly"):
        take(company, supplier, "withdraw", ANN, at=at)
    assert state_of(company, supplier) == "invited"
    work_off(company, settings, at=at)

    event.remove(company.engine, "connect", forbid)
    company.engine.dispose()
    take(company, supplier, "withdraw", ANN, at=at)
    later = at.replace(hour=12)
    work_off(company, settings, at=at)
    work_off(company, settings, at=later)
    check_invariants(company, settings, at=later)
