"""Deputies: who covers which role of whom, from when to when."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.errors import BadInput, Conflict, NotFound, Problem
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.models import Deputy, User
from supplier_quality.identity.operations import role_names
from supplier_quality.identity.people import get_user, user_ref
from supplier_quality.identity.permissions import check_is_self_or_admin
from supplier_quality.language import Words, _

# Long enough for a parental leave in part; somebody away for longer has a successor, not a deputy.
LONGEST = timedelta(days=184)


class DeputyNotFound(NotFound):
    code = "deputy_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such deputy."))


class DeputyOver(Conflict):
    code = "deputy_over"

    def __init__(self) -> None:
        super().__init__(_("This deputy's time is over already."))


class NoDeputy(BadInput):
    """The person or the time named cannot be."""

    code = "no_deputy"

    def __init__(self, column: str, problem: Words, remedy: Words) -> None:
        super().__init__(problem, (Problem(problem, remedy, column=column),))


def name_deputy(
    session: Session,
    user: User,
    *,
    deputy: User,
    role: str,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    at: datetime,
) -> Deputy:
    """Let ``deputy`` act in this role of ``user`` for a time. The trail says for whom they act.

    Raises NotYours, NoDeputy.
    """
    check_is_self_or_admin(actor, user.id)
    _check_people(get_user(session, user.id), get_user(session, deputy.id), role=role)
    _check_time(starts_at, ends_at, at=at)

    row = Deputy(user_id=user.id, deputy_id=deputy.id, role=role, starts_at=starts_at, ends_at=ends_at)
    session.add(row)
    session.flush()
    data = {"deputy": deputy.actor_id, "name": deputy.name, "role": role, "starts_at": starts_at, "ends_at": ends_at}
    trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.deputy_named", data=data)
    return row


def end_deputy(session: Session, deputy_row_id: int, *, actor: Actor, at: datetime) -> Deputy:
    """End a deputy's time before its end. Raises DeputyNotFound, DeputyOver, NotYours."""
    row = session.get(Deputy, deputy_row_id, with_for_update=True)
    if row is None:
        raise DeputyNotFound
    check_is_self_or_admin(actor, row.user_id)
    if row.ended_at is not None or row.ends_at <= at:
        raise DeputyOver

    row.ended_at = at
    user = get_user(session, row.user_id)
    data = {"deputy": f"user:{row.deputy_id}", "role": row.role}
    trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.deputy_ended", data=data)
    return row


def _check_people(user: User, deputy: User, *, role: str) -> None:
    if deputy.id == user.id:
        raise NoDeputy("deputy", _("Nobody is their own deputy."), _("Choose somebody else."))
    if deputy.disabled_at is not None:
        raise NoDeputy("deputy", _("This account is disabled."), _("Choose somebody who works here."))
    if role not in role_names(user):
        raise NoDeputy(
            "role",
            _("%(name)s does not have this role.", name=user.name),
            _("Only roles a person holds themselves can be covered."),
        )


def _check_time(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    if ends_at <= starts_at or ends_at <= at:
        raise NoDeputy("ends_at", _("The end must be later than the start and than now."), _("Correct the dates."))
    if ends_at - starts_at > LONGEST:
        raise NoDeputy(
            "ends_at",
            _("A deputy can be named for %(count)s days at most.", count=LONGEST.days),
            _("Give the role to the person instead, or name the deputy again later."),
        )
