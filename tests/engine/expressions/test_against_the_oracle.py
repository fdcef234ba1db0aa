"""The language agrees with Google's C++ implementation of CEL, on a random corpus and on every difference once
found."""

import re

import pytest

from tests.engine.expressions.corpus import TYPES, cases
from tests.engine.expressions.oracle import ERROR, Pair

# What we leave out on purpose: unsigned integers, bytes, and the quarters of a nanosecond.
LEFT_OUT = re.compile(r"[0-9a-fA-F][uU]|[bB][rR]?['\"]")
PAIR = Pair(TYPES)
FACTS: dict[str, object] = {
    "i": 5,
    "j": 0,
    "x": 2.5,
    "y": 0.0,
    "s": "héllo",
    "t": "a",
    "b": True,
    "li": [1, 2, 3],
    "ld": [1.0],
    "ls": ["a"],
    "lb": [True],
    "la": [1, 2.0, "a", None],
    "mi": {"a": 1},
    "ms": {},
    "mk": {1: "a"},
    "ma": {"a": 1, "b": [1], "c": None},
    "d": {"a": 1, "b": "t", "c": None, "l": [1, 2.0, "x"], "f": 1.5, "t": True},
    "e": 1.0,
    "n": None,
}


def differences(seed: int, count: int) -> list[str]:
    found = []
    for expression, facts in cases(seed, count):
        theirs, ours = PAIR.theirs(expression, facts), PAIR.ours(expression, facts)
        if theirs != ours and not LEFT_OUT.search(expression):
            found.append(f"{expression}: they {theirs}, we {ours}")
        elif theirs == ours != ERROR and not _same_type(expression):
            found.append(f"{expression}: they {PAIR.their_type(expression)}, we {PAIR.our_type(expression)}")
    return found


def _same_type(expression: str) -> bool:
    theirs, ours = PAIR.their_type(expression), PAIR.our_type(expression)
    # A type that one of us does not know more exactly is no disagreement about a value.
    return theirs == ours or "DYN" in theirs + ours


@pytest.mark.parametrize("seed", range(8))
def test_a_random_expression_gives_what_the_oracle_gives(seed: int) -> None:
    assert differences(seed, 800) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_a_hundred_thousand_random_expressions_give_what_the_oracle_gives(seed: int) -> None:
    assert differences(seed, 1000) == []


def test_the_corpus_has_values_and_refusals_in_fair_shares() -> None:
    answers = [PAIR.theirs(expression, facts) != ERROR for expression, facts in cases(0, 1000)]
    assert 300 < sum(answers) < 700


