"""The corpus of files, through every door: what is honest is taken, what is not is refused with a sentence and leaves nothing."""

import contextlib
import io
import time
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from supplier_quality import documents, language
from supplier_quality.documents.names import clean_name
from supplier_quality.documents.store import FileStore
from tests.documents.corpus import ACCEPTED, REJECTED, Accepted, Rejected, pdf

LIMIT = 25 * 1024 * 1024


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def lying(store: FileStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()] if store.folder.exists() else []


@pytest.mark.parametrize("file", ACCEPTED, ids=lambda file: file.name)
def test_an_honest_file_is_kept_byte_for_byte(store: FileStore, file: Accepted) -> None:
    content = file.content()
    stored = store.put(io.BytesIO(content), name=file.name, limit=LIMIT, also=file.also)
    assert (stored.media_type, stored.sha256) == (file.media_type, sha256(content).hexdigest())
    assert store.path_of(stored.sha256).read_bytes() == content


@pytest.mark.parametrize("file", REJECTED, ids=lambda file: ascii(file.name))
def test_a_dishonest_file_is_refused_with_what_was_found_and_what_to_do(store: FileStore, file: Rejected) -> None:
    with pytest.raises(documents.FileRefused) as refused:
        store.put(io.BytesIO(file.content()), name=file.name, limit=LIMIT, also=file.also)
    said, remedy = str(refused.value), str(refused.value.remedy)
    assert file.said in said and clean_name(file.name) in said
    with language.speaking("zh"):
        assert str(refused.value) != said and str(refused.value.remedy) != remedy, "both are translated"
    assert lying(store) == [], "nothing of it is kept"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("streams.pdf", lambda: pdf((b"stream\n" + zlib.compress(b"1 0 ")) * 60_000)),
        ("packs.pdf", lambda: pdf(b"/Type /ObjStm stream\n" * 60_000)),
        ("openings.pdf", lambda: pdf(_TURNS + b"/OpenAction 20 0 R " * 60_000)),
        ("drawings.pdf", lambda: pdf(b"<svg " * 600_000)),
        ("calls.csv", lambda: b"=a|" * 1_000_000),
        ("starts.csv", lambda: b";=" * 1_500_000),
        ("blank.csv", lambda: b"\n " * 1_500_000),
        ("less.txt", lambda: b"< " * 1_500_000),
    ],
)
def test_no_content_keeps_the_checks_busy(store: FileStore, name: str, content: Callable[[], bytes]) -> None:
    """Megabytes made to be looked at again and again take seconds of no processor."""
    made = content()
    started = time.process_time()
    with contextlib.suppress(documents.FileRefused):
        store.put(io.BytesIO(made), name=name, limit=LIMIT)
    assert time.process_time() - started < 4


_TURNS = b"20 0 obj\n<< /S /GoTo /D [5 0 R /Fit] >>\nendobj\n"
