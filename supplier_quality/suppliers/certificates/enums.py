"""The words of certificates."""

from enum import StrEnum


class CertificateState(StrEnum):
    """States of workflows/certificate.yaml that queries of this feature ask for by name."""

    WANTED = "wanted"
    ASKED = "asked"
    SUBMITTED = "submitted"
    VALID = "valid"
    LAPSED = "lapsed"
    EXTENDED = "extended"
    EXPIRED = "expired"
    SUSPENDED_BY_BODY = "suspended_by_body"
    WITHDRAWN_BY_BODY = "withdrawn_by_body"
    REPLACED = "replaced"


BEFORE_VERIFICATION = (CertificateState.WANTED, CertificateState.ASKED, CertificateState.SUBMITTED)
"""What is known of the certificate may still be entered and corrected."""

GRACE = (CertificateState.LAPSED, CertificateState.EXTENDED)
"""The certificate has ended, and receipts go on for a while."""

MISSING = (
    *GRACE, CertificateState.EXPIRED, CertificateState.SUSPENDED_BY_BODY, CertificateState.WITHDRAWN_BY_BODY,
)  # fmt: skip
"""The site had the certificate and has it no more, and no newer one was verified."""

REPLACEABLE = (CertificateState.VALID, *MISSING)
"""States that a newer certificate ends."""


class CertificateAction(StrEnum):
    """Actions of workflows/certificate.yaml that operations of this feature fire by name."""

    ASK = "ask"
    ASK_AGAIN = "ask_again"
    SUBMIT = "submit"
    ENTER = "enter"
    VERIFY = "verify"
    SEND_BACK = "send_back"
    ASK_FOR_NEW = "ask_for_new"
    EXTEND = "extend"
    BODY_RESTORES = "body_restores"
    REPLACE = "replace"


class WarningSign(StrEnum):
    """What makes a certificate look wrong although nothing is missing; a person decides what it means."""

    NUMBER_CHANGED = "number_changed"
    BODY_CHANGED = "body_changed"
    SCOPE_NAMES_NO_PRODUCT = "scope_names_no_product"
    SITE_DIFFERS = "site_differs"
    LONG_VALIDITY = "long_validity"  # more than the three years of a cycle of certification
    UNKNOWN_EDITION = "unknown_edition"
    NO_ACCREDITATION = "no_accreditation"
    BEGINS_LATER = "begins_later"  # days without a certificate between the one before and this one
