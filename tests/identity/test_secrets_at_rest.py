"""Nothing that opens a door stands readable in any column of any table."""

from datetime import datetime, timedelta

import pyotp
from sqlalchemy import MetaData, select

from supplier_quality.identity import ContactCard
from supplier_quality.identity.codes import mint_code, request_code
from supplier_quality.identity.contact_sessions import redeem_code
from supplier_quality.identity.operations import reset_password
from supplier_quality.identity.password_links import SEND_PASSWORD_LINK, mint_password_token
from supplier_quality.identity.people import get_user
from supplier_quality.identity.sessions import sign_in
from supplier_quality.identity.tokens import create_token
from supplier_quality.identity.totp import begin_totp_enrolment, confirm_totp_enrolment
from supplier_quality.persistence import Database
from tests.identity.conftest import PASSWORD, Person, invite, newest_code, queued


def everything_stored(database: Database) -> str:
    metadata = MetaData()
    metadata.reflect(database.engine)
    with database.read() as session:
        rows = [tuple(row) for table in metadata.sorted_tables for row in session.execute(select(table))]
    return "\n".join(repr(row) for row in rows)


def test_no_secret_is_stored_readably(
    database: Database, admin: Person, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    with database.write() as session:
        user = get_user(session, sam.id)
        enrolment = begin_totp_enrolment(session, user, actor=sam.actor, at=at)
        recovery = confirm_totp_enrolment(
            session, user, code=pyotp.TOTP(enrolment.secret).at(at), actor=sam.actor, at=at
        )
        token = create_token(
            session, user, name="ERP", scopes=["ppap:read"], expires_at=at + timedelta(1), actor=sam.actor, at=at
        )
    _link, link_token = invite(database, sam.actor, at=at)
    request_code(database, link_token, at=at, ip="10.77.77.77")
    with database.write() as session:
        mail = mint_code(session, newest_code(database), at=at)
    assert mail is not None
    contact_session = redeem_code(database, link_token, mail.code, at=at, ip="10.1.1.1", device="Phone")
    signed_in = sign_in(database, email=admin.email, password=PASSWORD, at=at, ip="10.0.0.1", device="Firefox")
    with database.write() as session:
        reset_password(session, sam.user, actor=admin.actor, at=at)
    newest = max(row.payload["password_link_id"] for row in queued(database, SEND_PASSWORD_LINK))
    with database.write() as session:
        password_token = mint_password_token(session, newest, at=at)

    secrets = {
        "password": PASSWORD,
        "authenticator secret": enrolment.secret,
        "API token": token.secret,
        "link token": link_token,
        "mailed code": mail.code,
        "contact session": contact_session.secret,
        "staff session": signed_in.secret,
        "password link": password_token or "",
        **{f"recovery code {n}": code.replace("-", "") for n, code in enumerate(recovery)},
    }
    stored = everything_stored(database)
    assert "Ada Admin" in stored
    assert all(secrets.values())
    assert [name for name, secret in secrets.items() if secret in stored] == []


def test_counters_of_attempts_hold_no_addresses(database: Database, admin: Person, at: datetime) -> None:
    sign_in(database, email=admin.email, password=PASSWORD, at=at, ip="10.99.88.77", device="Firefox")
    metadata = MetaData()
    metadata.reflect(database.engine, only=["attempt_counter"])
    with database.read() as session:
        rows = [tuple(row) for row in session.execute(select(metadata.tables["attempt_counter"]))]
    assert rows
    assert not any(word in repr(rows) for word in ("10.99.88.77", admin.email))
