"""The kinds of rule files, and the one loader for all of them.

The first key after ``format: 1`` names the kind. Kinds of the engine are found here; a feature registers its own with
:func:`register_kind`. Whatever the kind, a file has a name, a version, a hash of its content, and is verified alike.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from supplier_quality.engine.definitions.fields import Fields, unknown
from supplier_quality.engine.definitions.findings import START, Finding, Notes, Position, RuleFileErrors
from supplier_quality.engine.definitions.nodes import Mapping, Node, Plain, Scalar, decode, plain, read_nodes
from supplier_quality.language import Text, _

FORMAT = 1
COMMON_KEYS = ("format", "version", "title", "description", "tests")

Origin = Literal["shipped", "local"]


@dataclass(frozen=True, slots=True)
class Header:
    """What every rule file begins with, and what is known about it before its kind is read.

    ``check_whole`` asks for the checks of the file as a whole (reachable states, gaps, conflicts) beside those of its parts.
    """

    kind: str
    name: str
    version: int
    title: Text
    hash: str
    source: str
    known_effects: frozenset[str] | None = None
    check_whole: bool = True


@dataclass(frozen=True, slots=True)
class RuleKind:
    """One kind of rule file.

    ``read`` turns the fields into the kind's content and notes every fault; ``run_tests`` runs the embedded tests of a
    content that has none; ``schema`` is the JSON Schema of the keys beyond the common ones.
    """

    name: str
    keys: tuple[str, ...]
    read: Callable[[Fields, Header, Notes], object]
    run_tests: Callable[[Any, Notes], None]
    schema: Callable[[], dict[str, object]]


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file that was read without a fault. ``hash`` covers everything but comments, layout and embedded tests."""

    kind: str
    name: str
    version: int
    title: Text
    hash: str
    origin: Origin
    file: str
    source: str
    canonical: str
    content: Any = field(compare=False)


_kinds: dict[str, RuleKind | str] = {
    # Imported when first needed: these modules read files with the help of this package.
    "workflow": "supplier_quality.engine.definitions.process:KIND",
    "table": "supplier_quality.engine.tables:KIND",
    "checks": "supplier_quality.engine.checks:KIND",
    "policies": "supplier_quality.engine.policies:KIND",
}


def register_kind(kind: RuleKind) -> None:
    """Make a feature's kind of rule file known. Registering the same kind again changes nothing."""
    known = _kinds.get(kind.name)
    if known is not None and known != kind:
        raise ValueError(f"The kind of rule file {kind.name!r} is registered twice.")
    _kinds[kind.name] = kind


def kind_names() -> tuple[str, ...]:
    return tuple(_kinds)


def find_kind(name: str) -> RuleKind:
    """The kind of that name. Raises KeyError."""
    kind = _kinds[name]
    if isinstance(kind, str):
        module, attribute = kind.split(":")
        kind = _kinds[name] = getattr(import_module(module), attribute)
        assert isinstance(kind, RuleKind)
    return kind


def load_rule_file(
    text: str,
    *,
    file: str,
    origin: Origin = "shipped",
    known_effects: frozenset[str] | None = None,
    verify: bool = True,
) -> RuleFile:
    """Read one rule file of any kind. Raises RuleFileErrors with every fault.

    ``verify=False`` leaves out the checks of the whole and the embedded tests: for files that were accepted before, by
    an older program perhaps, and are read again.
    """
    notes = Notes(strict=verify)
    loaded = _read(text, notes, file=file, origin=origin, known_effects=known_effects, verify=verify)
    if loaded is None or len(notes):
        raise RuleFileErrors(notes.findings, file=file)
    return loaded


def verify_text(text: str, *, file: str = "", known_effects: frozenset[str] | None = None) -> list[Finding]:
    """Every fault of a rule file, in the order of its lines; empty when it may be loaded."""
    notes = Notes()
    _read(text, notes, file=file, origin="local", known_effects=known_effects, verify=True)
    return notes.findings


def verify_file(path: Path, *, known_effects: frozenset[str] | None = None) -> list[Finding]:
    """Every fault of the file at that path; one that cannot be opened is a finding too."""
    notes = Notes()
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        notes.add("unreadable_file", _("The file cannot be opened: %(reason)s.", reason=reason), START)
        return notes.findings
    text = decode(content, notes)
    return notes.findings if text is None else verify_text(text, file=str(path), known_effects=known_effects)


def _read(
    text: str, notes: Notes, *, file: str, origin: Origin, known_effects: frozenset[str] | None, verify: bool
) -> RuleFile | None:
    root = read_nodes(text, notes)
    if root is None:
        return None
    if not isinstance(root, Mapping):
        notes.add("wrong_type", _("A rule file is a mapping that begins with 'format: 1'."), root)
        return None
    kind = _kind_of(root, notes)
    if kind is None:
        return None
    what = _("The file")
    fields = Fields(root, notes, allowed=(*COMMON_KEYS, kind.name, *kind.keys), what=what)
    name = fields.name(kind.name) or ""
    version = fields.whole("version", required=True, least=1) or 0
    title = fields.words("title") or Text.of(humanise(name))
    fields.words("description")
    canonical = canonical_json(root)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    header = Header(kind.name, name, version, title, digest, text, known_effects, verify)
    content = kind.read(fields, header, notes)
    if len(notes):
        return None
    if verify:
        kind.run_tests(content, notes)
    return RuleFile(kind.name, name, version, title, digest, origin, file, text, canonical, content)


def _kind_of(root: Mapping, notes: Notes) -> RuleKind | None:
    _check_format(root, notes)
    first = next((key for key in root.items if key != "format"), None)
    if first is None:
        message = _("The key after 'format: 1' names the kind of file: %(kinds)s.", kinds=", ".join(kind_names()))
        notes.add("missing_key", message, root)
        return None
    if first in _kinds:
        return find_kind(first)
    later = next((key for key in root.items if key in _kinds), None)
    if later is not None:
        message = _("The key %(key)s must be the first one after 'format: 1'.", key=later)
        notes.add("kind_not_first", message, root.keys[later])
        return find_kind(later)
    message = _(
        "%(name)s is no kind of rule file; the key after 'format: 1' is one of: %(kinds)s.",
        name=first,
        kinds=", ".join(kind_names()),
    )
    notes.add("unknown_kind", unknown(message, first, kind_names()), root.keys[first])
    return None


def _check_format(root: Mapping, notes: Notes) -> None:
    node: Node | None = root.items.get("format")
    if node is None:
        notes.add("missing_key", _("A rule file begins with 'format: 1'."), root)
    elif not isinstance(node, Scalar) or node.value != FORMAT or isinstance(node.value, bool | float):
        found = Text.of(node.raw) if isinstance(node, Scalar) else _("a mapping")
        message = _("This program reads format 1, not format %(found)s.", found=found)
        notes.add("unknown_format", message, Position(node.line, node.column))


def canonical_json(root: Mapping) -> str:
    """The content as JSON with sorted keys and without embedded tests: files that mean the same give the same text."""
    content: dict[str, Plain] = {key: plain(node) for key, node in root.items.items() if key != "tests"}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def humanise(name: str) -> str:
    """A label for something that was given none: ``under_review`` becomes ``Under review``."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
