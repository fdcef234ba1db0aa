"""Drafts the next migration from the difference between the models and the migrations: ``make migration NAME=add_notes``.

Read the draft before committing it: triggers, full-text tables and changes of rows are written by hand.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from supplier_quality.persistence import Database, schema


def draft(name: str) -> str:
    """Write ``versions/NNNN_name.py`` and return its number."""
    number = f"{len(schema.known_revisions()) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'draft.db'}")
        schema.upgrade(database)
        with schema.alone(database) as connection:
            command.revision(schema.config(connection), message=name, rev_id=number, autogenerate=True)
        database.dispose()
    return number


if __name__ == "__main__":
    draft(sys.argv[1])
