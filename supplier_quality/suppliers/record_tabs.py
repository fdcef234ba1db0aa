"""The parts of the page of one supplier, in the groups under which they stand there, with how much each holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from supplier_quality.language import Words, _
from supplier_quality.suppliers.record_page import RecordPage


@dataclass(frozen=True, slots=True)
class Part:
    """One part; ``name`` is what its address says after ``?tab=``."""

    name: str
    label: Words


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that belong together. Its first part is what the group opens on, and its name is that of the group."""

    label: Words
    parts: tuple[Part, ...]


GROUPS = (
    Group(_("Overview"), (Part("overview", _("Overview")),)),
    Group(
        _("Sites & contacts"),
        (Part("sites", _("Sites")), Part("contacts", _("Contacts")), Part("links", _("Links"))),
    ),
    Group(
        _("Scope & certificates"),
        (Part("scope", _("Scope")), Part("certificates", _("Certificates"))),
    ),
    Group(
        _("Qualification"),
        (
            Part("qualification", _("Steps & risk")),
            Part("assessment", _("Self-assessment")),
            Part("questionnaires", _("Questionnaires")),
            Part("special-processes", _("Special processes")),
            Part("development", _("Development")),
        ),
    ),
    Group(_("Documents & notes"), (Part("documents", _("Documents")), Part("notes", _("Notes")))),
)
TABS = tuple(part.name for group in GROUPS for part in group.parts)


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part as a link; ``count`` is how much it holds, None where nothing is counted."""

    name: str
    label: Words
    path: str
    count: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group as a link to its first part. ``open`` is how much of it waits to be done, None where nothing does."""

    name: str
    label: Words
    path: str
    open: int | None
    parts: tuple[ShownPart, ...]

    @property
    def is_current(self) -> bool:
        return any(part.is_current for part in self.parts)


def shown_groups(page: RecordPage, *, tab: str) -> list[ShownGroup]:
    """The groups of one supplier's page as it stands on ``tab``."""
    counts = _counts(page)
    path = f"/suppliers/{page.supplier.number}"
    # A merged record leads on to the one that stayed, unless a part of it is asked for by name.
    first = path if page.supplier.merged_into is None else f"{path}?tab={TABS[0]}"
    groups = []
    for group in GROUPS:
        parts = tuple(
            ShownPart(
                name=part.name,
                label=part.label,
                path=first if part.name == TABS[0] else f"{path}?tab={part.name}",
                count=counts.get(part.name),
                is_current=part.name == tab,
            )
            for part in group.parts
        )
        waits = counts["qualification"] if parts[0].name == "qualification" else None
        groups.append(ShownGroup(parts[0].name, group.label, parts[0].path, waits, parts))
    return groups


def _counts(page: RecordPage) -> Mapping[str, int | None]:
    """How much the parts hold; of the qualification, how many steps are still to be done."""
    return {
        "sites": len(page.sites),
        "contacts": len(page.contacts),
        "links": len(page.links),
        "scope": len(page.scope),
        "certificates": page.certificates.count,
        "qualification": page.qualification.undone or None,
        "assessment": len(page.assessments),
        "questionnaires": len(page.questionnaires),
        "special-processes": page.special.count,
        "documents": page.documents.count,
        "notes": len(page.notes),
    }
