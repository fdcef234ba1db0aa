"""Charts on a page, in the browser: usable by everybody, by keyboard, on a phone, nothing against the content policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Browser, expect

from docs.chart_samples import SAMPLES
from supplier_quality import language
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from supplier_quality.web.guard import public
from tests.browser import visiting
from tests.browser.visiting import DESK, PHONE, Site, serving

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

PAGE = """{% extends "layout/base.html" %}{% from "macros/chart.html" import chart with context %}
{% block title %}Charts{% endblock %}{% block styles %}<link rel="stylesheet" href="{{ asset('css/charts.css') }}">{% endblock %}
{% block body %}<main><h1>Charts</h1>{% for figure in figures %}{{ chart(figure, most=20, open=open) }}{% endfor %}</main>{% endblock %}"""


@pytest.fixture
def gallery(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The product with one page more, which shows every chart."""
    create_app = visiting.create_app

    def with_charts(*given: object) -> Flask:
        app: Flask = create_app(*given)  # type: ignore[arg-type]
        for path, is_open in (("/charts", False), ("/charts-open", True)):
            app.add_url_rule(path, path.strip("/"), public(_show(is_open)))
        return app

    monkeypatch.setattr(visiting, "create_app", with_charts)
    with serving(settings, database, works=False) as running:
        yield running


def _show(is_open: bool):  # type: ignore[no-untyped-def]
    def show() -> str:
        figures = [sample.draw(language.current()) for sample in SAMPLES.values()]
        return render_template_string(PAGE, figures=figures, open=is_open)

    return show


@pytest.mark.parametrize("spoken", ["en", "zh"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_charts_are_usable_by_everybody(
    chromium: Browser, gallery: Site, tmp_path: Path, spoken: str, size: tuple[int, int]
) -> None:
    with visiting.visiting(chromium, gallery, tmp_path, "Charts", size=size, language=spoken) as visitor:
        for path in ("/charts", "/charts-open"):
            visitor.go(f"{path}?lang={spoken}")
            visitor.look()
        shown = {DESK: "is-wide", PHONE: "is-narrow"}[size]
        assert visitor.page.locator(f".chart.{shown}:visible").count() == len(SAMPLES)
        assert visitor.page.locator(".chart:visible").count() == len(SAMPLES)


def test_a_point_reached_with_the_keyboard_says_what_it_is(chromium: Browser, gallery: Site, tmp_path: Path) -> None:
    with visiting.visiting(chromium, gallery, tmp_path, "Keyboard") as visitor:
        visitor.go("/charts?lang=en")
        chart = visitor.page.locator(".chart.is-wide").first
        tips = chart.locator(".chart-tip")
        assert [tips.nth(number).is_visible() for number in range(tips.count())] == [False, False]

        while not visitor.page.evaluate("document.activeElement.matches('.chart-mark')"):
            visitor.page.keyboard.press("Tab")
        expect(tips.first).to_be_visible()
        expect(tips.first).to_contain_text("17")
        expect(tips.nth(1)).not_to_be_visible()

        visitor.page.keyboard.press("Tab")
        expect(tips.first).not_to_be_visible()
        expect(tips.nth(1)).to_be_visible()
        visitor.look()


def test_the_data_of_a_chart_open_below_it(chromium: Browser, gallery: Site, tmp_path: Path) -> None:
    with visiting.visiting(chromium, gallery, tmp_path, "Data") as visitor:
        visitor.go("/charts?lang=en")
        data = visitor.page.locator(".chart-data").first
        expect(data.locator("table")).not_to_be_visible()
        data.locator("summary").press("Enter")
        expect(data.locator("table")).to_be_visible()
        expect(data.locator("tbody tr")).to_have_count(20)
        expect(data).to_contain_text("The first 20 of 25 rows are shown.")
