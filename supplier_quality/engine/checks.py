"""Checks: rules that give findings instead of yes or no, such as the lint of an 8D report.

A check holds for the facts, or, with ``over:``, for every element of a list fact. What does not hold is a finding with
its severity, where to mend it and which clause of which standard asks for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from supplier_quality.engine.definitions.actions import make_rule, place_of
from supplier_quality.engine.definitions.fields import DOTTED, VARIABLE, Fields, read_types, unknown
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.given import check_given
from supplier_quality.engine.definitions.kinds import Header, RuleKind
from supplier_quality.engine.definitions.model import Place, Rule
from supplier_quality.engine.definitions.nodes import Mapping as MappingNode
from supplier_quality.engine.definitions.nodes import Plain
from supplier_quality.engine.definitions.schemas import (
    EXPRESSION,
    FACTS,
    NAME,
    PATH,
    PLAIN_OBJECT,
    TEXT,
    file_schema,
    mapping,
    one_or_many,
)
from supplier_quality.engine.evaluation import convert_facts, values_read
from supplier_quality.engine.expressions import (
    BOOL,
    EvaluationError,
    ExpressionError,
    Type,
    compile_expression,
    to_plain,
)
from supplier_quality.language import Text, _

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
CHECK_KEYS = ("id", "when", "else", "severity", "mend", "source", "over", "as")
TEST_KEYS = ("name", "facts", "expect")


@dataclass(frozen=True, slots=True)
class Check:
    """One check. With ``over`` it is evaluated for every element of that list, which it calls ``variable``."""

    rule: Rule
    severity: Severity
    source: Text | None
    over: str | None
    variable: str

    @property
    def id(self) -> str:
        return self.rule.id


@dataclass(frozen=True, slots=True)
class CheckTest:
    """An example an author wrote into the file: the ids of the checks that find something."""

    name: str
    facts: Mapping[str, Plain]
    expect: frozenset[str]
    place: Place


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What a check found. ``index`` counts elements from 0; it and ``element`` are None without ``over``."""

    id: str
    severity: Severity
    message: Text
    mend: str | None
    source: Text | None
    index: int | None
    element: Plain
    values: Mapping[str, Plain]
    error: str | None = None

    def as_json(self, language: str | None = None) -> dict[str, Plain]:
        return {
            "id": self.id,
            "severity": self.severity,
            "message": self.message.render(language),
            "mend": self.mend,
            "source": self.source.render(language) if self.source else None,
            "index": self.index,
            "element": self.element,
            "values": dict(self.values),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class CheckSet:
    """All checks of a file."""

    name: str
    version: int
    title: Text
    facts: Mapping[str, Type]
    checks: tuple[Check, ...]
    tests: tuple[CheckTest, ...]
    hash: str
    source: str


def run_checks(checks: CheckSet, facts: Mapping[str, object]) -> tuple[CheckFinding, ...]:
    """Everything the checks find in these facts, in the order of the file. A missing fact is a finding, not a pass."""
    known, _problems = convert_facts(checks.facts, facts)
    return tuple(finding for check in checks.checks for finding in _findings_of(check, known))


def _findings_of(check: Check, facts: Mapping[str, object]) -> Iterable[CheckFinding]:
    if check.over is None:
        finding = _run(check, facts, None, None)
        return (finding,) if finding else ()
    elements: object = facts
    try:
        for part in check.over.split("."):
            elements = elements[part]  # type: ignore[index]
    except (KeyError, TypeError):
        return (_finding(check, {}, None, None, str(_("%(path)s is not known.", path=check.over))),)
    assert isinstance(elements, list)
    found = (_run(check, {**facts, check.variable: item}, number, item) for number, item in enumerate(elements))
    return [finding for finding in found if finding is not None]


def _run(check: Check, scope: Mapping[str, object], index: int | None, element: object) -> CheckFinding | None:
    error = None
    try:
        if check.rule.expression.evaluate(scope) is True:
            return None
    except EvaluationError as failed:
        error = str(failed)
    return _finding(check, scope, index, element, error)


def _finding(
    check: Check, scope: Mapping[str, object], index: int | None, element: object, error: str | None
) -> CheckFinding:
    values = values_read(check.rule, scope)
    shown: Plain = to_plain(element)  # type: ignore[assignment]
    rule = check.rule
    return CheckFinding(rule.id, check.severity, rule.otherwise, rule.mend, check.source, index, shown, values, error)


def read_checks(fields: Fields, header: Header, notes: Notes) -> CheckSet:
    types = read_types(fields.node("facts", required=True), notes)
    over = fields.name("over", required=False, pattern=DOTTED)
    variable = fields.name("as", required=False, pattern=VARIABLE) or "item"
    if over is not None and _element_type(fields, over, types, notes) is None:
        over = None
    checks: dict[str, Check] = {}
    for node in fields.entries("rules", required=True):
        own = Fields(node, notes, allowed=CHECK_KEYS, what=_("A check"))
        if not isinstance(node, MappingNode):
            continue
        check = _read_check(own, types, notes, over=over, variable=variable)
        if check is None:
            continue
        if check.id in checks:
            notes.add("duplicate_rule", _("The check %(id)s is given twice.", id=check.id), place_of(node))
        checks[check.id] = check
    tests = _read_tests(fields, notes, types, checks)
    return CheckSet(
        header.name, header.version, header.title, types, tuple(checks.values()), tests, header.hash, header.source
    )


def _read_check(own: Fields, types: dict[str, Type], notes: Notes, *, over: str | None, variable: str) -> Check | None:
    check_id = own.name("id")
    over = own.name("over", required=False, pattern=DOTTED) or over
    variable = own.name("as", required=False, pattern=VARIABLE) or variable
    scope = dict(types)
    if over is not None:
        element = _element_type(own, over, types, notes)
        if element is None:
            return None
        if variable in types:
            message = _("%(name)s is already the name of a fact; choose another after as.", name=variable)
            notes.add("duplicate_name", message, own.at("as"))
        scope[variable] = element
    expression = own.expression("when", scope, expect=BOOL)
    otherwise = own.words("else", required=True, code="missing_else")
    severity = own.one_of("severity", SEVERITIES, default="error") or "error"
    mend, source = own.string("mend"), own.words("source")
    if check_id is None or expression is None or otherwise is None:
        return None
    rule = make_rule(check_id, expression, otherwise, mend, place_of(own.place))
    return Check(rule, severity, source, over, variable)  # type: ignore[arg-type]


def _element_type(fields: Fields, over: str, types: dict[str, Type], notes: Notes) -> Type | None:
    try:
        found = compile_expression(over, types).type
    except ExpressionError as error:
        words = error.message if not isinstance(error.message, str) else Text.of(error.message)
        notes.add("not_a_list_fact", words, fields.at("over"))
        return None
    if found.kind != "list":
        message = _("over needs a fact that is a list; %(path)s is %(type)s.", path=over, type=str(found))
        notes.add("not_a_list_fact", message, fields.at("over"))
        return None
    return found.args[0]


def _read_tests(
    fields: Fields, notes: Notes, types: dict[str, Type], checks: dict[str, Check]
) -> tuple[CheckTest, ...]:
    tests = []
    for number, node in enumerate(fields.entries("tests"), start=1):
        own = Fields(node, notes, allowed=TEST_KEYS, what=_("A test"))
        if not isinstance(node, MappingNode):
            continue
        check_given(own.node("facts"), types, notes)
        if own.node("expect") is None and "expect" not in own:
            notes.add("missing_key", _("%(what)s needs the key %(key)s.", what=_("A test"), key="expect"), node)
        expected = own.names("expect")
        for named in expected:
            if named.name not in checks:
                message = _("There is no check %(name)s.", name=named.name)
                notes.add("unknown_rule", unknown(message, named.name, checks), named)
        ids = frozenset(named.name for named in expected)
        tests.append(CheckTest(own.string("name") or str(number), own.plain_mapping("facts"), ids, place_of(node)))
    return tuple(tests)


def run_check_tests(checks: CheckSet, notes: Notes) -> None:
    for test in checks.tests:
        found = {finding.id for finding in run_checks(checks, test.facts)}
        if found != test.expect:
            message = _(
                "Test '%(test)s' failed: expected findings %(expected)s, found %(found)s.",
                test=test.name,
                expected=sorted(test.expect),
                found=sorted(found),
            )
            notes.add("test_failed", message, test.place)


def checks_schema() -> dict[str, object]:
    check = mapping(
        {
            "id": NAME,
            "when": EXPRESSION,
            "else": TEXT,
            "severity": {"enum": list(SEVERITIES)},
            "mend": {"type": "string"},
            "source": TEXT,
            "over": PATH,
            "as": NAME,
        },
        required=("id", "when", "else"),
    )
    rules: dict[str, object] = {"type": "array", "minItems": 1, "items": check}
    properties: dict[str, object] = {"facts": FACTS, "over": PATH, "as": NAME, "rules": rules}
    expect = {"anyOf": [one_or_many(NAME), {"type": "null"}]}
    test = mapping({"name": {"type": "string"}, "facts": PLAIN_OBJECT, "expect": expect}, required=("expect",))
    return file_schema("checks", properties, required=("facts", "rules"), test=test)


KIND = RuleKind(
    name="checks",
    keys=("facts", "over", "as", "rules"),
    read=read_checks,
    run_tests=run_check_tests,
    schema=checks_schema,
)
