"""API tokens: how a program acts as its owner, cut by scope, until an expiry."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.errors import BadInput, NotFound, NotSignedIn, Problem
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.enums import ActorKind, Scope, Via
from supplier_quality.identity.models import ApiToken, User
from supplier_quality.identity.operations import AlreadyDisabled
from supplier_quality.identity.permissions import NotYours, check_is_self, check_is_self_or_admin
from supplier_quality.identity.secret import hash_token, new_token
from supplier_quality.language import Words, _
from supplier_quality.persistence import Database

PREFIX = "sq_"
_SHOWN = len(PREFIX) + 6
LONGEST = timedelta(days=366)
USED_EVERY = timedelta(minutes=1)


class TokenRefused(NotSignedIn):
    """Unknown, expired or revoked, or its owner is disabled: all the same to a stranger."""

    code = "token_refused"

    def __init__(self) -> None:
        super().__init__(_("This API token is not valid. Make a new one on your profile page."))


class TokenNotFound(NotFound):
    code = "token_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such API token."))


class BadToken(BadInput):
    """The token cannot be made as asked."""

    code = "bad_token"

    def __init__(self, column: str, value: str, problem: Words, remedy: Words) -> None:
        super().__init__(problem, (Problem(problem, remedy, column=column, value=value),))


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. ``secret`` is shown this once and stored nowhere."""

    row: ApiToken
    secret: str = field(repr=False)


def create_token(
    session: Session,
    user: User,
    *,
    name: str,
    scopes: Collection[str],
    expires_at: datetime,
    actor: Actor,
    at: datetime,
) -> NewToken:
    """Make a token that acts as ``user``. Only the person themselves, signed in, may: a token makes no tokens.

    Raises NotYours, OnlyInPerson, BadToken, AlreadyDisabled.
    """
    check_is_self(actor, user.id)
    if user.disabled_at is not None:
        raise AlreadyDisabled
    _check_wishes(name, scopes, expires_at, at=at)

    secret = PREFIX + new_token()
    row = ApiToken(
        user_id=user.id,
        name=name.strip(),
        prefix=secret[:_SHOWN],
        token_hash=hash_token(secret),
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    data = {"name": row.name, "scopes": row.scopes, "expires_at": expires_at}
    trail.append(session, record=_ref(row), at=at, actor=actor.ref, action="api_token.created", data=data)
    return NewToken(row=row, secret=secret)


def revoke_token(session: Session, token_id: int, *, actor: Actor, at: datetime) -> ApiToken:
    """End a token now; nothing happens when it was revoked before. Raises TokenNotFound."""
    row = session.get(ApiToken, token_id, with_for_update=True)
    if row is None:
        raise TokenNotFound
    try:
        check_is_self_or_admin(actor, row.user_id)
    except NotYours:
        # Whether a foreign number exists is nobody's business.
        raise TokenNotFound from None

    if row.revoked_at is None:
        row.revoked_at = at
        trail.append(session, record=_ref(row), at=at, actor=actor.ref, action="api_token.revoked", data={})
    return row


def actor_of_token(database: Database, token: str, at: datetime) -> Actor:
    """The owner of the token, cut by its scopes; notes its use at most once a minute. Raises TokenRefused."""
    with database.read() as session:
        row = session.scalars(select(ApiToken).where(ApiToken.token_hash == hash_token(token))).one_or_none()
        if row is None or row.revoked_at is not None or at >= row.expires_at:
            raise TokenRefused
        actor = load_actor(
            session,
            row.user_id,
            via=Via.API,
            at=at,
            kind=ActorKind.TOKEN,
            suffix=f" ({row.name})",
            scopes=frozenset(row.scopes),
        )
    if actor is None:
        raise TokenRefused
    if row.last_used_at is None or at - row.last_used_at >= USED_EVERY:
        with database.write() as session:
            session.execute(update(ApiToken).where(ApiToken.id == row.id).values(last_used_at=at))
    return actor


def _check_wishes(name: str, scopes: Collection[str], expires_at: datetime, *, at: datetime) -> None:
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise BadToken("name", name[:100], _("A name has 1 to 100 characters."), _("Say what the token is for."))
    unknown = sorted(set(scopes) - {scope.value for scope in Scope})
    if unknown or not scopes:
        listed = ", ".join(Scope)
        problem = _("There is no such scope.") if unknown else _("A token needs at least one scope.")
        raise BadToken("scopes", ", ".join(unknown), problem, _("Choose among: %(list)s.", list=listed))
    if not at < expires_at <= at + LONGEST:
        raise BadToken(
            "expires_at",
            expires_at.isoformat(),
            _("A token expires in the future, after %(count)s days at most.", count=LONGEST.days),
            _("Choose an earlier or later day."),
        )


def _ref(row: ApiToken) -> trail.RecordRef:
    return trail.RecordRef(kind="api_token", id=row.id, label=row.name)
