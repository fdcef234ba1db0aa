"""Drafts of forms, kept until they are sent, and views of lists, kept under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


class Draft(Base):
    """What one person has typed so far in one form. ``owner`` is the id of an Actor, such as ``user:7``."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("owner", "form"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(120))
    typed: Mapped[Any] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class SavedView(Base):
    """One way to look at a list, under a name: filters, sort and columns as the parameters of the list's address.

    ``owner_id`` is whose it is; a ``shared`` one everybody sees. ``name_key`` is the name as it is compared.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("list_name", "owner_id", "name_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    list_name: Mapped[str] = mapped_column(String(40))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FirstView(Base):
    """With which view a list opens for one person when its address asks for nothing."""

    __tablename__ = "first_view"

    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(String(40), primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id"), index=True)
