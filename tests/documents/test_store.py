"""Files are checked before they are kept, kept once, and never half."""

import errno
import io
import os
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality import documents
from supplier_quality.documents.attachments import AlreadyEvidence, AttachmentNotFound, detach_file, make_evidence
from supplier_quality.documents.cleanup import clean_up_documents
from supplier_quality.documents.models import Document
from supplier_quality.documents.names import clean_name
from supplier_quality.documents.store import FileStore, NotStored, file_store
from supplier_quality.persistence import Database
from supplier_quality.trail import RecordRef
from tests.documents.corpus import picture
from tests.support import actor_for

PDF = b"%PDF-1.7\n" + b"x" * 100 + b"\n%%EOF\n"
PNG, JPEG, TIFF = (picture(kind) for kind in ("PNG", "JPEG", "TIFF"))
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTER = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUPPLIER = RecordRef("supplier", 7, "SUP-00007")
SQE = actor_for("sqe")
LIMIT = 1_000_000


def office(main: str, **parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{main}.main+xml"/></Types>')
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_bin", ".bin"), content)
    return packed.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def lying(store: FileStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()] if store.folder.exists() else []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.PNG", PNG, "image/png"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.tif", TIFF, "image/tiff"),
        ("a.xlsx", office(SHEET), SHEET),
        ("a.docx", office(LETTER), LETTER),
        ("a.csv", "名称;数量\n轴承;3\n".encode("gb18030"), "text/csv"),
        ("a.txt", "grüße".encode("utf-16"), "text/plain"),
        ("a.txt", "grüße".encode("cp1252"), "text/plain"),
    ],
)
def test_files_people_send_are_kept_under_their_hash(
    store: FileStore, name: str, content: bytes, media_type: str
) -> None:
    stored = store.put(io.BytesIO(content), name=name, limit=LIMIT)
    assert (stored.sha256, stored.size, stored.media_type) == (sha256(content).hexdigest(), len(content), media_type)
    assert store.path_of(stored.sha256).read_bytes() == content
    assert lying(store) == [store.path_of(stored.sha256)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"MZ program", "not what its name says"),
        ("a.pdf", PNG, "not what its name says"),
        ("a.pdf", b"%PDF-1.7\n" + b"x" * 50, "not complete"),
        ("a.png", PNG[:30], "not complete"),
        ("a.jpg", JPEG[:20], "not complete"),
        ("a.tiff", b"II*\x00\xff\xff\xff\x00abc", "not complete"),
        ("a.xlsx", b"PK\x03\x04 broken", "not what its name says"),
        ("a.xlsx", office(LETTER), "not what its name says"),
        ("a.xlsx", office(SHEET, xl__vbaProject_bin=b"x"), "macros"),
        ("a.docx", office(LETTER, word__evil=b"macro") + b"", None),
        ("a.docx", office("application/vnd.ms-word.document.macroEnabled"), "macros"),
        ("a.xlsx", office(SHEET, xl__sheet=b"0" * 50_000_000), "unpack"),
        ("a.xlsm", office(SHEET), "macros"),
        ("a.zip", office(SHEET), "archives"),
        ("a.svg", b"<svg/>", "ending in .svg"),
        ("a.html", b"<html>", "ending in .html"),
        ("noending", PDF, "does not say what kind"),
        ("a.csv", b"a;b\x00c", "not what its name says"),
        ("a.txt", PNG, "not what its name says"),
        ("a.pdf", b"", "empty"),
        ("a.pdf", PDF + b"0" * LIMIT, "larger than"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(store: FileStore, name: str, content: bytes, said: str | None) -> None:
    if said is None:
        assert store.put(io.BytesIO(content), name=name, limit=LIMIT).size == len(content)
        return
    with pytest.raises(documents.FileRefused) as refused:
        store.put(io.BytesIO(content), name=name, limit=LIMIT)
    assert said in str(refused.value)
    assert str(refused.value.remedy)
    assert lying(store) == []


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("C:\\Users\\Li\\证书.pdf", "证书.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("fdp\u202efdp.exe", "fdpfdp.exe"),
        ('a"b<c>:d|e?.pdf', "a_b_c__d_e_.pdf"),
        (".htaccess", "htaccess"),
        ("con.pdf", "file_con.pdf"),
        ("  a \n b .pdf ", "a b.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_safe_for_other_systems(given: str, cleaned: str) -> None:
    assert clean_name(given) == cleaned


def _fails(call: Callable[..., Any], at: int, number: int) -> Callable[..., Any]:
    """The call of the operating system, failing the ``at``-th time."""
    made = 0

    def failing(*args: Any, **more: Any) -> Any:
        nonlocal made
        made += 1
        if made == at:
            raise OSError(number, os.strerror(number))
        return call(*args, **more)

    return failing


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize(
    ("call", "at"), [("fsync", 1), ("fsync", 2), ("fsync", 3), ("rename", 1), ("open", 1), ("fdopen", 1)]
)
def test_a_disk_that_fails_is_said_and_a_retry_succeeds(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, call: str, at: int, number: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, call, _fails(getattr(os, call), at, number))
        with pytest.raises(NotStored):
            store.put(io.BytesIO(PDF), name="a.pdf", limit=LIMIT)
    assert list(store.half_written()) == []
    stored = store.put(io.BytesIO(PDF), name="a.pdf", limit=LIMIT)
    assert lying(store) == [store.path_of(stored.sha256)]


def put(database: Database, content: bytes = PDF, name: str = "a.pdf") -> documents.StoredFile:
    return file_store(database.info["settings"]).put(io.BytesIO(content), name=name, limit=LIMIT)


def attach(database: Database, at: datetime, content: bytes = PDF, slot: str = "s") -> documents.Attached:
    stored = put(database, content)
    with database.write() as session:
        return documents.attach_file(session, stored, record=SUPPLIER, slot=slot, actor=SQE, at=at)


def test_the_same_content_is_kept_once_and_attached_where_it_is_needed(database: Database, at: datetime) -> None:
    first, again, other = attach(database, at), attach(database, at), attach(database, at, slot="t")
    assert first.id == again.id != other.id
    with database.read() as session:
        assert len(session.scalars(select(Document)).all()) == 1
        assert [each.slot for each in documents.attachments_of(session, record_kind="supplier", record_id=7)] == [
            "s",
            "t",
        ]
        with pytest.raises(AttachmentNotFound):
            documents.get_attachment(session, first.id, record_kind="supplier", record_id=8)


def test_submitted_files_stay(database: Database, at: datetime) -> None:
    file = attach(database, at)
    with database.write() as session:
        make_evidence(session, [file.id], at=at)
    with pytest.raises(AlreadyEvidence), database.write() as session:
        detach_file(session, file.id, at=at)


def test_the_clean_up_leaves_as_many_rows_as_files(database: Database, at: datetime) -> None:
    store = file_store(database.info["settings"])
    kept, removed = attach(database, at), attach(database, at, PDF + b"2\n%%EOF")
    evidence = attach(database, at, PDF + b"3\n%%EOF")
    orphan = put(database, PDF + b"4\n%%EOF")
    (store.incoming / "half").write_bytes(b"%PDF")
    with database.write() as session:
        make_evidence(session, [evidence.id], at=at)
        detach_file(session, removed.id, at=at)
    for path in (*store.kept(), *store.half_written()):
        os.utime(path, (at.timestamp(), at.timestamp()))

    early = clean_up_documents(database, at=at + timedelta(hours=1))
    assert (early.half_written, early.files, early.rows, early.missing) == (0, 0, 0, ())
    done = clean_up_documents(database, at=at + timedelta(hours=25))

    assert (done.half_written, done.files, done.rows, done.missing) == (1, 2, 1, ())
    assert not store.has(orphan.sha256)
    with database.read() as session:
        assert set(session.scalars(select(Document.sha256))) == {path.name for path in store.kept()} == {
            kept.sha256, evidence.sha256,
        }  # fmt: skip


def test_a_missing_file_is_reported(database: Database, at: datetime) -> None:
    file = attach(database, at)
    file_store(database.info["settings"]).path_of(file.sha256).unlink()
    assert clean_up_documents(database, at=at).missing == (file.sha256,)


def test_content_the_clean_up_took_in_between_is_not_attached(database: Database, at: datetime) -> None:
    stored = put(database)
    file_store(database.info["settings"]).path_of(stored.sha256).unlink()
    with pytest.raises(NotStored), database.write() as session:
        documents.attach_file(session, stored, record=SUPPLIER, slot="s", actor=SQE, at=at)
