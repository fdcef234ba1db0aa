"""The archive: a zip file whose manifest names every member with its size and hash."""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _

FORMAT = 1
MANIFEST = "manifest.json"
_END_BYTES = 22  # the record that ends a zip file
_CHUNK = 1 << 20


class Damaged(BadInput):
    """The archive is not what was written; nothing of it was used."""

    code = "damaged_backup"

    def __init__(self, path: Path, problem: Words, *, member: str | None = None) -> None:
        remedy = _("Use another copy of this backup, or an older one")
        details = (Problem(problem, remedy, column=member, value=str(path)),)
        super().__init__(_("The backup %(path)s is damaged: %(problem)s", path=path, problem=problem), details)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. ``made_at`` is ISO 8601; ``key_ids`` name the keys that prove its trail."""

    format: int
    version: str
    made_at: str
    database: str
    revision: str
    key_ids: tuple[str, ...]
    members: tuple[Member, ...]


class Writer:
    """Adds members to an archive and remembers their hashes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: list[Member] = []

    def add_file(self, name: str, path: Path) -> str:
        """Add a file; returns its SHA-256."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as source, self._archive.open(name, "w", force_zip64=True) as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        self.members.append(Member(name, size, digest.hexdigest()))
        return digest.hexdigest()

    def finish(self, **about: Any) -> Manifest:
        manifest = Manifest(format=FORMAT, members=tuple(self.members), **about)
        self._archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        return manifest


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new archive; it appears under its name only when it is complete and on the disk."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def read_manifest(path: Path) -> Manifest:
    """What the archive says it holds. Raises Damaged."""
    with _opened(path) as archive:
        return _manifest_of(archive, path)


def unpack(path: Path, folder: Path) -> Manifest:
    """Put every member into ``folder``, its hash checked. Raises Damaged, with nothing outside ``folder`` touched."""
    with _opened(path) as archive:
        manifest = _manifest_of(archive, path)
        names = archive.namelist()
        expected = [member.name for member in manifest.members]
        if sorted(names) != sorted([*expected, MANIFEST]):
            odd = sorted(set(names) ^ {*expected, MANIFEST}) or ["?"]
            raise Damaged(path, _("its files are not those of its list"), member=odd[0])
        for member in manifest.members:
            _unpack_member(archive, member, folder, path)
    return manifest


def _unpack_member(archive: zipfile.ZipFile, member: Member, folder: Path, path: Path) -> None:
    parts = PurePosixPath(member.name)
    if parts.is_absolute() or ".." in parts.parts:
        raise Damaged(path, _("a file would leave the folder"), member=member.name)
    target = folder / parts
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with archive.open(member.name) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if (size, digest.hexdigest()) != (member.size, member.sha256):
        raise Damaged(path, _("a file is not what was saved"), member=member.name)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_ends(archive, path)
            yield archive
    except FileNotFoundError as error:
        raise BadInput(_("There is no file %(path)s.", path=path)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Damaged(path, _("it cannot be unpacked")) from error


def _check_ends(archive: zipfile.ZipFile, path: Path) -> None:
    """Raises Damaged when something stands before the first or after the last byte of the archive, which unpacking would pass over."""
    with path.open("rb") as file:
        file.seek(-_END_BYTES, os.SEEK_END)
        end = file.read()
    begins = min((member.header_offset for member in archive.infolist()), default=0)
    # The last two bytes are the length of a comment, of which we write none.
    if begins or not end.startswith(b"PK\x05\x06") or end[-2:] != b"\0\0":
        raise Damaged(path, _("it holds more than was saved"))


def _manifest_of(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        given = json.loads(archive.read(MANIFEST))
        if given["format"] != FORMAT:
            raise BadInput(_("The backup %(path)s was made by a newer version of the product.", path=path))
        members = tuple(Member(**member) for member in given.pop("members"))
        return Manifest(members=members, key_ids=tuple(given.pop("key_ids")), **given)
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise Damaged(path, _("its list of files cannot be read")) from error
