"""The plant whose calendar counts where a record names no place of its own."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session


def zone_of_plant(session: Session) -> ZoneInfo:
    """Its time zone, by the settings."""
    settings = session.info.get("settings")
    return ZoneInfo(settings.timezone) if settings is not None else ZoneInfo("UTC")


def day_in_plant(session: Session, at: datetime) -> date:
    """The calendar day it is there at a moment."""
    return at.astimezone(zone_of_plant(session)).date()
