"""Talking to the mail server. The only module that imports smtplib.

One :class:`Postman` keeps its connection over many mails. Which part of the conversation failed decides what happens
to the mail, so the steps are spoken one by one instead of through ``SMTP.sendmail``.
"""

import smtplib
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from supplier_quality.config import Settings
from supplier_quality.language import Message, Words, _

SECONDS_TO_WAIT = 30.0
# RFC 5321, section 4.5.3.1.10: servers may close after fewer, but 100 deliveries on one connection annoy nobody.
MAILS_PER_CONNECTION = 500
_TRANSIENT = range(400, 500)


@dataclass
class NotTaken(Exception):
    """The mail server did not take the mail; ``message`` is for the incident and names the setting to look at."""

    message: Words

    def __str__(self) -> str:
        return self.message.render()


class TryLater(NotTaken):
    """It may take it later: no connection, a 4xx answer, or no answer after the text was sent.

    In the last case the recipient may already have the mail; a repeat has the same Message-ID.
    """


class NoConnection(TryLater):
    """The conversation never began, so the next mail would fare the same."""


class AddressRefused(NotTaken):
    """The server says for good that there is no such recipient."""


class MessageRefused(NotTaken):
    """The server will not have this text, however often it is offered."""


@dataclass(frozen=True)
class Letter:
    """One mail ready for the server: envelope and bytes."""

    sender: str
    recipient: str
    content: bytes


class Postman:
    """Delivers letters over one connection, opened when first needed and opened again when the server closed it."""

    def __init__(self, settings: Settings, *, hello: str, timeout: float = SECONDS_TO_WAIT) -> None:
        self._settings = settings
        self._hello = hello
        self._timeout = timeout
        self._smtp: smtplib.SMTP | None = None
        self._delivered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def deliver(self, letter: Letter) -> str:
        """Hand one letter over; the server's answer is returned. Raises a NotTaken."""
        if self._delivered >= MAILS_PER_CONNECTION:
            self.close()
        used = self._smtp is not None
        try:
            self._offer(letter)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            # A connection that had been idle may have been closed meanwhile: that says nothing about this letter.
            if not used:
                raise self._broken_off(error) from error
            try:
                self._offer(letter)
            except (smtplib.SMTPServerDisconnected, OSError) as again:
                self._drop()
                raise self._broken_off(again) from again
        return self._hand_over(letter)

    def close(self) -> None:
        """Take leave of the server, if it is still there."""
        smtp, self._smtp, self._delivered = self._smtp, None, 0
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def _offer(self, letter: Letter) -> None:
        smtp = self._connected()
        code, answer = smtp.mail(letter.sender)
        if code != 250:
            self._give_up_letter(smtp)
            # Refused for good or for now: it is our own address, so a person has to mend the setting, then it goes.
            raise TryLater(
                _(
                    "The mail server does not accept mail from %(sender)s (setting MAIL_FROM): %(answer)s",
                    sender=letter.sender,
                    answer=_said(code, answer),
                )
            )
        code, answer = smtp.rcpt(letter.recipient)
        if code not in (250, 251):
            self._give_up_letter(smtp)
            refused = _("The mail server refused the recipient: %(answer)s", answer=_said(code, answer))
            raise TryLater(refused) if code in _TRANSIENT else AddressRefused(refused)

    def _hand_over(self, letter: Letter) -> str:
        smtp = self._connected()
        try:
            code, answer = smtp.data(letter.content)
        except smtplib.SMTPDataError as error:
            self._give_up_letter(smtp)
            code, answer = error.smtp_code, _bytes(error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise TryLater(
                _(
                    "The mail server did not answer after the text was sent, it may have taken it: %(error)s",
                    error=error,
                )
            ) from error
        if code == 250:
            self._delivered += 1
            return _said(code, answer)
        self._give_up_letter(smtp)
        refused = _("The mail server refused the text: %(answer)s", answer=_said(code, answer))
        raise TryLater(refused) if code in _TRANSIENT else MessageRefused(refused)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._connect()
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        settings, host = self._settings, self._settings.smtp_host or ""
        try:
            if settings.smtp_tls == "tls":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    host,
                    settings.smtp_port,
                    local_hostname=self._hello,
                    timeout=self._timeout,
                    context=ssl.create_default_context(),
                )
            else:
                smtp = smtplib.SMTP(host, settings.smtp_port, local_hostname=self._hello, timeout=self._timeout)
        except (smtplib.SMTPException, OSError) as error:
            raise NoConnection(self._no_connection(error)) from error
        try:
            smtp.ehlo_or_helo_if_needed()
            if settings.smtp_tls == "starttls":
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if settings.smtp_user:
                smtp.login(settings.smtp_user, settings.smtp_password or "")
        except (smtplib.SMTPException, OSError) as error:
            smtp.close()
            raise NoConnection(self._no_connection(error)) from error
        return smtp

    def _no_connection(self, error: Exception) -> Message:
        where = f"{self._settings.smtp_host}:{self._settings.smtp_port}"
        if isinstance(error, ssl.SSLCertVerificationError):
            return _(
                "The certificate of the mail server %(where)s does not fit setting SMTP_HOST: %(error)s",
                where=where,
                error=error.verify_message,
            )
        if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
            return _(
                "The mail server %(where)s does not speak %(tls)s as setting SMTP_TLS demands: %(error)s",
                where=where,
                tls=self._settings.smtp_tls,
                error=error,
            )
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return _(
                "The mail server %(where)s does not accept the settings SMTP_USER and SMTP_PASSWORD: %(answer)s",
                where=where,
                answer=_said(error.smtp_code, _bytes(error.smtp_error)),
            )
        return _(
            "The mail server %(where)s (settings SMTP_HOST, SMTP_PORT) cannot be reached: %(error)s",
            where=where,
            error=error,
        )

    def _broken_off(self, error: Exception) -> TryLater:
        return TryLater(_("The mail server ended the conversation: %(error)s", error=error))

    def _give_up_letter(self, smtp: smtplib.SMTP) -> None:
        """Return to a clean conversation for the next letter."""
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp, self._delivered = None, 0


def _said(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}".replace("\n", " ")[:500]


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()
