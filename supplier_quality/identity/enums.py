"""The words of identity."""

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is allowed to do; the names stand in the ``by:`` of process files."""

    SQE = "sqe"  # supplier quality engineer
    BUYER = "buyer"
    AUDITOR = "auditor"
    INSPECTOR = "inspector"
    RECEIVING = "receiving"
    ENGINEER = "engineer"
    QUALITY_MANAGER = "quality_manager"
    ADMIN = "admin"
    VIEWER = "viewer"  # may read, may change nothing


TRAIL_READERS = (Role.AUDITOR, Role.QUALITY_MANAGER, Role.ADMIN)
"""Who answers for the trail: reads all of it and proves it."""


class ActorKind(StrEnum):
    """Who acts. ``contact`` is a person at a supplier who came through an access link."""

    USER = "user"
    CONTACT = "contact"
    SYSTEM = "system"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret


class Via(StrEnum):
    """The way an act came in; the trail names it."""

    WEB = "web"
    API = "api"
    LINK = "link"
    TIMER = "timer"
    POLICY = "policy"
    JOIN = "join"
    COMMAND = "command"
    SIGN_IN = "sign_in"


class SignatureMethod(StrEnum):
    """How a person proved who they are in the moment of signing."""

    PASSWORD = "password"  # noqa: S105 - a method, not a secret
    TOTP = "totp"
    OIDC = "oidc"
    MAIL_CODE = "mail_code"


class Scope(StrEnum):
    """What an API token may touch, ``area:read`` or ``area:write``. Writing includes reading of the same area."""

    SUPPLIERS_READ = "suppliers:read"
    SUPPLIERS_WRITE = "suppliers:write"
    PARTS_READ = "parts:read"
    PARTS_WRITE = "parts:write"
    RECEIPTS_READ = "receipts:read"
    RECEIPTS_WRITE = "receipts:write"
    AUDITS_READ = "audits:read"
    AUDITS_WRITE = "audits:write"
    INSPECTION_READ = "inspection:read"
    INSPECTION_WRITE = "inspection:write"
    PPAP_READ = "ppap:read"
    PPAP_WRITE = "ppap:write"
    SCAR_READ = "scar:read"
    SCAR_WRITE = "scar:write"
    SCORECARDS_READ = "scorecards:read"
    SCORECARDS_WRITE = "scorecards:write"
    RELEASE_READ = "release:read"
    RELEASE_WRITE = "release:write"
    CALCULATOR_READ = "calculator:read"
    WORKFLOWS_READ = "workflows:read"
    WORKFLOWS_WRITE = "workflows:write"
    TRAIL_READ = "trail:read"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"


class UserState(StrEnum):
    """Where a member of staff's account stands; shown on the page of users."""

    INVITED = "invited"  # has no password yet
    ACTIVE = "active"
    DISABLED = "disabled"


class TokenState(StrEnum):
    """Whether an API token works, and if not, why."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class LinkState(StrEnum):
    """Whether a supplier access link works, and if not, why."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class CodePurpose(StrEnum):
    """What a mailed code is for: opening a session on a device, or signing one submission."""

    OPEN = "open"
    SIGN = "sign"
