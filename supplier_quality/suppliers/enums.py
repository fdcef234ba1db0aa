"""The words of suppliers."""

from enum import StrEnum


class ContactRole(StrEnum):
    """What a person at the supplier is there for; notices choose their first reader by it."""

    QUALITY = "quality"
    COMMERCIAL = "commercial"
    LOGISTICS = "logistics"
    ENGINEERING = "engineering"
    MANAGEMENT = "management"


class SupplierAction(StrEnum):
    """Actions of workflows/supplier_qualification.yaml that operations of this feature fire by name."""

    INVITE = "invite"
    INVITE_AGAIN = "invite_again"
    SUBMIT_ASSESSMENT = "submit_assessment"
    SEND_BACK = "send_back"
    SUSPEND = "suspend"
    PHASE_OUT = "phase_out"
    APPROVE = "approve"
    APPROVE_CONDITIONALLY = "approve_conditionally"
    REINSTATE = "reinstate"
    REQUALIFY = "requalify"
    MERGE = "merge"


class SupplierState(StrEnum):
    """States of workflows/supplier_qualification.yaml that this feature names."""

    REVIEW = "review"
    REQUALIFYING = "requalifying"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    PHASING_OUT = "phasing_out"
    PHASED_OUT = "phased_out"
    DISQUALIFIED = "disqualified"
    MERGED = "merged"


class ImportStage(StrEnum):
    """Where an import through the pages stands. ``checking`` and ``storing`` are done by a worker."""

    MAPPING = "mapping"  # the file is here; which column is what has to be confirmed
    CHECKING = "checking"
    CHECKED = "checked"  # nothing is wrong; a person decides whether to import
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"  # the file has problems; nothing was stored
    FAILED = "failed"  # the file could not be read; nothing was stored
    DISCARDED = "discarded"  # a person gave it up
    EXPIRED = "expired"  # nobody went on with it; its file was let go

    @property
    def is_running(self) -> bool:
        return self in (ImportStage.CHECKING, ImportStage.STORING)


class RowOutcome(StrEnum):
    """What an import does, or would do, with one row of its file."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REPEATED = "repeated"  # an earlier row is about the same supplier
    REFUSED = "refused"


class LinkPurpose(StrEnum):
    """What a contact's access link to a supplier or to a record of it is for."""

    SELF_ASSESSMENT = "self_assessment"
    CERTIFICATE = "certificate"
    QUESTIONNAIRE = "questionnaire"
    DOCUMENT = "document"
    REPORT = "report"  # a document about one reporting year
    SPECIAL_PROCESS = "special_process"


class Reason(StrEnum):
    """Why two suppliers may be the same company, or what speaks against it; stored with the pair."""

    LICENCE = "licence"
    DUNS = "duns"
    SITE_DUNS = "site_duns"
    SITE_LICENCE = "site_licence"
    NAME = "name"
    NAME_ABROAD = "name_abroad"
    SOUND = "sound"
    SPELLING = "spelling"
    OTHER_PLACE = "other_place"
    OTHER_TRADE = "other_trade"
    KEY = "key"
    OTHER_LICENCE = "other_licence"
    OTHER_DUNS = "other_duns"
