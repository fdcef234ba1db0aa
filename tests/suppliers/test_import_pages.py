"""Importing through the pages: columns are confirmed, a worker checks and stores, problems are listed and downloaded."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from supplier_quality import clock, outbox
from supplier_quality.engine.registry import registry
from supplier_quality.mail import MailMessage
from supplier_quality.persistence import Database
from supplier_quality.suppliers.importing import runs
from supplier_quality.suppliers.models import ImportProblem, ImportRun, Supplier
from supplier_quality.web.work import work_of

GOOD = "Vendor,Vendor ID,Country,E-mail\nAcme Castings,1,Germany,q@acme.example\n上海轴承有限公司,2,CN,\n"


def upload(browser: Any, text: str | bytes, name: str = "vendors.csv", **fields: str) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return browser.send("/import", "/import", file=(io.BytesIO(data), name), **fields)


def work(database: Database) -> None:
    """Deliver what waits, as a worker does."""
    while outbox.deliver_due(database, registry.effects, worker="test", now=clock.now):
        pass


def columns(page: str) -> dict[str, str]:
    """The proposal as the boxes show it: the number of a column -> our field."""
    found = {}
    for part in page.split('name="column-')[1:]:
        place, _quote, rest = part.partition('"')
        chosen = rest.split("</select>")[0].partition(" selected")[0].rpartition('value="')[2]
        found[f"column-{place}"] = chosen.rstrip('"') if " selected" in rest.split("</select>")[0] else ""
    return found


def to_check(browser: Any, database: Database, text: str | bytes, name: str = "vendors.csv", **changes: str) -> str:
    """Upload a file, confirm the proposal and let it be checked; the path of the import."""
    answer = upload(browser, text, name)
    assert answer.status_code == 303, answer.text
    path = answer.headers["Location"]
    fields = {**columns(browser.get(path).text), **changes}
    answer = browser.send(f"{path}/check", path, **fields)
    assert answer.status_code == 303, answer.text
    assert "is being checked" in browser.get(path).text
    work(database)
    return str(path)


def count(database: Database, model: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_file_is_proposed_checked_imported_and_told(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    path = to_check(browser, ready, GOOD)
    page = browser.get(path).text
    assert "Nothing is wrong with this file" in page
    assert count(ready, Supplier) == 0
    assert browser.send(f"{path}/store", path).status_code == 303
    assert "all of them or none" in browser.get(path).text
    work(ready)
    assert "The import is stored" in browser.get(path).text
    with ready.read() as session:
        assert {(s.name, s.source_key, s.country) for s in session.scalars(select(Supplier))} == {
            ("Acme Castings", "1", "DE"),
            ("上海轴承有限公司", "2", "CN"),
        }
        mail = session.scalars(select(MailMessage)).one()
    assert "Import finished" in mail.subject
    assert f"http://localhost:8000{path}" in (mail.text or "")
    assert "Imported" in browser.get("/import").text


def test_the_map_of_the_last_import_is_proposed_for_a_file_with_the_same_columns(
    ready: Database, signed_in: Any
) -> None:
    browser = signed_in("sqe")
    odd = "A,B,C\nAcme,1,x\n"
    assert set(columns(browser.get(upload(browser, odd).headers["Location"]).text).values()) == {""}
    path = to_check(browser, ready, odd, **{"column-0": "name", "column-1": "key"})
    browser.send(f"{path}/store", path)
    work(ready)
    again = upload(browser, "A,B,C\nOther,2,y\n").headers["Location"]
    assert columns(browser.get(again).text) == {"column-0": "name", "column-1": "key", "column-2": ""}


def test_every_problem_is_listed_and_nothing_is_stored(ready: Database, signed_in: Any) -> None:
    browser = signed_in("buyer")
    rows = "".join(f"Good {n},{n},Nowhereland\n" for n in range(150)) + '"=HYPERLINK(1)",x,DE\n,y,DE\n'
    path = to_check(browser, ready, "Vendor,Vendor ID,Country\n" + rows, **{"column-2": "country"})
    page = browser.get(path).text
    assert "151 problems were found. Nothing was stored." in page
    assert "Nowhereland" in page
    after = page.partition(f"{path}?at=")[2].partition("#")[0]
    assert "The supplier has no name" not in page
    assert "The supplier has no name" in browser.get(f"{path}?at={after}").text
    assert browser.send(f"{path}/store", path).status_code == 409
    download = browser.get(f"{path}/problems.csv")
    assert download.headers["Content-Disposition"].startswith("attachment")
    lines = list(csv.reader(io.StringIO(download.text.removeprefix("\ufeff"))))
    assert (lines[0], len(lines)) == (["Row", "Column", "Value", "Problem", "Remedy"], 152)
    assert lines[1][:3] == ["2", "Country", "Nowhereland"]
    assert (count(ready, Supplier), count(ready, ImportProblem)) == (0, 151)


def test_a_cell_of_a_report_is_never_a_formula(ready: Database, signed_in: Any) -> None:
    browser = signed_in("buyer")
    path = to_check(browser, ready, 'Vendor,Country\nAcme,"=cmd|calc"\n')
    lines = list(csv.reader(io.StringIO(browser.get(f"{path}/problems.csv").text.removeprefix("\ufeff"))))
    assert lines[1][2] == "'=cmd|calc"


def test_a_spreadsheet_is_imported(ready: Database, signed_in: Any) -> None:
    book = Workbook()
    for row in (("Supplier", "Supplier ID", "City", "Site"), ("Acme", 17, "Ulm", "Works 1")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    browser = signed_in("sqe")
    path = to_check(browser, ready, out.getvalue(), "list.xlsx")
    browser.send(f"{path}/store", path)
    work(ready)
    with ready.read() as session:
        assert session.scalars(select(Supplier.source_key)).one() == "17"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\x00\x01\x02\x03binary", "a.csv", "content is not what its name says"),
        (b"Vendor\nAcme\n", "a.exe", "are not taken"),
        (b"", "a.csv", "the file is empty"),
        (b"PK\x03\x04rubbish", "a.xlsx", "content is not what its name says"),
    ],
)
def test_a_file_that_is_no_list_is_refused_beside_the_field(
    ready: Database, signed_in: Any, content: bytes, name: str, said: str
) -> None:
    answer = upload(signed_in("sqe"), content, name)
    assert answer.status_code == 422
    assert said in answer.text
    assert count(ready, ImportRun) == 0


def test_columns_chosen_twice_or_not_offered_are_refused_and_the_choice_stays(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    path = upload(browser, GOOD).headers["Location"]
    answer = browser.send(f"{path}/check", path, **{"column-0": "name", "column-1": "name"})
    assert answer.status_code == 422
    assert "is chosen for two columns" in answer.text
    assert columns(answer.text)["column-1"] == "name"
    answer = browser.send(f"{path}/check", path, **{"column-0": "name", "column-99": "key"})
    assert "The file has no such column" in answer.text
    answer = browser.send(f"{path}/check", path, **{"column-0": "name", "stranger": "1"})
    assert "There is no such field" in answer.text
    answer = browser.send(f"{path}/check", path, **{"column-1": "key"})
    assert "does not say which column holds the supplier" in answer.text
    with ready.read() as session:
        assert session.scalars(select(ImportRun.stage)).one() == "mapping"


def test_what_waits_or_was_not_read_is_in_my_work(ready: Database, signed_in: Any, at: datetime) -> None:
    browser = signed_in("sqe")
    path = to_check(browser, ready, GOOD)
    assert whats(ready) == ["Import the file or discard it"]
    browser.send(f"{path}/store", path)
    assert whats(ready) == ["Wait until the import is through"]
    work(ready)
    assert whats(ready) == ["Read the result of the import"]
    assert browser.send(f"{path}/seen", path).status_code == 303
    assert whats(ready) == []


def whats(database: Database) -> list[str]:
    from tests.support import actor_for

    with database.read() as session:
        person = session.scalars(select(ImportRun.person_id)).first()
        found = work_of(session, actor=actor_for("sqe", person_id=person), at=clock.now())
        return [str(item.what) for provider, each in found if provider.name == "imports" for item in each.items]


def test_a_repeated_delivery_imports_once(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    path = to_check(browser, ready, GOOD)
    browser.send(f"{path}/store", path)
    with ready.read() as session:
        payload = {"run": session.scalars(select(ImportRun.id)).one(), "stage": "storing"}
    work(ready)
    with ready.write() as session:
        outbox.queue(session, kind=runs.IMPORT, payload=payload, at=clock.now())
    work(ready)
    assert count(ready, Supplier) == 2
    with ready.read() as session:
        assert (session.scalars(select(ImportRun)).one().report or {})["created"] == 2


def test_a_discarded_import_cannot_be_stored(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    path = to_check(browser, ready, GOOD)
    assert browser.send(f"{path}/discard", path).status_code == 303
    assert browser.send(f"{path}/store", "/import").status_code == 409
    assert browser.send(f"{path}/check", "/import", **{"column-0": "name"}).status_code == 409


def test_a_viewer_imports_nothing(ready: Database, signed_in: Any) -> None:
    browser = signed_in("viewer")
    assert browser.get("/import").status_code == 403
    assert browser.send("/import", "/suppliers", file=(io.BytesIO(b"x"), "a.csv")).status_code == 403
