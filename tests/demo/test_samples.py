"""Sample papers of the demo: files that the product takes, the same every time."""

from pathlib import Path

import pypdfium2

from supplier_quality.demo.samples import make_paper
from supplier_quality.documents.kinds import recognise

LINES = ["Bajío Fundición S.A. de C.V., Silao", "杭州钱塘精密轴承有限公司", "Vysočina Plasty a.s."]


def test_a_paper_is_taken_as_any_upload_is(tmp_path: Path) -> None:
    paper = tmp_path / "certificate.pdf"
    paper.write_bytes(make_paper("Certificate", LINES))
    with paper.open("rb") as file:
        assert recognise(file, name=paper.name, size=paper.stat().st_size) == "application/pdf"


def test_a_paper_says_its_lines_in_any_script() -> None:
    document = pypdfium2.PdfDocument(make_paper("Certificate", LINES))
    assert len(document) == 1
    said = document[0].get_textpage().get_text_range()
    assert all(line in said for line in ("Certificate", *LINES[:2], "Sample of the demo"))
    document.close()


def test_the_same_lines_give_the_same_bytes() -> None:
    assert make_paper("Letter", LINES) == make_paper("Letter", LINES) != make_paper("Letter", LINES[:1])
