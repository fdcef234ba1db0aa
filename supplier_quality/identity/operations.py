"""Acts on people: invite, change, disable. Each checks, changes, writes the trail and queues what must be mailed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from supplier_quality import clock, trail
from supplier_quality.errors import BadInput, Conflict, NotSignedIn, Problem
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.enums import Role
from supplier_quality.identity.guessing import check_may_try_password, forgive_password_tries
from supplier_quality.identity.models import User, UserRole
from supplier_quality.identity.password_links import close_password_links, queue_password_link
from supplier_quality.identity.passwords import check_new_password, hash_password, verify_password
from supplier_quality.identity.people import find_user, fold_email, get_user, user_ref
from supplier_quality.identity.permissions import check_is_self, check_is_self_or_admin, check_may_manage_people
from supplier_quality.identity.sessions import end_sessions
from supplier_quality.language import LANGUAGES, Words, _
from supplier_quality.persistence import Database, take_numbers


class EmailTaken(Conflict):
    """Two people cannot sign in with one address."""

    code = "email_taken"

    def __init__(self, email: str) -> None:
        super().__init__(_("There is already a user with the address %(email)s.", email=email))


class FirstAdminExists(Conflict):
    """The first admin is made once, when there are no users yet."""

    code = "first_admin_exists"

    def __init__(self) -> None:
        super().__init__(_("There are users already. An admin among them invites further ones."))


class LastAdmin(Conflict):
    """Without an admin nobody could invite one."""

    code = "last_admin"

    def __init__(self) -> None:
        super().__init__(_("This is the last active admin. Make somebody else an admin first."))


class AlreadyDisabled(Conflict):
    code = "already_disabled"

    def __init__(self) -> None:
        super().__init__(_("This account is disabled."))


class WrongPassword(NotSignedIn):
    """The present password, asked for again, is wrong."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__(_("The present password is wrong."))


def create_first_admin(
    session: Session, *, email: str, name: str, password: str, language: str, time_zone: str, actor: Actor, at: datetime
) -> User:
    """Make the first user, an admin with all rights over accounts.

    Raises FirstAdminExists, BadInput, WeakPassword.
    """
    # Locks the counter's row, so that of two processes starting at once one waits for the other.
    take_numbers(session, "first_admin")
    if session.scalar(select(func.count()).select_from(User)):
        raise FirstAdminExists
    check_new_password(password, personal=(name, email))

    user = _add_user(session, email=email, name=name, language=language, time_zone=time_zone, at=at)
    user.password_hash, user.password_changed_at = hash_password(password), at
    _set_roles(session, user, {Role.ADMIN, Role.QUALITY_MANAGER})
    data = {"email": user.email, "roles": sorted(role_names(user))}
    trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.created", data=data)
    return user


def invite_user(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Collection[str],
    language: str,
    time_zone: str,
    actor: Actor,
    at: datetime,
) -> User:
    """Add a member of staff and mail them a link to choose their password.

    Raises OnlyAdmins, EmailTaken, BadInput.
    """
    check_may_manage_people(actor)

    user = _add_user(session, email=email, name=name, language=language, time_zone=time_zone, at=at)
    _set_roles(session, user, roles)

    data = {"email": user.email, "roles": sorted(role_names(user))}
    trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.invited", data=data)
    queue_password_link(session, user, invites=True, at=at)
    return user


def change_roles(session: Session, user: User, *, roles: Collection[str], actor: Actor, at: datetime) -> User:
    """Give the user exactly these roles and end their sessions. Raises OnlyAdmins, LastAdmin, BadInput."""
    check_may_manage_people(actor)
    admins = _lock_admins(session)
    user = get_user(session, user.id, lock=True)
    before = role_names(user)
    if Role.ADMIN in before and Role.ADMIN not in roles:
        _check_other_admin(admins, user)

    _set_roles(session, user, roles)
    if role_names(user) != before:
        data = {"before": sorted(before), "after": sorted(role_names(user))}
        trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.roles_changed", data=data)
        end_sessions(session, user.id, at=at)
    return user


def disable_user(session: Session, user: User, *, actor: Actor, at: datetime) -> User:
    """Close the account: sessions and links end, API tokens stop working.

    Raises OnlyAdmins, LastAdmin, AlreadyDisabled.
    """
    check_may_manage_people(actor)
    admins = _lock_admins(session)
    user = get_user(session, user.id, lock=True)
    if user.disabled_at is not None:
        raise AlreadyDisabled
    if Role.ADMIN in role_names(user):
        _check_other_admin(admins, user)

    user.disabled_at = at
    end_sessions(session, user.id, at=at)
    close_password_links(session, user.id, at=at)
    trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.disabled", data={})
    return user


def enable_user(session: Session, user: User, *, actor: Actor, at: datetime) -> User:
    """Open a disabled account again with the roles it had. Raises OnlyAdmins."""
    check_may_manage_people(actor)
    user = get_user(session, user.id, lock=True)

    if user.disabled_at is not None:
        user.disabled_at = None
        trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.enabled", data={})
    return user


