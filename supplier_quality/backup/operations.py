"""Writing a backup and putting one back."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from supplier_quality import __version__
from supplier_quality.backup import archive, rows
from supplier_quality.config import Settings
from supplier_quality.errors import BadInput, Conflict, Misconfigured, Problem
from supplier_quality.language import _
from supplier_quality.persistence import Database, schema

SECRETS = "secrets.json"
FOLDERS = ("files", "heads")
"""What is kept under HOME beside the database: documents by the hash of their content, published heads of the trail."""


class NotEmpty(Conflict):
    """Restoring here would destroy what is there."""

    code = "not_empty"


class OtherDatabase(BadInput):
    """A backup goes back into the kind of database it came from."""

    code = "other_database"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back; ``missing_keys`` are keys of the trail that the settings do not have."""

    manifest: archive.Manifest
    files: int
    missing_keys: tuple[str, ...]


def write_backup(settings: Settings, database: Database, path: Path, *, at: datetime) -> archive.Manifest:
    """Save the database and the files, while both are in use, into a new file. Raises Conflict when it exists.

    The rows are taken first: a file is on the disk before a row speaks of it, so every file of these rows is found.
    """
    if path.exists():
        raise Conflict(_("%(path)s is there already; choose another name.", path=path))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as scratch:
        saved = Path(scratch)
        revision = schema.revision_of(database)
        if revision is None:
            raise Misconfigured(_("The database is empty; run: supplier-quality init"))
        rows.save_rows(database, saved)
        with archive.writing(path) as writer:
            for file in sorted(saved.iterdir()):
                writer.add_file(f"rows/{file.name}", file)
            for name, file in _kept_files(settings):
                writer.add_file(name, file)
            return writer.finish(
                version=__version__,
                made_at=at.isoformat(),
                database=database.url.get_backend_name(),
                revision=revision,
                key_ids=tuple(settings.trail_keys),
            )


def restore_backup(
    settings: Settings,
    path: Path,
    *,
    open_database: Callable[[], Database],
    force: bool = False,
) -> Restored:
    """Put a backup back; every member is checked before anything is changed.

    Raises Damaged, OtherDatabase, UnknownSchema for a backup of a newer version, NotEmpty without ``force``.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    database = open_database()
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as scratch:
        unpacked = Path(scratch)
        manifest = archive.unpack(path, unpacked)
        _check_fits(manifest, database, path)
        if not force and not (rows.is_empty(database) and _has_no_files(settings)):
            remedy = _("Restore into an empty installation, or destroy this one with --force")
            problem = Problem(_("This installation holds data"), remedy, value=str(settings.home))
            raise NotEmpty(_("Restoring would destroy what is here; nothing was changed."), (problem,))

        rows.clear(database)
        count = _put_files(unpacked, settings)
        rows.load_rows(database, unpacked / "rows", revision=manifest.revision)
        database.dispose()
    missing = tuple(key for key in manifest.key_ids if key not in settings.trail_keys)
    return Restored(manifest, count, () if (unpacked / SECRETS).exists() else missing)


def _check_fits(manifest: archive.Manifest, database: Database, path: Path) -> None:
    here = database.url.get_backend_name()
    if manifest.database != here:
        raise OtherDatabase(
            _(
                "The backup %(path)s is of %(there)s, this installation uses %(here)s.",
                path=path,
                there=manifest.database,
                here=here,
            )
        )
    if manifest.revision not in schema.known_revisions():
        raise schema.UnknownSchema(
            _("The backup %(path)s was made by a newer version of the product; install that first.", path=path)
        )


def _kept_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    secrets = settings.home / SECRETS
    if secrets.exists():
        yield SECRETS, secrets
    for folder in FOLDERS:
        for file in sorted((settings.home / folder).rglob("*")):
            # A name with a dot in front is a file still being written.
            if file.is_file() and not file.name.startswith("."):
                yield file.relative_to(settings.home).as_posix(), file


def _has_no_files(settings: Settings) -> bool:
    return not any(file.is_file() for file in settings.files.rglob("*")) if settings.files.exists() else True


def _put_files(unpacked: Path, settings: Settings) -> int:
    count = 0
    for folder in FOLDERS:
        target = settings.home / folder
        if folder == "files" and target.exists():
            shutil.rmtree(target)
        for file in sorted((unpacked / folder).rglob("*")):
            if file.is_file():
                place = settings.home / file.relative_to(unpacked)
                place.parent.mkdir(parents=True, exist_ok=True)
                os.replace(file, place)
                count += 1
    secrets = unpacked / SECRETS
    if secrets.exists():
        shutil.copyfile(secrets, settings.home / SECRETS)
        (settings.home / SECRETS).chmod(0o600)
    return count
