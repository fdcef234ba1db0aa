"""Why inspection goes on as it does, in sentences that fit what was decided."""

from typing import Any

import pytest

from supplier_quality.language import speaking
from supplier_quality.statistics.sampling import Conditions, Judged, Lot, Streams, plan_table, read_limit_numbers
from tests.conformance import published

GOOD = Conditions(steady=True, authorised=True)
LIMITS = read_limit_numbers("sample_from,sample_to,aql,limit\n800,1249,1.0,4\n", name="Table VIII", edition="test")


def judge(*counts: int, standard: str = "iso2859-1", aql: str = "1.0", **settings: Any) -> list[Judged]:
    settings.setdefault("conditions", GOOD)
    known = Streams(plan_table(standard), level="II", aql=aql, **settings)
    return [known.judge(Lot(str(place), 1000, count)) for place, count in enumerate(counts, start=1)]


def last(*counts: int, **settings: Any) -> str:
    return str(judge(*counts, **settings)[-1].why)


@pytest.mark.parametrize("row", published("sampling_switching"), ids=lambda row: row["case"].replace(" ", "-"))
def test_a_sentence_names_the_severity_that_begins_with_the_next_lot(row: dict[str, str]) -> None:
    conditions = Conditions(steady=row["steady"] == "y", authorised=row["authorised"] == "y")
    counts = [int(count) for count in row["nonconforming"].split()]
    for each in judge(*counts, standard=row["standard"], aql=row["aql"], start=row["start"], conditions=conditions):
        begins = "next lot on" in str(each.why) or "discontinued" in str(each.why)
        assert begins == (each.next != each.severity)
        assert not begins or each.next in str(each.why)
        with speaking("zh"):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in str(each.why))


@pytest.mark.parametrize(
    ("counts", "settings", "said"),
    [
        ((1,), {}, "Accepted: the switching score is 3 of the 30 that reduced inspection needs."),
        ((2,), {}, "Accepted, but not at an AQL one step tighter: the switching score begins again at 0."),
        ((3,), {}, "Not accepted; 2 of 5 or fewer lots in a row would bring tightened inspection."),
        ((3, 0, 3), {}, "2 of 3 lots in a row were not accepted: tightened inspection from the next lot on."),
        ((1,) * 10, {}, "The switching score reached 30 of 30, production is steady and the responsible authority agrees: reduced inspection from the next lot on."),
        ((1,) * 10, {"conditions": Conditions()}, "The switching score of 30 would do for reduced inspection. It also needs steady production and the agreement of the responsible authority."),
        ((1,) * 10, {"conditions": Conditions(steady=True)}, "The switching score of 30 would do for reduced inspection. It also needs the agreement of the responsible authority."),
        ((1,) * 10, {"conditions": Conditions(authorised=True)}, "The switching score of 30 would do for reduced inspection. It also needs steady production."),
        ((1,) * 10, {"conditions": Conditions(steady=True, authorised=True, other_reason=True)}, "The switching score of 30 would do for reduced inspection. Another condition calls for normal inspection."),
        ((1, 2), {"start": "tightened"}, "Not accepted: 1 of the 5 lots in all that discontinue inspection."),
        ((1, 1), {"start": "tightened"}, "Accepted: 2 of the 5 lots in a row that bring normal inspection back."),
        ((1,) * 5, {"start": "tightened"}, "5 lots in a row were accepted: normal inspection from the next lot on."),
        ((2,) * 5, {"start": "tightened"}, "5 lots in all were not accepted since tightened inspection began: inspection is discontinued and lots are held."),
        ((0,), {"start": "reduced"}, "Accepted and production is steady: reduced inspection goes on."),
        ((2,), {"start": "reduced"}, "Not accepted on reduced inspection: normal inspection from the next lot on."),
        ((0,), {"start": "reduced", "conditions": Conditions()}, "Production is not said to be steady: normal inspection from the next lot on."),
        ((0,), {"start": "reduced", "conditions": Conditions(True, True, True)}, "Another condition calls for normal inspection from the next lot on."),
        ((2,), {"start": "reduced", "standard": "z1.4"}, "2 nonconforming are between Ac and Re: the lot is accepted, and normal inspection comes back from the next lot on."),
        ((2, 2), {"standard": "z1.4"}, "Accepted: 2 of the 10 accepted lots in a row that reduced inspection needs."),
        ((2,) * 10, {"standard": "z1.4"}, "The last 10 lots were accepted, production is steady and the responsible authority agrees: reduced inspection from the next lot on."),
        ((0,) * 10, {"standard": "z1.4", "conditions": Conditions()}, "The last 10 lots were accepted, which would do for reduced inspection. It also needs steady production and the agreement of the responsible authority."),
        ((1,) * 10, {"standard": "z1.4", "limits": LIMITS}, "The last 10 lots were accepted, but with 10 nonconforming they are over the limit number 4."),
        ((0,) * 10, {"standard": "z1.4", "limits": LIMITS, "aql": "4.0"}, "The last 10 lots were accepted, but the table has no limit number for 800 pieces yet."),
    ],
)  # fmt: skip
def test_every_decision_has_its_reason(counts: tuple[int, ...], settings: dict[str, Any], said: str) -> None:
    assert last(*counts, **settings) == said


def test_the_check_of_the_limit_number_comes_with_the_tenth_lot() -> None:
    judged = judge(*[1] * 9, 0, standard="z1.4", limits=LIMITS)
    assert [each.limit for each in judged[:9]] == [None] * 9
    limit = judged[9].limit
    assert limit is not None
    assert (limit.nonconforming, limit.sample_size, limit.limit, limit.is_met) == (9, 800, 4, False)
    assert judged[9].explained_json()["limit_number"] == 4


def test_held_resubmitted_and_resumed_lots_say_so() -> None:
    known = Streams(plan_table(), level="II", aql="1.0", conditions=GOOD, start="tightened")
    for place in range(5):
        known.judge(Lot(str(place), 1000, 2))
    held = known.judge(Lot("6", 1000, 0))
    assert str(held.why) == "Inspection is discontinued: the lot is held until the corrective action is accepted."
    resumed = known.judge(Lot("7", 1000, 0, resumes=True))
    assert str(resumed.why).startswith(
        "The corrective action was accepted, so inspection resumed as tightened. Accepted: 1"
    )
    again = known.judge(Lot("7", 1000, 0, resubmitted=True))
    assert "does not count" in str(again.why)


def test_an_explained_answer_has_the_keys_of_the_plain_one_and_its_reason() -> None:
    (judged,) = judge(1)
    explained = judged.explained_json()
    assert judged.as_json().items() <= explained.items()
    assert explained.keys() - judged.as_json().keys() == {"nonconforming", "limit_nonconforming", "limit_number", "why"}
