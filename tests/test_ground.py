from sqlalchemy import text

from supplier_quality.persistence import Database, take_number


def test_a_database_starts_empty_and_counts(database: Database) -> None:
    with database.write() as session:
        assert take_number(session, "SUP") == "SUP-00001"
    with database.read() as session:
        assert session.scalar(text("select count(*) from counter")) == 1


def test_the_next_test_starts_empty_again(database: Database) -> None:
    with database.write() as session:
        assert take_number(session, "SUP") == "SUP-00001"