@pytest.mark.parametrize(
    "expression",
    [
        # Types: which overloads fit, what a list or map is of, null beside times.
        "[null, timestamp(0)]",
        "[timestamp(0), null]",
        "true ? null : timestamp(0)",
        "1 < 1.5",
        "1 == 1.0",
        "i == null",
        "d.a < 1.5",
        "d.a == 1.0",
        "d.a + 1.0",
        "d.a - d.f",
        "-d.a",
        "[1] + []",
        "d.l + [1]",
        "(d.l + [1])[1] == 2",
        "[[1], [d.a]]",
        "[[1], [null]]",
        "{'a': [1], 'b': [d]}",
        "{'a': [d], 'b': [1]}",
        "[].filter(v, v >= d)",
        "[].filter(v, v.size() == 1)",
        "[].map(v, v.map(w, w))",
        "[].all(v, v.y)",
        "null + null",
        "string(null)",
        "int(d.t)",
        "(ma.a % [1, 'a'][0])",
        "{1: 1, 2: d.t}[2] == 1",
        "{1: 1, 2: d.f}[2] + 1",
        "{1: true, 2: d.f}[2] && true",
        # Keys: bool is not int, double finds int, null and double cannot be written; a key twice ends everything.
        "{true: 1, 1: 2}[true]",
        "{true: 1, 1: 2}[1]",
        "{1: 1, 'a': 2}[1.0]",
        "{1: 1, 'a': 2}[3.5]",
        "d.t in {1: 1, 'a': 2}",
        "{1.0: 2}.size() == 1 || true",
        "{null: 2}.size()",
        "{d.a: 2, 1: 3}.size() == 1 || true",
        "true || {1: 2, 1: 3} == {}",
        "d.c in d",
        "1.5 in {1: 1}",
        "{'a': 1}[1]",
        "mi[d.a]",
        "has(ma.c)",
        "has(d.a.b)",
        "has(d.q.b)",
        "has({}.a)",
        # Numbers: signs, overflow, division, doubles.
        "-9223372036854775808",
        "-(9223372036854775808)",
        "- 9223372036854775808",
        "--9223372036854775808",
        "- -5",
        "-!true",
        "-9223372036854775808 / -1",
        "-9223372036854775808 % -1",
        "-5 / 2",
        "-5 % 3",
        "5 % -3",
        "5 % 0",
        "5.0 / 0.0",
        "5.0 % 2.0",
        "string(0.0 / 0.0)",
        "string(double('nan'))",
        "string(-double('nan'))",
        "string(double('nan') + -double('nan'))",
        "string(-double('nan') + double('nan'))",
        "string(double('nan') - -double('nan'))",
        "string(-double('nan') * double('nan'))",
        "string(1.5 * -double('nan'))",
        "string(-double('nan') - 1.5)",
        "string(-0.0)",
        "string(1e6)",
        "string(123456.789)",
        "string(1e-5)",
        "string(0.00012345678)",
        "string(999999.9999999999)",
        "int(-9223372036854775808.0)",
        "int(9223372036854774784.0)",
        "int(' 5')",
        "int('+5')",
        "int('5.0')",
        "double('0x1p3')",
        "double('infinity')",
        "double('1_0')",
        "double('1f')",
        "9007199254740993 == [9007199254740992.0, 'a'][0]",
        "[9223372036854775807, 'a'][0] < [9223372036854775807.0, 'a'][0]",
        "0.0 / 0.0 in [0.0 / 0.0]",
        "1.e5",
        ".5",
        "0X1F",
        "0x8000000000000000",
        "-0x8000000000000000",
        "1e400",
        # Grammar.
        "true ? true ? 1 : 2 : 3",
        "true ? 1 : true ? 2 : 3",
        "1 < 2 == true",
        "!i in [1]",
        "[,]",
        "[1,]",
        "{,}",
        "()",
        "1..2",
        "d.in",
        "d.`a`",
        "`a`",
        "d.for",
        "for",
        ".i",
        "i // c",
        "i $",
        "'a' 'b'",
        "l.all(l, true)",
        "li.all(li, true)",
        "li.all(d.a, true)",
        # Texts.
        r"r'a\'b'",
        r"'\x4'",
        r"'\400'",
        r"'\ud800'",
        r"'\q'",
        r"'\0'",
        r"'\000'",
        "'''a''b'''",
        "''''a'''",
        "'\U0001f600'.size()",
        "'e\u0301'.size()",
        "'\U00010000' < '\uff61'",
        "'''a\nb'''",
        "'a\nb'",
        "bool('tRUE')",
        "bool('False')",
        # Absorbed errors.
        "1 / 0 > 0 && false",
        "1 / 0 > 0 || true",
        "d.b && false",
        "d.b && true",
        "!d.b",
        "d.a ? 1 : 2",
        "[1, 0].all(v, 1 / v > 5)",
        "[0, 1].exists(v, 1 / v == 1)",
        "[0, 1].exists_one(v, 1 / v == 1)",
        "la.filter(v, v > 1)",
        "true ? 1 : 1 / 0",
        # Times.
        "timestamp('2020-01-01T00:00:60Z')",
        "timestamp('2020-1-1T0:0:0Z')",
        "timestamp('2020-01-01T00:00:00+010030')",
        "timestamp('2020-01-01T00:00:00+01')",
        "timestamp(' 2020-01-01T00:00:00Z ')",
        "timestamp('10000-01-01T00:00:00+01:00')",
        "timestamp('2020-01-01T00:00:00,5Z')",
        "string(timestamp('2020-01-01T00:00:00.1234567899Z'))",
        "timestamp(253402300800)",
        "string(duration('1h1m1s1ms1us1ns'))",
        "string(duration('-1.5s'))",
        "duration('1d')",
        "duration('1s1h')",
        "duration('inf')",
        "duration('315576000001s')",
        "duration('315576000000s') + duration('0s')",
        "duration('9223372036s') + duration('0.9s')",
        "timestamp(0) + duration('10000000000s')",
        "timestamp(0) - duration('10000000000s')",
        "timestamp(0) - duration('-10000000000s')",
        "timestamp(9223372036) - timestamp('1969-12-31T23:59:59.9Z')",
        "timestamp(9223372036) - timestamp(-1)",
        "timestamp(0).getHours('+05:60')",
        "timestamp(0).getHours('1.5:30')",
        "timestamp(0).getHours('-00:30')",
        "timestamp(0).getHours('+1')",
        "timestamp(0).getHours('Fixed/UTC+05:30:00')",
        "timestamp('0001-01-01T00:00:00Z').getFullYear('-01:00')",
        "timestamp('9999-12-31T23:59:59Z').getFullYear('+01:00')",
        "timestamp('1850-01-01T00:00:00Z').getSeconds('America/New_York')",
        "timestamp('1969-12-31T23:59:59.5Z').getMilliseconds()",
        "duration('-90.5s').getMilliseconds()",
        "duration('-90.5s').getMinutes()",
        "duration('90m').getHours('UTC')",
        "timestamp(0).getHours('europe/berlin')",
        # Patterns.
        r"'a\n'.matches('a$')",
        r"'a\nb'.matches('(?m)^b')",
        r"'a'.matches('(a)\\1')",
        "'a'.matches('a++')",
        "'a'.matches('a{1001}')",
        "'a'.matches('(?=a)')",
        "'abc'.matches('(?<n>a)')",
        "'a'.matches('(?P<g>a)(?P<g>a)?')",
        r"'é'.matches('^\\w$')",
        r"'é'.matches('\\B')",
        "'aa'.matches('^a(?i){2}$')",
        "'a'.matches('(?i)*')",
        r"'a]'.matches('[]a]{2}')",
        r"'abc'.matches('\\Qabc\\E')",
        "'x{,2}'.matches('x{,2}')",
        "'abc'.matches('(((a{100}){100}){100})')",
    ],
)
def test_a_difference_once_found_stays_closed(expression: str) -> None:
    assert PAIR.ours(expression, FACTS) == PAIR.theirs(expression, FACTS)


@pytest.mark.parametrize("count", [12, 24, 30])
@pytest.mark.parametrize(
    "form",
    [
        lambda n: "(" * n + "1" + ")" * n,
        lambda n: "[" * n + "1" + "]" * n,
        lambda n: "+".join(["1"] * n),
        lambda n: "&&".join(["true"] * n),
        lambda n: "||".join(["false"] * n),
        lambda n: "true?1:" * n + "1",
        lambda n: "!" * n + "true",
        lambda n: "- " * n + "i",
        lambda n: "true" + "==true" * n,
        lambda n: "[" + ",".join(["1"] * n) + "].size()",
        lambda n: "{" + ",".join(f"{k}:{k}" for k in range(n)) + "}.size()",
    ],
)
def test_whatever_the_language_definition_requires_at_least_is_not_refused(form, count: int) -> None:
    expression = form(count)
    assert PAIR.ours(expression, FACTS) == PAIR.theirs(expression, FACTS) != ERROR


def test_twelve_loops_inside_each_other_work() -> None:
    expression = "".join(f"[1].map(v{number}, " for number in range(12)) + "1" + ")" * 12
    assert PAIR.ours(expression, FACTS) == PAIR.theirs(expression, FACTS) != ERROR
