"""Policies: what one feature's event makes another feature do, said in a file instead of an import.

``on:`` names an event, ``when:`` reads the facts the event declares, ``do:`` names an act that a feature registered,
and ``with:`` gives its parameters: plain values, or expressions that begin with ``=``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from supplier_quality.engine.definitions.actions import make_rule, place_of
from supplier_quality.engine.definitions.constraints import exclude_each_other
from supplier_quality.engine.definitions.fields import (
    DOTTED,
    NAME,
    VARIABLE,
    Fields,
    read_expression,
    read_types,
    unknown,
)
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.given import check_given
from supplier_quality.engine.definitions.kinds import Header, RuleKind
from supplier_quality.engine.definitions.model import Place, Rule
from supplier_quality.engine.definitions.nodes import Mapping as MappingNode
from supplier_quality.engine.definitions.nodes import Node, Plain, Scalar, plain
from supplier_quality.engine.definitions.schemas import (
    EXPRESSION,
    FACTS,
    PATH,
    PLAIN_OBJECT,
    TEXT,
    file_schema,
    mapping,
    one_or_many,
)
from supplier_quality.engine.definitions.schemas import NAME as NAME_SCHEMA
from supplier_quality.engine.evaluation import RuleResult, convert_facts, values_read
from supplier_quality.engine.expressions import BOOL, EvaluationError, Expression, Type, compile_expression, to_plain
from supplier_quality.language import Text, _

POLICY_KEYS = ("id", "on", "when", "do", "with", "title")
TEST_KEYS = ("name", "on", "facts", "expect")
ALWAYS = "true"


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. ``parameters`` are plain values or expressions over the facts of the event."""

    rule: Rule
    title: Text | None
    on: str
    do: str
    parameters: Mapping[str, Plain | Expression]

    @property
    def id(self) -> str:
        return self.rule.id


@dataclass(frozen=True, slots=True)
class Do:
    """An act to be done because a policy matched: its name, its parameters, and the rule with the values it saw."""

    policy: str
    act: str
    parameters: Mapping[str, Plain]
    result: RuleResult


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A policy that could not be evaluated: a fact is missing or a parameter has no value. It becomes an incident."""

    policy: str
    act: str
    error: str


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """An example an author wrote into the file: the ids of the policies that match."""

    name: str
    on: str
    facts: Mapping[str, Plain]
    expect: frozenset[str]
    place: Place


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All policies of a file, by the event they listen to."""

    name: str
    version: int
    title: Text
    events: Mapping[str, Mapping[str, Type]]
    policies: tuple[Policy, ...]
    tests: tuple[PolicyTest, ...]
    hash: str
    source: str

    def matching(self, event: str, facts: Mapping[str, object]) -> tuple[Do | Unanswered, ...]:
        """What is to be done about an event, in the order of the file.

        A policy that reads a missing fact is not passed over: it comes back as :class:`Unanswered`.
        """
        known, _problems = convert_facts(self.events.get(event, {}), facts)
        answers = (_answer(policy, known) for policy in self.policies if policy.on == event)
        return tuple(answer for answer in answers if answer is not None)


def _answer(policy: Policy, facts: Mapping[str, object]) -> Do | Unanswered | None:
    try:
        if policy.rule.expression.evaluate(facts) is not True:
            return None
        parameters: dict[str, Plain] = {
            name: to_plain(value.evaluate(facts)) if isinstance(value, Expression) else value  # type: ignore[misc]
            for name, value in policy.parameters.items()
        }
    except EvaluationError as error:
        return Unanswered(policy.id, policy.do, str(error))
    return Do(policy.id, policy.do, parameters, RuleResult(policy.id, True, values_read(policy.rule, facts)))


def read_policies(fields: Fields, header: Header, notes: Notes) -> PolicySet:
    events = {
        named.name: read_types(node, notes) for named, node in fields.pairs("events", required=True, pattern=DOTTED)
    }
    policies: dict[str, Policy] = {}
    for node in fields.entries("rules", required=True):
        policy = _read_policy(node, events, notes)
        if policy is None:
            continue
        if policy.id in policies:
            notes.add("duplicate_rule", _("The policy %(id)s is given twice.", id=policy.id), place_of(node))
        policies[policy.id] = policy
    if header.check_whole:
        _check_conflicts(tuple(policies.values()), notes)
    tests = _read_tests(fields, notes, events, policies)
    return PolicySet(
        header.name, header.version, header.title, events, tuple(policies.values()), tests, header.hash, header.source
    )


