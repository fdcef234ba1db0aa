"""The words of scope."""

from enum import StrEnum


class ScopeState(StrEnum):
    """States of workflows/supplier_scope.yaml in which what limits the supplier or the site counts."""

    APPROVED = "approved"
    CONDITIONAL = "conditional"
    PHASING_OUT = "phasing_out"
    SUSPENDED = "suspended"

    @property
    def severity(self) -> int:
        """How little may be ordered: of several limits the one with the highest counts."""
        return list(ScopeState).index(self)


class ScopeAction(StrEnum):
    """Actions of workflows/supplier_scope.yaml that operations of this feature know by name."""

    APPROVE = "approve"
    APPROVE_CONDITIONALLY = "approve_conditionally"
    SUSPEND = "suspend"
    PHASE_OUT = "phase_out"
    REINSTATE = "reinstate"
    PHASE_OUT_WITH_SUPPLIER = "phase_out_with_supplier"
    REQUEST_AGAIN = "request_again"
    LIMIT = "limit"
    HOLD = "hold"
    RESTORE = "restore"
    RESTORE_CONDITIONAL = "restore_conditional"
    RESUME_PHASE_OUT = "resume_phase_out"
    END_WITH_SUPPLIER = "end_with_supplier"


class LimitEffect(StrEnum):
    """What a limit does to the lines it covers."""

    CONDITIONAL = "conditional"  # receipts go on, no new business
    SUSPENDED = "suspended"  # nothing is ordered


class Why(StrEnum):
    """Why a line was moved by the product itself; the choices of the field ``cause`` in the process file."""

    SUPPLIER_CONDITIONAL = "supplier_conditional"
    SUPPLIER_REVIEW = "supplier_review"
    SUPPLIER_SUSPENDED = "supplier_suspended"
    SUPPLIER_REJECTED = "supplier_rejected"
    SUPPLIER_DISQUALIFIED = "supplier_disqualified"
    SUPPLIER_APPROVED = "supplier_approved"
    SUPPLIER_REQUALIFYING = "supplier_requalifying"
    SITE_LIMITED = "site_limited"
    SITE_RESTORED = "site_restored"
    STANDING = "standing"  # a limit was there already when people decided
