"""Runs migrations on the connection that ``supplier_quality.persistence.schema`` opens."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.sql.elements import False_, True_

from supplier_quality import features
from supplier_quality.persistence import Base
from supplier_quality.persistence.types import Json, UTCDateTime

features.import_models()

_TABLES_OF_TESTS = {
    mapper.local_table.name
    for mapper in Base.registry.mappers
    if not mapper.class_.__module__.startswith("supplier_quality.")
}
_FOREIGN_TABLES = ("procrastinate_", "sqlite_")


def include_object(item: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Leave out what belongs to others: the job engine's tables, the shadow tables of full-text search, test tables."""
    if kind != "table" or name is None:
        return True
    if reflected and (name.startswith(_FOREIGN_TABLES) or "_fts" in name):
        return False
    return name not in _TABLES_OF_TESTS


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | bool:
    """Write our own types by name, so that a migration reads like a model."""
    if kind == "server_default" and isinstance(getattr(item, "arg", None), True_ | False_):
        return f"sa.{str(item.arg).lower()}()"
    if kind == "type" and isinstance(item, UTCDateTime | Json):
        name = type(item).__name__
        autogenerate.imports.add(f"from supplier_quality.persistence import {name}")
        return f"{name}()"
    return False


def run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=True,
        include_object=include_object,
        render_item=render_item,
        transaction_per_migration=True,
        # SQLite can take back changes of the shape like any others; Alembic only does not count on it.
        transactional_ddl=True,
        on_version_apply=_check_references if sqlite else None,
    )
    with context.begin_transaction():
        context.run_migrations()


def _check_references(*, ctx: Any, **_others: Any) -> None:
    broken = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"The migration leaves rows that point to nothing: {broken[:5]}")


given = context.config.attributes.get("connection")
if given is None:
    raise RuntimeError("Use supplier-quality upgrade, or make migration NAME=...")
run(given)
