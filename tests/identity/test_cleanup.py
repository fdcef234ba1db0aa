from datetime import datetime, timedelta

from supplier_quality.identity import ContactCard
from supplier_quality.identity.cleanup import delete_what_is_over
from supplier_quality.identity.codes import mint_code, request_code
from supplier_quality.identity.contact_sessions import current_contact, redeem_code
from supplier_quality.identity.sessions import current_session, sign_in
from supplier_quality.persistence import Database
from tests.identity.conftest import PASSWORD, Person, invite, newest_code


def test_only_what_ended_long_ago_is_deleted(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    _link, token = invite(database, sam.actor, at=at)
    request_code(database, token, at=at, ip="")
    with database.write() as session:
        mail = mint_code(session, newest_code(database), at=at)
    assert mail is not None
    contact = redeem_code(database, token, mail.code, at=at, ip="", device="").secret
    staff = sign_in(database, email=sam.email, password=PASSWORD, at=at, ip="", device="").secret

    with database.write() as session:
        assert delete_what_is_over(session, at=at + timedelta(hours=1)) == 0
    assert current_contact(database, contact, at=at + timedelta(hours=1))
    assert current_session(database, staff, at=at + timedelta(hours=1))
    with database.write() as session:
        # Two sessions, one code with its hash, the link by which Sam chose the password with its token.
        assert delete_what_is_over(session, at=at + timedelta(days=100)) == 6
