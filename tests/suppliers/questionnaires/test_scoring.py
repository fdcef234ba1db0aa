"""The score: exact, with every part, and without what does not count."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis import given as generated

from supplier_quality.suppliers.questionnaires.definition import Answer, asked, open_questions, without_unasked
from supplier_quality.suppliers.questionnaires.enums import Standing
from supplier_quality.suppliers.questionnaires.proof import BadAnswers, prove
from supplier_quality.suppliers.questionnaires.scoring import rounded, score
from supplier_quality.suppliers.questionnaires.showing import compare
from tests.suppliers.questionnaires.files import PROOF, content, given

SHORT = content()


def test_every_part_adds_up_to_the_total() -> None:
    found = score(SHORT, given(SHORT, certified="yes", standard="iso", methods=["spc"], ppm="200"))
    parts = {part.question.id: (part.standing, str(part.earned), str(part.possible)) for part in found.parts}
    assert parts == {
        "certified": (Standing.SCORED, "2", "2"),
        "standard": (Standing.SCORED, "7/10", "1"),
        "proof": (Standing.NOT_ASKED, "0", "0"),
        "methods": (Standing.SCORED, "2/3", "1"),
        "ppm": (Standing.SCORED, "1/2", "1"),
        "tested_on": (Standing.UNANSWERED, "0", "0"),
        "remarks": (Standing.UNANSWERED, "0", "0"),
    }
    # (2 + 7/10 + 2/3) of 4 weighs three times what 1/2 of 1 does.
    system = Fraction(100) * (2 + Fraction(7, 10) + Fraction(2, 3)) / 4
    assert [section.percent for section in found.sections] == [system, 50]
    assert found.percent == (3 * system + 50) / 4
    assert found.hundredths == 7563  # 75.625


def test_what_does_not_apply_and_what_is_not_asked_stays_out() -> None:
    found = score(
        SHORT, given(SHORT, certified="no", standard="iso", methods=["spc", "pfmea"], ppm=("na", "We are new"))
    )
    assert [section.percent for section in found.sections] == [Fraction(100, 3), None]
    assert found.percent == Fraction(100, 3)
    assert found.knock_outs == ("certified",)


def test_what_is_asked_and_not_answered_counts_as_nothing() -> None:
    assert score(SHORT, {}).percent == 0
    assert open_questions(SHORT, {}) == ["certified", "methods", "ppm"]


def test_no_score_is_not_a_score_of_nothing() -> None:
    unscored = content().sections[1].questions[1:]
    assert all(each.most is None for each in unscored)
    found = score(SHORT, given(SHORT, ppm=("na", "We are new")))
    assert found.sections[1].percent is None


def test_a_number_may_be_a_knock_out_by_its_bounds() -> None:
    assert score(SHORT, given(SHORT, ppm="5000")).knock_outs == ()
    assert score(SHORT, given(SHORT, ppm="5000.01")).knock_outs == ("ppm",)
    assert [score(SHORT, given(SHORT, ppm=each)).of("ppm").points for each in ("50", "50.01", "500.5", "501")] == [
        10, 5, 5, 0,
    ]  # fmt: skip


def test_an_answer_behind_a_condition_that_fell_is_neither_asked_nor_signed() -> None:
    answers = given(SHORT, certified="yes", standard="iatf", proof=PROOF)
    assert {"standard", "proof"} <= asked(SHORT, answers)
    fallen = {**answers, "certified": Answer("no")}
    assert asked(SHORT, fallen) == {"certified", "methods", "ppm", "tested_on", "remarks"}
    assert set(without_unasked(SHORT, fallen)) == {"certified"}


def test_half_a_hundredth_is_rounded_up() -> None:
    assert [rounded(Fraction(each)) for each in ("75.625", "75.624", "0", "100", "99.995")] == [7563, 7562, 0, 10000, 10000]  # fmt: skip


def test_two_questionnaires_are_compared_answer_by_answer() -> None:
    old = given(SHORT, certified="yes", standard="iso", methods=["spc"], ppm="600")
    new = given(SHORT, certified="yes", standard="iatf", proof=PROOF, methods=["spc"], ppm="40")
    before, now = score(SHORT, old), score(SHORT, new)
    found = compare(SHORT, new, now, old_content=SHORT, old=old, old_score=before)
    assert {name: (each.before, each.is_new) for name, each in found.changed.items()} == {
        "standard": ("ISO 9001", False),
        "proof": ("", True),
        "ppm": ("600 PPM", False),
    }
    assert found.sections == {"system": 750, "figures": 10000}
    assert now.hundredths is not None and before.hundredths is not None
    assert found.total == now.hundredths - before.hundredths


def test_the_proof_says_every_part_as_an_exact_fraction() -> None:
    typed = {"certified": "yes", "standard": "iso", "methods": ["spc"], "ppm": {"not_applicable": "We are new"}}
    proof = prove(SHORT, typed)
    system, figures = proof["sections"]
    assert (system["earned"], system["possible"], system["percent"]) == ("101/30", "4", 84.17)
    assert (figures["percent"], proof["percent"], proof["knock_outs"]) == (None, 84.17, [])
    assert [part["earned"] for part in system["questions"]] == ["2", "7/10", "0", "2/3"]
    with pytest.raises(BadAnswers) as refused:
        prove(SHORT, {"ppm": "many", "colour": "red"})
    assert [problem.column for problem in refused.value.details] == ["ppm", "colour"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@generated(
    strategies.fixed_dictionaries(
        {},
        optional={
            "certified": strategies.sampled_from(["yes", "no"]),
            "standard": strategies.sampled_from(["iatf", "iso"]),
            "methods": strategies.lists(strategies.sampled_from(["pfmea", "spc"]), unique=True),
            "ppm": strategies.decimals(0, 9000, places=3).map(str),
        },
    )
)
def test_a_score_lies_between_nothing_and_all(typed: dict[str, object]) -> None:
    answers = given(SHORT, **typed)
    found = score(SHORT, answers)
    assert found.percent is not None and 0 <= found.percent <= 100
    assert found.percent == score(SHORT, without_unasked(SHORT, answers)).percent
