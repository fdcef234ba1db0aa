"""Attribute agreement: the rates by hand, what is not defined, and what is refused."""

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.errors import BadInput
from supplier_quality.statistics.msa import AgreementResult, Band, CannotCompute, attribute_agreement, read_ratings
from supplier_quality.statistics.msa.kappa import cohen_kappa, fleiss_kappa

Row = tuple[str, str, str, str, str]


def _rows(ratings: dict[str, list[str]], references: str) -> list[Row]:
    """``ratings`` by appraiser, one text per part with a letter per trial."""
    return [
        (name, str(part), str(trial), letter, references[part])
        for name, texts in ratings.items()
        for part, text in enumerate(texts)
        for trial, letter in enumerate(text)
    ]


def _agree(rows: list[Row], good: str = "G") -> AgreementResult:
    columns = [[row[place] for row in rows] for place in range(5)]
    return attribute_agreement(read_ratings(*columns, good=good))


RATINGS = {"Ann": ["GG", "GG", "GB", "BB"], "Bob": ["GG", "BB", "BB", "GB"]}
REFERENCES = "GGBB"


def test_rates_are_those_counted_by_hand() -> None:
    result = _agree(_rows(RATINGS, REFERENCES))
    ann, bob = result.appraisers
    # Ann passed one of four nonconforming readings and failed no conforming one.
    assert (ann.miss.fraction, ann.false_alarm.fraction) == (0.25, 0.0)
    assert (ann.effectiveness.fraction, ann.within.fraction) == (0.75, 0.75)
    # Agreed 7 of 8; by chance (5*4 + 3*4) / 64 = 1/2.
    assert ann.kappa_reference == pytest.approx((7 / 8 - 1 / 2) / (1 / 2))
    assert (bob.miss.fraction, bob.false_alarm.fraction, bob.effectiveness.fraction) == (0.25, 0.5, 0.5)
    assert result.between.matched.fraction == 0.25
    assert result.between.effectiveness.fraction == 0.25
    # Ann and Bob agree in 4 readings of 8 (part by part 2, 0, 1, 1): by chance (5*3 + 3*5) / 64.
    [pair] = result.between.pairs
    assert pair.appraisers == ("Ann", "Bob")
    assert pair.kappa == pytest.approx((4 / 8 - 30 / 64) / (1 - 30 / 64))


def test_the_worst_rate_makes_the_verdict() -> None:
    result = _agree(_rows({"Ann": ["GG"] * 9 + ["BB"] * 9, "Bob": ["GG"] * 10 + ["BB"] * 8}, "G" * 9 + "B" * 9))
    ann, bob = result.appraisers
    assert (ann.effectiveness_band, ann.miss.band, ann.false_alarm.band) == (Band.ACCEPTABLE,) * 3
    assert (bob.effectiveness_band, bob.miss.band, bob.false_alarm.band) == (
        Band.ACCEPTABLE, Band.UNACCEPTABLE, Band.ACCEPTABLE,
    )  # fmt: skip
    assert [str(sentence) for sentence in result.sentences] == [
        "Appraiser Ann: acceptable.",
        "Appraiser Bob: not acceptable.",
    ]
    marginal = _agree(
        _rows({"Ann": ["GG"] * 10 + ["BB"] * 8 + ["GB", "BB"], "Bob": ["GG"] * 10 + ["BB"] * 10}, "G" * 10 + "B" * 10)
    )
    assert str(marginal.sentences[0]) == "Appraiser Ann: marginal."


def test_what_is_not_defined_is_none_and_said() -> None:
    single = _agree(_rows({"Ann": ["G", "G", "B"]}, "GGG"))
    [ann] = single.appraisers
    assert (ann.kappa_within, ann.miss.fraction, ann.miss.band, single.between.kappa) == (None, None, None, None)
    assert ann.false_alarm.fraction == pytest.approx(1 / 3)
    assert single.between.pairs == ()
    assert [str(sentence) for sentence in single.sentences[1:]] == [
        "No part is nonconforming by its reference: a miss rate cannot be told.",
        "There is only one trial: agreement within an appraiser cannot be told.",
        "There is only one appraiser: agreement between appraisers cannot be told.",
    ]
    none_good = _agree(_rows({"Ann": ["GG", "BB"], "Bob": ["BB", "BB"]}, "BB"))
    assert none_good.appraisers[1].false_alarm.fraction is None
    assert none_good.appraisers[1].kappa_reference is None
    assert "a false alarm rate cannot be told" in str(none_good.sentences[2])


