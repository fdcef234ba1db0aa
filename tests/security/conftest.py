"""A company to attack, on a fresh database, with logs as the product writes them."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from supplier_quality import logs
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from tests.security.company import Company, found_company


@pytest.fixture
def real_logs() -> Iterator[None]:
    """Logs as ``supplier-quality serve`` writes them; without, errors are drawn with every local variable."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure(level="info", as_json=True)
    yield
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def company(settings: Settings, database: Database, real_logs: None) -> Company:
    return found_company(settings, database)
