"""The pages of development, as a browser sees them."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from supplier_quality import clock
from supplier_quality.suppliers import queries as supplier_queries
from tests.suppliers.development.conftest import PDF, Bench
from tests.support import AT

SignedIn = Callable[..., Any]
# What differs between databases is tested below the pages.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _standing_clock() -> Any:
    with clock.standing_at(AT):
        yield


def report(name: str = "report.pdf", content: bytes = PDF) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def hidden(page: str) -> dict[str, str]:
    return {"expected_version": re.findall(r'name="expected_version" value="(\d+)"', page)[-1]}


def site_of(bench: Bench, name: str) -> int:
    with bench.database.read() as session:
        sites = supplier_queries.sites_of(session, bench.supplier(session))
        return next(site.id for site in sites if site.name == name)


def test_an_engineer_enters_what_is_demanded_and_what_proves_it(bench: Bench, signed_in: SignedIn) -> None:
    browser, path = signed_in("sqe"), f"/suppliers/{bench.number}/development"
    tab = f"/suppliers/{bench.number}?tab=development"
    bench.certify("ISO 9001", accreditation="")
    page = browser.get(tab).text
    assert "Below the minimum" in page and "CRT-00001 to ISO 9001 names no accreditation" in page

    letter = {"customer": "Nordwerk Motors", "reference": "NM-17", "dated": "2026-11-02", "valid_until": ""}
    for address, sent in (
        ("authorisation", letter),
        ("demand", {"minimum": "iso_9001_by_audit", "target": "iatf_16949", "reason": "Only source"}),
    ):
        seen = hidden(browser.get(f"{path}/{address}").text)
        answer = browser.send(f"{path}/{address}", f"{path}/{address}", **seen, **sent)
        assert answer.headers["Location"] == tab, answer.text
    for name in ("Works 1", "Works 2"):
        audit = {"site_id": site_of(bench, name), "criterion": "ISO 9001", "result": "conforms", "reference": "SPA-7",
                 "dated": "2026-11-03", "valid_until": "2028-11-03"}  # fmt: skip
        seen = hidden(browser.get(f"{path}/audit").text)
        assert browser.send(f"{path}/audit", f"{path}/audit", **seen, **audit, file=report()).status_code == 303

    page = browser.get(tab).text
    assert "Meets the minimum" in page and "audit SPA-7 against ISO 9001 on 2026-11-03" in page
    assert "Nordwerk Motors, NM-17" in page and "Only source" in page
    file = re.search(rf'href="(/suppliers/{bench.number}/files/\d+)">.*? report\.pdf</a>', page)
    assert file is not None and browser.get(file[1]).data == PDF
    proof = re.search(rf"{path}/proofs/\d+", page)
    assert proof is not None
    seen = hidden(browser.get(proof[0]).text)
    assert browser.send(proof[0], proof[0], **seen, reason="").status_code == 422
    assert browser.send(proof[0], proof[0], **seen, reason="Wrong site").status_code == 303
    page = browser.get(tab).text
    assert "Withdrawn" in page and "Wrong site" in page and "Below the minimum" in page


def test_mistakes_stand_beside_their_fields_and_what_was_typed_stays(bench: Bench, signed_in: SignedIn) -> None:
    browser, path = signed_in("quality_manager"), f"/suppliers/{bench.number}/development"
    seen = hidden(browser.get(f"{path}/audit").text)
    wrong = {"site_id": site_of(bench, "Works 1"), "criterion": "MAQMSR", "result": "fails", "reference": "SPA-8",
             "dated": "2026-11-21", "valid_until": "2026-11-20"}  # fmt: skip

    answer = browser.send(f"{path}/audit", f"{path}/audit", **seen, **wrong)
    assert answer.status_code == 422 and "Attach the report of the audit." in answer.text
    answer = browser.send(f"{path}/audit", f"{path}/audit", **seen, **wrong, file=report())
    assert "This audit is still to come." in answer.text and 'value="SPA-8"' in answer.text
    assert "It would count only until a day before the audit." in answer.text
    answer = browser.send(
        f"{path}/demand", f"{path}/demand", **seen, minimum="iso_9001_by_audit", target="", reason="x"
    )
    assert "needs a letter of the customer that is in force" in answer.text
    bench.demand("maqmsr")
    answer = browser.send(f"{path}/demand", f"{path}/demand", **seen, minimum="", target="", reason="Mine")
    assert answer.status_code == 409 and "Mine" in answer.text and "Minimum and target level set" in answer.text


def test_a_plan_is_drafted_filled_agreed_begun_and_its_milestone_done_with_a_file(
    bench: Bench, signed_in: SignedIn
) -> None:
    browser, path = signed_in("sqe"), f"/suppliers/{bench.number}/development/plan"
    seen = hidden(browser.get(path).text)
    assert (
        browser.send(path, path, **seen, target="iso_9001", note="With Quinn").headers["Location"]
        == "/development/DEV-00001"
    )
    plan, new = "/development/DEV-00001", "/development/DEV-00001/milestones/new"
    assert "The plan has no milestone yet" in browser.get(plan).text
    step = {"title": "Gap analysis", "level": "", "due": "2026-12-10", "owner_id": "9001"}
    assert browser.send(new, new, **{**step, "due": "2026-11-19"}).status_code == 422
    assert browser.send(new, new, **step).headers["Location"] == plan
    assert (
        browser.send(new, new, **{**step, "title": "Certified", "level": "iso_9001", "due": "2027-06-30"}).status_code
        == 303
    )
    edit = "/development/milestones/MIL-00001/edit"
    seen = hidden(browser.get(edit).text)
    assert browser.send(edit, edit, **seen, **{**step, "title": "Gap analysis on site"}).status_code == 303
    assert browser.send(edit, edit, **seen, **{**step, "title": "Mine"}).status_code == 409

    for action, form in (("agree", {"agreed_with": "Quinn", "agreed_on": "2026-11-20"}), ("begin", {})):
        sent = {**hidden(browser.get(plan).text), **form}
        assert browser.send(f"{plan}/actions/{action}", plan, **sent).status_code == 303
    page = browser.get(plan).text
    assert "Gap analysis on site" in page and "What is verified does not prove the target level yet" in page
    milestone = "/development/milestones/MIL-00001"
    done = {**hidden(browser.get(milestone).text), "evidence": "Report 12", "done_on": "2026-11-20"}
    answer = browser.send(f"{milestone}/actions/complete", milestone, **done, file=report("gaps.pdf"))
    assert answer.headers["Location"] == milestone, answer.text
    page = browser.get(milestone).text
    assert "Report 12" in page and "gaps.pdf" in page
    file = re.search(rf"{milestone}/files/\d+", page)
    assert file is not None and browser.get(file[0]).data == PDF and browser.get(f"{file[0]}/view").status_code == 200
    assert "1 of 2" in browser.get(f"/suppliers/{bench.number}?tab=development").text
    assert signed_in("buyer").get(new).status_code == 403


def test_the_overview_lists_who_is_below_or_behind_and_exports_it(
    bench: Bench, make_supplier: Any, signed_in: SignedIn
) -> None:
    bench.certify("ISO 9001")
    other = make_supplier("Rival Forge")
    plan = bench.draft("iatf_16949")
    bench.add_milestone(plan, "Gap analysis", 1)
    bench.add_milestone(plan, "Certified", 90, "iatf_16949")
    bench.move_plan(plan, "agree", {"agreed_with": "Quinn", "agreed_on": str(bench.today)})
    bench.move_plan(plan, "begin")
    browser = signed_in("viewer")
    assert "No supplier wants attention" in browser.get("/development").text

    with clock.standing_at(AT + timedelta(days=3)):
        browser = signed_in("buyer")
        page = browser.get("/development").text
        assert "Acme Castings" in page and "Overdue" in page and "Rival Forge" not in page
        assert "Acme Castings" not in browser.get("/development?show=below").text
        exported = browser.get("/development/export.csv?show=behind").text
    assert exported.splitlines()[1].startswith(
        f"{bench.number},Acme Castings,Certified to ISO 9001,Certified to ISO 9001,yes,"
    )
    assert other not in exported
