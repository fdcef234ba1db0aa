"""What may stand in the header of a mail.

A line break in a name would let whoever typed it write headers of their own, so nothing is repaired here: a value with
one is refused where it is typed, and again before it is sent.
"""

import re
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache

from supplier_quality.errors import BadInput
from supplier_quality.language import _

LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3 less the angle brackets
LONGEST_LOCAL_PART = 64  # RFC 5321, section 4.5.3.1.1

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
# Control characters and everything some mail program takes for the end of a line.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class BadAddress(BadInput):
    """The text is not an e-mail address that a mail can be sent to."""

    code = "bad_address"


class BadHeader(BadInput):
    """The text holds a line break or a control character and may not stand in a header."""

    code = "bad_header"


def check_address(text: str) -> str:
    """The address ready for sending, its domain in ASCII. Raises BadAddress with the reason.

    Quoted local parts and local parts outside ASCII are refused: few mail servers deliver them.
    """
    if _BREAKS.search(text) or text != text.strip():
        raise BadAddress(_("An e-mail address has no spaces around it and no line breaks."))
    local, at_sign, domain = text.rpartition("@")
    if not at_sign or not _LOCAL_PART.fullmatch(local) or len(local) > LONGEST_LOCAL_PART:
        raise BadAddress(_('"%(address)s" is not an e-mail address; it looks like name@company.com.', address=text))
    address = f"{local}@{_ascii_domain(domain, text)}"
    if len(address) > LONGEST_ADDRESS:
        raise BadAddress(_("An e-mail address has at most %(most)s characters.", most=LONGEST_ADDRESS))
    return address


def check_header(text: str) -> str:
    """The text, when it may stand in a header. Raises BadHeader."""
    if _BREAKS.search(text):
        raise BadHeader(_("A subject or name in a mail has no line breaks: %(text)s", text=repr(text[:80])))
    return text


def mailbox(name: str, address: str) -> Address:
    """A person's name and address for a header. Raises BadAddress or BadHeader."""
    local, _at_sign, domain = check_address(address).rpartition("@")
    # Given in parts, because the library's parser of whole addresses is slow and these are checked.
    return Address(display_name=check_header(name), username=local, domain=domain)


@lru_cache(maxsize=20)
def sender(mail_from: str) -> Address:
    """The mailbox of a setting written as ``quality@plant.example`` or ``Quality <quality@plant.example>``."""
    name, address = parseaddr(check_header(mail_from))
    return mailbox(name, address)


def _ascii_domain(domain: str, text: str) -> str:
    try:
        encoded = domain.encode("idna").decode("ascii")
    except UnicodeError:
        encoded = ""
    if not encoded or not all(_LABEL.fullmatch(label) for label in encoded.split(".")):
        raise BadAddress(_('"%(address)s" has no valid domain after the @.', address=text))
    return encoded
