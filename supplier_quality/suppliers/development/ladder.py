"""The ladder as a kind of rule file: levels from the lowest to the highest, and the proof that each of them needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supplier_quality.engine.definitions.fields import Fields, unknown
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.kinds import Header, RuleKind, register_kind
from supplier_quality.engine.definitions.model import Place
from supplier_quality.engine.definitions.nodes import Node, Plain
from supplier_quality.engine.definitions.schemas import NAME, TEXT, file_schema, mapping
from supplier_quality.language import Text, _
from supplier_quality.suppliers.certificates.standards import serves, standards

PROOF_KEYS = ("certificate", "audit", "accredited")
LEVEL_KEYS = ("id", "label", "authorised", "proof")
TEST_KEYS = ("name", "certificates", "audits", "authorised", "expect")
NO_LEVEL = 0
"""The rank of a supplier for which not even the lowest level is proven."""


@dataclass(frozen=True, slots=True)
class Needed:
    """One proof: a certificate to a standard, or a second-party audit against a criterion.

    ``accredited``: a certificate counts only with the accreditation under which it was issued.
    """

    certificate: str | None
    audit: str | None
    accredited: bool

    def met_by_certificate(self, standard: str, *, accredited: bool) -> bool:
        """Whether a certificate to this standard, which is in force, is the proof."""
        if self.certificate is None or not serves(standard, self.certificate):
            return False
        return accredited or not self.accredited

    def met_by_audit(self, criterion: str) -> bool:
        """Whether an audit against this criterion with a good result is the proof."""
        return self.audit is not None and serves(criterion, self.audit)


@dataclass(frozen=True, slots=True)
class Level:
    """One level. ``rank`` counts from 1; ``authorised`` ones count only while the customer authorises them."""

    rank: int
    id: str
    label: Text
    authorised: bool
    proof: tuple[Needed, ...]


@dataclass(frozen=True, slots=True)
class LadderTest:
    """An example an author wrote into the file: what one site has, and the level that follows."""

    name: str
    certificates: tuple[str, ...]
    audits: tuple[str, ...]
    authorised: bool
    expect: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder that was read without a fault. ``default_minimum`` is the level nobody may be below without a decision."""

    name: str
    version: int
    title: Text
    source_of_it: Text | None
    default_minimum: str
    levels: tuple[Level, ...]
    tests: tuple[LadderTest, ...]
    hash: str
    source: str

    def level(self, name: str | None) -> Level | None:
        """The level of that id; None for a name the ladder does not have (any more)."""
        return next((level for level in self.levels if level.id == name), None)

    def rank(self, name: str | None) -> int:
        """The place of a level from 1, :data:`NO_LEVEL` for one the ladder does not have."""
        level = self.level(name)
        return level.rank if level else NO_LEVEL

    def at_rank(self, rank: int) -> Level | None:
        """The level at this place; None below the lowest."""
        return self.levels[rank - 1] if 0 < rank <= len(self.levels) else None

    @property
    def criteria(self) -> tuple[str, ...]:
        """What second-party audits are made against, in the order of the levels."""
        return tuple(dict.fromkeys(need.audit for level in self.levels for need in level.proof if need.audit))


def read_ladder(fields: Fields, header: Header, notes: Notes) -> Ladder | None:
    source = fields.words("source")
    default = fields.name("default_minimum")
    levels = tuple(
        level
        for rank, node in enumerate(fields.entries("levels", required=True), start=1)
        if (level := _read_level(rank, node, notes)) is not None
    )
    names = [level.id for level in levels]
    for name in sorted({name for name in names if names.count(name) > 1}):
        notes.add("duplicate_name", _("%(name)s is listed twice under %(key)s.", name=name, key="levels"),
                  fields.at("levels"))  # fmt: skip
    if default is not None and default not in names:
        message = _("The ladder has no level %(name)s.", name=default)
        notes.add("unknown_name", unknown(message, default, names), fields.at("default_minimum"))
    tests = tuple(
        _read_test(number, node, notes, names) for number, node in enumerate(fields.entries("tests"), start=1)
    )
    return Ladder(
        header.name, header.version, header.title, source, default or "", levels, tests, header.hash, header.source
    )


