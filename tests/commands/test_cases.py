"""What ``workflows eval`` and ``simulate`` take as facts, types and cases, and the sentences they refuse the rest with."""

import json
from pathlib import Path
from typing import Any

import pytest

from supplier_quality.commands.cases import answers, evaluate, read_facts, read_types
from supplier_quality.errors import BadInput


def answer(line: str) -> Any:
    (only,) = answers(line)
    return only


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "This line is empty"),
        ("\r", "This line is empty"),
        ("{nope", "This is no JSON; it stops making sense in line 1, column 2."),
        ("[1]", "A case is an object"),
        ('{"facts": {}}', "needs the key expr"),
        ('{"expr": 1}', "needs the key expr"),
        ('{"expr": "1", "fact": {}}', "no key fact. Did you mean facts?"),
        ('{"expr": "1", "facts": []}', "facts must be an object"),
        ('{"expr": "1", "facts": ""}', "facts must be an object"),
        ('{"expr": "1", "types": ["int"]}', "types must be an object"),
        ('{"expr": "a", "facts": {"a": NaN}}', "NaN is no JSON value."),
        ('{"expr": "a", "facts": {"a": -Infinity}}', "-Infinity is no JSON value."),
        ('{"expr": "a", "facts": {"a": 1e999}}', "The number 1e999 is too large."),
        ('{"expr": "a", "facts": {"a": ' + "9" * 5000 + "}}", "is too large."),
        ('{"expr": "a", "facts": {"a": 1, "a": 2}}', "The name a is given twice."),
        ('{"expr": "a", "types": {"a": "int", "a": "int"}}', "The name a is given twice."),
        ('{"expr": "a", "expr": "b"}', "The name expr is given twice."),
        ('{"expr": "a", "facts": {"a": "\\ud800"}}', "half of a character"),
        ('{"expr": "a", "facts": {"\\udfff": 1}}', "half of a character"),
        ('{"expr": "\'\\ud800\'"}', "half of a character"),
        ('{"expr": "a", "facts": ' + "[" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_a_line_that_is_no_case_is_answered_with_a_sentence(line: str, sentence: str) -> None:
    given = answer(line + "\n")
    assert set(given) == {"ok", "error", "column"}
    assert given["ok"] is False and sentence in given["error"] and given["column"] >= 1
    json.dumps(given, ensure_ascii=False).encode()


def test_every_line_has_one_answer_in_order() -> None:
    lines = ['{"expr": "1"}', "", '{"expr": "2"}', "  ", "no case", '{"expr": "3"}']
    found = list(answers("\n".join(lines)))
    assert [one.get("value") for one in found] == [1, None, 2, None, None, 3]
    assert list(answers("\n".join(lines) + "\n")) == found
    assert list(answers("\r\n".join(lines) + "\r\n")) == found
    assert list(answers("")) == []


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_a_line_feed_ends_a_case(separator: str) -> None:
    case = json.dumps({"expr": "size(s)", "facts": {"s": f"a{separator}b"}}, ensure_ascii=separator < " ")
    assert answer(case)["value"] == 3


def test_no_facts_and_no_types_may_be_said_with_null() -> None:
    assert answer('{"expr": "1 + 1", "facts": null, "types": null}')["value"] == 2


def test_an_expression_from_the_terminal_may_be_broken_too() -> None:
    given = evaluate("'\ud800'", {}, None)
    assert not given["ok"] and "half of a character" in given["error"]


def test_types_copied_from_a_rule_file_may_keep_its_key() -> None:
    line = '{"expr": "d", "facts": {"d": "2026-11-29"}, "types": {"facts": {"d": "date"}}}'
    named_so = '{"expr": "facts.d", "facts": {"facts": {"d": "2026-11-29"}}, "types": {"facts": {"d": "date"}}}'

    assert answer(line) == answer(named_so) == {"ok": True, "value": "2026-11-29", "type": "date"}


def test_a_file_that_cannot_be_read_is_refused_with_its_fault(tmp_path: Path) -> None:
    latin = tmp_path / "latin1.json"
    latin.write_bytes('{"a": 1,\n "name": "Müller"}'.encode("latin-1"))

    with pytest.raises(BadInput, match=r"latin1.json is not UTF-8: byte 12 of line 2"):
        read_facts(latin)
    with pytest.raises(BadInput, match=r"nothing.json cannot be read: No such file or directory$"):
        read_facts(tmp_path / "nothing.json")


def test_a_character_beyond_the_basic_plane_is_whole() -> None:
    assert answer('{"expr": "size(s)", "facts": {"s": "\\ud83d\\ude00"}}')["value"] == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"a": 1, "a": 2}', "The name a is given twice."),
        ('{"a": "\\ud800"}', "half of a character"),
        ('{"a": NaN}', "NaN is no JSON value."),
        ("{", "This is no JSON"),
        ("[]", "must hold one object"),
    ],
)
def test_a_file_of_facts_is_refused_with_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_facts(tmp_path / "facts.json")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: int\na: string\n", "The key a is given twice; the first one stands in line 1."),
        ("- int\n", "must hold one mapping"),
        ("a: &x int\n", "Anchors"),
        ("a: [int\n", "not valid YAML"),
    ],
)
def test_a_file_of_types_is_refused_with_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "types.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_types(tmp_path / "types.yaml")
    assert sentence in str(refused.value)
