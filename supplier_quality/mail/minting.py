"""Making the link or code of a mail in the moment of its delivery.

A mail that waits holds only a reference. The plain token exists in memory from here until the mail server has the
mail; what is stored is its hash, committed before the server is spoken to, so that a mail which arrives always works.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.identity.codes import mint_code
from supplier_quality.identity.enums import CodePurpose, LinkState
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import mint_token
from supplier_quality.identity.password_links import mint_password_token
from supplier_quality.mail.recipients import settings_of

SUPPLIER_PAGE = "/s"
PASSWORD_PAGE = "/choose-password"  # noqa: S105 - the address of a page
ACCESS_LINK, CODE, PASSWORD_LINK = "access_link", "code", "password_link"


class NotNeeded(Exception):
    """The link or code was withdrawn, used or ran out before the mail left."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A link or code by its kind and its number, as a waiting mail holds it."""

    kind: str
    id: int


def mint(session: Session, reference: Reference, *, at: datetime) -> dict[str, Any]:
    """The values of the mail that hold the plain secret. Raises NotNeeded."""
    return _MINTERS[reference.kind](session, reference.id, at)


def link_url(session: Session, page: str, token: str) -> str:
    """The address of a page with the token where no server and no log sees it: in the fragment.

    Built from the configured base URL only; the Host header of a request never has a say.
    """
    return f"{settings_of(session).base_url.rstrip('/')}{page}#{token}"


def is_live(session: Session, link_id: int, *, at: datetime) -> bool:
    """Whether an access link still opens something."""
    link = session.get(AccessLink, link_id)
    return link is not None and link.state_at(at) is LinkState.LIVE


def _access_link(session: Session, link_id: int, at: datetime) -> dict[str, Any]:
    link = session.get(AccessLink, link_id)
    if link is None or link.state_at(at) is not LinkState.LIVE:
        raise NotNeeded("the link was withdrawn or ran out")
    return {"link_url": link_url(session, SUPPLIER_PAGE, mint_token(session, link, at))}


def _code(session: Session, code_id: int, at: datetime) -> dict[str, Any]:
    made = mint_code(session, code_id, at=at)
    if made is None:
        raise NotNeeded("the code was used or ran out")
    minutes = (made.expires_at - at) // timedelta(minutes=1)
    return {"code": made.code, "minutes": minutes, "signing": made.purpose is CodePurpose.SIGN}


def _password_link(session: Session, link_id: int, at: datetime) -> dict[str, Any]:
    token = mint_password_token(session, link_id, at=at)
    if token is None:
        raise NotNeeded("the link was used or ran out")
    return {"link_url": link_url(session, PASSWORD_PAGE, token)}


_MINTERS: Mapping[str, Callable[[Session, int, datetime], dict[str, Any]]] = {
    ACCESS_LINK: _access_link,
    CODE: _code,
    PASSWORD_LINK: _password_link,
}