def _read_level(rank: int, node: Node, notes: Notes) -> Level | None:
    own = Fields(node, notes, allowed=LEVEL_KEYS, what=_("A level"))
    name, label = own.name("id"), own.words("label", required=True)
    proof = tuple(_read_proof(each, notes) for each in own.entries("proof", required=True))
    if name is None or label is None:
        return None
    return Level(rank, name, label, own.flag("authorised"), proof)


def _read_proof(node: Node, notes: Notes) -> Needed:
    own = Fields(node, notes, allowed=PROOF_KEYS, what=_("A proof"))
    certificate, audit = own.string("certificate"), own.string("audit")
    if (certificate is None) == (audit is None):
        notes.add("bad_proof", _("A proof names either a certificate or an audit."), node)
    if certificate is not None and certificate not in standards():
        message = _("There is no standard %(name)s.", name=certificate[:40])
        notes.add("unknown_name", unknown(message, certificate, standards()), own.at("certificate"))
    return Needed(certificate, audit, own.flag("accredited"))


def _read_test(number: int, node: Node, notes: Notes, names: Sequence[str]) -> LadderTest:
    own = Fields(node, notes, allowed=TEST_KEYS, what=_("A test"))
    expect = own.string("expect")
    if expect is not None and expect not in names:
        message = _("The ladder has no level %(name)s.", name=expect[:40])
        notes.add("unknown_name", unknown(message, expect, names), own.at("expect"))
    return LadderTest(
        own.string("name") or str(number), _texts(own, "certificates", notes), _texts(own, "audits", notes),
        own.flag("authorised"), expect, Place(node.line, node.column),
    )  # fmt: skip


def _texts(own: Fields, key: str, notes: Notes) -> tuple[str, ...]:
    found = []
    for node in own.entries(key):
        value = getattr(node, "value", None)
        if isinstance(value, str):
            found.append(value)
        else:
            notes.add("wrong_type", _("%(key)s must be a list of texts.", key=key), node)
    return tuple(found)


def highest_level(
    ladder: Ladder, certificates: Mapping[str, bool], audits: Sequence[str], *, authorised: bool
) -> Level | None:
    """The highest level that one site proves: by its certificates in force, standard -> named with an accreditation, and
    by the criteria of good audits that still count.
    """
    for level in reversed(ladder.levels):
        if level.authorised and not authorised:
            continue
        if all(
            any(need.met_by_certificate(standard, accredited=named) for standard, named in certificates.items())
            or any(need.met_by_audit(criterion) for criterion in audits)
            for need in level.proof
        ):
            return level
    return None


def run_ladder_tests(ladder: Ladder, notes: Notes) -> None:
    for test in ladder.tests:
        found = highest_level(ladder, dict.fromkeys(test.certificates, True), test.audits, authorised=test.authorised)
        name = found.id if found else None
        if name != test.expect:
            difference = _("expected %(expected)s, found %(found)s.", expected=test.expect or "–", found=name or "–")
            message = _("Test '%(test)s' failed: %(difference)s", test=test.name, difference=difference)
            notes.add("test_failed", message, test.place)


def ladder_schema() -> dict[str, object]:
    proof = mapping({"certificate": {"type": "string"}, "audit": {"type": "string"}, "accredited": {"type": "boolean"}})
    level = mapping(
        {
            "id": NAME,
            "label": TEXT,
            "authorised": {"type": "boolean"},
            "proof": {"type": "array", "minItems": 1, "items": proof},
        },
        required=("id", "label", "proof"),
    )
    texts: Mapping[str, Plain] = {"type": "array", "items": {"type": "string"}}
    test = mapping(
        {
            "name": {"type": "string"},
            "certificates": texts,
            "audits": texts,
            "authorised": {"type": "boolean"},
            "expect": {"type": ["string", "null"]},
        }
    )
    properties: dict[str, object] = {
        "source": TEXT,
        "default_minimum": NAME,
        "levels": {"type": "array", "minItems": 1, "items": level},
    }
    return file_schema("ladder", properties, required=("default_minimum", "levels"), test=test)


KIND = RuleKind(
    name="ladder",
    keys=("source", "default_minimum", "levels"),
    read=read_ladder,
    run_tests=run_ladder_tests,
    schema=ladder_schema,
)
register_kind(KIND)
