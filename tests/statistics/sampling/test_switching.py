"""The switching rules, lot by lot, and skip-lot."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.errors import BadInput
from supplier_quality.statistics.sampling import (
    Conditions,
    Judged,
    Lot,
    SkipConditions,
    SkipSettings,
    SkipStage,
    SkipState,
    Stage,
    Streams,
    after_inspection,
    begin,
    begin_skip_lot,
    is_inspected,
    plan_table,
    qualification_points,
    read_limit_numbers,
    resume,
)
from supplier_quality.statistics.sampling.printed import LimitNumbers
from tests.conformance import published

GOOD = Conditions(steady=True, authorised=True)


def streams(
    *,
    standard: str = "iso2859-1",
    start: str = "normal",
    aql: str = "1.0",
    conditions: Conditions = GOOD,
    limits: LimitNumbers | None = None,
) -> Streams:
    return Streams(plan_table(standard), level="II", aql=aql, conditions=conditions, start=start, limits=limits)


def judge(known: Streams, *counts: int, **more: object) -> list[Judged]:
    lots = (Lot(str(number), 1000, count, **more) for number, count in enumerate(counts, start=1))  # type: ignore[arg-type]
    return [known.judge(lot) for lot in lots]


@pytest.mark.parametrize("row", published("sampling_switching"), ids=lambda row: row["case"].replace(" ", "-"))
def test_published_rules_are_followed(row: dict[str, str]) -> None:
    conditions = Conditions(steady=row["steady"] == "y", authorised=row["authorised"] == "y")
    known = streams(standard=row["standard"], start=row["start"], aql=row["aql"], conditions=conditions)
    judged = judge(known, *map(int, row["nonconforming"].split()))
    assert [each.next for each in judged] == row["next"].split()
    assert ["y" if each.accepted else "n" for each in judged] == row["accepted"].split()
    assert ["-" if each.score is None else str(each.score) for each in judged] == row["score"].split()
    assert [each.severity for each in judged] == [row["start"], *row["next"].split()[:-1]], (
        "a switch counts from the next"
    )


def test_the_answer_has_the_promised_keys() -> None:
    (judged,) = judge(streams(), 1)
    assert judged.as_json() == {
        "lot": "1", "severity": "normal", "code_letter": "J", "sample_size": 80, "ac": 2, "re": 3, "accepted": True,
        "score": 3, "next": "normal",
    }  # fmt: skip


def test_the_plan_follows_the_severity() -> None:
    judged = judge(streams(), 3, 3, 1)
    assert [(each.plan.sample_size, each.plan.ac) for each in judged if each.plan] == [(80, 2), (80, 2), (80, 1)]


def test_the_score_starts_again_when_normal_inspection_comes_back() -> None:
    known = streams()
    judged = judge(known, *[1] * 10, 2, 1)
    assert [each.next for each in judged][-3:] == ["reduced", "normal", "normal"]
    assert [each.score for each in judged][-3:] == [30, 0, 3]


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), max_size=30), st.lists(st.integers(0, 4), max_size=5), st.integers(0, 30))
def test_resubmitted_lots_never_count(counts: list[int], again: list[int], place: int) -> None:
    def fates(between: list[int]) -> list[tuple[object, ...]]:
        known = streams()
        judged = judge(known, *counts[:place])
        judge(known, *between, resubmitted=True)
        judged += judge(known, *counts[place:])
        return [(each.severity, each.accepted, each.score, each.next) for each in judged]

    assert fates(again) == fates([])


def test_a_resubmitted_lot_is_inspected_as_the_authority_says_by_default_tightened() -> None:
    known = streams()
    (tightened,) = judge(known, 2, resubmitted=True)
    (normal,) = judge(known, 2, resubmitted=True, resubmitted_as="normal")
    assert (tightened.severity, tightened.accepted, tightened.next) == ("tightened", False, "normal")
    assert (normal.severity, normal.accepted, normal.next) == ("normal", True, "normal")


def test_another_site_part_or_class_starts_a_new_stream_at_normal() -> None:
    known = streams()
    assert judge(known, 3, 3, stream=("Suzhou", "P1", "major"))[-1].next == "tightened"
    (other,) = judge(known, 0, stream=("Suzhou", "P1", "minor"))
    (same,) = judge(known, 0, stream=("Suzhou", "P1", "major"))
    assert (other.severity, same.severity) == ("normal", "tightened")


def test_only_the_first_stream_begins_at_the_given_severity() -> None:
    known = streams(start="tightened")
    assert judge(known, 0, stream=("a",))[0].severity == "tightened"
    assert judge(known, 0, stream=("b",))[0].severity == "normal"


def test_lots_are_held_while_inspection_is_discontinued_until_it_resumes_as_tightened() -> None:
    known = streams(start="tightened")
    judge(known, *[2] * 5)
    (held,) = judge(known, 0)
    assert held.as_json() == {
        "lot": "1", "severity": "discontinued", "code_letter": None, "sample_size": None, "ac": None, "re": None,
        "accepted": None, "score": None, "next": "discontinued",
    }  # fmt: skip
    assert known.judge(Lot("2", 1000, None)).accepted is None, "a lot that is held has no sample"
    (resumed,) = judge(known, 0, resumes=True)
    assert (resumed.severity, resumed.accepted, resumed.next) == ("tightened", True, "tightened")
    assert [each.next for each in judge(known, *[2] * 5)][-1] == "discontinued", "the count starts again"


def test_what_is_not_discontinued_cannot_resume() -> None:
    with pytest.raises(BadInput):
        resume(begin())
    with pytest.raises(BadInput) as refused:
        streams().judge(Lot("1", 1000, 0, resumes=True), row=7)
    assert (refused.value.details[0].row, refused.value.details[0].column) == (7, "resumes")


@pytest.mark.parametrize(
    ("size", "count", "column"),
    [(1000, 81, "nonconforming"), (1000, -1, "nonconforming"), (1000, None, "nonconforming"), (0, 0, "lot_size")],
)
def test_a_lot_that_cannot_be_is_refused_by_row_and_column(size: int, count: int | None, column: str) -> None:
    with pytest.raises(BadInput) as refused:
        streams().judge(Lot("1", size, count), row=4)
    assert (refused.value.details[0].row, refused.value.details[0].column) == (4, column)


def test_other_conditions_end_reduced_inspection_and_prevent_it() -> None:
    known = streams(start="reduced", conditions=replace(GOOD, other_reason=True))
    assert judge(known, 0)[0].next == "normal"
    assert judge(known, *[1] * 11)[-1].next == "normal"


LIMITS = read_limit_numbers(
    "sample_from,sample_to,aql,limit\n500,799,1.0,2\n800,1249,1.0,4\n", name="Table VIII", edition="test"
)


@pytest.mark.parametrize(("counts", "after"), [([1] * 4 + [0] * 6, "reduced"), ([1] * 5 + [0] * 5, "normal")])
def test_limit_numbers_of_the_user_decide_about_reduced_inspection(counts: list[int], after: str) -> None:
    assert judge(streams(standard="z1.4", limits=LIMITS), *counts)[-1].next == after


def test_without_a_limit_number_for_the_samples_more_lots_are_needed() -> None:
    """At AQL 4.0 the table of the test has none."""
    assert judge(streams(standard="z1.4", aql="4.0", limits=LIMITS), *[0] * 12)[-1].next == "normal"


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=60), st.booleans(), st.booleans(), st.sampled_from(["iso2859-1", "z1.4"]))
def test_a_stream_goes_over_only_along_the_arrows_of_the_standard(
    counts: list[int], steady: bool, authorised: bool, standard: str
) -> None:
    known = streams(standard=standard, conditions=Conditions(steady=steady, authorised=authorised))
    allowed = {
        "normal": {"normal", "tightened", "reduced"}, "tightened": {"tightened", "normal", "discontinued"},
        "reduced": {"reduced", "normal"}, "discontinued": {"discontinued"},
    }  # fmt: skip
    for each in judge(known, *counts):
        assert each.next in allowed[each.severity]
        assert each.next != "reduced" or (steady and authorised and each.accepted)


SETTINGS = SkipSettings()
QUALIFIED = SkipConditions(supplier_qualified=True, product_qualified=True)


def inspect(state: SkipState, accepted: bool, earned: int = 5, conditions: SkipConditions = QUALIFIED) -> SkipState:
    return after_inspection(state, accepted=accepted, earned=earned, conditions=conditions, settings=SETTINGS)


def run(state: SkipState, times: int, earned: int = 5) -> SkipState:
    for _lot in range(times):
        state = inspect(state, True, earned)
    return state


def test_a_product_qualifies_for_skip_lot_by_lots_and_points() -> None:
    assert run(begin_skip_lot(), 9).stage == SkipStage.LOT_BY_LOT
    assert run(begin_skip_lot(), 10) == SkipState(SkipStage.SKIPPING)
    assert run(begin_skip_lot(), 16, earned=3).stage == SkipStage.LOT_BY_LOT
    assert run(begin_skip_lot(), 17, earned=3).stage == SkipStage.SKIPPING


def test_a_lot_that_is_not_accepted_begins_the_qualification_again() -> None:
    assert inspect(run(begin_skip_lot(), 9), False) == begin_skip_lot()


@pytest.mark.parametrize("lacking", [SkipConditions(False, True), SkipConditions(True, False)])
def test_neither_supplier_nor_product_may_lack_its_qualification(lacking: SkipConditions) -> None:
    assert inspect(run(begin_skip_lot(), 9), True, conditions=lacking).stage == SkipStage.LOT_BY_LOT
    assert inspect(SkipState(SkipStage.SKIPPING), True, conditions=lacking) == begin_skip_lot()


def test_frequencies_grow_from_one_half_to_one_fifth() -> None:
    state, seen = SkipState(SkipStage.SKIPPING), []
    for _lot in range(50):
        seen.append(SETTINGS.frequencies[state.step])
        state = inspect(state, True)
    assert seen == [2] * 10 + [3] * 10 + [4] * 10 + [5] * 20


def test_an_interruption_ends_after_accepted_lots_or_in_disqualification() -> None:
    interrupted = inspect(SkipState(SkipStage.SKIPPING, step=2), False)
    assert interrupted.stage == SkipStage.INTERRUPTED
    assert run(interrupted, 3).stage == SkipStage.INTERRUPTED
    assert run(interrupted, 4) == SkipState(SkipStage.SKIPPING, step=2)
    assert inspect(run(interrupted, 3), False) == begin_skip_lot()


@settings(deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 3))
def test_lots_are_chosen_by_the_draw_at_the_frequency(draw: float, step: int) -> None:
    chosen = is_inspected(SkipState(SkipStage.SKIPPING, step=step), draw, SETTINGS)
    assert chosen == (draw < 1 / SETTINGS.frequencies[step])
    assert is_inspected(SkipState(SkipStage.INTERRUPTED), draw, SETTINGS)
    assert is_inspected(begin_skip_lot(), draw, SETTINGS)


@pytest.mark.parametrize(("found", "earned"), [(0, 5), (1, 5), (2, 3), (3, 1), (4, 0)])
def test_points_go_by_how_tight_an_aql_the_lot_would_still_meet(found: int, earned: int) -> None:
    assert qualification_points(found, 3, 2, 1, SETTINGS) == earned


def test_a_perfect_sample_of_a_plan_with_ac_0_earns_all_points() -> None:
    assert qualification_points(0, 0, None, None, SETTINGS) == 5


@pytest.mark.parametrize("frequencies", [(), (1, 2), (3, 2), (2, 2)])
def test_frequencies_that_do_not_grow_are_refused(frequencies: tuple[int, ...]) -> None:
    with pytest.raises(BadInput):
        SkipSettings(frequencies=frequencies)


def test_stages_are_the_words_of_the_command() -> None:
    assert [str(stage) for stage in Stage] == ["normal", "tightened", "reduced", "discontinued"]
