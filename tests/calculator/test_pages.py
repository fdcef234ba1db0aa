"""The pages of the calculator: answers of the pure functions in words, in both languages; what was typed stays."""

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from openpyxl import Workbook
from pypdf import PdfReader
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from supplier_quality.calculator import msa_studies, stats_studies
from supplier_quality.calculator.tables import table_of_text
from supplier_quality.documents.models import Attachment, PrintRun
from supplier_quality.persistence import Database
from supplier_quality.statistics import sampling
from tests.statistics.msa.published import columns
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PLAN = "/calculator/sampling?lot_size=1000&level=II&aql=2.5&severity=normal&standard=iso2859-1"
READINGS = [10.02, 10.05, 9.98, 10.01, 10.03, 9.99, 10.0, 10.04, 9.97, 10.02, 10.01, 10.0]
CAPABILITY = {"data": "size\n" + "\n".join(map(str, READINGS)), "lsl": "9.8", "usl": "10.2", "subgroup_size": "3"}


@pytest.fixture
def browser(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("viewer")


@pytest.fixture
def ask(browser: Browser) -> Callable[..., TestResponse]:
    """Sends the form of a calculator; ``act`` says with which button."""

    def send(name: str, *, act: str = "calculate", **fields: Any) -> TestResponse:
        return browser.send(f"/calculator/{name}", f"/calculator/{name}", act=act, **fields)

    return send


def pasted(cells: Mapping[str, Any]) -> str:
    rows = zip(*cells.values(), strict=True)
    return "\n".join("\t".join(map(str, row)) for row in ([*cells], *rows))


def words(answer: TestResponse) -> str:
    """The text of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_index_leads_to_every_calculator_and_the_rail_to_the_index(browser: Browser) -> None:
    page = browser.get("/calculator")
    for name in ("sampling", "capability", "control-chart", "gauge-rr", "agreement", "bias", "linearity", "stability"):
        assert f'href="/calculator/{name}"' in page.text
        assert browser.get(f"/calculator/{name}").status_code == 200
    assert re.search(r'<a href="/calculator" data-key="q"[^>]*aria-current="page"', page.text)


def test_a_plan_is_told_in_a_sentence_with_both_risks_and_a_plan_without_acceptance(browser: Browser) -> None:
    said = words(browser.get(PLAN))
    assert "Inspect 80 pieces; accept up to 5 nonconforming, do not accept from 6." in said
    curve = sampling.Single(80, 5)
    assert f"probability of {sampling.producers_risk(curve, 0.025) * 100:.3g} %" in said
    lq = sampling.quality_accepted_with(curve, 0.10)
    zero = sampling.zero_acceptance_plan(lq=lq, lot_size=1000)
    assert f"inspects {zero.sample_size} pieces" in said
    assert f"n = {zero.sample_size}, c = 0" in said


def test_an_arrow_and_inspecting_everything_are_explained(browser: Browser) -> None:
    plan = sampling.look_up_plan(lot_size=20, level="II", aql="0.10")
    said = words(browser.get("/calculator/sampling?lot_size=20&level=II&aql=0.10&severity=normal&standard=iso2859-1"))
    assert plan.inspect_all
    assert "Inspect all 20 pieces" in said
    assert f"arrow downwards at code letter {plan.lot_code_letter}" in said
    assert "hypergeometric" in said


def test_an_aql_of_nonconformities_has_no_curve_of_fractions(browser: Browser) -> None:
    page = browser.get("/calculator/sampling?lot_size=1000&level=II&aql=100&severity=normal&standard=iso2859-1")
    assert page.status_code == 200
    assert "<figure" not in page.text
    assert "counts nonconformities per 100 items" in words(page)


def test_a_bad_lot_size_stays_in_its_field(browser: Browser) -> None:
    page = browser.get("/calculator/sampling?lot_size=a+lot&level=III&aql=2.5")
    assert page.status_code == 422
    assert 'value="a lot"' in page.text
    assert '<option value="III" selected>' in page.text
    assert "Write a whole number" in words(page)


def test_plans_speak_chinese(browser: Browser) -> None:
    browser.send("/language", "/calculator", language="zh")
    said = words(browser.get(PLAN))
    assert "80" in said
    assert "抽样方案" in said
    assert "Inspect" not in said


def test_capability_equals_the_pure_function(ask: Callable[..., TestResponse]) -> None:
    page = ask("capability", **CAPABILITY)
    expected = stats_studies.study_capability(
        table_of_text(CAPABILITY["data"]),
        stats_studies.CapabilityAsked(columns=stats_studies.Columns(column="size", subgroup_size=3), lsl=9.8, usl=10.2),
    )
    assert page.status_code == 200, words(page)
    said = words(page)
    assert str(expected.verdict.sentence) in said
    for name, value in (("Cp", expected.within.both), ("Cpk", expected.within.least), ("Ppk", expected.overall.least)):
        assert f" {name} {value:.2f} " in said
    assert page.text.count("<figure") == 2


def test_bad_cells_are_named_all_at_once_and_nothing_typed_is_lost(ask: Callable[..., TestResponse]) -> None:
    data = "group\tsize\nA\t10.1\nA\tten\nB\t\nB\t10.3"
    page = ask("capability", data=data, column="size", subgroup="group", lsl="9", usl="ten", offered="group\x1fsize")
    assert page.status_code == 422
    assert data in page.text
    assert 'value="ten"' in page.text
    assert 'id="f-usl-error"' in page.text
    assert re.search(r"3 size ten This is not a number\.", words(page))
    good = ask("capability", data=data, column="size", subgroup="group", lsl="9", usl="11")
    said = words(good)
    assert good.status_code == 422
    assert re.search(r"3 size ten This is not a number\. Write a number, or delete the row\.", said)
    assert re.search(r"4 size The cell is empty\. Write the missing value, or delete the row\.", said)
    assert data in good.text
    assert 'value="11"' in good.text
    assert "Cpk" not in said.partition("What has to be mended")[2]


def test_the_only_column_is_read_though_most_of_its_cells_are_mistaken(ask: Callable[..., TestResponse]) -> None:
    answer = ask("capability", data="size\n1\nx\n3\n\n5,a\ny", usl="9")
    assert answer.status_code == 422
    assert "Cells that cannot be used: 4." in words(answer)


def test_what_is_wrong_in_no_row_stands_beside_its_field(ask: Callable[..., TestResponse]) -> None:
    answer = ask("control-chart", data="v\n10.1\n10.2\n9.9\n10.0", chart="xbar-r", rules="N1")
    assert answer.status_code == 422
    assert "This chart needs subgroups. Say which column" in words(answer)
    assert "What has to be mended in the table" not in answer.text


def test_limits_that_are_swapped_are_refused_beside_their_field(ask: Callable[..., TestResponse]) -> None:
    page = ask("capability", **{**CAPABILITY, "lsl": "10.2", "usl": "9.8", "data": CAPABILITY["data"] + "\nten"})
    assert page.status_code == 422
    assert "14 size ten This is not a number." in words(page)
    assert "The lower specification limit is not below the upper one. Swap the limits" in words(page)
    assert 'id="f-lsl-error"' in page.text


def test_columns_are_offered_by_the_names_found(ask: Callable[..., TestResponse]) -> None:
    data = "a\tb\n1\t2\n2\t4\n3\t5"
    read = ask("capability", act="columns", data=data)
    assert read.status_code == 200
    assert '<option value="a">a</option><option value="b">b</option>' in read.text
    missing = ask("capability", data=data, lsl="1", usl="9")
    assert missing.status_code == 422
    assert 'id="f-column-error"' in missing.text
    other = ask("capability", data=data, column="c", lsl="1", usl="9", offered="a\x1fb")
    assert "The table has no such column." in words(other)


def test_a_spreadsheet_is_read_and_goes_on_as_text(ask: Callable[..., TestResponse]) -> None:
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (["size"], *([value] for value in READINGS)):
        sheet.append(row)
    book.save(file)
    page = ask("capability", file=(io.BytesIO(file.getvalue()), "sizes.xlsx"), lsl="9.8", usl="10.2", subgroup_size="3")
    assert page.status_code == 200, words(page)
    assert "10.02\n10.05\n9.98" in page.text
    again = ask("capability", **CAPABILITY)
    assert words(again).partition("Indices")[2] == words(page).partition("Indices")[2]


def test_a_file_that_is_no_table_is_refused_beside_its_field(ask: Callable[..., TestResponse]) -> None:
    page = ask("capability", file=(io.BytesIO(b"PK\x03\x04 broken"), "sizes.xlsx"))
    assert page.status_code == 422
    assert 'id="f-file-error"' in page.text


@pytest.mark.parametrize("chart", stats_studies.CHARTS)
def test_every_control_chart_is_drawn_with_its_signals(ask: Callable[..., TestResponse], chart: str) -> None:
    counts = chart in ("p", "np", "c", "u")
    values = [3, 5, 4, 2, 6, 4, 3, 30, 4, 5, 3, 4] if counts else [10, 11, 10, 12, 11, 10, 11, 10, 12, 40, 41, 42]
    data = "value\tsize\n" + "\n".join(f"{value}\t{50 if chart != 'u' else 10}" for value in values)
    sized = {"size_column": "size"} if chart in ("p", "np", "u") else {}
    grouped = {"subgroup_size": "3"} if chart.startswith("xbar") else {}
    fields = {"column": "value", "offered": "value\x1fsize", "rules": "N1", **sized, **grouped}
    page = ask("control-chart", data=data, chart=chart, **fields)
    assert page.status_code == 200, words(page)
    table = table_of_text(data)
    columns_asked = stats_studies.Columns(
        column="value", size_column=sized.get("size_column"), subgroup_size=3 if grouped else None
    )
    expected = stats_studies.draw_chart(
        table, stats_studies.ChartAsked(chart=chart, columns=columns_asked, rules=("N1",))
    )
    for violation in expected.violations:
        assert str(violation.sentence) in words(page)
    assert page.text.count("<figure") == 1


def test_fixed_lines_come_together(ask: Callable[..., TestResponse]) -> None:
    asked = {"data": "value\n1\n2\n3\n2", "chart": "i-mr", "rules": "N1"}
    partly = ask("control-chart", fixed_center="2", **asked)
    assert partly.status_code == 422
    assert 'id="f-fixed_ucl-error"' in partly.text
    fixed = ask("control-chart", fixed_center="2", fixed_ucl="2.5", fixed_lcl="1.5", **asked)
    assert "I chart, point 3: One point beyond a control limit (N1)." in words(fixed)


def test_gauge_equals_the_published_study(ask: Callable[..., TestResponse]) -> None:
    page = ask("gauge-rr", data=pasted(columns("gauge_spcforexcel")), tolerance="10", multiplier="6")
    assert page.status_code == 200, words(page)
    said = words(page)
    assert "GRR is 33.1 % of the study variation: not acceptable." in said
    assert "18.8 %" in said
    assert page.text.count("<figure") == 4


def test_agreement_equals_the_published_study(ask: Callable[..., TestResponse]) -> None:
    page = ask("agreement", data=pasted(columns("agreement_jasp")), good="Yes")
    assert page.status_code == 200, words(page)
    assert re.search(r"All appraisers with each other \(Fleiss\) 0\.64", words(page))
    unknown = ask("agreement", data=pasted(columns("agreement_jasp")), good="fine")
    assert unknown.status_code == 422
    assert "No part is rated fine" in words(unknown)


def test_a_nested_gauge_study_equals_the_published_one(ask: Callable[..., TestResponse]) -> None:
    page = ask("gauge-rr", data=pasted(columns("gauge_nested_jasp")), design="nested", multiplier="6")
    assert page.status_code == 200, words(page)
    said = words(page)
    assert "Nested: everybody has parts of their own" in said
    result = msa_studies.gauge_study(
        table_of_text(pasted(columns("gauge_nested_jasp"))), part="part", appraiser="appraiser", value="value",
        method="anova", design="nested",
    )  # fmt: skip
    assert f"{result.percent_study_variation.grr:.1f} %" in said.replace("\u00a0", " ")


BIAS = {"data": pasted({"value": columns("bias_aiag")["value"]}), "reference": "6"}
LINEARITY = {"data": pasted(columns("linearity_aiag")), "process_variation": "12"}
STABILITY = {"data": "value\n" + "\n".join(map(str, READINGS)), "subgroup_size": "3", "chart": "xbar-r", "rules": "N1"}


def test_bias_equals_the_published_study(ask: Callable[..., TestResponse]) -> None:
    page = ask("bias", **BIAS)
    assert page.status_code == 200, words(page)
    said = words(page)
    assert "The bias is acceptable: it may be zero" in said
    assert "Zero lies within the confidence interval (95 %) of the bias, -0.11075 to 0.12408." in said
    assert "Readings 15" in said and "Mean 6.0067" in said
    assert page.text.count("<figure") == 1
    assert "Reference value 6" in page.text
    off = words(ask("bias", **{**BIAS, "reference": "6.3", "process_sigma": "0.8"}))
    assert "The bias is not acceptable" in off
    assert "Zero lies outside the confidence interval (95 %)" in off
    assert "Repeatability in percent of the process variation 26.5 %" in off.replace("\u00a0", " ")


def test_what_is_wrong_with_a_bias_study_is_told_all_at_once(ask: Callable[..., TestResponse]) -> None:
    page = ask("bias", data="value\n1\nx", process_sigma="-1")
    assert page.status_code == 422
    assert 'id="f-reference-error"' in page.text and 'id="f-process_sigma-error"' in page.text
    assert "3 value x This is not a number." in words(page)
    assert 'value="-1"' in page.text
    unread = ask("bias", data="value\n1\n2\n3", reference="six")
    assert 'value="six"' in unread.text and 'id="f-reference-error"' in unread.text


def test_linearity_equals_the_published_study(ask: Callable[..., TestResponse]) -> None:
    page = ask("linearity", **LINEARITY)
    assert page.status_code == 200, words(page)
    said = words(page)
    assert "Linearity is not acceptable: bias 0 leaves the confidence band of the line." in said
    assert re.search(r"Slope -0\.13167 0\.010933 -12\.043", said)
    assert re.search(r"Intercept 0\.73667", said)
    assert "Linearity 1.58" in said
    assert page.text.count("<figure") == 1
    refused = ask("linearity", **{**LINEARITY, "process_variation": "0"})
    assert 'id="f-process_variation-error"' in refused.text


def test_linearity_needs_both_columns(ask: Callable[..., TestResponse]) -> None:
    page = ask("linearity", data="a\tb\n1\t2\n2\t4")
    assert page.status_code == 422
    assert 'id="f-value-error"' in page.text and 'id="f-reference-error"' in page.text
    named = ask("linearity", data="read\tref\n2.1\t2\n2.2\t2\n4.1\t4\n4.3\t4")
    assert named.status_code == 200, "found by its name and by being the other column of numbers"


def test_stability_equals_the_pure_function(ask: Callable[..., TestResponse]) -> None:
    page = ask("stability", **STABILITY)
    assert page.status_code == 200, words(page)
    expected = msa_studies.stability_study(
        table_of_text(STABILITY["data"]), value="value", subgroup_size=3, chart="xbar-r", rules=("N1",)
    )
    assert str(expected.sentences[0]) in words(page)
    assert page.text.count("<figure") == 1
    days = "day\tvalue\n" + "\n".join(
        f"{place // 3}\t{value + 0.08 * (place > 32)}" for place, value in enumerate(READINGS * 3)
    )
    moved = words(ask("stability", data=days, chart="xbar-r", rules="N1"))
    assert "The gauge is not stable: its bias has changed or drifts (points 12)." in moved
    assert "Xbar chart, point 12: One point beyond a control limit (N1)." in moved
    individuals = ask("stability", **{**STABILITY, "chart": "i-mr", "subgroup_size": ""})
    assert individuals.status_code == 200
    assert 'id="f-rules-error"' in ask("stability", **{**STABILITY, "rules": []}).text


def test_the_curve_is_that_of_the_distribution_on_which_the_result_rests(ask: Callable[..., TestResponse]) -> None:
    skewed = "v\n" + "\n".join(f"{2.0 ** (place * 7 % 11 / 3):.3f}" for place in range(44))
    named = {"normal": "Normal, overall", "box-cox": "Box-Cox, lambda", "johnson": "Johnson S", "percentile": None}
    for treatment, curve in named.items():
        page = ask("capability", data=skewed, usl="20", treatment=treatment)
        assert page.status_code == 200, words(page)
        for name in filter(None, named.values()):
            assert (name in page.text) == (name == curve), treatment
        fitted = treatment in ("box-cox", "johnson")
        assert ("Expected, fitted distribution" in page.text) == fitted
        assert ("X99.865 %" in page.text) == (treatment != "normal")


def test_cpm_stands_with_its_interval(ask: Callable[..., TestResponse]) -> None:
    assert re.search(r"Cpm \d\.\d\d \d\.\d\d … \d\.\d\d", words(ask("capability", **CAPABILITY, target="10")))


def test_phases_are_found_by_their_name_and_have_limits_of_their_own(ask: Callable[..., TestResponse]) -> None:
    data = "phase\tvalue\n" + "\n".join(
        f"{'before' if place < 12 else 'after'}\t{value + place // 12}" for place, value in enumerate(READINGS * 2)
    )
    page = ask("control-chart", data=data, chart="i-mr", rules="N1")
    assert page.status_code == 200, words(page)
    said = words(page)
    assert "No rule is broken" in said and "Phases 2" in said
    assert re.search(r"before I 12 10\.01 .* after I 12 11\.01 ", said)
    assert "Phases: before (1–12), after (13–24)." in page.text
    mixed = ask("control-chart", data=data + "\nbefore\t10", chart="i-mr", rules="N1")
    assert mixed.status_code == 422
    assert re.search(r"26 phase before The rows of phase before do not stand together\.", words(mixed))


def test_standard_values_make_limits_for_every_sample(ask: Callable[..., TestResponse]) -> None:
    data = "bad\tsize\n2\t50\n3\t100\n9\t200"
    page = ask("control-chart", data=data, chart="p", rules="N1", target="0.04")
    assert page.status_code == 200, words(page)
    assert "Given centre line 0.04" in words(page)
    assert re.search(r"p 3 0\.04 0 0\.08156\d* … 0\.1231\d*", words(page))
    refused = ask("control-chart", data=data, chart="p", rules="N1", sigma="2")
    assert 'id="f-sigma-error"' in refused.text


@pytest.mark.parametrize(("name", "given"), [("bias", BIAS), ("linearity", LINEARITY), ("stability", STABILITY)])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_studies_of_a_gauge_are_printed_in_both_languages(
    browser: Browser, ask: Callable[..., TestResponse], name: str, given: dict[str, str], language: str
) -> None:
    browser.send("/language", "/calculator", language=language)
    answer = ask(name, act="print", **given)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    titles = {"bias": ("Bias", "偏倚"), "linearity": ("Linearity", "线性"), "stability": ("Stability", "稳定性")}
    assert titles[name][language == "zh"] in PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_answer_is_printed_and_nothing_is_stored(
    browser: Browser, ask: Callable[..., TestResponse], database: Database, language: str
) -> None:
    browser.send("/language", "/calculator", language=language)
    plan = browser.get(PLAN.replace("sampling?", "sampling.pdf?"))
    study = ask("capability", act="print", **CAPABILITY)
    for answer, title in ((plan, ("Sampling plan", "抽样方案")), (study, ("Capability", "过程能力"))):
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
        assert title[language == "zh"] in text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(PrintRun)) == 0
        assert session.scalar(select(func.count()).select_from(Attachment)) == 0


def test_a_print_that_cannot_be_answered_shows_the_form(browser: Browser, ask: Callable[..., TestResponse]) -> None:
    assert browser.get("/calculator/sampling.pdf?lot_size=0&level=II&aql=1.0").status_code == 422
    assert ask("gauge-rr", act="print", data="part\n1").status_code == 422