@given(
    ratings=st.dictionaries(
        st.sampled_from("ABC"), st.lists(st.sampled_from(["GG", "GB", "BG", "BB"]), min_size=5, max_size=5), min_size=1
    ),
    references=st.text("GB", min_size=5, max_size=5).filter(lambda text: "G" in text),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None)
def test_the_order_of_rows_is_irrelevant_and_rates_stay_in_their_range(
    ratings: dict[str, list[str]], references: str, seed: int
) -> None:
    rows = _rows(ratings, references)
    result = _agree(rows)
    shuffled = rows.copy()
    random.Random(seed).shuffle(shuffled)
    assert _agree(shuffled) == result
    for one in result.appraisers:
        assert one.effectiveness.lower <= one.effectiveness.fraction <= one.effectiveness.upper
        assert one.effectiveness.fraction <= one.within.fraction
        assert one.kappa_reference is None or -1 <= one.kappa_reference <= 1
        perfect = one.miss.fraction in (0, None) and one.false_alarm.fraction in (0, None)
        assert perfect == (one.effectiveness.fraction == 1)


def test_kappa_is_1_for_equal_ratings_and_0_by_chance() -> None:
    assert cohen_kappa("GGB", "GGB") == 1
    assert cohen_kappa(*zip(*product("GB", "GB"), strict=True)) == 0
    assert cohen_kappa("GG", "GG") is None
    assert fleiss_kappa([("G", "G"), ("B", "B")]) == 1
    assert fleiss_kappa([("G", "G"), ("G", "G")]) is None


def test_fleiss_kappa_is_that_of_the_paper() -> None:
    """Fleiss 1971 as Wikipedia's worked example has it: 10 subjects, 14 ratings, 5 categories, kappa 0.210."""
    counts = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    rows = [[str(label) for label, count in enumerate(row) for _one in range(count)] for row in counts]
    assert fleiss_kappa(rows) == pytest.approx(0.210, abs=5e-4)


def _refusal(rows: list[Row], good: str = "G") -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(CannotCompute) as caught:
        _agree(rows, good)
    return [(str(found.problem), found.row, found.column) for found in caught.value.details]


def test_a_label_that_nobody_used_is_refused_with_those_there_are() -> None:
    with pytest.raises(CannotCompute) as caught:
        _agree(_rows(RATINGS, REFERENCES), "OK")
    [problem] = caught.value.details
    assert (problem.row, problem.column, problem.value) == (1, "reference", "OK")
    assert str(problem.remedy) == "Name the label of a conforming part; there are: B, G."


def test_a_part_with_two_references_is_refused() -> None:
    rows = _rows(RATINGS, REFERENCES)
    rows[3] = (*rows[3][:4], "B")
    assert _refusal(rows) == [("Part 1 has the reference B here and G above.", 4, "reference")]


def test_a_missing_and_a_repeated_rating_are_refused() -> None:
    rows = _rows(RATINGS, REFERENCES)
    assert _refusal(rows[:-1]) == [("Part 3, appraiser Bob: the rating of trial 1 is missing.", 15, "trial")]
    assert _refusal([*rows, rows[0]]) == [("Appraiser Ann rated part 0 in trial 0 twice.", 17, "trial")]
    assert _refusal([row for row in rows if row[:2] != ("Bob", "3")])[0][1:] == (8, "trial")


def test_empty_cells_and_two_spellings_are_refused() -> None:
    rows = _rows(RATINGS, REFERENCES)
    empty = [*rows[:2], (*rows[2][:3], " ", rows[2][4]), *rows[3:]]
    assert _refusal(empty) == [("This cell is empty.", 3, "rating")]
    spelled = [*rows[:2], (*rows[2][:3], "g", rows[2][4]), *rows[3:]]
    assert _refusal(spelled) == [("g is written G elsewhere.", 3, "rating")]


def test_one_part_and_nothing_are_refused() -> None:
    assert _refusal(_rows({"Ann": ["GG"], "Bob": ["GB"]}, "G")) == [
        ("Only one part: agreement by chance cannot be told.", 1, "part")
    ]
    assert _refusal([]) == [("There are no ratings.", 1, "rating")]


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_an_impossible_confidence_is_refused(confidence: float) -> None:
    columns = [[row[place] for row in _rows(RATINGS, REFERENCES)] for place in range(5)]
    with pytest.raises(BadInput):
        attribute_agreement(read_ratings(*columns, good="G"), confidence=confidence)
