"""What rules may and may not say over declared facts, and what they answer."""

from datetime import UTC, date, datetime, timedelta

import pytest

from supplier_quality.engine.expressions import (
    BOOL,
    Duration,
    EvaluationError,
    ExpressionError,
    Timestamp,
    compile_expression,
    from_plain,
    parse_types,
    to_plain,
)

TYPES = parse_types(
    {
        "supplier": {
            "score": "int",
            "share": "double",
            "status": "string",
            "blocked": "bool",
            "expires": "date?",
            "site": {"zone": "string"},
        },
        "elements": [{"no": "string", "state": "string", "required": "bool", "due": "date?"}],
        "tags": ["string"],
        "prices": "map(string, double)",
        "today": "date",
        "at": "timestamp",
        "span": "duration",
        "note": "string?",
    }
)
FACTS: dict[str, object] = {
    "supplier": {
        "score": 90,
        "share": 0.5,
        "status": "approved",
        "blocked": False,
        "expires": None,
        "site": {"zone": "UTC"},
    },
    "elements": [
        {"no": "1", "state": "accepted", "required": True, "due": None},
        {"no": "2", "state": "open", "required": False, "due": date(2026, 2, 1)},
    ],
    "tags": ["a", "b"],
    "prices": {"EUR": 1.5},
    "today": date(2026, 1, 31),
    "at": datetime(2026, 1, 31, 12, tzinfo=UTC),
    "span": timedelta(hours=2),
    "note": None,
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("supplier.score >= 80 && supplier.status in ['approved', 'conditional']", True),
        ("elements.all(e, !e.required || e.state in ['accepted', 'waived'])", True),
        ("elements.exists(e, e.state == 'open')", True),
        ("elements.filter(e, e.required).size() == 1", True),
        ("elements.map(e, e.no)", ["1", "2"]),
        ("elements[1].no + elements[0].state", "2accepted"),
        ("elements.exists(e, e.due != null && e.due > today)", True),
        ("supplier.expires == null", True),
        ("supplier.expires == null || supplier.expires > today", True),
        ("note == null ? 'none' : note", "none"),
        ("has(supplier.expires)", False),
        ("has(supplier.score)", True),
        ("'a' in tags && !('c' in tags)", True),
        ("prices['EUR'] * 2.0", 3.0),
        ("prices.EUR", 1.5),
        ("today == date('2026-01-31')", True),
        ("today + duration('24h') == date('2026-02-01')", True),
        ("(date('2026-03-01') - today).getHours() / 24", 29),
        ("date(at) == today", True),
        ("date(timestamp('2026-01-31T23:30:00Z'), 'Asia/Shanghai')", date(2026, 2, 1)),
        ("timestamp(today) < at", True),
        ("string(today)", "2026-01-31"),
        ("today.getDayOfWeek()", 6),
        ("at.getHours(supplier.site.zone)", 12),
        ("at + span", Timestamp(1769868000 * 10**9)),
        ("span > duration('1h')", True),
        ("supplier.score == 90 ? supplier.share : 0.0", 0.5),
        ("!supplier.blocked", True),
        ("supplier['score'] == 90", True),
        ("size(supplier.status) + tags.size()", 10),
    ],
)
def test_an_expression_over_facts_gives_its_value(expression: str, value: object) -> None:
    assert compile_expression(expression, TYPES, strict=False).evaluate(FACTS) == value


