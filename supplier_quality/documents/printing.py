"""From the HTML of a sheet to a PDF file: in a child process with limits of time and memory, the same bytes every time.

Whoever prints something writes a template under ``templates/documents`` and gives it to :func:`sheets.draw_sheet`; what it
shows must be in the HTML, since nothing is fetched.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from supplier_quality.errors import Unavailable
from supplier_quality.language import _

CHILD_SECONDS = 300.0
_CHILD = Path(__file__).with_name("print_child.py")
_WAITING_SECONDS = 120.0
# A child may take 2 GB and a core; those who print wait for each other.
_children = threading.BoundedSemaphore(1)
_MISSING_GLYPH = ".notdef"

log = structlog.get_logger("documents")


class NotPrinted(Unavailable):
    """The renderer failed, ran too long or took too much memory."""

    code = "not_printed"

    def __init__(self) -> None:
        super().__init__(
            _("The document could not be printed. An administrator finds the reason in the log; supplier-quality doctor says whether fonts or libraries are missing.")
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF. ``pages`` counts its pages; ``is_whole`` is False when a character was printed as a box for want of a font."""

    content: bytes
    pages: int
    is_whole: bool


def print_html(html: str) -> Printed:
    """The PDF of a sheet; equal HTML gives equal bytes on one machine. Raises NotPrinted."""
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32]
    if not _children.acquire(timeout=_WAITING_SECONDS):
        raise NotPrinted
    try:
        with tempfile.TemporaryDirectory(prefix="printing-") as folder:
            target = Path(folder) / "sheet.pdf"
            said = _run_child(html, target, identifier)
            content = target.read_bytes()
    finally:
        _children.release()
    notes: list[str] = said["notes"]
    for note in notes:
        log.warning("sheet_note", note=note)
    return Printed(content, int(said["pages"]), not any(_MISSING_GLYPH in note for note in notes))


def _run_child(html: str, target: Path, identifier: str) -> dict[str, Any]:
    command = [sys.executable, "-I", str(_CHILD), str(target), identifier]
    try:
        done = subprocess.run(
            command, input=html.encode(), capture_output=True, timeout=CHILD_SECONDS, check=False,
            # The locale decides how texts are broken into lines; nothing else of ours reaches the child.
            env={"LANG": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        log.warning("sheet_not_printed", why="timeout")
        raise NotPrinted from None
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        log.warning("sheet_not_printed", status=done.returncode, why=why[:300])
        raise NotPrinted
    said: dict[str, Any] = json.loads(done.stdout)
    return said
