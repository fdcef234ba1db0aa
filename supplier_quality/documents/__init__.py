"""Files by the hash of their content: what people upload and what the product prints.

A file is checked before it is kept, kept once however often it is attached, and never changed afterwards.
"""

from supplier_quality.documents.attachments import Attached, attach_file, attachments_of, detach_file, get_attachment
from supplier_quality.documents.kinds import ACCEPTED_EXTENSIONS, ARCHIVES, FileRefused
from supplier_quality.documents.store import FileStore, StoredFile, file_store

__all__ = [
    "ACCEPTED_EXTENSIONS",
    "ARCHIVES",
    "Attached",
    "FileRefused",
    "FileStore",
    "StoredFile",
    "attach_file",
    "attachments_of",
    "detach_file",
    "file_store",
    "get_attachment",
]