@pytest.mark.parametrize(
    ("expression", "message", "column"),
    [
        ("supplier.scor >= 80", "did you mean score", 10),
        ("elements.all(e, e.stat == 'open')", "did you mean state", 19),
        ("suppliers.score >= 80", "did you mean supplier", 1),
        ("supplier.score >= '80'", "int >= string", 16),
        ("supplier.score == '80'", "int == string", 16),
        ("supplier.score / 2 > 1", "double(x)", 16),
        ("supplier.score", "must give bool", 1),
        ("supplier.score == null", "declare the fact as int?", 16),
        ("today > at", "date > timestamp", 7),
        ("today == '2026-01-31'", "date == string", 7),
        ("tags.all(t, size(t))", "must be bool", 13),
        ("supplier.status.startWith('a')", "did you mean startsWith", 17),
        ("status == 'a'", "There is no fact status", 1),
        ("supplier.score && true", "supplier.score is int", 10),
        ("has(tags)", "has() needs a field", 5),
        ("1 + 'a' == 2", "int + string", 3),
        ("supplier.score >= 80 &&", "value is missing", 24),
        ("supplier.status == 'approved", "not closed", 20),
        ("dyn(supplier.score) == 1", "not supported", 1),
        ("b'a' == b'a'", "Bytes", 1),
        ("supplier.score = 80", "==", 16),
        ("supplier.score & 1 == 1", "&&", 16),
        ("tags[0].length() > 1", "no function length", 9),
        ("{null: 1} == {}", "key of a map", 2),
        ("M{} == M{}", "Messages", 2),
        ("true ? 1 : 'a'", "? :", 6),
    ],
)
def test_a_rule_file_refuses_with_the_column(expression: str, message: str, column: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression(expression, TYPES, expect=BOOL)
    assert message in str(refused.value)
    assert refused.value.column == column


def test_a_column_is_that_within_its_line() -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression("supplier.score >= 80 &&\n  supplier.scor < 90", TYPES)
    assert (refused.value.line, refused.value.column) == (2, 12)


@pytest.mark.parametrize(
    ("expression", "facts", "message"),
    [
        ("supplier.score >= 0", {}, "supplier.score is not known"),
        ("supplier.score >= 0", {"supplier": {}}, "supplier.score is not known"),
        ("supplier.score >= 0", {"supplier": None}, "supplier.score is not known"),
        ("supplier.score >= 0", {"supplier": {"score": None}}, "supplier.score is not known"),
        ("supplier.score != 0", {"supplier": {"score": "90"}}, "should be int but is string"),
        ("supplier.score != 0", {"supplier": {"score": True}}, "should be int but is bool"),
        ("supplier.expires > date('2026-01-01')", {"supplier": {"expires": None}}, "supplier.expires is not known"),
        ("supplier.expires == null", {"supplier": {}}, "supplier.expires is not known"),
        ("note == 'a'", {"note": None}, "note is not known"),
        ("note != 'a'", {"note": None}, "note is not known"),
        ("!(note == 'a')", {"note": None}, "note is not known"),
        ("!supplier.blocked", {"supplier": {}}, "supplier.blocked is not known"),
        ("elements.all(e, e.state == 'open')", {"elements": [{"no": "1"}]}, "elements[].state is not known"),
        ("elements.all(e, e.state == 'open')", {"elements": None}, "elements"),
        ("elements.all(e, e.state == 'open')", {}, "elements is not known"),
        ("tags.exists(t, t == 'a')", {"tags": "abc"}, "should be [string] but is string"),
        ("at > timestamp(0)", {"at": datetime(2026, 1, 1)}, "no zone"),
        ("today > date('2026-01-01')", {"today": datetime(2026, 1, 1, tzinfo=UTC)}, "today should be date"),
        ("prices.USD > 1.0", {"prices": {"EUR": 1.0}}, "prices.USD is not known"),
    ],
)
def test_a_fact_that_is_missing_null_or_of_another_type_never_passes(
    expression: str, facts: dict[str, object], message: str
) -> None:
    rule = compile_expression(expression, TYPES, expect=BOOL)
    with pytest.raises(EvaluationError) as refused:
        rule.evaluate(facts)
    assert message in str(refused.value)
    explanation = rule.explain(facts)
    assert explanation.value is None
    assert message in str(explanation.error)


def test_what_is_read_is_named_by_path() -> None:
    rule = compile_expression(
        "elements.all(e, e.due == null || e.due > today) && has(supplier.expires) && tags[0] == 'a'", TYPES
    )
    assert rule.reads == {"elements", "today", "supplier.expires", "tags"}
    assert rule.type == BOOL


def test_every_clause_is_explained_also_one_that_would_be_skipped() -> None:
    rule = compile_expression("supplier.score >= 95 && (supplier.status == 'approved' || supplier.share > 0.9)", TYPES)
    explanation = rule.explain(FACTS)
    assert (explanation.value, explanation.error) == (False, None)
    assert [(clause.text, clause.column, clause.value, clause.values) for clause in explanation.clauses] == [
        ("supplier.score >= 95", 1, False, {"supplier.score": 90}),
        ("supplier.status == 'approved'", 26, True, {"supplier.status": "approved"}),
        ("supplier.share > 0.9", 59, False, {"supplier.share": 0.5}),
    ]


def test_a_clause_without_an_answer_says_why_while_the_others_answer() -> None:
    explanation = compile_expression("supplier.score >= 80 && note == 'a'", TYPES).explain(FACTS)
    assert explanation.value is None
    assert explanation.error == "note is not known."
    assert [(clause.value, clause.error) for clause in explanation.clauses] == [
        (True, None),
        (None, "note is not known."),
    ]


def test_the_elements_that_decide_are_named_and_bounded() -> None:
    elements = [{"no": str(number), "state": "open", "required": number > 1, "due": None} for number in range(9)]
    facts = {**FACTS, "elements": elements}
    (failing,) = compile_expression("elements.all(e, !e.required)", TYPES).explain(facts).clauses
    assert [element.index for element in failing.elements] == [2, 3, 4, 5, 6]
    assert failing.elements[0].value == {"no": "2", "state": "open", "required": True, "due": None}
    (matching,) = compile_expression("elements.exists(e, e.no == '7')", TYPES).explain(facts).clauses
    assert [element.index for element in matching.elements] == [7]
    (counted,) = compile_expression("elements.filter(e, e.no > '6').size() == 0", TYPES).explain(facts).clauses
    assert [element.index for element in counted.elements] == [7, 8]


def test_an_element_that_cannot_be_judged_keeps_all_from_passing_and_is_shown() -> None:
    facts = {**FACTS, "elements": [{"no": "1", "state": "accepted"}, {"no": "2"}]}
    (clause,) = compile_expression("elements.all(e, e.state == 'accepted')", TYPES).explain(facts).clauses
    assert clause.value is None
    assert [element.value for element in clause.elements] == [{"no": "2"}]


@pytest.mark.parametrize(
    ("types", "text"),
    [
        ({"a": "date?"}, "date?"),
        ({"a": ["string"]}, "[string]"),
        ({"a": [{"x": "int", "y": "date?"}]}, "[{x: int, y: date?}]"),
        ({"a": "map(string, [int])"}, "map(string, [int])"),
        ({"a": "[{x: int, y: {z: bool}}]?"}, "[{x: int, y: {z: bool}}]?"),
        ({"a": {"b": "map(int,string)"}}, "{b: map(int, string)}"),
    ],
)
def test_a_written_type_is_read_in_every_notation(types: dict[str, object], text: str) -> None:
    assert str(parse_types(types)["a"]) == text


@pytest.mark.parametrize(
    "types",
    [
        {"a": "number"},
        {"a": []},
        {"a": ["int", "int"]},
        {"a": 1},
        {"a": None},
        {"a b": "int"},
        {"in": "int"},
        {"a": "map(double, int)"},
        {"a": "[int"},
        {"a": "int??"},
        {"a": "{x int}"},
        {"a": "int]"},
        {"a": "map(string)"},
        {"a": "[" * 50 + "int" + "]" * 50},
    ],
)
def test_what_is_no_type_is_refused(types: dict[str, object]) -> None:
    with pytest.raises(ExpressionError):
        parse_types(types)


@pytest.mark.parametrize(
    ("plain", "kind", "value"),
    [
        ("2026-01-31", "date", date(2026, 1, 31)),
        (date(2026, 1, 31), "date", date(2026, 1, 31)),
        ("2026-01-31T00:00:00Z", "timestamp", Timestamp(1769817600 * 10**9)),
        (datetime(2026, 1, 31, tzinfo=UTC), "timestamp", Timestamp(1769817600 * 10**9)),
        ("1h", "duration", Duration(3600 * 10**9)),
        (timedelta(microseconds=1), "duration", Duration(1000)),
        (3, "double", 3.0),
        (None, "int?", None),
        ([1, 2], "[double]", [1.0, 2.0]),
    ],
)
def test_a_plain_value_becomes_a_value_of_its_type_and_back(plain: object, kind: str, value: object) -> None:
    type_ = parse_types({"a": kind})["a"]
    assert from_plain(plain, type_) == value
    if isinstance(plain, str):
        assert from_plain(to_plain(value), type_) == value


def test_a_bad_value_is_named_by_its_path() -> None:
    type_ = parse_types({"a": [{"x": "date"}]})["a"]
    with pytest.raises(EvaluationError, match=r"certificates\[1\]\.x"):
        from_plain([{"x": "2026-01-31"}, {"x": "31.1.2026"}], type_, "certificates")


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 65 + "1" + ")" * 65,
        "[" * 100_0 + "]" * 100_0,
        "-(" * 70 + "1" + ")" * 70,
        "1" + " + 1" * 200,
        "'" + "a" * 20_001 + "'",
        "a" * 30_000,
        "true ? 1 : " * 300 + "1",
        "tags" + ".map(t, t)" * 200,
    ],
)
def test_an_expression_beyond_the_limits_is_refused_in_words(expression: str) -> None:
    with pytest.raises(ExpressionError, match=r"nested|longer"):
        compile_expression(expression, TYPES)


