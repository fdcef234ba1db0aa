"""What people at suppliers do in the demo: they read their mail, follow the link, type codes, answer and sign."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from sqlalchemy import or_, select

from supplier_quality.demo.passing import PassingTime
from supplier_quality.engine.refusals import Refused
from supplier_quality.identity.codes import request_code, request_signing_code
from supplier_quality.identity.contact_sessions import CurrentContact, current_contact, redeem_code
from supplier_quality.identity.links import links_of, open_link
from supplier_quality.language import speaking
from supplier_quality.mail import MailMessage
from supplier_quality.mail.bounces import Bounce, record_bounce
from supplier_quality.persistence import Database
from supplier_quality.portal.items import load_item
from supplier_quality.portal.operations import add_file, keep_answers
from supplier_quality.portal.submission import Signing, submit_item, what_to_sign

IP = "127.0.0.1"
DEVICE = "Demo phone"

_LINK = re.compile(r"/s#([\w-]+)")
_CODE = re.compile(r"^\s*(\d[\d ]{6,}\d)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Visit:
    """A contact in session, and the link to the record they came for."""

    who: CurrentContact
    link_id: int


class Visits:
    """The contacts of suppliers, by their mail addresses. They know nothing but the mails kept for them."""

    def __init__(self, database: Database, passing: PassingTime) -> None:
        self._database = database
        self._time = passing

    def visit(self, email: str, number: str) -> Visit:
        """Follow the link of the newest mail and open a session with the mailed code."""
        token = self._newest(email, _LINK, about=number)
        with self._time.standing() as at:
            open_link(self._database, token, at=at, ip=IP)
            request_code(self._database, token, at=at, ip=IP)
        self._time.pass_for(timedelta(minutes=1))
        with self._time.standing() as at:
            opened = redeem_code(self._database, token, self._newest(email, _CODE), at=at, ip=IP, device=DEVICE)
            who = current_contact(self._database, opened.secret, at=at)
            assert who is not None, email
            with self._database.read() as session:
                held = links_of(session, who.contact, at=at)
        return Visit(who, next(link.id for link in held if link.record_label == number))

    def answer(
        self, email: str, number: str, form: Mapping[str, object], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> None:
        """Fill in the form with files by field, have a signing code mailed, sign and submit."""
        visit = self.visit(email, number)
        self._time.pass_for(timedelta(minutes=14))
        typed = {name: _as_typed(value) for name, value in form.items()}
        for field, (name, content) in (files or {}).items():
            with self._time.standing() as at:
                add_file(self._database, visit.who, visit.link_id, field, BytesIO(content), name=name, at=at)
        with self._time.standing() as at, self._database.write() as session:
            keep_answers(session, load_item(session, visit.who, visit.link_id, at=at), typed, at=at)
        self.sign(visit, number)

    def sign(self, visit: Visit, number: str) -> None:
        """Have a signing code mailed, sign what was filled in, and submit."""
        with self._time.standing() as at:
            with self._database.read() as session:
                item = load_item(session, visit.who, visit.link_id, at=at)
                record = item.link.record
            request_signing_code(self._database, visit.who.contact, record=record, at=at)
        self._time.pass_for(timedelta(minutes=2))
        # The statement is signed in the words the contact reads.
        with self._time.standing() as at, speaking(visit.who.card.language):
            with self._database.read() as session:
                item = load_item(session, visit.who, visit.link_id, at=at)
                asked = what_to_sign(session, item)
            code, name = self._newest(visit.who.card.email, _CODE), visit.who.card.name
            signing = Signing(sha256=asked.sha256, code=code, typed_name=name)
            try:
                submit_item(self._database, visit.who, visit.link_id, signing=signing, at=at)
            except Refused as refused:
                reasons = "; ".join(str(unmet.message) for unmet in refused.unmet)
                raise AssertionError(f"{number}: the answers of the demo are refused: {reasons}") from refused

    def bounce(self, email: str, *, status: str, reason: str) -> None:
        """Let the newest mail to this address come back as undeliverable."""
        with self._time.standing() as at, self._database.write() as session:
            message = session.scalars(
                select(MailMessage).where(MailMessage.address == email).order_by(MailMessage.id.desc())
            ).first()
            assert message is not None, email
            bounce = Bounce(message.message_id, recipient=email, status=status, reason=reason)
            assert record_bounce(session, bounce, at=at), email

    def _newest(self, email: str, wanted: re.Pattern[str], *, about: str | None = None) -> str:
        """What the newest mail to this address, about a record if it is named, says that says it at all."""
        query = select(MailMessage.text).where(MailMessage.address == email, MailMessage.text.is_not(None))
        if about is not None:
            # The list of the day is about many records; its links open them all.
            query = query.where(or_(MailMessage.record_label == about, MailMessage.record_label.is_(None)))
        with self._database.read() as session:
            for text in session.scalars(query.order_by(MailMessage.id.desc())):
                if found := wanted.search(text or ""):
                    return found.group(1)
        raise AssertionError(f"{email} got no mail with {wanted.pattern}")


def _as_typed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
