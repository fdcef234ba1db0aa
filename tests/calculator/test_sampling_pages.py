"""The pages of acceptance sampling: lots in a row, plans by limiting quality, plans by variables, cells of the user."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from werkzeug.test import TestResponse

from supplier_quality.statistics import sampling
from tests.calculator.test_pages import PLAN, ask, browser, words
from tests.web.conftest import Browser

__all__ = ["ask", "browser"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Ask = Callable[..., TestResponse]
FOUND = [1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 2, 1, 3, 0, 4, 1, 0]
AT = {"level": "II", "aql": "1.0", "standard": "iso2859-1"}
LOTS = "lot\tlot_size\tnonconforming\n" + "\n".join(f"L{n:02d}\t1000\t{c}" for n, c in enumerate(FOUND, start=1))
SWITCHING = {"data": LOTS, **AT, "start": "normal", "steady": "true", "authorised": "true"}
SKIPPING = {
    "data": "lot\tlot_size\tnonconforming\n" + "\n".join(f"L{n:02d}\t1000\t{c}" for n, c in enumerate([*[0] * 10, "", 0])),
    **AT, "start": "lot_by_lot", "supplier_qualified": "true", "product_qualified": "true",
}  # fmt: skip
PRINTED = "lot_from\tlot_to\tindex\tsample_size\n2\t25\t1.0\tall\n26\t1200\t1.0\t34"
READINGS = "bore\n" + "\n".join(map(str, [9.8, 10.1, 10.0, 9.9, 10.2, 10.0, 9.7, 10.3, 10.1, 9.9]))
VARIABLES = {"code_letter": "F", "aql": "1.0", "severity": "normal"}


def test_the_index_and_the_tabs_lead_to_every_page_of_sampling(browser: Browser) -> None:
    index = browser.get("/calculator")
    for name in ("sampling", "two-points", "zero-acceptance", "switching", "skip-lot", "variables"):
        page = browser.get(f"/calculator/{name}")
        assert f'href="/calculator/{name}"' in index.text and page.status_code == 200
        assert f'<a href="/calculator/{name}" aria-current="page">' in page.text


def test_lots_are_judged_as_by_the_pure_function_each_with_its_reason(ask: Ask) -> None:
    page = ask("switching", **SWITCHING)
    said = words(page)
    assert page.status_code == 200, said
    known = sampling.Streams(
        sampling.plan_table(), level="II", aql="1.0", conditions=sampling.Conditions(steady=True, authorised=True)
    )
    for number, count in enumerate(FOUND, start=1):
        judged = known.judge(sampling.Lot(f"L{number:02d}", 1000, count))
        assert str(judged.why) in said
    assert "The next lot: tightened inspection." in said
    assert "Of another lot of 1,000 pieces, 80 would be inspected: accept up to 1 nonconforming" in said
    assert page.text.count("<figure") == 1


def test_discontinued_inspection_is_said_first(ask: Ask) -> None:
    data = "lot\tlot_size\tnonconforming\n" + "\n".join(f"{n}\t1000\t2" for n in range(6))
    said = words(ask("switching", **{**SWITCHING, "data": data, "start": "tightened"}))
    assert "Inspection is discontinued: the next lots are held." in said
    assert re.search(r"Held 1 ", said) and "lot held" in said


def test_streams_are_told_apart_by_the_columns_chosen(ask: Ask) -> None:
    data = "Lot\tQuantity\tRejects\tPart\n1\t1000\t3\tA\n2\t1000\t3\tB\n3\t1000\t3\tA"
    page = ask("switching", **{**SWITCHING, "data": data})
    said = words(page)
    assert page.status_code == 200, said
    assert "2 streams; next on normal inspection: 1, reduced: 0, tightened: 1, discontinued: 0." in said
    assert "A: nonconforming pieces by lot" in said
    assert page.text.count("<figure") == 2


def test_limit_numbers_and_cells_of_the_user_are_taken(ask: Ask) -> None:
    data = "lot\tlot_size\tnonconforming\n" + "\n".join(f"{n}\t1000\t1" for n in range(10))
    limits = "sample_from,sample_to,aql,limit\n800,1249,1.0,4"
    asked = {**SWITCHING, "data": data, "standard": "z1.4", "limits": limits}
    said = words(ask("switching", **asked, limits_name="Table VIII, 2003"))
    assert "10 / 4" in said and "over the limit number 4" in said and "Table VIII, 2003" in said
    assert 'id="f-limits_name-error"' in ask("switching", **asked).text
    own = "severity,code_letter,aql,ac,reason\nnormal,J,1.0,0,our licensed copy"
    said = words(ask("switching", **{**SWITCHING, "data": data}, overrides=own))
    assert "Cells of your own 1" in said and "The next lot: tightened inspection." in said


def test_everything_wrong_is_named_at_once_and_nothing_typed_is_lost(ask: Ask) -> None:
    own = "severity,code_letter,aql,ac,reason\nnormal,J,1.0,0,"
    data = "lot\tlot_size\tnonconforming\n1\tmany\t0\n2\t1000\t"
    page = ask("switching", **{**SWITCHING, "data": data}, overrides=own)
    said = words(page)
    assert page.status_code == 422
    assert re.search(r"2 lot_size many This is not a number\.", said)
    assert re.search(r"3 nonconforming The cell is empty\.", said)
    assert "Row 2, reason: An override needs a reason." in said
    assert data in page.text and own in page.text
    over = ask("switching", **{**SWITCHING, "data": "Batch\tlot_size\tRejects\n1\t1000\t81"})
    assert re.search(r"2 Rejects 81 There cannot be so many nonconforming pieces", words(over))
    broken = ask("switching", **SWITCHING, overrides="severity\nnormal")
    assert "Row 1, code_letter: The table has no such column." in words(broken)


def test_a_page_shows_so_many_lots_and_no_more(ask: Ask) -> None:
    data = "lot\tlot_size\tnonconforming\n" + "1\t1000\t0\n" * 2001
    page = ask("switching", **{**SWITCHING, "data": data})
    assert page.status_code == 422
    assert "A page shows at most 2,000 lots; these are 2,001." in words(page)


def test_skip_lot_sampling_says_which_lots_come_next(ask: Ask) -> None:
    said = words(ask("skip-lot", **SKIPPING))
    assert "Skip-lot: of the next lots one in 2 is inspected; draw it at random." in said
    assert "10 lots were accepted with 50 points: from now on one lot in 2 is inspected." in said
    assert "lot skipped" in said
    assert "The next lot is skipped." in words(ask("skip-lot", **SKIPPING, draw="0.7"))
    assert "The next lot is inspected." in words(ask("skip-lot", **SKIPPING, draw="0.2"))
    refused = ask("skip-lot", **{**SKIPPING, "product_qualified": ""})
    assert re.search(r"12 nonconforming This lot has to be inspected", words(refused))


@pytest.mark.parametrize(
    ("counts", "start", "said"),
    [([0], "lot_by_lot", "Lot by lot: the next lot is inspected."), ([3], "skip_lot", "is interrupted: the next lot")],
)
def test_skip_lot_sampling_says_where_the_product_stands(ask: Ask, counts: list[int], start: str, said: str) -> None:
    data = "lot\tlot_size\tnonconforming\n" + "\n".join(f"{n}\t1000\t{c}" for n, c in enumerate(counts))
    assert said in words(ask("skip-lot", **{**SKIPPING, "data": data, "start": start}))


def test_the_numbers_of_skip_lot_sampling_are_settings(ask: Ask) -> None:
    own = "severity,code_letter,aql,ac,reason\nnormal,J,1.0,3,agreed"
    asked = {**SKIPPING, "least_lots": "2", "score_needed": "10", "frequencies": "3；6", "overrides": own}
    said = words(ask("skip-lot", **asked))
    assert "2 / 10" in said and "3, 6" in said and "Cells of your own 1" in said
    for frequencies in ("two", "5, 3"):
        wrong = ask("skip-lot", **{**asked, "frequencies": frequencies})
        assert wrong.status_code == 422 and 'id="f-frequencies-error"' in wrong.text


def test_streams_of_skip_lot_sampling_have_a_table_of_their_own(ask: Ask) -> None:
    data = "lot\tlot_size\tnonconforming\tsite\n1\t1000\t0\tSuzhou\n2\t1000\t0\tWuxi"
    page = ask("skip-lot", **{**SKIPPING, "data": data})
    assert "2 streams; next lot by lot: 2, skip-lot: 0, interrupted: 0." in words(page)
    assert page.text.count("<figure") == 2


def test_the_smallest_plan_between_two_points_is_found(ask: Ask) -> None:
    asked = {"aql": "1", "alpha": "5", "lq": "6", "beta": "10"}
    page = ask("two-points", **asked)
    said, found = words(page), sampling.find_plan(aql=0.01, alpha=0.05, lq=0.06, beta=0.10)
    assert page.status_code == 200, said
    assert f"Inspect {found.sample_size} pieces; accept up to {found.ac} nonconforming" in said
    assert "a lot with 1 % nonconforming is not accepted with a probability of" in said and "AOQL" in said
    assert page.text.count("<figure") == 2 and 'name="data"' not in page.text
    small = words(ask("two-points", **asked, lot_size="300"))
    assert "hypergeometric" in small
    assert ask("two-points", **asked, act="print").mimetype == "application/pdf"
    empty = ask("two-points", aql="1")
    assert empty.status_code == 422
    assert all(f'id="f-{name}-error"' in empty.text for name in ("alpha", "lq", "beta"))
    swapped = ask("two-points", **{**asked, "aql": "6", "lq": "1"})
    assert "AQL has to be better, so smaller, than LQ." in words(swapped) and 'value="6"' in swapped.text


def test_zero_acceptance_is_computed_without_a_table(ask: Ask) -> None:
    page = ask("zero-acceptance", lq="5", beta="10", lot_size="500", ac="0")
    said = words(page)
    plan = sampling.zero_acceptance_plan(lq=0.05, lot_size=500)
    assert page.status_code == 200, said
    assert f"Inspect {plan.sample_size} pieces; accept the lot only when none of them is nonconforming." in said
    assert "hypergeometric" in said and "AOQL" in said
    assert page.text.count("<figure") == 2
    series = words(ask("zero-acceptance", lq="5", ac="2"))
    assert "accept up to 2 nonconforming" in series and "a long series of lots" in series and "binomial" in series
    whole = ask("zero-acceptance", lq="1", lot_size="20")
    assert "Only inspecting the whole lot gives this protection." in words(whole)
    missing = ask("zero-acceptance", lot_size="20")
    assert missing.status_code == 422 and 'id="f-lq-error"' in missing.text


def test_a_printed_table_of_the_user_gives_its_plan(ask: Ask) -> None:
    asked = {"data": PRINTED, "lot_size": "500", "table_name": "Our c = 0 table", "edition": "5", "index": "1.0"}
    said = words(ask("zero-acceptance", **asked, lq="5"))
    assert "Inspect 34 pieces; accept the lot only when none of them is nonconforming." in said
    assert "Our c = 0 table, 5" in said and "a lot with 5 % nonconforming is accepted" in said
    assert "Give a limiting quality" in words(ask("zero-acceptance", **asked))
    assert "Inspect all 9 pieces" in words(ask("zero-acceptance", **{**asked, "lot_size": "9"}))
    for field, value in (("table_name", ""), ("index", "2.5"), ("lot_size", "")):
        wrong = ask("zero-acceptance", **{**asked, field: value})
        assert wrong.status_code == 422 and f'id="f-{field}-error"' in wrong.text
    mistaken = ask("zero-acceptance", **{**asked, "data": PRINTED.replace("34", "some")})
    assert re.search(r"3 sample_size some This is not a whole number", words(mistaken))


def test_a_variables_plan_is_shown_and_judges_a_lot(ask: Ask) -> None:
    said = words(ask("variables", **VARIABLES))
    assert "Measure 10 pieces; k is 1.714." in said and "not of ISO 2859-1" in said
    page = ask("variables", **VARIABLES, data=READINGS, lsl="9", usl="11")
    assert "The lot is accepted: the quality index 5.477 is not below k = 1.714." in words(page)
    assert "combined control of both needs the M method" in words(page)
    assert page.text.count("<figure") == 1
    rejected = words(ask("variables", **VARIABLES, data=READINGS, usl="10.2"))
    assert "The lot is not accepted: the quality index 1.095 is below k = 1.714." in rejected
    lower = words(ask("variables", **VARIABLES, data=READINGS, lsl="9.9"))
    assert "Lower limit: (mean − LSL) / s = 0.548 is below k = 1.714." in lower


def test_what_is_wrong_with_readings_stands_beside_its_field(ask: Ask) -> None:
    few = ask("variables", **VARIABLES, data="bore\n1\n2", lsl="0")
    assert few.status_code == 422 and 'id="f-data-error"' in few.text
    assert "The plan needs 10 values." in words(few)
    assert 'id="f-lsl-error"' in ask("variables", **VARIABLES, data=READINGS).text
    cell = ask("variables", **VARIABLES, data=READINGS.replace("10.3", "ten"), lsl="9")
    assert re.search(r"9 bore ten This is not a number\.", words(cell))
    assert 'id="f-code_letter-error"' in ask("variables", aql="1.0").text
    unread = ask("variables", act="columns", **VARIABLES)
    assert unread.status_code == 422 and "Paste a table" in words(unread)


def test_the_plan_of_a_lot_shows_outgoing_quality(browser: Browser) -> None:
    page = browser.get(PLAN)
    limit = sampling.outgoing_limit(sampling.Single(80, 5, 1000))
    assert f"at most {limit.aoq * 100:.3g} %" in words(page).replace("\u00a0", " ")
    assert "ATI: on average" in words(page)
    assert page.text.count("<figure") == 2


def test_the_cell_of_a_plan_is_overridden_with_a_reason(browser: Browser) -> None:
    said = words(browser.get(f"{PLAN}&ac=3&reason=our+licensed+copy"))
    assert "Inspect 80 pieces; accept up to 3 nonconforming, do not accept from 4." in said
    assert "This cell of the table was put in by you: our licensed copy" in said
    assert "Inspect 125 pieces" in words(browser.get(f"{PLAN}&arrow=down&reason=agreed"))
    for query, field in (("ac=3", "reason"), ("ac=3&re=2&reason=x", "re"), ("reason=x", "ac")):
        wrong = browser.get(f"{PLAN}&{query}")
        assert wrong.status_code == 422 and f'id="f-{field}-error"' in wrong.text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("name", "fields", "title"),
    [
        ("switching", SWITCHING, ("Switching rules", "转移规则")), ("skip-lot", SKIPPING, ("Skip-lot", "跳批抽样")),
        ("zero-acceptance", {"lq": "5"}, ("Zero acceptance", "零接收数")),
        ("variables", {**VARIABLES, "data": READINGS, "lsl": "9"}, ("Variables plan", "计量抽样方案")),
    ],
)  # fmt: skip
def test_every_answer_is_printed_in_the_language_of_the_reader(
    browser: Browser, ask: Ask, name: str, fields: dict[str, Any], title: tuple[str, str], language: str
) -> None:
    browser.send("/language", "/calculator", language=language)
    answer = ask(name, act="print", **fields)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert title[language == "zh"] in text
