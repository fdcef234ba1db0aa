"""One answer of ``workflows eval``."""

import pytest

from supplier_quality.engine.expressions import eval_case


@pytest.mark.parametrize(
    ("expression", "facts", "types", "value", "kind"),
    [
        ("supplier.score >= 80", {"supplier": {"score": 90}}, {"supplier": {"score": "int"}}, True, "bool"),
        ("supplier.score >= 80", {"supplier": {"score": 90}}, None, True, "bool"),
        ("supplier.score > 89.5", {"supplier": {"score": 90}}, None, True, "bool"),
        ("supplier.score", {"supplier": {"score": 90}}, None, 90, "int"),
        ("has(supplier.rank)", {"supplier": {"score": 90}}, None, False, "bool"),
        ("'score' in supplier && supplier['score'] == 90", {"supplier": {"score": 90}}, None, True, "bool"),
        ("supplier", {"supplier": {"score": 90}}, None, {"score": 90}, "map(string, dyn)"),
        ("supplier == {'score': 90}", {"supplier": {"score": 90}}, {"supplier": {"score": "int"}}, True, "bool"),
        ("'score' in supplier", {"supplier": {"score": 90}}, {"supplier": {"score": "int"}}, True, "bool"),
        ("xs.map(x, x * 2)", {"xs": [1, 2]}, None, [2, 4], "[int]"),
        ("xs[2]", {"xs": [1, 2.5, "a"]}, None, "a", "string"),
        ("xs == ys", {"xs": [1], "ys": ["a"]}, None, False, "bool"),
        ("xs + ys", {"xs": [1], "ys": ["a"]}, None, [1, "a"], "[dyn]"),
        ("n == null", {"n": None}, None, True, "bool"),
        ("n", {"n": None}, {"n": "date?"}, None, "null"),
        ("day", {"day": "2026-01-31"}, None, "2026-01-31", "string"),
        ("day + duration('24h')", {"day": "2026-01-31"}, {"day": "date"}, "2026-02-01", "date"),
        (
            "at + duration('1h')",
            {"at": "2026-01-31T23:30:00Z"},
            {"at": "timestamp"},
            "2026-02-01T00:30:00Z",
            "timestamp",
        ),
        (
            "end - start",
            {"start": "2026-01-01", "end": "2026-01-03"},
            {"start": "date", "end": "date"},
            "172800s",
            "duration",
        ),
        ("span.getHours()", {"span": "90m"}, {"span": "duration"}, 1, "int"),
        ("x", {"x": 1}, {"x": "double"}, 1.0, "double"),
        ("0.0 / 0.0", {}, None, "NaN", "double"),
        ("[1.0 / 0.0, -1.0 / 0.0]", {}, None, ["Infinity", "-Infinity"], "[double]"),
        ("7 / 2", {}, None, 3, "int"),
        ("{1: 'a', 2: 'b'}", {}, None, {"1": "a", "2": "b"}, "map(int, string)"),
        ("{true: 1}", {}, None, {"true": 1}, "map(bool, int)"),
        ("m[1]", {"m": {"1": "a"}}, {"m": "map(int, string)"}, "a", "string"),
        ("m[true]", {"m": {"true": "a"}}, {"m": "map(bool, string)"}, "a", "string"),
        ("[1, 'a']", {}, None, [1, "a"], "[dyn]"),
        ("[]", {}, None, [], "[dyn]"),
    ],
)
def test_a_value_is_shown_as_json_with_its_type(
    expression: str, facts: dict[str, object], types: dict[str, object] | None, value: object, kind: str
) -> None:
    answer = eval_case(expression, facts, types)
    assert answer == {"ok": True, "value": value, "type": kind}
    assert type(answer["value"]) is type(value)


@pytest.mark.parametrize(
    ("expression", "facts", "types", "error", "column"),
    [
        ("1 / 0", {}, None, "Division by zero.", 3),
        ("1 +", {}, None, "ends", 4),
        ("supplier.scroe > 1", {"supplier": {}}, {"supplier": {"score": "int"}}, "did you mean score", 10),
        ("suplier.score > 1", {"supplier": {}}, {"supplier": {"score": "int"}}, "did you mean supplier", 1),
        ("supplier.score > 1", {"supplier": {}}, {"supplier": {"score": "int"}}, "supplier.score is not known", 10),
        ("x > 1", {"x": None}, {"x": "int?"}, "x is not known", 1),
        ("x > 1", {"x": "a"}, {"x": "int"}, "should be int but is string", 1),
        ("x > 1", {"x": 2**70}, {"x": "int"}, "64-bit", 1),
        ("x > 'a'", {"x": 1}, None, "int > string", 3),
        ("x", {"x": "31.01.2026"}, {"x": "date"}, "not a date", 1),
        ("x", {"x": 1}, {"x": "integer"}, "not a type", 1),
        ("x", {"x": 1}, {"x": "map(string,  integer)"}, "not a type", 14),
        ("x", {"x": 1}, {"x": "[int"}, "not a type", 5),
        ("x", {"x": 1}, {"x": "int $"}, "not a type", 5),
        ("1 = 2", {}, None, "==", 3),
        ("1u", {}, None, "Unsigned", 1),
        ("type(1)", {}, None, "type() is not supported", 1),
    ],
)
def test_an_error_says_what_and_where(
    expression: str, facts: dict[str, object], types: dict[str, object] | None, error: str, column: int
) -> None:
    answer = eval_case(expression, facts, types)
    assert answer["ok"] is False
    assert error in str(answer["error"])
    assert answer["column"] == column
