"""A real SMTP server for tests, with the faults that mail servers have."""

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass
class Faults:
    """What the server does wrong. Codes are whole answers such as ``450 4.2.0 Try later``; counted faults heal after a
    while.
    """

    recipients: dict[str, str] = field(default_factory=dict)
    sender: str | None = None
    data: dict[str, str] = field(default_factory=dict)
    hang_after_data: int = 0
    drop_instead_of_answer: int = 0
    drop_after_answer: int = 0


class Mailbox:
    """The server's handler: keeps what it accepts."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.envelopes: list[tuple[str, list[str], bytes]] = []
        self.connections = 0
        self.release = asyncio.Event()

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for _from, _to, content in self.envelopes]

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.faults.sender:
            return self.faults.sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.faults.recipients:
            return self.faults.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        faults = self.faults
        for recipient in envelope.rcpt_tos:
            if recipient in faults.data:
                return faults.data[recipient]
        content: Any = envelope.content
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if faults.hang_after_data:
            faults.hang_after_data -= 1
            await asyncio.wait_for(self.release.wait(), 30)
        if faults.drop_instead_of_answer:
            faults.drop_instead_of_answer -= 1
            server.transport.abort()
        if faults.drop_after_answer:
            faults.drop_after_answer -= 1
            asyncio.get_running_loop().call_later(0.02, server.transport.abort)
        return "250 Accepted"


class _Controller(Controller):
    def __init__(self, handler: Mailbox, *, greeting_tls: ssl.SSLContext | None, **kwargs: Any) -> None:
        # The name is given, because asking the system for it takes seconds on some machines.
        names: dict[str, Any] = {"hostname": HOST, "server_hostname": "localhost"}
        super().__init__(handler, port=0, ssl_context=greeting_tls, **names, **kwargs)

    def _trigger_server(self) -> None:
        # Port 0 lets the system choose a free one; the controller's own check would connect to port 0.
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_server(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
) -> Iterator[tuple[Mailbox, int]]:
    """A running server and its port."""
    mailbox = Mailbox()
    options: dict[str, Any] = {}
    if starttls is not None:
        options |= {"tls_context": starttls, "require_starttls": True}
    if login is not None:
        options |= {"authenticator": _only(login), "auth_require_tls": False}
    controller = _Controller(mailbox, greeting_tls=tls, **options)
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.loop.call_soon_threadsafe(mailbox.release.set)
        controller.stop()


def _only(login: tuple[str, str]) -> Any:
    from aiosmtpd.smtp import AuthResult

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == login, handled=False)

    return check


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a self-made certificate for a DNS name, and the file that vouches for it."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "30000",
            "-keyout",
            str(key),
            "-out",
            str(cert),
            "-subj",
            f"/CN={name}",
            "-addext",
            f"subjectAltName=DNS:{name}",
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
