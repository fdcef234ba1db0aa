"""Looking at a stored file in place: pictures of its pages, made anew, never the file itself.

Pictures are kept under the hash of the content and can be made again at any time. Texts are shown as texts by the page.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import structlog

from supplier_quality.config import Settings
from supplier_quality.documents.checks.texts import encoding_of
from supplier_quality.documents.store import ContentMissing, file_store
from supplier_quality.errors import NotFound, Unavailable
from supplier_quality.language import _

PICTURES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})
TEXTS = frozenset({"text/plain", "text/csv", "model/step", "image/vnd.dxf"})
CHILD_SECONDS = 60.0
MOST_TEXT = 200_000
"""Bytes of a text that are shown; the rest is in the file."""

_CHILD = Path(__file__).with_name("view_child.py")
_WAITING_SECONDS = 30.0
# A child may take 1.2 GB and a core; people turning pages wait for each other.
_children = threading.BoundedSemaphore(2)

log = structlog.get_logger("documents")


class NoSuchPage(NotFound):
    """The document has no page of this number."""

    code = "no_such_page"

    def __init__(self) -> None:
        super().__init__(_("The document has no such page."))


class NotViewable(NotFound):
    """Of this file no picture can be made; it can only be downloaded."""

    code = "not_viewable"

    def __init__(self) -> None:
        super().__init__(_("No picture could be made of this file. Download it and open it on your computer."))


class Busy(Unavailable):
    """Too many people want pictures at once."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__(_("Other documents are being drawn just now. Try again in a moment."))


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The picture of one page, and how many pages there are."""

    path: Path
    pages: int


def has_pictures(media_type: str) -> bool:
    """Whether pages of such a file can be drawn."""
    return media_type in PICTURES


def is_text(media_type: str) -> bool:
    return media_type in TEXTS


def is_viewable(media_type: str) -> bool:
    """Whether such a file can be looked at without downloading it."""
    return has_pictures(media_type) or is_text(media_type)


def page_picture(settings: Settings, sha256: str, *, media_type: str, page: int) -> PagePicture:
    """The picture of a page, numbered from 1; made when it is asked for the first time.

    Raises NoSuchPage, NotViewable, ContentMissing, Busy. The caller checked that the reader may have the file.
    """
    if not has_pictures(media_type):
        raise NotViewable
    folder = settings.views / sha256[:2] / sha256
    pages = _known_pages(folder)
    if page < 1 or (pages is not None and page > pages):
        raise NoSuchPage
    path = folder / f"{page}.png"
    if pages is None or not path.is_file():
        pages = _draw(settings, sha256, media_type, page, path)
    if page > pages:
        raise NoSuchPage
    return PagePicture(path, pages)


def text_of(settings: Settings, sha256: str) -> tuple[str, bool]:
    """The beginning of a text, and whether that is all of it. Raises NotViewable, ContentMissing."""
    with file_store(settings).open(sha256) as file:
        encoding = encoding_of(file)
        if encoding is None:
            raise NotViewable
        file.seek(0)
        start = file.read(MOST_TEXT + 1)
    # The cut may go through a character.
    return start[:MOST_TEXT].decode(encoding, "ignore"), len(start) <= MOST_TEXT


def forget_views(settings: Settings) -> int:
    """Remove the pictures of contents that do not lie in the store any more; how many contents that were."""
    store, forgotten = file_store(settings), 0
    for folder in sorted(settings.views.glob("[0-9a-f][0-9a-f]/*")):
        if not store.has(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
            forgotten += 1
    return forgotten


def _known_pages(folder: Path) -> int | None:
    try:
        return int(json.loads((folder / "pages.json").read_text(encoding="ascii"))["pages"])
    except (OSError, ValueError, KeyError):
        return None


def _draw(settings: Settings, sha256: str, media_type: str, page: int, path: Path) -> int:
    """Let the child draw a page, and give its picture and the number of pages their names when both are whole."""
    original = file_store(settings).path_of(sha256)
    if not original.is_file():
        raise ContentMissing
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{secrets.token_hex(8)}")
    if not _children.acquire(timeout=_WAITING_SECONDS):
        raise Busy
    try:
        said = _run_child(original, media_type, page, beside)
        if beside.exists():
            os.replace(beside, path)
        beside.write_bytes(said)
        os.replace(beside, path.with_name("pages.json"))
    finally:
        _children.release()
        beside.unlink(missing_ok=True)
    return int(json.loads(said)["pages"])


def _run_child(original: Path, media_type: str, page: int, target: Path) -> bytes:
    """What the child says. Raises NotViewable when it fails, runs too long or is ended for what it takes."""
    command = [sys.executable, "-I", str(_CHILD), str(original), media_type, str(page), str(target)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=CHILD_SECONDS, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        log.warning("page_not_drawn", file=original.name, page=page, why="timeout")
        raise NotViewable from None
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        log.warning("page_not_drawn", file=original.name, page=page, status=done.returncode, why=why[:200])
        raise NotViewable
    return done.stdout
