"""Charts on a printed sheet."""

import io

import pytest
from pypdf import PdfReader

from docs.chart_samples import SAMPLES
from supplier_quality.documents import sheets
from supplier_quality.documents.printing import print_html
from supplier_quality.documents.sheets import Reader
from supplier_quality.language import speaking
from tests.support import AT

SHEET = """{% extends "layout/sheet.html" %}{% from "layout/chart.html" import chart with context %}
{% block sheet %}{% for figure in figures %}{{ chart(figure, with_data=loop.first) }}{% endfor %}{% endblock %}"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chart_is_printed_with_its_data_and_without_the_boxes_of_the_pointer(language: str) -> None:
    figures = [sample.draw(language) for sample in SAMPLES.values()]
    reader = Reader("Clara Nowak", language, "Asia/Shanghai")
    with speaking(language):
        html = sheets._environment().from_string(SHEET).render(
            figures=figures, title="Charts", reader=reader, language=language, printed_at=AT, style=sheets._style()
        )  # fmt: skip

    printed = print_html(html)

    assert printed.is_whole, "every character has a font"
    assert print_html(html).content == printed.content
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages)
    for figure in figures:
        assert figure.title in text
    assert text.count("N1") >= 5, "in the pictures and in the table"
    assert figures[0].tables[0].rows[-1][1] in text
    sentence = {"en": "beyond three sigma", "zh": "超出三倍标准差"}[language]
    assert sentence not in text
