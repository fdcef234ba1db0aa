"""What an expression comes to whatever the facts are."""

import pytest

from supplier_quality.engine.expressions import BOOL, compile_expression, fold, parse_types

TYPES = parse_types(
    {"x": {"n": "int", "s": "string", "b": "bool", "d": "date?", "at": "timestamp"}, "xs": ["int"], "r": "double"}
)


@pytest.mark.parametrize(
    ("text", "column", "sentence"),
    [
        ("x.s.matches('(')", 5, "is not a pattern"),
        ("x.s.matches('(?=a)')", 5, "look-around"),
        ("'abc'.matches('[')", 7, "is not a pattern"),
        ("x.d == date('2026-02-30')", 8, "not a date"),
        ("x.at > timestamp('2026-13-01T00:00:00Z')", 8, "not a timestamp"),
        ("x.at - x.at > duration('5 days')", 15, "not a duration"),
        ("x.at.getHours('Mars/Base') > 1", 6, "not a time zone"),
        ("date(x.at, 'Mars/Base') == x.d", 1, "not a time zone"),
        ("x.n % 0 == 1", 5, "division by zero"),
        ("5 % 0 == x.n", 3, "division by zero"),
        ("x.n > 9223372036854775807 + 1", 27, "64-bit"),
        ("int('a') == x.n", 1, "not an int"),
        ("[1, 2][5] == x.n", 7, "none at 5"),
        ("{'a': 1}['b'] == x.n", 9, "no key"),
        ("xs.all(n, n > 5 % 0)", 17, "division by zero"),
        ("[0].map(n, 1 % n) == xs", 14, "division by zero"),
        # Whether the other side decides depends on the record.
        ("x.b || 5 % 0 == 1", 10, "division by zero"),
        ("x.b && 5 % 0 == 1", 10, "division by zero"),
        ("x.b ? 5 % 0 == 1 : true", 9, "division by zero"),
        ("x.n in [1, 'a']", 12, "can never be equal to int"),
        ("x.s in ['a', true]", 14, "can never be equal to string"),
    ],
)
def test_what_always_fails_is_found_with_its_column(text: str, column: int, sentence: str) -> None:
    (fault,) = fold(compile_expression(text, TYPES)).faults
    assert sentence in str(fault.message)
    assert fault.column == column


@pytest.mark.parametrize(
    "text",
    [
        "true || 5 % 0 == 1",
        "5 % 0 == 1 || true",
        "!(false && 5 % 0 == 1)",
        "true ? x.b : 5 % 0 == 1",
        "false ? 5 % 0 == 1 : x.b",
        "[].all(n, n > 5 % 0)",
        "[1, 2].exists(n, n == 1 || n % 0 == 1)",
        "x.n % x.n == 0",
        "x.s.matches('^[A-Z]{2}-[0-9]{6}$')",
        "x.s.matches(x.s)",
        "x.at.getHours('Europe/Berlin') > 1",
        "x.n in [1, 2]",
        "r in [1, 2.5]",
        "x.d == null || x.d > date('2026-02-28')",
        "has(x.d) ? x.d > date('2026-02-28') : x.b",
        "xs.exists(n, xs.all(m, m <= n))",
    ],
)
def test_what_may_be_or_does_not_matter_is_no_fault(text: str) -> None:
    folded = fold(compile_expression(text, TYPES, expect=BOOL))
    assert folded.faults == ()
    assert folded.may_hold


@pytest.mark.parametrize(
    "text",
    [
        "x.n > 0 && false",
        "false && 5 % 0 == 1",
        "!(x.b || true)",
        "x.b ? false : 1 > 2",
        "false ? x.b : 'a' == 'b'",
        "[1, 2].exists(n, n > 2)",
        "[].exists(n, x.b)",
        "(x.b && 1 > 2) || (x.n > 1 && false)",
    ],
)
def test_what_is_false_for_all_facts_may_not_hold(text: str) -> None:
    folded = fold(compile_expression(text, TYPES, expect=BOOL))
    assert not folded.may_hold
    assert folded.faults == ()


def test_constant_loops_are_folded_within_a_budget() -> None:
    digits = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
    text = " && ".join(
        [f"{digits}.all(a, {digits}.all(b, {digits}.all(c, {digits}.all(d, {digits}.all(e, a > 0)))))"] * 20
    )
    folded = fold(compile_expression(text, TYPES, expect=BOOL))
    assert folded.may_hold and folded.faults == ()
