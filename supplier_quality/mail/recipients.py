"""To whom a mail goes: read when it is delivered, so that a corrected address is used by mails already waiting."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.config import Settings
from supplier_quality.engine.calendars import Calendar, UnknownCalendar, calendar_of
from supplier_quality.identity.contacts import ContactRef, contact_card, contact_cards
from supplier_quality.identity.models import User
from supplier_quality.mail.enums import RecipientKind

DIGEST_HOUR = time(8)

# The time zone database lists a country's zones from east to west or by age; these are where most people live and work.
_MAIN_ZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "KZ": "Asia/Almaty",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person: ``user``, or the name of a contact directory such as ``supplier_contact``, and the number there."""

    kind: str
    id: int

    @classmethod
    def contact(cls, contact: ContactRef) -> "Recipient":
        return cls(contact.kind, contact.id)

    @classmethod
    def user(cls, user_id: int) -> "Recipient":
        return cls(RecipientKind.USER.value, user_id)

    @property
    def is_contact(self) -> bool:
        return self.kind != RecipientKind.USER

    @property
    def contact_ref(self) -> ContactRef:
        return ContactRef(self.kind, self.id)

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "id": self.id}


@dataclass(frozen=True, slots=True)
class Addressee:
    """What a mail needs to know of its recipient. ``zone`` is an IANA name."""

    recipient: Recipient
    name: str
    email: str
    language: str
    zone: str
    active: bool


def find_addressees(session: Session, recipients: Collection[Recipient]) -> dict[Recipient, Addressee]:
    """Those of the recipients that are still there, as they are now."""
    settings = settings_of(session)
    cards = contact_cards(session, {recipient.contact_ref for recipient in recipients if recipient.is_contact})
    found = {
        recipient: Addressee(
            recipient, card.name, card.email, card.language, zone_of(card.country, settings), card.active
        )
        for recipient in recipients
        if (card := cards.get(recipient.contact_ref)) is not None
    }
    query = select(User.id, User.name, User.email, User.language, User.time_zone, User.disabled_at).where(
        User.id.in_({recipient.id for recipient in recipients if not recipient.is_contact})
    )
    for user in session.execute(query):
        recipient = Recipient.user(user.id)
        found[recipient] = Addressee(
            recipient, user.name, user.email, user.language, user.time_zone, user.disabled_at is None
        )
    return found


def settings_of(session: Session) -> Settings:
    """The settings that every session of the product carries."""
    settings: Settings = session.info["settings"]
    return settings


def next_digest(session: Session, recipient: Recipient, *, after: datetime) -> datetime:
    """08:00 of the contact's next working day (UTC): the moment of their next digest."""
    return contact_calendar(session, recipient).next_local(after, DIGEST_HOUR, working_day=True)


def contact_calendar(session: Session, recipient: Recipient) -> Calendar:
    """Working days and clock where the contact works; those of our plant when their country is not known."""
    settings = settings_of(session)
    card = contact_card(session, recipient.contact_ref)
    country = card.country if card and card.country else settings.country
    try:
        return calendar_of(country, zone_of(country, settings))
    except UnknownCalendar:
        return calendar_of(settings.country, settings.timezone)


def zone_of(country: str, settings: Settings) -> str:
    """The time zone in which most of a country works; our plant's for its own country and for unknown ones."""
    if country == settings.country:
        return settings.timezone
    return _MAIN_ZONES.get(country) or _first_zones().get(country) or settings.timezone


@cache
def _first_zones() -> dict[str, str]:
    """The zone that the time zone database names first, by ISO 3166 code."""
    zones: dict[str, str] = {}
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            zones.setdefault(country, zone)
    return zones
