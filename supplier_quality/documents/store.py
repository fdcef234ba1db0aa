"""Where files lie: in a folder, each under the SHA-256 of its content, written so that a crash leaves it whole or absent."""

import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import structlog
from sqlalchemy.orm import Session

from supplier_quality.config import Settings
from supplier_quality.documents.kinds import FileRefused, recognise
from supplier_quality.documents.names import clean_name
from supplier_quality.documents.scanning import NotScanned, Scanner, scanner_of
from supplier_quality.errors import NotFound, Unavailable
from supplier_quality.language import Words, _

_BLOCK = 256 * 1024
_MEGABYTE = 1024 * 1024

log = structlog.get_logger("documents")


class NotStored(Unavailable):
    """The disk did not take the file, or the scanner of this installation did not look at it."""

    code = "not_stored"

    def __init__(self, said: Words | None = None) -> None:
        super().__init__(said or _("The file could not be stored. Nothing was kept of it; try again in a moment."))


class ContentMissing(NotFound):
    """A row names a file that does not lie in the store."""

    code = "content_missing"

    def __init__(self) -> None:
        super().__init__(_("The file is not in the store any more. An administrator can put it back from a backup."))


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in the store. ``name`` is the cleaned one; ``size`` in bytes."""

    sha256: str
    size: int
    media_type: str
    name: str


class FileStore:
    """The files of one installation. ``put`` and ``open`` know nothing of rows; the clean-up brings both together."""

    def __init__(self, folder: Path, scanner: Scanner | None = None) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"
        self.scanner = scanner

    def put(self, stream: IO[bytes], *, name: str, limit: int, also: Collection[str] = ()) -> StoredFile:
        """Check a file and keep it. Nothing is kept when it is refused, cannot be scanned or the disk fails.

        ``also`` names endings that are taken here though not everywhere (``zip``). Raises FileRefused, NotStored.
        """
        name = clean_name(name)
        try:
            with self._arriving() as (path, file):
                sha256, size = _copy(stream, file, name=name, limit=limit)
                media_type = recognise(file, name=name, size=size, also=also)
                self._scan(file, name=name)
                os.fsync(file.fileno())
                self._keep(path, sha256)
        except NotScanned as error:
            log.error("file_not_scanned", why=error.why)
            raise NotStored(error.said) from error
        except OSError as error:
            log.error("file_not_stored", error=str(error))
            raise NotStored from error
        return StoredFile(sha256, size, media_type, name)

    def path_of(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        return self.path_of(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """The content for reading. Raises ContentMissing."""
        try:
            return self.path_of(sha256).open("rb")
        except FileNotFoundError:
            raise ContentMissing from None

    def kept(self) -> Iterator[Path]:
        """Every file that lies in the store."""
        for shelf in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from (path for path in sorted(shelf.iterdir()) if path.is_file())

    def half_written(self) -> Iterator[Path]:
        """Files whose writing was never finished, because the process died."""
        if self.incoming.is_dir():
            yield from sorted(self.incoming.iterdir())

    def _scan(self, file: BinaryIO, *, name: str) -> None:
        """Ask the scanner, if there is one. Raises FileRefused, NotScanned."""
        if self.scanner is None:
            return
        found = self.scanner.scan(file)
        if found is not None:
            log.warning("file_infected", name=name, found=found)
            raise FileRefused(
                name,
                _("the virus scanner found %(found)s in it.", found=found),
                _("Have the computer it comes from checked, and send a clean copy."),
            )

    @contextmanager
    def _arriving(self) -> Iterator[tuple[Path, BinaryIO]]:
        self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.incoming / secrets.token_hex(16)
        try:
            with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
                yield path, file
        finally:
            path.unlink(missing_ok=True)

    def _keep(self, path: Path, sha256: str) -> None:
        """Give the written file its name. One that is there already gets a new date, so that the clean-up lets it be."""
        target = self.path_of(sha256)
        if target.is_file():
            os.utime(target)
            return
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self.folder)
        path.rename(target)
        _sync_folder(target.parent)


def file_store(source: Settings | Session) -> FileStore:
    """The store of this installation."""
    settings: Settings = source.info["settings"] if isinstance(source, Session) else source
    return FileStore(settings.files, scanner_of(settings))


def _copy(stream: IO[bytes], file: BinaryIO, *, name: str, limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        size += len(block)
        if size > limit:
            raise FileRefused(
                name,
                _("it is larger than %(most)s MB.", most=limit // _MEGABYTE),
                _("Make it smaller, for instance by scanning with 200 dots per inch, or send several files."),
            )
        digest.update(block)
        file.write(block)
    file.flush()
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