def _read_policy(node: Node, events: Mapping[str, dict[str, Type]], notes: Notes) -> Policy | None:
    own = Fields(node, notes, allowed=POLICY_KEYS, what=_("A policy"))
    if not isinstance(node, MappingNode):
        return None
    policy_id = own.name("id")
    on = own.name("on", pattern=DOTTED)
    act = own.name("do", pattern=DOTTED)
    title = own.words("title")
    if on is not None and on not in events:
        message = _("There is no event %(name)s under events.", name=on)
        notes.add("unknown_event", unknown(message, on, events), own.at("on"))
        return None
    types = events.get(on or "", {})
    if own.node("when") is None and "when" not in own:
        expression: Expression | None = compile_expression(ALWAYS, types, expect=BOOL)
    else:
        expression = own.expression("when", types, expect=BOOL)
    parameters = _read_parameters(own, types, notes)
    if policy_id is None or on is None or act is None or expression is None:
        return None
    rule = make_rule(policy_id, expression, title or Text.of(policy_id), None, place_of(node))
    return Policy(rule, title, on, act, parameters)


def _read_parameters(own: Fields, types: dict[str, Type], notes: Notes) -> dict[str, Plain | Expression]:
    parameters: dict[str, Plain | Expression] = {}
    for named, node in own.pairs("with", pattern=VARIABLE):
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.startswith("="):
            text = node.value[1:]
            at = Scalar(node.line, node.column + 1, text, text, node.exact, node.text_column + 1)
            expression = read_expression(at, named.name, notes, types)
            if expression is not None:
                parameters[named.name] = expression
        else:
            parameters[named.name] = plain(node)
    return parameters


def _check_conflicts(policies: tuple[Policy, ...], notes: Notes) -> None:
    """Two policies that may do the same act for the same event would do it twice."""
    for first, second in combinations(policies, 2):
        if (first.on, first.do) != (second.on, second.do):
            continue
        if exclude_each_other([first.rule.expression.text], [second.rule.expression.text]):
            continue
        message = _(
            "The policies %(first)s and %(second)s may both do %(act)s for one event; make their conditions exclusive.",
            first=first.id,
            second=second.id,
            act=first.do,
        )
        notes.add("automatic_conflict", message, second.rule.place)


def _read_tests(
    fields: Fields, notes: Notes, events: Mapping[str, Mapping[str, Type]], policies: Mapping[str, Policy]
) -> tuple[PolicyTest, ...]:
    tests = []
    for number, node in enumerate(fields.entries("tests"), start=1):
        own = Fields(node, notes, allowed=TEST_KEYS, what=_("A test"))
        if not isinstance(node, MappingNode):
            continue
        on = own.name("on", pattern=DOTTED)
        if on is not None and on not in events:
            message = _("There is no event %(name)s under events.", name=on)
            notes.add("unknown_event", unknown(message, on, events), own.at("on"))
            continue
        check_given(own.node("facts"), events.get(on or "", {}), notes)
        if "expect" not in own:
            notes.add("missing_key", _("%(what)s needs the key %(key)s.", what=_("A test"), key="expect"), node)
        expected = own.names("expect", pattern=NAME)
        for named in expected:
            if named.name not in policies:
                message = _("There is no policy %(name)s.", name=named.name)
                notes.add("unknown_rule", unknown(message, named.name, policies), named)
        ids = frozenset(named.name for named in expected)
        name = own.string("name") or str(number)
        tests.append(PolicyTest(name, on or "", own.plain_mapping("facts"), ids, place_of(node)))
    return tuple(tests)


def run_policy_tests(policies: PolicySet, notes: Notes) -> None:
    for test in policies.tests:
        answers = policies.matching(test.on, test.facts)
        for answer in answers:
            if isinstance(answer, Unanswered):
                message = _("Test '%(test)s': %(problem)s", test=test.name, problem=f"{answer.policy}: {answer.error}")
                notes.add("test_failed", message, test.place)
        found = {answer.policy for answer in answers if isinstance(answer, Do)}
        if found != test.expect:
            message = _(
                "Test '%(test)s' failed: expected policies %(expected)s, found %(found)s.",
                test=test.name,
                expected=sorted(test.expect),
                found=sorted(found),
            )
            notes.add("test_failed", message, test.place)


def policies_schema() -> dict[str, object]:
    policy = mapping(
        {"id": NAME_SCHEMA, "title": TEXT, "on": PATH, "when": EXPRESSION, "do": PATH, "with": PLAIN_OBJECT},
        required=("id", "on", "do"),
    )
    properties: dict[str, object] = {
        "events": {"type": "object", "minProperties": 1, "additionalProperties": FACTS},
        "rules": {"type": "array", "minItems": 1, "items": policy},
    }
    expect = {"anyOf": [one_or_many(NAME_SCHEMA), {"type": "null"}]}
    test = mapping(
        {"name": {"type": "string"}, "on": PATH, "facts": PLAIN_OBJECT, "expect": expect}, required=("on", "expect")
    )
    return file_schema("policies", properties, required=("events", "rules"), test=test)


KIND = RuleKind(
    name="policies",
    keys=("events", "rules"),
    read=read_policies,
    run_tests=run_policy_tests,
    schema=policies_schema,
)
