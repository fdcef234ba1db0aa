"""Looking at files in place: pictures drawn anew in another process, within bounds, kept by hash."""

import io
from pathlib import Path

import pytest
import structlog
from PIL import Image

from supplier_quality.config import Settings
from supplier_quality.documents import StoredFile, viewing
from supplier_quality.documents.store import ContentMissing, file_store
from supplier_quality.documents.viewing import NoSuchPage, NotViewable, forget_views, page_picture, text_of
from tests.documents.corpus import LIST, empty_png, pages_of_tiff, pdf, picture, png_with, sheet
from tests.support import settings_for

LIMIT = 25_000_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "home")


def put(settings: Settings, content: bytes, name: str) -> StoredFile:
    return file_store(settings).put(io.BytesIO(content), name=name, limit=LIMIT)


def draw(settings: Settings, stored: StoredFile, page: int = 1) -> viewing.PagePicture:
    return page_picture(settings, stored.sha256, media_type=stored.media_type, page=page)


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("TIFF", "a.tif")])
def test_a_picture_is_drawn_anew_as_png(settings: Settings, kind: str, name: str) -> None:
    drawn = draw(settings, put(settings, picture(kind), name))
    assert drawn.pages == 1
    with Image.open(drawn.path) as image:
        assert (image.format, image.size) == ("PNG", (64, 48))
        red, green, blue = image.getpixel((50, 40))  # type: ignore[misc]
        assert abs(red - 70) < 9 and abs(green - 130) < 9 and abs(blue - 180) < 9


def test_notes_hidden_in_a_picture_do_not_get_into_what_is_shown(settings: Settings) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "taken by Quinn at home"
    Image.new("RGB", (60, 30), "red").save(out, "JPEG", exif=exif)
    drawn = draw(settings, put(settings, out.getvalue(), "a.jpg"))
    assert b"Quinn" in out.getvalue() and b"Quinn" not in drawn.path.read_bytes()
    noted = png_with(b"tEXt", b"Author\0Quinn")
    assert b"Quinn" not in draw(settings, put(settings, noted, "a.png")).path.read_bytes()
    with Image.open(drawn.path) as image:
        assert image.size == (30, 60), "turned as the camera says"


def test_a_large_picture_is_made_small_enough_for_a_screen(settings: Settings) -> None:
    out = io.BytesIO()
    Image.new("L", (5_000, 1_000), 200).save(out, "PNG")
    with Image.open(draw(settings, put(settings, out.getvalue(), "a.png")).path) as image:
        assert image.size == (2_000, 400)


def test_every_page_of_a_scan_can_be_turned_to_and_no_other(settings: Settings) -> None:
    stored = put(settings, pages_of_tiff(3), "a.tif")
    assert [draw(settings, stored, page).pages for page in (1, 2, 3)] == [3, 3, 3]
    shades = []
    for page in (1, 2):
        with Image.open(draw(settings, stored, page).path) as image:
            shades.append(image.convert("L").getpixel((5, 5)))
    assert shades == [0, 255]
    for page in (0, -1, 4, 10_000):
        with pytest.raises(NoSuchPage):
            draw(settings, stored, page)


def test_a_page_that_is_not_there_is_noticed_before_any_other_was_drawn(settings: Settings) -> None:
    with pytest.raises(NoSuchPage):
        draw(settings, put(settings, pages_of_tiff(2), "a.tif"), 3)


def test_a_picture_is_drawn_once_and_then_taken_from_the_disk(settings: Settings) -> None:
    stored = put(settings, picture("PNG"), "a.png")
    first = draw(settings, stored).path
    written = first.stat().st_mtime_ns
    assert draw(settings, stored).path == first and first.stat().st_mtime_ns == written
    assert sorted(path.name for path in first.parent.iterdir()) == ["1.png", "pages.json"]


def test_pictures_of_forgotten_files_are_forgotten_too(settings: Settings) -> None:
    kept, gone = put(settings, picture("PNG"), "a.png"), put(settings, picture("JPEG"), "a.jpg")
    paths = [draw(settings, stored).path for stored in (kept, gone)]
    file_store(settings).path_of(gone.sha256).unlink()
    assert forget_views(settings) == 1
    assert [path.exists() for path in paths] == [True, False]


