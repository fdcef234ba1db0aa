"""The calculator in the browser: plans and studies on a desk and on a phone, in both languages, with the keyboard alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visiting import PHONE, Site, Visitor, visiting
from tests.calculator.test_pages import BIAS, CAPABILITY, LINEARITY, PLAN, STABILITY, pasted
from tests.calculator.test_sampling_pages import AT, LOTS, READINGS, SKIPPING, VARIABLES
from tests.statistics.msa.published import columns

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

OUT_OF_CONTROL = "value\n" + "\n".join(
    map(str, [10, 11, 10, 12, 11, 10, 11, 10, 12, 13, 10, 11, 12, 40, 11, 10, 9, 10])
)
STUDIES = [
    ("capability", CAPABILITY["data"], {"lsl": "9.8", "usl": "10.2", "subgroup_size": "3"}, 2),
    ("control-chart", OUT_OF_CONTROL, {"chart": "i-mr"}, 1),
    ("gauge-rr", pasted(columns("gauge_spcforexcel")), {"tolerance": "10"}, 4),
    ("agreement", pasted(columns("agreement_jasp")), {"good": "Yes"}, 1),
    ("bias", BIAS["data"], {"reference": "6"}, 1),
    ("linearity", LINEARITY["data"], {"process_variation": "12"}, 1),
    ("stability", STABILITY["data"], {"subgroup_size": "3"}, 1),
    ("two-points", "", {"aql": "1", "lq": "6"}, 2),
    ("zero-acceptance", "", {"lq": "5", "lot_size": "500"}, 2),
    ("switching", LOTS, AT, 1),
    ("skip-lot", str(SKIPPING["data"]).replace("\t\n", "\t0\n"), AT, 1),
    ("variables", READINGS, {**VARIABLES, "lsl": "9"}, 1),
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_calculator_answers_and_everybody_can_use_it_at_a_desk_and_on_a_phone(
    chromium: Browser, quiet_site: Site, tmp_path: Path, language: str
) -> None:
    email = quiet_site.add_person("Nora Engineer", "sqe", language=language)
    with visiting(chromium, quiet_site, tmp_path, "Nora Engineer", language=language) as visitor:
        visitor.sign_in(email)
        for path in ("/calculator", "/calculator/sampling", PLAN):
            visitor.go(path)
            visitor.look_on_both()
        for name, data, fields, figures in STUDIES:
            visitor.go(f"/calculator/{name}")
            visitor.look_on_both()
            ask(visitor, data, fields)
            expect(visitor.page.locator("#result figure")).to_have_count(figures)
            to_the_top(visitor)
            visitor.look_on_both()


def test_what_is_wrong_is_named_and_mended_with_the_keyboard_alone(
    chromium: Browser, quiet_site: Site, tmp_path: Path
) -> None:
    email = quiet_site.add_person("Nora Engineer", "sqe")
    with visiting(chromium, quiet_site, tmp_path, "Nora Engineer", size=PHONE) as visitor:
        visitor.sign_in(email)
        visitor.go("/calculator/capability")
        ask(visitor, "size\n10\nten\n10.4\n10.2", {"lsl": "9", "usl": "11"})
        expect(visitor.page.locator(".problem-rows tbody tr")).to_contain_text(["3"])
        to_the_top(visitor)
        visitor.look()
        expect(visitor.page.locator("[name=usl]")).to_have_value("11")
        visitor.page.fill("[name=data]", "size\n10\n10.1\n10.4\n10.2")
        visitor.page.locator("[value=calculate]").focus()
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.locator("#verdict")).to_contain_text("Ppk")
        with visitor.page.expect_download() as download:
            visitor.page.locator("[value=print]").press("Enter")
        assert download.value.suggested_filename == "capability.pdf"


def ask(visitor: Visitor, data: str, fields: dict[str, str]) -> None:
    """Fills in the form, opening the parts of it that are folded away."""
    for part in visitor.page.locator("#asked details.own-table:not([open]) > summary").all():
        part.click()
    if data:
        visitor.page.fill("[name=data]", data)
    for name, value in fields.items():
        field = visitor.page.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    visitor.page.click("[value=calculate]")
    visitor.page.wait_for_selector("#result", state="attached")


def to_the_top(visitor: Visitor) -> None:
    """The answer is scrolled into view, and what lies half under the top bar would count as too small a target."""
    visitor.page.evaluate("scrollTo(0, 0)")