@pytest.mark.parametrize(
    "expression",
    [
        "xs.map(a, xs.map(b, xs.map(c, 1))).size() > 0",
        "xs.all(a, xs.all(b, xs.all(c, a == b || true)))",
        "xs.map(a, xs + xs).map(a, xs.map(b, a == xs)).size() > 0 || true",
    ],
)
def test_a_loop_too_many_is_stopped_whatever_stands_beside_it(expression: str) -> None:
    types = parse_types({"xs": "[int]"})
    with pytest.raises(EvaluationError, match="steps"):
        compile_expression(expression, types).evaluate({"xs": list(range(1000))})


def test_a_text_and_a_list_cannot_grow_without_end() -> None:
    types = parse_types({"s": "string", "xs": "[int]"})
    with pytest.raises(EvaluationError, match="longer"):
        compile_expression("s + s == ''", types).evaluate({"s": "a" * 600_000})
    with pytest.raises(EvaluationError, match="longer"):
        compile_expression("xs + xs == []", types).evaluate({"xs": [1] * 60_000})


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("(a+)+$", False),
        ("(a|a)*$", True),
        ("(a*)*b", False),
        ("(.*)(.*)(.*)(.*)(.*)x", False),
        ("(a?){500}a{500}", True),
    ],
)
def test_no_pattern_makes_a_text_take_for_ever(pattern: str, matches: bool) -> None:
    types = parse_types({"s": "string", "p": "string"})
    rule = compile_expression("s.matches(p)", types)
    assert rule.evaluate({"s": "a" * 2000 + "!", "p": pattern}) is matches


def test_generated_code_and_closures_agree_when_a_clause_fails() -> None:
    rule = compile_expression("note == 'a' && supplier.score > 95", TYPES)
    assert rule.evaluate(FACTS) is False
    rule = compile_expression("note == 'a' || supplier.score > 5", TYPES)
    assert rule.evaluate(FACTS) is True


def test_names_of_facts_cannot_reach_python() -> None:
    types = parse_types({"__import__": "string", "exact": "int", "facts": "int", "whole": "int", "value1": "int"})
    facts = {"__import__": "os", "exact": 1, "facts": 2, "whole": 3, "value1": 4}
    rule = compile_expression("__import__ == 'os' && exact + facts + whole + value1 == 10", types)
    assert rule.evaluate(facts) is True
