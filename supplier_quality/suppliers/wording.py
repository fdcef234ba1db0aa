"""Words of suppliers: entries of the trail, fields and imports."""

from collections.abc import Mapping, Sequence

from supplier_quality.language import Message, Words, _
from supplier_quality.suppliers.enums import ContactRole, ImportStage, Reason
from supplier_quality.suppliers.likeness.comparing import CERTAIN, LIKELY
from supplier_quality.web.wording import register_wording

for _pattern, _sentence, _tone, _symbol in (
    ("start", _("Added: %(state)s"), "open", "plus-lg"),
    ("edit", _("Details changed"), "open", "pencil"),
    ("import", _("Changed by an import"), "open", "upload"),
    ("site.added", _("Site %(name)s added"), "open", "plus-lg"),
    ("site.edited", _("Site changed"), "open", "pencil"),
    ("site.deactivated", _("Site %(name)s taken out of use"), "held", "x-lg"),
    ("site.reactivated", _("Site %(name)s in use again"), "open", "check-lg"),
    ("contact.added", _("Contact %(name)s added"), "open", "person-plus"),
    ("contact.added_by_supplier", _("Contact %(name)s added by the supplier"), "open", "person-plus"),
    ("contact.edited", _("Contact changed"), "open", "pencil"),
    ("contact.deactivated", _("Contact %(name)s has left"), "held", "x-lg"),
    ("contact.reactivated", _("Contact %(name)s is back"), "open", "check-lg"),
    ("contact.bounced", _("Mail to %(name)s (%(address)s) came back"), "bad", "envelope"),
    ("contact.bounce_cleared", _("%(name)s takes mail again"), "done", "envelope"),
    ("contact.session_ended", _("Session of %(name)s ended"), "held", "box-arrow-right"),
    ("duplicate.dismissed", _("Not the same company as %(number)s %(name)s"), "done", "x-lg"),
    ("duplicate.reopened", _("May be the same company as %(number)s %(name)s after all"), "open", "files"),
    ("merge.absorbed", _("%(number)s %(name)s was merged into this record"), "done", "box-arrow-in-right"),
    ("merge.moved", _("Everything that belongs to it went to %(into)s"), "held", "box-arrow-right"),
    ("merge.gave_back", _("%(number)s %(name)s stands by itself again"), "open", "arrow-counterclockwise"),
    ("merge.came_back", _("What belonged to it came back from %(from)s"), "open", "arrow-counterclockwise"),
    ("merge.followed", _("Went over from %(from)s to %(into)s"), "open", "box-arrow-right"),
    ("import_mapping.named", _("The mapping was named %(name)s"), "open", "pencil"),
    ("import_mapping.deleted", _("The mapping %(name)s was deleted"), "held", "x-lg"),
    ("access_link.sent_again", _("Access link sent again to %(name)s"), "open", "envelope"),
):
    register_wording(_pattern, _sentence, tone=_tone, symbol=_symbol)

FIELD_WORDS: Mapping[str, Words] = {
    "name": _("Name"),
    "number": _("Our number"),
    "key": _("Key"),
    "country": _("Country"),
    "language": _("Language"),
    "duns": _("DUNS number"),
    "business_licence": _("Business licence number"),
    "website": _("Website"),
    "note": _("Note"),
    "owner": _("Owner (mail address)"),
    "site.name": _("Name of the site"),
    "site.key": _("Key of the site"),
    "site.address": _("Address of the site"),
    "site.city": _("City of the site"),
    "site.country": _("Country of the site"),
    "site.zone": _("Time zone of the site"),
    "site.duns": _("DUNS number of the site"),
    "site.business_licence": _("Business licence number of the site"),
    "contact.name": _("Name of the contact"),
    "contact.email": _("Mail address of the contact"),
    "contact.role": _("Role of the contact"),
    "contact.language": _("Language of the contact"),
    "contact.phone": _("Phone of the contact"),
    "contact.primary": _("Contact is written to first (yes or no)"),
}
"""Fields of an import as people call them."""