def test_pages_of_a_pdf_are_drawn(settings: Settings) -> None:
    stored = put(settings, pdf(pages=2), "a.pdf")
    drawn = draw(settings, stored, 2)
    assert drawn.pages == 2
    with Image.open(drawn.path) as image:
        assert image.size == (1240, 1755), "A4 with 150 dots per inch"
        assert image.convert("L").getextrema()[0] < 60, "there is text on the page"
    with pytest.raises(NoSuchPage):
        draw(settings, stored, 3)


def test_what_was_filled_into_a_form_is_drawn(settings: Settings) -> None:
    """What people type into a form is drawn by the field, not by the page."""
    field = (
        b"20 0 obj\n<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Quinn Weber) /Rect [50 500 500 560] "
        b"/DA (/F1 40 Tf 0 g) /DR << /Font << /F1 3 0 R >> >> /P 5 0 R /F 4 >>\nendobj\n"
    )
    form = b"/AcroForm << /Fields [20 0 R] /NeedAppearances true /DR << /Font << /F1 3 0 R >> >> >>"
    content = pdf(field, catalog=form).replace(b"/Contents 6 0 R >>", b"/Contents 6 0 R /Annots [20 0 R] >>")
    with Image.open(draw(settings, put(settings, content, "a.pdf")).path) as image:
        typed = image.convert("L").crop((104, 587, 1041, 712))
        assert typed.getextrema()[0] < 60


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"no picture", "image/png"),
        (picture("PNG")[:60], "image/png"),
        (b"", "image/jpeg"),
        (b"%PDF-1.7 nothing", "application/pdf"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_leaves_nothing(settings: Settings, content: bytes, media_type: str) -> None:
    """A file that a newer library of pictures would have read, or that was damaged on the disk."""
    store, name = file_store(settings), "ab" * 32
    store.path_of(name).parent.mkdir(parents=True)
    store.path_of(name).write_bytes(content)
    with pytest.raises(NotViewable):
        page_picture(settings, name, media_type=media_type, page=1)
    assert [path for path in settings.views.rglob("*") if path.is_file()] == []


def test_a_picture_that_takes_too_much_memory_ends_only_the_child(settings: Settings) -> None:
    stored = put(settings, empty_png(17_300), "a.png")
    assert stored.size < 1_000
    with structlog.testing.capture_logs() as logs, pytest.raises(NotViewable):
        draw(settings, stored)
    assert [entry["why"] for entry in logs if entry["event"] == "page_not_drawn"] == ["MemoryError"]


def test_a_child_that_hangs_is_ended(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "CHILD_SECONDS", 0.001)
    with pytest.raises(NotViewable):
        draw(settings, put(settings, picture("PNG"), "a.png"))


def test_a_file_that_is_gone_is_said_to_be_gone(settings: Settings) -> None:
    with pytest.raises(ContentMissing):
        page_picture(settings, "cd" * 32, media_type="image/png", page=1)


def test_sheets_are_not_drawn(settings: Settings) -> None:
    stored = put(settings, sheet(), "a.xlsx")
    assert not viewing.is_viewable(stored.media_type)
    with pytest.raises(NotViewable):
        draw(settings, stored)


def test_texts_are_read_in_their_encoding_and_cut_when_long(settings: Settings) -> None:
    chinese = put(settings, "名称;数量\n轴承;3\n".encode("gb18030"), "a.csv")
    assert text_of(settings, chinese.sha256) == ("名称;数量\n轴承;3\n", True)
    assert text_of(settings, put(settings, LIST, "b.csv").sha256) == (LIST.decode(), True)
    text, is_whole = text_of(settings, put(settings, "轴承\n".encode() * 100_000, "c.txt").sha256)
    assert not is_whole and len(text.encode()) <= viewing.MOST_TEXT and text.startswith("轴承\n轴承")
