"""What a request works on: the settings and the database of this installation, and its two kinds of sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.orm import Session

from supplier_quality.config import Settings
from supplier_quality.persistence import Database

_KEY = "supplier_quality"


@dataclass(frozen=True, slots=True)
class Installation:
    settings: Settings
    database: Database


def install(app: Flask, settings: Settings, database: Database) -> None:
    app.extensions[_KEY] = Installation(settings, database)


def installation() -> Installation:
    installed: Installation = current_app.extensions[_KEY]
    return installed


def settings() -> Settings:
    return installation().settings


def database() -> Database:
    return installation().database


@contextmanager
def reading() -> Iterator[Session]:
    """A session for a page that only shows; what it changed is thrown away."""
    with database().read() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A session whose work is committed when the block ends.

    Open it as late as possible: parsing, password checks and hashing come before it, rendering comes after it, because
    on SQLite everybody else who writes waits meanwhile.
    """
    with database().write() as session:
        yield session


def absolute_url(path: str) -> str:
    """The address of a path as people outside see it: from the settings, never from the Host header."""
    return f"{settings().base_url}/{path.lstrip('/')}"
