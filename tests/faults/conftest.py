from datetime import datetime

import pytest

from supplier_quality.persistence import Database
from tests.faults.company import found_company


@pytest.fixture
def company(database: Database, at: datetime) -> Database:
    """A database with the qualification process in force and three people."""
    found_company(database, at=at)
    return database
