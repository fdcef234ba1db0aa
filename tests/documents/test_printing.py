"""Printing: the same bytes every time, nothing fetched, and a renderer that fails ends nothing else."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from supplier_quality.documents import printing
from supplier_quality.documents.printing import NotPrinted, print_html
from supplier_quality.documents.sheets import Reader, draw_sheet
from tests.support import AT

READER = Reader("Clara Nowak", "zh", "Asia/Shanghai")
LIST = {
    "title": "批准供应商清单 <b>",
    "standing": "now",
    "narrowed": "",
    "address": "http://localhost/approved-suppliers",
    "count": 36,
    "counts": [],
    "groups": [
        {
            "supplier": f"上海轴承有限公司 {number}",
            "number": f"SUP-{number:05d}",
            "site": "Works ≥ µσ",
            "lines": [
                {
                    "commodity": "CAST-AL", "commodity_name": "铝铸件", "criticality": "A", "part": None, "symbol": "●",
                    "state": "批准", "since": AT, "valid_to": AT.date(), "conditions": None, "due": None,
                }
            ],
        }
        for number in range(36)
    ],
}  # fmt: skip


def test_a_sheet_says_on_every_page_who_printed_what_when_and_has_the_same_bytes_again() -> None:
    html = draw_sheet("approved/list.html", LIST, reader=READER, at=AT)

    printed = print_html(html)

    assert printed.is_whole, "every character has a font"
    assert print_html(html).content == printed.content
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages]
    assert len(pages) == printed.pages > 2
    for number, text in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in text
        assert "Clara Nowak" in text
        assert "17:00" in text, "the time where the reader is"
        assert "批准供应商清单 <b>" in text
    assert "上海轴承有限公司 35" in "".join(pages)


def test_nothing_is_fetched_from_the_disk_or_the_network(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not print me", encoding="utf-8")
    html = (
        f'<link rel="attachment" href="file://{secret}"><img src="http://127.0.0.1:1/x.png">'
        f'<style>@import url("file://{secret}")</style><p>Hello</p>'
    )

    reader = PdfReader(io.BytesIO(print_html(html).content))

    assert not reader.attachments
    assert "Hello" in reader.pages[0].extract_text()


@pytest.mark.parametrize(
    "child", ["import os; os.kill(os.getpid(), 11)", "import time; time.sleep(60)", "x = bytearray(10**12)"]
)
def test_a_renderer_that_crashes_hangs_or_grows_is_told_as_not_printed(
    child: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "child.py"
    broken.write_text(child, encoding="utf-8")
    monkeypatch.setattr(printing, "_CHILD", broken)
    monkeypatch.setattr(printing, "CHILD_SECONDS", 1.0)

    with pytest.raises(NotPrinted):
        print_html("<p>x</p>")
