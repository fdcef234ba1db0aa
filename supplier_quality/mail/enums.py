"""Words of mail, as they are stored and shown."""

from enum import StrEnum


class MailState(StrEnum):
    """What became of one mail."""

    SENDING = "sending"  # an attempt has begun; after a crash this is where it stands until the repeat
    SENT = "sent"  # the mail server has taken it
    KEPT = "kept"  # no mail server is set: it is shown on the page "Sent mail" instead
    BOUNCED = "bounced"  # the address does not take mail: refused at once, or reported later
    REFUSED = "refused"  # the mail server will not have this message
    NOT_NEEDED = "not_needed"  # everything it spoke of was done before it left


class RecipientKind(StrEnum):
    """Whose address it is; any other kind is the name of a contact directory."""

    USER = "user"


class TaskKind(StrEnum):
    """Why a record's owner has to look after its mail."""

    BOUNCED = "mail_bounced"
    SILENT = "mail_unanswered"
