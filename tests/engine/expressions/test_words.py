"""Rules in plain words."""

import pytest

from supplier_quality.engine.expressions import compile_expression, describe, parse_types

TYPES = parse_types(
    {
        "supplier": {"score": "int", "status": "string", "blocked": "bool", "expires": "date?"},
        "elements": [{"state": "string", "required": "bool"}],
        "tags": ["string"],
        "today": "date",
    }
)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (
            "supplier.score >= 80 && supplier.status in ['approved', 'conditional']",
            "supplier.score is at least 80 and supplier.status is one of “approved”, “conditional”",
        ),
        ("supplier.score < 80 || supplier.blocked", "supplier.score is less than 80 or supplier.blocked is true"),
        ("!supplier.blocked && !('a' in tags)", "supplier.blocked is not true and “a” is not in tags"),
        (
            "supplier.expires == null || supplier.expires > today",
            "supplier.expires is not known or supplier.expires is after today",
        ),
        ("has(supplier.expires) && supplier.score != 3", "supplier.expires is known and supplier.score is not 3"),
        (
            "elements.all(e, !e.required || e.state == 'accepted')",
            "for every e of elements: e.required is not true or e.state is “accepted”",
        ),
        (
            "supplier.blocked && (supplier.score > 5 || supplier.score < 3)",
            "supplier.blocked is true and (supplier.score is more than 5 or supplier.score is less than 3)",
        ),
        (
            "elements.filter(e, e.required).size() == 2",
            "the number of those e of elements for which e.required is true is 2",
        ),
        ("today <= date('2026-01-31')", "today is not after 2026-01-31"),
        ("supplier.status.startsWith('a')", "supplier.status starts with “a”"),
        ("supplier.score + 1 > 80", "supplier.score + 1 is more than 80"),
    ],
)
def test_a_rule_is_said_in_words(expression: str, words: str) -> None:
    assert describe(compile_expression(expression, TYPES), "en") == words


NAMES = {
    "supplier.score": "the score", "supplier.status": "the status", "elements": "Elements", "elements.state": "the state",
    "supplier.expires": "the end",
}  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("supplier.score >= 80 && supplier.status != ''", "the score is at least 80 and the status is not empty"),
        ("elements.exists(e, e.state == 'open')", "for at least one entry of “Elements”: the state is “open”"),
        ("elements.all(e, e.required)", "for every entry of “Elements”: e.required is true"),
        ("has(supplier.expires) && supplier.status == ''", "the end is known and the status is empty"),
    ],
)
def test_facts_with_names_are_said_by_them(expression: str, words: str) -> None:
    assert describe(compile_expression(expression, TYPES), "en", name_fact=NAMES.get) == words
