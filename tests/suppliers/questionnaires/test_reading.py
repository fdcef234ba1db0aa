"""What is refused in a questionnaire file, with code, line and column; and what an answer may be."""

import pytest

from supplier_quality import resources
from supplier_quality.engine.definitions import verify_text
from supplier_quality.suppliers.questionnaires.answers import read_answer, read_reason
from tests.suppliers.questionnaires.files import SHORT, content

FAULTS = (
    ("{id: remarks", "{id: ppm", "duplicate_question", "ppm, type: text"),
    ("id: figures\n", "id: system\n", "duplicate_section", "system\n    title: {en: Figures"),
    ("type: choices\n", "type: matrix\n", "unknown_value", "matrix"),
    ("knock_out: no, weight: 2", "knock_out: no, weight: 0", "out_of_range", "0}\n"),
    ('"standard == \'iatf\'"', '"standard == \'iatf\' && ppm < 50.0"', "later_question", "ppm < 50.0"),
    ('"standard == \'iatf\'"', '"standart == \'iatf\'"', "bad_expression", "standart =="),
    ('"standard == \'iatf\'"', '"standard == 9001"', "bad_expression", "== 9001"),
    ("knock_out: no,", "knock_out: never,", "unknown_choice", "never,"),
    ("title: {en: System, zh: 体系}", "title: {en: System}", "missing_language", "{en: System}"),
    ("title: {en: System, zh: 体系}", "title: System", "missing_language", "System"),
    ("title: {en: System, zh: 体系}", "title: {zh: 体系}", "missing_key", "{zh: 体系}"),
    ("{at_most: 500.5, points: 5}", "{at_most: 20, points: 5}", "bad_band", "{at_most: 20"),
    ("[{at_most: 50, points: 10},", "[{at_most: 50, at_least: 1, points: 10},", "bad_band", "{at_most: 50, at_least"),
    ("points: {yes: 10, no: 0}", "points: {yes: 0, no: 0}", "out_of_range", "{id: certified"),
    ("points: 3\n", "points: 30\n", "bad_field", "30\n"),
    ("min: 0", "min: 9\n        max: 3", "out_of_range", "9\n        max"),
    ("{id: remarks, type: text", "{id: remarks, unit: {en: a, zh: b}, type: text", "unknown_key", "unit: {en: a"),
    ("zh: ISO 9001}, points: 7", "zh: ISO 9001}", "missing_key", "iatf: {label"),
)  # fmt: skip
"""What is written, what instead, the code of the finding, and the words at which it stands."""


@pytest.mark.parametrize(("old", "new", "code", "where"), FAULTS, ids=[f"{each[2]} {each[1][:24]}" for each in FAULTS])
def test_a_fault_is_found_at_its_place(old: str, new: str, code: str, where: str) -> None:
    assert SHORT.count(old) == 1
    text = SHORT.replace(old, new)
    before = text[: text.index(where)]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert [(each.code, (each.line, each.column)) for each in verify_text(text)] == [(code, place)]


def test_a_house_may_write_a_questionnaire_in_one_language() -> None:
    english = SHORT.replace("title: {en: System, zh: 体系}", "title: System")
    assert verify_text(english.replace("version: 1\n", "version: 1\nlanguages: en\n")) == []


def test_an_embedded_test_says_what_it_found() -> None:
    tests = "tests:\n  - {name: wrong, answers: {certified: no}, expect: {percent: 50, knock_outs: [], not_asked: [proof]}}\n"
    said = [str(each.message) for each in verify_text(SHORT + tests)]
    assert len(said) == 3 and "['certified']" in said[1] + said[0] + said[2]


def test_the_shipped_questionnaire_is_good_and_asks_enough() -> None:
    shipped = content((resources.workflows() / "questionnaire_quality.yaml").read_text(encoding="utf-8"))
    assert len(shipped.sections) == 8 and 30 <= len(list(shipped.questions)) <= 45


@pytest.mark.parametrize(
    ("question", "typed", "kept"),
    (
        ("certified", "yes", "yes"),
        ("certified", "maybe", None),
        ("methods", ["spc", "pfmea"], ["pfmea", "spc"]),
        ("methods", ["spc", "magic"], None),
        ("ppm", " 12.5 ", "12.5"),
        ("ppm", "12,5", "12.5"),
        ("ppm", "1,200.5", None),
        ("ppm", "-1", None),
        ("ppm", "NaN", None),
        ("ppm", "1e9", None),
        ("tested_on", "2026-02-30", None),
        ("tested_on", "2026-02-28", "2026-02-28"),
        ("remarks", "a\x00b", None),
        ("proof", "/etc/passwd", None),
    ),
)
def test_an_answer_is_kept_only_as_its_question_asks(question: str, typed: object, kept: object) -> None:
    answer, fault = read_answer(content().by_id[question], typed)  # type: ignore[arg-type]
    assert (answer.value, fault is None) == (kept, kept is not None)


def test_only_what_may_not_apply_takes_a_reason_and_it_takes_one() -> None:
    questions = content().by_id
    assert read_reason(questions["ppm"], "We are new")[0].reason == "We are new"
    assert read_reason(questions["ppm"], "  ")[1] is not None
    assert read_reason(questions["certified"], "We are new")[1] is not None
