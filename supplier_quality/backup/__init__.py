"""Saving the database and the files of a running installation in one archive, and putting them back."""

from supplier_quality.backup.archive import Damaged, Manifest, read_manifest
from supplier_quality.backup.operations import NotEmpty, Restored, restore_backup, write_backup

__all__ = [
    "Damaged",
    "Manifest",
    "NotEmpty",
    "Restored",
    "read_manifest",
    "restore_backup",
    "write_backup",
]
