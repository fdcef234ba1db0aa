"""Which rules certainly never hold together."""

import pytest

from supplier_quality.engine.definitions.constraints import exclude_each_other


@pytest.mark.parametrize(
    ("first", "second", "exclusive"),
    [
        ("a.b", "!a.b", True),
        ("a.b == true", "!a.b", True),
        ("a.b", "a.b", False),
        ("x > 5", "x < 5", True),
        ("x > 5", "x <= 5", True),
        ("x >= 5", "x <= 5", False),
        ("5 < x", "x < 3", True),
        ("x > 5 && y", "z && x < 3", True),
        ("x > 5 || y", "x < 3", False),
        ("!(x > 5)", "x > 5", True),
        ("!(x > 5 || y)", "x > 5 || y", True),
        ("s == 'a'", "s == 'b'", True),
        ("s == 'a'", "s != 'a'", True),
        ("s in ['a', 'b']", "s in ['b', 'c']", False),
        ("s in ['a', 'b']", "s in ['c']", True),
        ("s in ['a', 'b']", "!(s in ['a', 'b'])", True),
        ("s == 'a && b'", "s == \"a && b\"", False),
        ("items.all(i, i.done)", "!items.all(i, i.done)", True),
        ("items.all(i, i.done)", "!items.exists(i, i.done)", False),
        ("a ? b : c", "!a", False),
        ("x > 1 && x < 2", "true", False),
        ("size(items) == 0", "size(items) > 0", False),
        ("(x > 5)", "((x < 2))", True),
        ("x > y", "x < y", False),
        ("!a || b", "a", False),
        ("!a == b", "a", False),
    ],
)  # fmt: skip
def test_rules_exclude_each_other_only_where_that_is_certain(first: str, second: str, exclusive: bool) -> None:
    assert exclude_each_other([first], [second]) is exclusive
    assert exclude_each_other([second], [first]) is exclusive


def test_all_rules_of_both_sides_count() -> None:
    assert exclude_each_other(["a", "x > 5"], ["b", "x < 3"])
    assert not exclude_each_other([], [])
