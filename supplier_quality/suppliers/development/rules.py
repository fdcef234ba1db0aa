"""At which level of the ladder a supplier stands today, and why. Pure; what is allowed is decided in workflows/ only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from supplier_quality.language import Words, _
from supplier_quality.suppliers.certificates.enums import CertificateState
from supplier_quality.suppliers.development.ladder import NO_LEVEL, Ladder, Level, Needed, highest_level
from supplier_quality.suppliers.development.models import LevelRequirement


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """What of a certificate matters here. ``number`` is ours."""

    number: str
    site_id: int
    standard: str
    state: str
    accredited: bool
    valid_from: date | None
    valid_to: date | None

    def in_force(self, today: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= today
        return self.state == CertificateState.VALID and begun and (self.valid_to is None or today <= self.valid_to)


@dataclass(frozen=True, slots=True)
class HeldAudit:
    """A second-party audit of one site."""

    id: int
    site_id: int
    criterion: str
    conforms: bool
    reference: str
    dated: date
    valid_until: date | None

    def counts(self, today: date) -> bool:
        return self.conforms and is_current(self.dated, self.valid_until, today)


@dataclass(frozen=True, slots=True)
class HeldAuthorisation:
    """A letter of the customer."""

    id: int
    customer: str
    reference: str
    dated: date
    valid_until: date | None

    def counts(self, today: date) -> bool:
        return is_current(self.dated, self.valid_until, today)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words. ``certificate`` is our number of the certificate it is about, None for other reasons."""

    words: Words
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """The level of one site: what proves it, and what the next level lacks."""

    site_id: int
    site: str
    level: Level | None
    because: tuple[Reason, ...]
    lacking: tuple[Reason, ...]

    @property
    def rank(self) -> int:
        return self.level.rank if self.level else NO_LEVEL


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a supplier stands: the level of its worst site, and what is demanded.

    ``minimum`` is the one that counts, ``set_minimum`` says whether a person set it. ``authorisation`` is the letter in force.
    """

    ladder: Ladder
    sites: tuple[SiteStanding, ...]
    minimum: Level | None
    target: Level | None
    requirement: LevelRequirement | None
    authorisation: HeldAuthorisation | None

    @property
    def worst(self) -> SiteStanding | None:
        """The site that counts; None when the supplier has no site in use."""
        return min(self.sites, key=lambda site: site.rank, default=None)

    @property
    def level(self) -> Level | None:
        return self.worst.level if self.worst else None

    @property
    def rank(self) -> int:
        return self.level.rank if self.level else NO_LEVEL

    @property
    def meets_minimum(self) -> bool:
        return self.rank >= (self.minimum.rank if self.minimum else NO_LEVEL)

    @property
    def meets_target(self) -> bool:
        return self.target is None or self.rank >= self.target.rank

    @property
    def set_minimum(self) -> bool:
        """Whether the minimum in force is the one that a person set."""
        chosen = self.requirement.minimum if self.requirement else None
        return chosen is not None and self.minimum is not None and chosen == self.minimum.id


def stand(
    ladder: Ladder,
    sites: Sequence[tuple[int, str]],
    *,
    certificates: Sequence[HeldCertificate],
    audits: Sequence[HeldAudit],
    authorisations: Sequence[HeldAuthorisation],
    requirement: LevelRequirement | None,
    today: date,
) -> Standing:
    """Where a supplier stands. ``sites`` are its sites in use, id and name."""
    letter = next((each for each in reversed(authorisations) if each.counts(today)), None)
    standings = tuple(
        _stand_site(
            ladder, site_id, name, [each for each in certificates if each.site_id == site_id],
            [each for each in audits if each.site_id == site_id], authorised=letter is not None, today=today,
        )
        for site_id, name in sites
    )  # fmt: skip
    minimum = minimum_in_force(ladder, requirement.minimum if requirement else None, authorised=letter is not None)
    target = ladder.level(requirement.target) if requirement else None
    return Standing(ladder, standings, minimum, target, requirement, letter)


def minimum_in_force(ladder: Ladder, chosen: str | None, *, authorised: bool) -> Level | None:
    """The minimum that counts: the one set, but below the default only while the customer authorises it."""
    default, level = ladder.level(ladder.default_minimum), ladder.level(chosen)
    if level is None or default is None:
        return default or level
    return level if level.rank >= default.rank or authorised else default


def _stand_site(
    ladder: Ladder, site_id: int, site: str, certificates: Sequence[HeldCertificate], audits: Sequence[HeldAudit], *,
    authorised: bool, today: date,
) -> SiteStanding:  # fmt: skip
    good = [each for each in certificates if each.in_force(today)]
    current = [each for each in audits if each.counts(today)]
    named: dict[str, bool] = {}
    for each in good:
        named[each.standard] = named.get(each.standard, False) or each.accredited
    level = highest_level(ladder, named, [each.criterion for each in current], authorised=authorised)
    following = ladder.at_rank((level.rank if level else NO_LEVEL) + 1)
    # From nothing the way leads to certification; the floor is open only to those the customer lets stand there.
    while following is not None and following.authorised and not authorised:
        following = ladder.at_rank(following.rank + 1)
    because = tuple(_proofs(level, good, current)) if level else ()
    lacking = tuple(_missing(following, certificates, audits, today)) if following else ()
    return SiteStanding(site_id, site, level, because, lacking)


def _proofs(level: Level, certificates: Sequence[HeldCertificate], audits: Sequence[HeldAudit]) -> Iterable[Reason]:
    for need in level.proof:
        held = _certificate_for(need, certificates)
        if held is not None:
            until = held.valid_to
            words = (
                _("%(number)s to %(standard)s, valid to %(day)s", number=held.number, standard=held.standard, day=until)
                if until
                else _("%(number)s to %(standard)s", number=held.number, standard=held.standard)
            )
            yield Reason(words, held.number)
            continue
        audit = next((each for each in reversed(audits) if need.met_by_audit(each.criterion)), None)
        if audit is not None:
            yield Reason(
                _("audit %(reference)s against %(criterion)s on %(day)s", reference=audit.reference,
                  criterion=audit.criterion, day=audit.dated)
            )  # fmt: skip


def _certificate_for(need: Needed, certificates: Sequence[HeldCertificate]) -> HeldCertificate | None:
    fitting = [each for each in certificates if need.met_by_certificate(each.standard, accredited=each.accredited)]
    return max(fitting, key=lambda each: (each.valid_to or date.max, each.number), default=None)


def _missing(
    level: Level, certificates: Sequence[HeldCertificate], audits: Sequence[HeldAudit], today: date
) -> Iterable[Reason]:
    """What this level lacks; of what is there but does not count, why not."""
    good = [each for each in certificates if each.in_force(today)]
    current = [each for each in audits if each.counts(today)]
    for need in level.proof:
        if need.certificate and _certificate_for(need, good) is None:
            yield _why_no_certificate(need, certificates, today)
        elif need.audit and not any(need.met_by_audit(each.criterion) for each in current):
            yield _why_no_audit(need, audits, today)


def _why_no_certificate(need: Needed, certificates: Sequence[HeldCertificate], today: date) -> Reason:
    standard = need.certificate or ""
    near = [each for each in certificates if need.met_by_certificate(each.standard, accredited=True)]
    if not near:
        return Reason(_("no certificate to %(standard)s", standard=standard))
    last = max(near, key=lambda each: (each.in_force(today), each.valid_to or date.max, each.number))
    told = {"number": last.number, "standard": last.standard}
    if last.in_force(today):
        return Reason(_("%(number)s to %(standard)s names no accreditation", **told), last.number)
    if last.valid_from is not None and last.valid_from > today:
        return Reason(_("%(number)s to %(standard)s begins only on %(day)s", day=last.valid_from, **told), last.number)
    if last.state in (CertificateState.SUSPENDED_BY_BODY, CertificateState.WITHDRAWN_BY_BODY):
        words = _("%(number)s to %(standard)s was suspended or withdrawn by the certification body", **told)
        return Reason(words, last.number)
    return Reason(_("%(number)s to %(standard)s ended on %(day)s", day=last.valid_to or "–", **told), last.number)


def _why_no_audit(need: Needed, audits: Sequence[HeldAudit], today: date) -> Reason:
    near = [each for each in audits if need.met_by_audit(each.criterion)]
    if not near:
        return Reason(_("no second-party audit against %(criterion)s", criterion=need.audit or ""))
    last = max(near, key=lambda each: (each.dated, each.id))
    told = {"reference": last.reference, "criterion": last.criterion}
    if not last.conforms:
        return Reason(_("audit %(reference)s against %(criterion)s found that it does not conform", **told))
    if last.dated > today:
        return Reason(_("audit %(reference)s against %(criterion)s is still to come", **told))
    return Reason(
        _("audit %(reference)s against %(criterion)s counted until %(day)s", day=last.valid_until or "–", **told)
    )


def is_current(dated: date, valid_until: date | None, today: date) -> bool:
    """Whether something of that day counts today; ``valid_until`` None without an end."""
    return dated <= today and (valid_until is None or today <= valid_until)
