"""Skip-lot sampling, lot by lot."""

from typing import Any

import pytest

from supplier_quality.errors import BadInput
from supplier_quality.statistics.sampling import (
    SkipConditions,
    SkipJudged,
    SkipLot,
    SkipLots,
    SkipSettings,
    SkipStage,
    plan_table,
)

QUALIFIED = SkipConditions(supplier_qualified=True, product_qualified=True)


def lots(conditions: SkipConditions = QUALIFIED, **settings: Any) -> SkipLots:
    start = settings.pop("start", SkipStage.LOT_BY_LOT)
    return SkipLots(
        plan_table(), level="II", aql="1.0", conditions=conditions, settings=SkipSettings(**settings), start=start
    )


def judge(known: SkipLots, *counts: int | None, **lot: Any) -> list[SkipJudged]:
    """Lots of 1000 at level II: 80 pieces, Ac 2, and 1 at an AQL one step tighter."""
    return [known.judge(SkipLot(str(place), 1000, count, **lot)) for place, count in enumerate(counts, start=1)]


def test_points_and_lots_qualify_a_product_and_the_reason_counts_them() -> None:
    judged = judge(lots(), *[0] * 10)
    assert [each.points for each in judged] == [5] * 10 and judged[-1].score == 50
    assert str(judged[0].why) == "Accepted with 5 points: 1 of 10 lots and 5 of 50 points."
    assert (judged[-1].next, judged[-1].next_one_in) == ("skip_lot", 2)
    assert str(judged[-1].why) == "10 lots were accepted with 50 points: from now on one lot in 2 is inspected."


def test_a_lot_that_is_not_accepted_begins_again() -> None:
    judged = judge(lots(), 0, 0, 3)
    assert judged[-1].accepted is False
    assert (judged[-1].points, judged[-1].score) == (0, 0)
    assert "begins again" in str(judged[-1].why)


def test_without_both_qualifications_every_lot_goes_on_being_inspected() -> None:
    judged = judge(lots(SkipConditions(True, False)), *[0] * 10)
    assert judged[-1].next == "lot_by_lot"
    assert "not both qualified" in str(judged[-1].why)


def test_a_skipped_lot_changes_nothing() -> None:
    known = lots(start=SkipStage.SKIPPING)
    (skipped,) = judge(known, None)
    assert (skipped.plan, skipped.accepted, skipped.next, skipped.next_one_in) == (None, None, "skip_lot", 2)
    assert skipped.as_json()["inspected"] is False and skipped.as_json()["sample_size"] is None
    assert "was not drawn" in str(skipped.why)


def test_inspected_lots_lead_from_step_to_step_and_the_last_one_stays() -> None:
    judged = judge(lots(start=SkipStage.SKIPPING, frequencies=(2, 4), lots_per_step=2), 0, None, 0, 0, 0, 0)
    assert [each.next_one_in for each in judged] == [2, 2, 4, 4, 4, 4]
    assert str(judged[0].why) == "Accepted: 1 of the 2 inspected lots after which fewer are inspected."
    assert str(judged[2].why) == "2 inspected lots were accepted: from now on one lot in 4 is inspected."
    assert str(judged[5].why) == "Accepted: one lot in 4 goes on being inspected."


def test_an_interruption_ends_with_accepted_lots_or_in_disqualification() -> None:
    known = lots(start=SkipStage.SKIPPING, requalify_accepted=2)
    interrupted, first, back = judge(known, 3, 0, 0)
    assert (interrupted.next, interrupted.next_one_in) == ("interruption", 1)
    assert str(first.why) == "Accepted: 1 of the 2 lots that end the interruption."
    assert (back.next, back.next_one_in) == ("skip_lot", 2)
    assert str(back.why).startswith("2 lots in a row were accepted")
    _interrupted, lost = judge(known, 3, 3)
    assert lost.next == "lot_by_lot" and "disqualified" in str(lost.why)


@pytest.mark.parametrize(("before", "said"), [((), "every lot is inspected again"), ((3,), "has to qualify again")])
def test_losing_a_qualification_ends_skipping_and_interruptions(before: tuple[int, ...], said: str) -> None:
    known = lots(start=SkipStage.SKIPPING)
    judge(known, *before)
    (lost,) = judge(known, 0, product_qualified=False)
    assert lost.next == "lot_by_lot" and said in str(lost.why)


@pytest.mark.parametrize(
    ("start", "before", "lot", "said"),
    [
        (SkipStage.LOT_BY_LOT, (), {}, "until the product qualifies"),
        (SkipStage.SKIPPING, (3,), {}, "is interrupted"),
        (SkipStage.SKIPPING, (), {"supplier_qualified": False}, "no longer qualified"),
    ],
)
def test_a_lot_that_had_to_be_inspected_cannot_have_been_skipped(
    start: SkipStage, before: tuple[int, ...], lot: dict[str, Any], said: str
) -> None:
    known = lots(start=start)
    judge(known, *before)
    with pytest.raises(BadInput) as refused:
        known.judge(SkipLot("9", 1000, None, **lot), row=7)
    (problem,) = refused.value.details
    assert (problem.row, problem.column) == (7, "nonconforming")
    assert said in str(problem.problem) and problem.remedy is not None


@pytest.mark.parametrize(
    ("size", "count", "column"), [(1000, 81, "nonconforming"), (1000, -1, "nonconforming"), (0, 0, "lot_size")]
)
def test_a_lot_that_cannot_be_is_refused_by_row_and_column(size: int, count: int, column: str) -> None:
    with pytest.raises(BadInput) as refused:
        lots().judge(SkipLot("1", size, count), row=4)
    assert (refused.value.details[0].row, refused.value.details[0].column) == (4, column)


def test_streams_are_apart_and_only_the_first_begins_where_it_is_told() -> None:
    known = lots(start=SkipStage.SKIPPING)
    judge(known, 3, stream=("a",))
    (other,) = judge(known, 0, stream=("b",))
    assert (other.stage, known.states[("a",)].stage) == ("lot_by_lot", "interruption")


def test_a_random_number_decides_about_the_next_lot() -> None:
    known = lots(start=SkipStage.SKIPPING)
    judge(known, None)
    assert known.draws_next(0.4) and not known.draws_next(0.6)
    assert lots().draws_next(0.99), "lot by lot every lot is inspected"
    with pytest.raises(BadInput):
        known.draws_next(1.5)


def test_points_below_nought_are_refused() -> None:
    with pytest.raises(BadInput) as refused:
        SkipSettings(points_accepted=-1)
    assert refused.value.details[0].column == "points_accepted"
