"""The corpus of files through the supplier's doors: the form and the page's script."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from supplier_quality import resources
from supplier_quality.config import Settings
from supplier_quality.documents.models import Attachment, Document
from supplier_quality.documents.store import file_store
from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.persistence import Database
from supplier_quality.portal import operations
from tests.documents.clamd import EICAR, clamd
from tests.documents.corpus import ACCEPTED, REJECTED, Rejected, picture
from tests.portal.conftest import Phone, World, make_world

Entered = Callable[[], tuple[World, Phone, str, str]]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# Fields that take archives are tested where the archives are; this one takes none.
SENT = [file for file in REJECTED if not file.also]


def token_of(phone: Phone, path: str) -> str:
    return phone.get(f"{path}/steps/3").text.split('name="csrf-token" content="')[1].split('"')[0]


def send(phone: Phone, path: str, name: str, content: bytes, *, accept: str, token: str = "") -> TestResponse:
    token = token or token_of(phone, path)
    return phone.post(
        f"{path}/files/iso9001_file",
        data={"file": (io.BytesIO(content), name), "step": "3", "csrf_token": token},
        headers={"Sec-Fetch-Site": "same-origin", "Accept": accept},
    )


def kept(world: World) -> tuple[int, int, int]:
    """How many attachments, contents and files there are."""
    with world.database.read() as session:
        rows = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Attachment, Document)]
    return rows[0], rows[1], len(list(file_store(world.database.info["settings"]).kept()))


@SQLITE
@pytest.mark.parametrize(("accept", "sent"), [("application/json", SENT), ("text/html", SENT[::10])])
def test_every_rejected_file_is_refused_with_its_sentence_and_nothing_is_stored(
    entered: Entered, monkeypatch: pytest.MonkeyPatch, accept: str, sent: list[Rejected]
) -> None:
    monkeypatch.setattr(operations, "MOST_UPLOADS_AN_HOUR", 1_000)
    world, phone, path, _number = entered()
    token = token_of(phone, path)
    wrong = []
    for file in sent:
        answer = send(phone, path, file.name, file.content(), accept=accept, token=token)
        said = str(answer.json["message"]) if accept == "application/json" and answer.json else unescape(answer.text)
        if answer.status_code != 422 or file.said not in said:
            wrong.append((file.name, answer.status_code, said[-300:]))
    assert wrong == []
    assert kept(world) == (0, 0, 0)


@SQLITE
def test_honest_files_of_every_kind_are_taken_and_shown_with_their_hash(
    entered: Entered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST_UPLOADS_AN_HOUR", 1_000)
    _world, phone, path, _number = entered()
    for file in ACCEPTED:
        if not file.also:
            answer = send(phone, path, file.name, file.content(), accept="application/json")
            assert answer.status_code == 200, (file.name, answer.text)
            assert answer.json and answer.json["sha256"] in phone.get(f"{path}/steps/3").text
    archive = next(file for file in ACCEPTED if file.also)
    refused = send(phone, path, archive.name, archive.content(), accept="application/json")
    assert refused.status_code == 422 and "archives are not taken" in refused.text


@pytest.fixture
def with_archives(settings: Settings, database: Database) -> World:
    """An installation whose process lets the certificate be an archive."""
    path = resources.workflows() / "supplier_qualification.yaml"
    changed = path.read_text(encoding="utf-8").replace(
        "iso9001_file: {type: file,", "iso9001_file: {type: file, archives: true,"
    )
    return make_world(settings, database, process=load_rule_file(changed, file=path.name))


@SQLITE
def test_where_a_field_takes_archives_each_file_in_them_is_checked(with_archives: World) -> None:
    with_archives.invite()
    phone, path = with_archives.enter()
    page = phone.get(f"{path}/steps/3").text
    assert "one ZIP archive" in page and ".dxf,.zip" in page
    token, archive = token_of(phone, path), next(file for file in ACCEPTED if file.also)
    taken = send(phone, path, archive.name, archive.content(), accept="application/json", token=token)
    assert taken.status_code == 200 and "package.zip" in phone.get(f"{path}/steps/3").text
    for file in REJECTED:
        if file.also:
            refused = send(phone, path, file.name, file.content(), accept="application/json", token=token)
            assert refused.status_code == 422 and file.said in str(refused.json), file.name
    assert kept(with_archives) == (1, 1, 1)


def attach(phone: Phone, path: str, name: str = "photo.jpg") -> str:
    answer = send(phone, path, name, picture("JPEG"), accept="application/json")
    assert answer.json, answer.text
    return f"{path}/files/{answer.json['id']}"


def test_a_contact_looks_at_their_own_file_in_place(entered: Entered) -> None:
    _world, phone, path, _number = entered()
    at = attach(phone, path)
    assert f'href="{at}/view"' in phone.get(f"{path}/steps/3").text
    page = phone.get(f"{at}/view")
    assert page.status_code == 200
    assert f'src="{at}/pages/1"' in page.text and 'alt="Page 1 of 1 of the file photo.jpg"' in page.text
    assert f'href="{at}"' in page.text, "the original is one click away"
    drawn = phone.get(f"{at}/pages/1")
    assert drawn.data.startswith(b"\x89PNG") and drawn.mimetype == "image/png"
    assert drawn.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in drawn.headers["Content-Security-Policy"]
    assert "no-store" in drawn.headers["Cache-Control"]
    assert phone.get(f"{at}/pages/2").status_code == 404
    assert phone.get(f"{at}/view?page=7").status_code == 404
    assert phone.get(f"{at}/view?page=x").status_code == 200


def test_nobody_else_looks_at_it(world: World) -> None:
    world.invite(colleague="kim@acme.example")
    world.invite("Other Works", "olga@other.example")
    phone, path = world.enter()
    at = attach(phone, path)
    other, theirs = world.enter("olga@other.example")
    number = at.rpartition("/")[2]
    for stranger, place in ((other, at), (other, f"{theirs}/files/{number}")):
        assert stranger.get(f"{place}/view").status_code == 404
        assert stranger.get(f"{place}/pages/1").status_code == 404
    for place in (f"{at}/view", f"{at}/pages/1"):
        assert world.phone().get(place).status_code == 303, "nobody in session"
    phone.send(f"{path}/files/iso9001_file/remove", path, step="3")
    assert phone.get(f"{at}/view").status_code == 404


def test_a_session_that_is_over_shows_no_picture_any_more(entered: Entered) -> None:
    _world, phone, path, _number = entered()
    at = attach(phone, path)
    phone.at += timedelta(hours=13)
    assert phone.get(f"{at}/pages/1").status_code == 303
    assert phone.get(f"{at}/view").status_code == 303


def test_a_file_name_is_shown_and_nothing_of_it_runs(entered: Entered) -> None:
    _world, phone, path, _number = entered()
    page = phone.get(attach(phone, path, "x' onerror='alert(1).jpg") + "/view").text
    assert "onerror='" not in page and "x&#39; onerror=&#39;alert(1).jpg" in page


def test_an_infected_file_and_a_scanner_that_is_away_are_said_beside_the_field(
    entered: Entered, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, phone, path, _number = entered()
    with clamd() as scanner:
        host, port = scanner.address
        changed = replace(world.database.info["settings"], clamav_host=host, clamav_port=port)
        monkeypatch.setitem(world.database.info, "settings", changed)
        refused = send(phone, path, "note.txt", EICAR, accept="text/html")
        assert refused.status_code == 422 and "virus scanner found Eicar-Test-Signature" in refused.text
        assert send(phone, path, "clean.txt", b"clean", accept="text/html").status_code == 303
    away = send(phone, path, "later.txt", b"later", accept="application/json")
    assert away.status_code == 503 and away.json and "virus scanner does not answer" in away.json["message"]
    assert "clean.txt" in phone.get(f"{path}/steps/3").text and kept(world) == (1, 1, 1)
