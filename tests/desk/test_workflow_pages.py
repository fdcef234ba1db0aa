"""The workflow viewer: every tab of every kind, trying actions and tables, moving records."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from supplier_quality import resources
from supplier_quality.desk.background import EFFECTS
from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.engine.models import Definition
from supplier_quality.engine.store import store_files
from supplier_quality.outbox import deliver_due
from supplier_quality.persistence import Database
from supplier_quality.suppliers.queries import get_supplier
from tests.desk.conftest import ANN, ANSWERS, CONTACT
from tests.support import shipped_rules
from tests.web.conftest import Browser

NAME = "supplier_qualification"
SHIPPED = shipped_rules().version
NEXT = SHIPPED + 1
FILES = Path(__file__).parents[1] / "engine" / "definitions" / "files"


@pytest.fixture
def more_files(staffed: Database, at: datetime) -> Database:
    """A decision table and checks in force, too."""
    with staffed.write() as session:
        for name in ("audit_interval", "eight_d_lint"):
            text = (FILES / f"{name}.yaml").read_text(encoding="utf-8")
            store_files(session, [load_rule_file(text, file=name)], at=at)
    return staffed


def put_next_version_in_force(database: Database, at: datetime, **changes: tuple[str, str]) -> None:
    text = (
        (resources.workflows() / f"{NAME}.yaml")
        .read_text(encoding="utf-8")
        .replace(f"version: {SHIPPED}\n", f"version: {NEXT}\n", 1)
    )
    for before, after in changes.values():
        assert before in text
        text = text.replace(before, after)
    with database.write() as session:
        store_files(session, [load_rule_file(text, file=NAME, verify=False)], at=at)


NEW_DEADLINE = ("id: review_overdue, in: review, after: P5D", "id: review_overdue, in: review, after: P9D")


def test_the_list_shows_all_kinds_with_their_running_records(
    more_files: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser]
) -> None:
    make_supplier()
    page = signed_in("viewer").get("/workflows").text

    for words in ("Supplier qualification", "Audit interval", "8D lint", "Decision table", "Checks"):
        assert words in page
    assert '<td class="numeric">1</td>' in page


@pytest.mark.parametrize("tab", ["", "/rules", "/what-if", "/versions", "/source"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_tab_of_a_workflow_opens_for_everybody(
    staffed: Database, signed_in: Callable[..., Browser], tab: str, language: str
) -> None:
    answer = signed_in("viewer", language=language).get(f"/workflows/{NAME}{tab}")

    assert answer.status_code == 200
    assert ("供应商准入" if language == "zh" else "Supplier qualification") in answer.text


def test_the_diagram_is_drawn_for_wide_and_narrow_screens(staffed: Database, signed_in: Callable[..., Browser]) -> None:
    page = signed_in("viewer").get(f"/workflows/{NAME}").text

    assert page.count('class="diagram"') == 2
    assert 'data-state="review"' in page
    assert " style=" not in page


def test_rules_are_told_with_what_people_read_otherwise(staffed: Database, signed_in: Callable[..., Browser]) -> None:
    page = signed_in("viewer").get(f"/workflows/{NAME}/rules").text

    assert "Ask for self-assessment from Prospect to Self-assessment asked" in page
    assert "<td>Manufacturing sites is more than 0<details" in page
    assert "Who is written to first is not empty" in page
    assert "supplier.sites &gt; 0" in page, "the source stays at hand"
    assert "The supplier has no manufacturing site yet" in page


def test_the_source_has_numbered_lines(staffed: Database, signed_in: Callable[..., Browser]) -> None:
    page = signed_in("viewer").get(f"/workflows/{NAME}/source").text

    assert 'id="L2"' in page
    assert "workflow: supplier_qualification" in page


def test_an_unknown_file_is_not_found(staffed: Database, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("viewer")

    for path in ("/workflows/nothing", f"/workflows/{NAME}?version=9", "/workflows/nothing/what-if"):
        assert browser.get(path).status_code == 404


def test_versions_are_compared_by_their_parts(
    staffed: Database, signed_in: Callable[..., Browser], at: datetime
) -> None:
    put_next_version_in_force(staffed, at, deadline=NEW_DEADLINE)
    page = signed_in("viewer").get(f"/workflows/{NAME}/versions").text

    assert f"From version {SHIPPED} to version {NEXT}" in page
    assert "<del>P5D</del>" in page and "<ins>P9D</ins>" in page
    assert "review_overdue" in page


def test_what_if_refuses_with_the_rule_and_its_values(staffed: Database, signed_in: Callable[..., Browser]) -> None:
    asked = {
        "tried": "1", "state": "prospect", "action": "invite", "role": "buyer",
        "fact.supplier.sites": "0", "fact.supplier.primary_contact": "q@acme.example", "fact.supplier.owner": "Ann",
    }  # fmt: skip
    browser = signed_in("viewer")

    refused = browser.get(f"/workflows/{NAME}/what-if", query_string=asked).text
    assert "refused" in refused
    assert "The supplier has no manufacturing site yet" in refused
    assert "Only if Manufacturing sites is more than 0" in refused
    assert "Manufacturing sites: 0" in refused
    assert "supplier.sites &gt; 0" in refused, "as it stands in the file, too"

    allowed = browser.get(f"/workflows/{NAME}/what-if", query_string={**asked, "fact.supplier.sites": "2"}).text
    assert "Self-assessment asked" in allowed
    assert "The supplier has no manufacturing site yet" not in allowed.split('id="verdict"')[1]
    assert "send the mail “supplier invited”" in allowed
    assert "After 10 working days" in allowed


def test_what_if_tells_an_empty_text_from_one_that_is_not_known(
    staffed: Database, signed_in: Callable[..., Browser]
) -> None:
    asked = {"tried": "1", "state": "prospect", "action": "invite", "role": "buyer", "fact.supplier.sites": "2"}
    browser = signed_in("viewer")

    empty = browser.get(f"/workflows/{NAME}/what-if", query_string=asked).text
    assert "Owner: an empty text" in empty
    assert "Who is written to first" in empty

    unknown = browser.get(f"/workflows/{NAME}/what-if", query_string={**asked, "missing": "supplier.owner"}).text
    assert "Owner: not known" in unknown
    assert 'value="supplier.owner" checked' in unknown


def test_what_if_starts_from_a_real_record(
    staffed: Database, make_supplier: Callable[..., str], move: Callable[..., None], signed_in: Callable[..., Browser],
    at: datetime,
) -> None:  # fmt: skip
    number = make_supplier("Acme Castings")
    move(number, "invite", ANN, at)
    move(number, "submit_assessment", CONTACT, at, ANSWERS)

    page = signed_in("viewer").get(f"/workflows/{NAME}/what-if?record={number}").text

    assert 'value="Acme Castings"' in page
    assert '<option value="review" selected>' in page
    assert "DE-9001-77" in page


def test_what_if_changes_nothing(
    staffed: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser]
) -> None:
    number = make_supplier()
    signed_in("sqe").get(f"/workflows/{NAME}/what-if?record={number}&action=invite&role=sqe&state=prospect")

    with staffed.read() as session:
        assert get_supplier(session, number, actor=ANN).state == "prospect"


@pytest.mark.parametrize(
    "sent", [{"fact.supplier.sites": "many"}, {"fact.assessment.certificates": "[{"}, {"fact.today": "tomorrow"}]
)
def test_a_fact_that_cannot_be_read_is_named_beside_its_field(
    staffed: Database, signed_in: Callable[..., Browser], sent: dict[str, str]
) -> None:
    answer = signed_in("viewer").get(f"/workflows/{NAME}/what-if", query_string={"tried": "1", **sent})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert next(iter(sent.values())) in answer.text


def test_a_record_that_does_not_exist_is_said(staffed: Database, signed_in: Callable[..., Browser]) -> None:
    assert "There is no record SUP-99999" in signed_in("viewer").get(f"/workflows/{NAME}/what-if?record=SUP-99999").text


def test_a_table_is_shown_and_decides(more_files: Database, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("viewer")
    path = "/workflows/audit_interval/try"

    assert "[50..80)" in browser.get("/workflows/audit_interval?kind=table").text
    decided = browser.get(path, query_string={"kind": "table", "fact.risk": "high", "fact.score": "60"})
    assert "Row 2 decides" in decided.text
    outside = browser.get(path, query_string={"kind": "table", "fact.risk": "high", "fact.score": "170"})
    assert outside.status_code == 422
    assert "outside the values of this table" in outside.text


def test_checks_are_shown(more_files: Database, signed_in: Callable[..., Browser]) -> None:
    assert "Containment took longer than a day" in signed_in("viewer").get("/workflows/eight_d_lint").text


def test_only_quality_managers_and_administrators_move_records(
    staffed: Database, signed_in: Callable[..., Browser], at: datetime
) -> None:
    put_next_version_in_force(staffed, at, deadline=NEW_DEADLINE)

    assert signed_in("sqe").get(f"/workflows/{NAME}/migration").status_code == 403
    assert signed_in("quality_manager").get(f"/workflows/{NAME}/migration").status_code == 200


def test_records_are_moved_after_the_plan_was_confirmed(
    staffed: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser], at: datetime
) -> None:
    number = make_supplier()
    put_next_version_in_force(staffed, at, deadline=NEW_DEADLINE)
    browser = signed_in("quality_manager")
    path = f"/workflows/{NAME}/migration"
    assert "Move one record" in browser.get(path).text

    assert browser.send(path, path, to_version=NEXT, records=1).status_code == 422
    assert browser.send(path, path, to_version=NEXT, records=1, sure="true").status_code == 303
    assert browser.send(path, path, to_version=NEXT, records=1, sure="true").status_code == 409
    deliver_due(staffed, EFFECTS, worker="test")

    page = browser.get(path).text
    assert f"Every record is on version {NEXT}" in page
    assert "one record moved" in page
    with staffed.read() as session:
        supplier = get_supplier(session, number, actor=ANN)
        assert session.get_one(Definition, supplier.definition_id).version == NEXT


def test_a_plan_that_leaves_records_without_a_place_is_not_carried_out(
    staffed: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser], at: datetime
) -> None:
    make_supplier()
    renamed = {"first": ("  prospect:\n", "  candidate:\n"), "initial": ("initial: prospect", "initial: candidate")}
    renamed["from"] = ("from: prospect\n", "from: candidate\n")
    renamed["list"] = ("from: [prospect, ", "from: [candidate, ")
    renamed["to"] = ("to: prospect\n", "to: candidate\n")
    renamed["tests"] = ("state: prospect\n", "state: candidate\n")
    put_next_version_in_force(staffed, at, **renamed)
    browser = signed_in("admin")
    path = f"/workflows/{NAME}/migration"

    page = browser.get(path).text
    assert "no place" in page and "Carry it out" not in page
    assert browser.send(path, path, to_version=NEXT, records=1, sure="true").status_code == 409