def reset_password(session: Session, user: User, *, actor: Actor, at: datetime) -> User:
    """Take the password away, end the sessions and mail a link to choose a new one. The authenticator stays on.

    Raises OnlyAdmins, AlreadyDisabled.
    """
    check_may_manage_people(actor)
    user = get_user(session, user.id, lock=True)
    if user.disabled_at is not None:
        raise AlreadyDisabled

    invites = user.password_changed_at is None
    user.password_hash = None
    end_sessions(session, user.id, at=at)
    trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.password_reset", data={})
    queue_password_link(session, user, invites=invites, at=at)
    return user


def change_own_password(
    database: Database, user_id: int, *, present: str, new: str, keep: str, actor: Actor, at: datetime, ip: str
) -> None:
    """Replace one's own password and end all sessions but the one with the secret ``keep``.

    Raises NotYours, WrongPassword, WeakPassword, TooManyTries.
    """
    check_is_self(actor, user_id)
    with database.read() as session:
        user = get_user(session, user_id)
    check_may_try_password(database, email=user.email, ip=ip, at=at)
    if not verify_password(user.password_hash, present):
        raise WrongPassword
    forgive_password_tries(database, email=user.email, ip=ip)
    check_new_password(new, personal=(user.name, user.email))
    hashed = hash_password(new)

    with database.write() as session:
        current = get_user(session, user_id, lock=True)
        # Another device may have changed it meanwhile; the one verified above is then no longer the present one.
        if current.password_hash != user.password_hash:
            raise WrongPassword
        current.password_hash, current.password_changed_at = hashed, at
        end_sessions(session, user_id, at=at, keep=keep)
        close_password_links(session, user_id, at=at)
        trail.append(session, record=user_ref(current), at=at, actor=actor.ref, action="user.password_changed", data={})


def change_profile(
    session: Session, user: User, *, name: str, language: str, time_zone: str, actor: Actor, at: datetime
) -> User:
    """Change how a person is called and addressed. Raises NotYours, BadInput."""
    check_is_self_or_admin(actor, user.id)
    _check_profile(name=name, language=language, time_zone=time_zone)

    after = {"name": name.strip(), "language": language, "time_zone": time_zone}
    changed = {key: [getattr(user, key), value] for key, value in after.items() if getattr(user, key) != value}
    for key, value in after.items():
        setattr(user, key, value)
    if changed:
        trail.append(
            session, record=user_ref(user), at=at, actor=actor.ref, action="user.profile_changed", data=changed
        )
    return user


def role_names(user: User) -> frozenset[str]:
    """The roles a user holds themselves; needs ``role_rows`` loaded, as :func:`get_user` does."""
    return frozenset(row.role for row in user.role_rows)


def _add_user(session: Session, *, email: str, name: str, language: str, time_zone: str, at: datetime) -> User:
    address = fold_email(email)
    local, sign, domain = address.rpartition("@")
    if not (local and sign and domain) or len(address) > 254 or any(ord(c) <= 32 or ord(c) == 127 for c in address):
        raise _bad("email", email, _("This is not an e-mail address."), _("Write it like name@example.com."))
    _check_profile(name=name, language=language, time_zone=time_zone)
    if find_user(session, address) is not None:
        raise EmailTaken(address)
    user = User(email=address, name=name.strip(), language=language, time_zone=time_zone, created_at=at, role_rows=[])
    session.add(user)
    session.flush()
    return user


def _check_profile(*, name: str, language: str, time_zone: str) -> None:
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise _bad("name", name[:200], _("A name has 1 to 200 characters."), _("Write the name as people read it."))
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise _bad(
            "language", language, _("This language is not available."), _("Choose one of: %(list)s.", list=known)
        )
    if time_zone not in clock.time_zones():
        raise _bad(
            "time_zone", time_zone, _("There is no such time zone."), _("Write an IANA name such as Europe/Berlin.")
        )


def _set_roles(session: Session, user: User, roles: Collection[str]) -> None:
    unknown = sorted(set(roles) - {role.value for role in Role})
    if unknown:
        known = ", ".join(Role)
        raise _bad("roles", ", ".join(unknown), _("There is no such role."), _("Choose among: %(list)s.", list=known))
    if not roles:
        raise _bad("roles", "", _("A user needs at least one role."), _("Give the role viewer to let them only read."))
    held = role_names(user)
    user.role_rows = [row for row in user.role_rows if row.role in roles] + [
        UserRole(role=str(role)) for role in sorted(set(roles) - held)
    ]
    session.flush()


def _lock_admins(session: Session) -> Sequence[User]:
    """The active admins, their rows locked in the order of their numbers.

    Taken before any other row of people: two admins who close each other's account at once must not wait for each other.
    """
    return session.scalars(
        select(User)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == Role.ADMIN, User.disabled_at.is_(None), User.password_hash.is_not(None))
        .order_by(User.id)
        .with_for_update(of=User)
    ).all()


def _check_other_admin(admins: Sequence[User], user: User) -> None:
    if not any(admin.id != user.id for admin in admins):
        raise LastAdmin


def _bad(column: str, value: str, problem: Words, remedy: Words) -> BadInput:
    return BadInput(problem, (Problem(problem, remedy, column=column, value=value),))
