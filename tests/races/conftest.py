from tests.faults.conftest import company

__all__ = ["company"]
