"""Whether the mail settings can work, said before the first mail fails."""

from supplier_quality.config import Settings
from supplier_quality.errors import Misconfigured, Problem
from supplier_quality.language import _
from supplier_quality.mail.addresses import BadAddress, BadHeader, sender

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_NO_MAIL_LEAVES = frozenset({"SMTP_HOST", "MAIL_FROM"})


def mail_problems(settings: Settings) -> tuple[Problem, ...]:
    """What keeps mails from leaving or arriving, each with the setting to change; for ``doctor``."""
    problems = []
    try:
        domain = sender(settings.mail_from).domain
    except (BadAddress, BadHeader) as error:
        domain = ""
        remedy = _("Write Name <name@example.com>")
        problems.append(Problem(error.message, remedy, column="MAIL_FROM", value=settings.mail_from))
    if settings.smtp_host is None:
        if not settings.keeps_mails:
            problem = _("No mail server is set, and the product is not only reached from this machine")
            problems.append(Problem(problem, _("Set the name of your mail server"), column="SMTP_HOST"))
        return tuple(problems)
    local = settings.smtp_host in _LOCAL
    if domain == "localhost" and not local:
        problem = _("Mails from localhost are refused by other mail servers")
        remedy = _("Set an address of your own domain, such as Name <name@example.com>")
        problems.append(Problem(problem, remedy, column="MAIL_FROM", value=settings.mail_from))
    if settings.smtp_tls == "none" and not local:
        problem = _("Links, codes and the password of the mail server would cross the network unencrypted")
        problems.append(Problem(problem, _("Set starttls or tls"), column="SMTP_TLS", value=settings.smtp_tls))
    if settings.smtp_user and not settings.smtp_password:
        problem = _("A user of the mail server is set, but no password")
        problems.append(Problem(problem, _("Set the password or leave the user out"), column="SMTP_PASSWORD"))
    return tuple(problems)


def check_settings(settings: Settings) -> None:
    """Production refuses to start when no mail can leave. Raises Misconfigured.

    An unencrypted way to the mail server is only reported by ``doctor``: inside one's own house it is a choice.
    """
    problems = tuple(problem for problem in mail_problems(settings) if problem.column in _NO_MAIL_LEAVES)
    if settings.production and problems:
        names = ", ".join(dict.fromkeys(str(problem.column) for problem in problems))
        raise Misconfigured(_("These settings cannot be used: %(names)s", names=names), problems)
