"""Saving while others write, restoring on a fresh machine, and what must not go out again."""

import hashlib
import random
import threading
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from supplier_quality import features, outbox, trail
from supplier_quality.backup import Damaged, NotEmpty, restore_backup, write_backup
from supplier_quality.backup.holding import close_delivered, hold_what_would_leave
from supplier_quality.backup.operations import OtherDatabase
from supplier_quality.config import Settings
from supplier_quality.errors import Conflict
from supplier_quality.outbox import Ledger
from supplier_quality.outbox.models import OutboxRow, OutboxState
from supplier_quality.persistence import Database, schema
from supplier_quality.persistence.schema import UnknownSchema
from supplier_quality.trail import ActorRef, RecordRef, TrailEntry
from tests.support import AT, empty_database, settings_for

ACTOR = ActorRef(kind="system", id="system", label="System", via="command")
Installation = tuple[Settings, Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def installation(kind: str, home: Path) -> Iterator[Installation]:
    with empty_database(kind, home) as database:
        settings = settings_for(home, database.url.render_as_string(hide_password=False))
        opened = features.open_database(settings)
        yield settings, opened
        opened.dispose()


@pytest.fixture
def running(kind: str, tmp_path: Path) -> Iterator[Installation]:
    for settings, database in installation(kind, tmp_path / "running"):
        schema.upgrade(database)
        yield settings, database


@pytest.fixture
def fresh(kind: str, tmp_path: Path) -> Iterator[Installation]:
    yield from installation(kind, tmp_path / "fresh")


def store(settings: Settings, database: Database, content: bytes, *, at: datetime = AT) -> None:
    """An upload as the product does it: the file first, then the row that speaks of it."""
    digest = hashlib.sha256(content).hexdigest()
    file = settings.files / digest[:2] / digest
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    with database.write() as session:
        record = RecordRef("document", 1, "Document")
        trail.append(session, record=record, at=at, actor=ACTOR, action="stored", data={"sha256": digest})


def restore(fresh: Installation, archive: Path, *, force: bool = False) -> Database:
    settings, _database = fresh
    restore_backup(settings, archive, open_database=lambda: features.open_database(settings), force=force)
    return features.open_database(settings)


def stored_files(database: Database) -> list[str]:
    with database.read() as session:
        assert trail.verify(session).ok
        return [entry.data["sha256"] for entry in trail.entries(session, "document", 1)]


def test_a_backup_taken_under_load_is_one_moment(running: Installation, fresh: Installation, tmp_path: Path) -> None:
    settings, database = running
    ended = threading.Event()

    def keep_writing() -> None:
        count = 0
        while not ended.is_set():
            store(settings, database, f"upload {count}".encode())
            count += 1

    for count in range(20):
        store(settings, database, f"before {count}".encode())
    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for round_ in range(3):
            write_backup(settings, database, tmp_path / f"{round_}.zip", at=AT)
    finally:
        ended.set()
        writer.join()

    restored = restore(fresh, tmp_path / "2.zip")
    kept = stored_files(restored)
    assert 20 <= len(kept) <= len(stored_files(database))
    for digest in kept:
        assert hashlib.sha256((fresh[0].files / digest[:2] / digest).read_bytes()).hexdigest() == digest
    restored.dispose()


def test_a_restored_installation_goes_on_where_it_was(
    running: Installation, fresh: Installation, tmp_path: Path
) -> None:
    store(*running, b"one")
    write_backup(*running, tmp_path / "b.zip", at=AT)
    restored = restore(fresh, tmp_path / "b.zip")
    store(fresh[0], restored, b"two")
    assert len(stored_files(restored)) == 2
    assert schema.is_current(restored)
    restored.dispose()


@pytest.mark.long
def test_no_changed_byte_goes_unnoticed(running: Installation, fresh: Installation, tmp_path: Path) -> None:
    for count in range(5):
        store(*running, random.Random(count).randbytes(4_000))
    good = tmp_path / "good.zip"
    write_backup(*running, good, at=AT)
    content = good.read_bytes()
    with zipfile.ZipFile(good) as archive:
        # Between the end of the last member and the directory every byte counts; names and hashes are in the directory.
        data = range(archive.start_dir)
    broken = tmp_path / "broken.zip"
    chosen = random.Random(7)
    for _attempt in range(40):
        place = chosen.choice(data)
        broken.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        try:
            restored = restore(fresh, broken, force=True)
        except Damaged:
            assert not list(fresh[0].home.glob(".restore-*"))
            continue
        # A byte that is no content, such as a time of day in a header: then everything is there.
        assert stored_files(restored) == stored_files(running[1])
        restored.dispose()


@pytest.mark.parametrize("length", [0, 1, 100, 0.5, 0.99])
def test_a_cut_archive_is_refused(length: float, running: Installation, fresh: Installation, tmp_path: Path) -> None:
    store(*running, b"x" * 10_000)
    write_backup(*running, tmp_path / "b.zip", at=AT)
    content = (tmp_path / "b.zip").read_bytes()
    keep = int(length if length >= 1 else length * len(content))
    (tmp_path / "b.zip").write_bytes(content[:keep])
    with pytest.raises(Damaged):
        restore(fresh, tmp_path / "b.zip")
    assert schema.revision_of(fresh[1]) is None


@pytest.mark.parametrize(("before", "after"), [(b"", b"junk"), (b"junk", b""), (b"", b"\0")])
def test_an_archive_with_more_than_was_saved_is_refused(
    before: bytes, after: bytes, running: Installation, fresh: Installation, tmp_path: Path
) -> None:
    store(*running, b"one")
    write_backup(*running, tmp_path / "b.zip", at=AT)
    (tmp_path / "b.zip").write_bytes(before + (tmp_path / "b.zip").read_bytes() + after)
    with pytest.raises(Damaged):
        restore(fresh, tmp_path / "b.zip")
    assert schema.revision_of(fresh[1]) is None


def test_restoring_over_data_needs_force(running: Installation, tmp_path: Path) -> None:
    store(*running, b"one")
    write_backup(*running, tmp_path / "b.zip", at=AT)
    store(*running, b"two")
    with pytest.raises(NotEmpty):
        restore(running, tmp_path / "b.zip")
    assert len(stored_files(running[1])) == 2
    running[1].dispose()

    restored = restore(running, tmp_path / "b.zip", force=True)
    assert len(stored_files(restored)) == 1
    restored.dispose()


def test_an_existing_file_is_never_overwritten(running: Installation, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine", encoding="utf-8")
    with pytest.raises(Conflict):
        write_backup(*running, tmp_path / "b.zip", at=AT)
    assert (tmp_path / "b.zip").read_text(encoding="utf-8") == "mine"


def change_manifest(path: Path, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["manifest.json"] = members["manifest.json"].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_a_backup_of_a_newer_version_is_refused(running: Installation, fresh: Installation, tmp_path: Path) -> None:
    write_backup(*running, tmp_path / "b.zip", at=AT)
    change_manifest(tmp_path / "b.zip", f'"revision": "{schema.newest()}"', '"revision": "9999"')
    with pytest.raises(UnknownSchema):
        restore(fresh, tmp_path / "b.zip")


def test_a_backup_goes_back_into_its_kind_of_database(
    running: Installation, fresh: Installation, tmp_path: Path
) -> None:
    write_backup(*running, tmp_path / "b.zip", at=AT)
    here = running[1].url.get_backend_name()
    change_manifest(tmp_path / "b.zip", f'"database": "{here}"', '"database": "another"')
    with pytest.raises(OtherDatabase):
        restore(fresh, tmp_path / "b.zip")


class Post:
    """Handlers of three kinds of effect, and what each of them did."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.noted: list[str] = []
        self.handlers = {
            "test.mail": outbox.Handler(run=lambda delivery: self.sent.append(delivery.row.id), transactional=False),
            "test.note": outbox.Handler(run=lambda delivery: self.noted.append(delivery.row.id), transactional=True),
        }

    def deliver(self, database: Database, at: datetime, home: Path | None = None) -> None:
        journal = Ledger(home) if home is not None else None
        outbox.deliver_due(database, self.handlers, worker="test", now=lambda: at, journal=journal)


def queue_mails(database: Database, count: int) -> None:
    with database.write() as session:
        for _mail in range(count):
            outbox.queue(session, kind="test.mail", payload={}, at=AT)
        outbox.queue(session, kind="test.note", payload={}, at=AT)


def test_what_was_delivered_after_the_backup_does_not_go_out_again(
    running: Installation, fresh: Installation, tmp_path: Path
) -> None:
    post, later = Post(), AT + timedelta(hours=3)
    queue_mails(running[1], 5)
    write_backup(*running, tmp_path / "b.zip", at=AT)
    post.deliver(running[1], AT)
    assert len(post.sent) == 5

    restored = restore(fresh, tmp_path / "b.zip")
    assert hold_what_would_leave(restored, post.handlers, at=later, fire_overdue=lambda: 0) == 5
    post.deliver(restored, later + timedelta(days=1))
    assert len(post.sent) == 5
    assert len(post.noted) == 2, "what stays in the database was lost with it and happens again"
    with restored.read() as session:
        assert len(outbox.incidents(session)) == 5
    restored.dispose()


def test_the_ledger_tells_delivered_from_waiting_on_the_same_machine(running: Installation, tmp_path: Path) -> None:
    settings, database = running
    post = Post()
    queue_mails(database, 3)
    write_backup(settings, database, tmp_path / "b.zip", at=AT)
    post.deliver(database, AT, home=settings.home)
    database.dispose()

    restored = restore(running, tmp_path / "b.zip", force=True)
    assert close_delivered(restored, Ledger(settings.home), at=AT) >= 3
    assert hold_what_would_leave(restored, post.handlers, at=AT, fire_overdue=lambda: 0) == 0
    with restored.read() as session:
        done = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == OutboxState.DONE.value)
        assert session.scalar(done) == 4
    restored.dispose()


def test_a_backup_holds_no_half_written_upload(running: Installation, tmp_path: Path) -> None:
    settings, database = running
    settings.files.mkdir(parents=True)
    (settings.files / ".part-1").write_bytes(b"half")
    manifest = write_backup(settings, database, tmp_path / "b.zip", at=AT)
    assert not [member for member in manifest.members if "part" in member.name]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TrailEntry)) == 0