STAGE_WORDS: Mapping[str, Words] = {
    ImportStage.MAPPING: _("Columns to confirm"),
    ImportStage.CHECKING: _("Being checked"),
    ImportStage.CHECKED: _("Checked, ready to import"),
    ImportStage.STORING: _("Being imported"),
    ImportStage.DONE: _("Imported"),
    ImportStage.REFUSED: _("Refused: rows have problems"),
    ImportStage.FAILED: _("Could not be read"),
    ImportStage.DISCARDED: _("Discarded"),
    ImportStage.EXPIRED: _("Expired: nobody went on with it"),
}
STAGE_TONES: Mapping[str, str] = {
    ImportStage.MAPPING: "open",
    ImportStage.CHECKING: "waiting",
    ImportStage.CHECKED: "soon",
    ImportStage.STORING: "waiting",
    ImportStage.DONE: "done",
    ImportStage.REFUSED: "bad",
    ImportStage.FAILED: "bad",
    ImportStage.DISCARDED: "held",
    ImportStage.EXPIRED: "held",
}

TONES: Mapping[str, str] = {"waiting_supplier": "waiting", "due": "soon", "bad": "bad", "good": "done", "held": "held"}
"""Tone of a state of a process file -> tone of its chip."""

ROLE_WORDS: Mapping[ContactRole, Words] = {
    ContactRole.QUALITY: _("Quality"),
    ContactRole.COMMERCIAL: _("Commercial"),
    ContactRole.LOGISTICS: _("Logistics"),
    ContactRole.ENGINEERING: _("Engineering"),
    ContactRole.MANAGEMENT: _("Management"),
}
HISTORY_WORDS: Mapping[str, Words] = {
    "all": _("Everything"),
    "steps": _("Steps"),
    "changes": _("Changes"),
    "links": _("Links"),
}

FIELD_NAMES: Mapping[str, Words] = {
    "name": _("Name"),
    "country": _("Country"),
    "language": _("Language"),
    "duns": _("DUNS number"),
    "business_licence": _("Business licence number"),
    "website": _("Website"),
    "note": _("Note"),
    "owner_id": _("Owner"),
}
"""Fields of a supplier that a merge chooses between."""

PART_WORDS: Mapping[str, Words] = {
    "sites": _("Sites"),
    "contacts": _("Contacts"),
    "assessments": _("Self-assessments"),
    "scope": _("Lines of scope"),
    "limits": _("Limits of scope"),
    "certificates": _("Certificates"),
    "site_documents": _("Documents of sites"),
    "documents": _("Documents"),
    "special_processes": _("Self-assessments of special processes"),
    "notes": _("Notes"),
    "directed": _("Directed sources"),
    "audits": _("Second-party audits"),
    "authorisations": _("Authorisations of the customer"),
    "demands": _("Minimum and target levels"),
    "development": _("Development plans"),
    "questionnaires": _("Questionnaires"),
    "files": _("Files"),
    "links": _("Links"),
    "drafts": _("Drafts of contacts"),
    "receipts": _("Receipts of contacts"),
    "notices": _("Notices that wait for a digest"),
}
"""What goes over to another record with a supplier."""

_REASONS: Mapping[str, Message] = {
    Reason.LICENCE: _("same business licence number %(a)s"),
    Reason.DUNS: _("same DUNS number %(a)s"),
    Reason.SITE_DUNS: _("DUNS number %(a)s of a site"),
    Reason.SITE_LICENCE: _("business licence number %(a)s of a site"),
    Reason.NAME: _("same name “%(a)s” but for legal form, spelling and order of words"),
    Reason.NAME_ABROAD: _("same name “%(a)s” in another country"),
    Reason.SOUND: _("“%(a)s” reads as “%(b)s”"),
    Reason.SPELLING: _("“%(a)s” and “%(b)s” differ by a letter or two"),
    Reason.OTHER_PLACE: _("same name “%(a)s” in another place"),
    Reason.OTHER_TRADE: _("same name “%(a)s” in another trade"),
    Reason.KEY: _("keys %(a)s and %(b)s are alike"),
    Reason.OTHER_LICENCE: _("but the business licence numbers differ: %(a)s, %(b)s"),
    Reason.OTHER_DUNS: _("but the DUNS numbers differ: %(a)s, %(b)s"),
}


def say_reason(stored: Sequence[str]) -> Words:
    """A reason as the pair keeps it, ``[reason, *values]``, in words."""
    reason, *values = stored
    return Message(_REASONS[reason].id, dict(zip("ab", values, strict=False)))


def say_strength(strength: int) -> tuple[Words, str]:
    """How strongly two suppliers seem the same, in words, and the tone of that."""
    if strength >= CERTAIN:
        return _("Same number"), "bad"
    return (_("Likely the same"), "soon") if strength >= LIKELY else (_("Similar"), "open")
