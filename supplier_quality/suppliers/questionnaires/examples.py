"""The embedded tests of a questionnaire file: answers, and the score, knock-outs and skipped questions they must give."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from supplier_quality.engine.definitions.fields import VARIABLE, Fields, shape, unknown
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.model import Place
from supplier_quality.engine.definitions.nodes import Mapping as MappingNode
from supplier_quality.engine.definitions.nodes import Scalar, Sequence
from supplier_quality.language import _
from supplier_quality.suppliers.questionnaires.answers import read_answer
from supplier_quality.suppliers.questionnaires.definition import Answer, Content, Example, Question
from supplier_quality.suppliers.questionnaires.scoring import rounded, score

TEST_KEYS = ("name", "answers", "expect")
EXPECT_KEYS = ("percent", "knock_outs", "not_asked")
NOT_APPLICABLE = "not_applicable"


def read_examples(fields: Fields, notes: Notes, questions: Mapping[str, Question]) -> tuple[Example, ...]:
    examples = []
    for number, node in enumerate(fields.entries("tests"), start=1):
        own = Fields(node, notes, allowed=TEST_KEYS, what=_("A test"))
        if not isinstance(node, MappingNode):
            continue
        answers: dict[str, Any] = {}
        for named, value in own.pairs("answers", pattern=VARIABLE):
            if named.name not in questions:
                message = _("There is no question %(name)s.", name=named.name)
                notes.add("unknown_question", unknown(message, named.name, questions), named)
                continue
            if isinstance(value, Sequence):
                answers[named.name] = [each.raw for each in value.items if isinstance(each, Scalar)]
            elif isinstance(value, Scalar):
                answers[named.name] = value.raw
            else:
                message = _("%(key)s must be a text, not %(found)s.", key=named.name, found=shape(value))
                notes.add("wrong_type", message, value)
        expect = Fields(own.node("expect", required=True), notes, allowed=EXPECT_KEYS, what=_("What a test expects"))
        examples.append(_example(own, expect, answers, number, Place(node.line, node.column), questions))
    return tuple(examples)


def _example(
    own: Fields,
    expect: Fields,
    answers: Mapping[str, Any],
    number: int,
    place: Place,
    questions: Mapping[str, Question],
) -> Example:
    named: dict[str, frozenset[str] | None] = {}
    for key in ("knock_outs", "not_asked"):
        found = expect.names(key, pattern=VARIABLE)
        for each in found:
            if each.name not in questions:
                message = _("There is no question %(name)s.", name=each.name)
                own.notes.add("unknown_question", unknown(message, each.name, questions), each)
        named[key] = frozenset(each.name for each in found) if key in expect else None
    percent = expect.node("percent")
    exact = None
    if isinstance(percent, Scalar) and isinstance(percent.value, int | float):
        exact = Fraction(percent.raw)
    elif percent is not None:
        message = _("%(key)s must be a number, not %(found)s.", key="percent", found=shape(percent))
        own.notes.add("wrong_type", message, percent)
    name = own.string("name") or str(number)
    return Example(name, answers, exact, named["knock_outs"], named["not_asked"], place)


def run_examples(content: Content, notes: Notes) -> None:
    """Note every embedded test that finds something else than it expects."""
    for test in content.tests:
        given = {}
        for name, typed in test.answers.items():
            question = content.by_id[name]
            if typed == NOT_APPLICABLE and question.not_applicable:
                given[name] = Answer(reason="–")
                continue
            answer, fault = read_answer(question, typed)
            if fault is not None:
                message = _("Test '%(test)s' failed: %(difference)s", test=test.name, difference=fault)
                notes.add("test_failed", message, test.place)
                continue
            given[name] = answer
        _compare(content, test, given, notes)


def _compare(content: Content, test: Example, given: Mapping[str, Answer], notes: Notes) -> None:
    found = score(content, given)
    not_asked = {part.question.id for part in found.parts if part.standing == "not_asked"}
    pairs: list[tuple[object, object]] = []
    if test.percent is not None:
        pairs.append((rounded(test.percent) / 100, None if found.hundredths is None else found.hundredths / 100))
    if test.knock_outs is not None:
        pairs.append((sorted(test.knock_outs), sorted(found.knock_outs)))
    if test.not_asked is not None:
        pairs.append((sorted(test.not_asked), sorted(not_asked)))
    for expected, real in pairs:
        if expected != real:
            difference = _("expected %(expected)s, found %(found)s.", expected=expected, found=real)
            message = _("Test '%(test)s' failed: %(difference)s", test=test.name, difference=difference)
            notes.add("test_failed", message, test.place)
