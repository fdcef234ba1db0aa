"""From a rendered mail to the bytes that travel.

Headers and attachments are written by the standard library's ``email``; the two bodies, which make up nearly all of a mail,
are put together here, because its content manager spends more time on one mail than the mail server does.
"""

import base64
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from supplier_quality.config import Settings
from supplier_quality.mail.addresses import BadAddress, sender
from supplier_quality.mail.rendering import Rendered

# RFC 5322, section 2.1.1. Longer lines and anything but printable ASCII travel in base64.
LONGEST_LINE, LONGEST_HEADER_LINE = 998, 78
_PLAIN = re.compile(r"[\t\n\x20-\x7e]*")


def compose(
    rendered: Rendered,
    *,
    to: Address,
    sender: Address,
    reply_to: Address | None,
    message_id: str,
    language: str,
    at: datetime,
    attachments: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """One mail to one person: multipart of text and HTML, with attachments beside them."""
    headers = [
        _mailbox_header("From", sender),
        _mailbox_header("To", to),
        _header("Subject", rendered.subject, rendered.subject),
        b"Date: %s\r\n" % format_datetime(at).encode("ascii"),
        b"Message-ID: %s\r\n" % message_id.encode("ascii"),
    ]
    if reply_to is not None:
        headers.append(_mailbox_header("Reply-To", reply_to))
    # RFC 3834: written by a machine, so no out-of-office answer is owed. Answers by people go to Reply-To.
    headers += [
        b"Auto-Submitted: auto-generated\r\n",
        b"X-Auto-Response-Suppress: OOF, AutoReply\r\n",
        b"MIME-Version: 1.0\r\n",
        b"Content-Language: %s\r\n" % language.encode("ascii"),
    ]
    content = _multipart(b"alternative", [_body(rendered.text, b"plain"), _body(rendered.html, b"html")])
    if attachments:
        content = _multipart(b"mixed", [content, *(_attached(attachment) for attachment in attachments)])
    return b"".join(headers) + content


def message_id_of(uid: str, settings: Settings) -> str:
    """The Message-ID of an outbox row: always the same, so that a repeat is recognised as the same mail."""
    return f"<{uid}@{mail_domain(settings)}>"


def mail_domain(settings: Settings) -> str:
    """The domain our mails come from: that of MAIL_FROM, or the host of the base URL while that is localhost."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    try:
        domain = sender(settings.mail_from).domain
    except BadAddress:
        return host
    return host if domain == "localhost" else domain


def _mailbox_header(name: str, mailbox: Address) -> bytes:
    return _header(name, str(mailbox), mailbox)


def _header(name: str, text: str, value: str | Address) -> bytes:
    """One header. What is short and ASCII stands as it is; the library folds the rest and encodes what is not ASCII."""
    plain = f"{name}: {text}\r\n"
    if len(plain) <= LONGEST_HEADER_LINE and plain.isascii() and "=?" not in text:
        return plain.encode("ascii")
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value))


def _multipart(kind: bytes, parts: Sequence[bytes]) -> bytes:
    boundary = f"=_{secrets.token_hex(16)}".encode("ascii")
    opening = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind, boundary)
    return opening + b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary


def _body(text: str, kind: bytes) -> bytes:
    opening = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: %s\r\n\r\n'
    plain = _PLAIN.fullmatch(text) is not None and max(map(len, text.split("\n"))) <= LONGEST_LINE
    if not plain:
        return opening % (kind, b"base64") + base64.encodebytes(text.encode()).replace(b"\n", b"\r\n")
    return opening % (kind, b"7bit") + text.replace("\n", "\r\n").encode("ascii")


def _attached(attachment: Mapping[str, Any]) -> bytes:
    main, _slash, sub = attachment["media_type"].partition("/")
    content = base64.b64decode(attachment["content"])
    part = MIMEPart(policy=SMTP)
    part.set_content(content, maintype=main, subtype=sub, disposition="attachment", filename=attachment["name"])
    return bytes(part.as_bytes())
