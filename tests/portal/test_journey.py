"""A supplier's way, from the mailed link to the receipt:

- the link shows whom to ask and sends one code
- the code opens the item, whose steps keep what is typed
- the review says what is missing, then what will be signed
- a fresh code and the typed name sign; the receipt shows what was submitted
- sent back, the earlier answers are filled in and the comment is shown
"""

import re
from datetime import timedelta

from sqlalchemy import select

from supplier_quality import trail
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.portal.models import PortalDraft, PortalReceipt
from supplier_quality.suppliers.models import SelfAssessment
from supplier_quality.suppliers.operations import move_supplier
from supplier_quality.suppliers.queries import get_supplier
from tests.portal.conftest import MAIL, SQE, STEPS, World
from tests.support import AT


def test_a_supplier_answers_and_answers_again_when_sent_back(world: World) -> None:
    number = world.invite()
    phone, path = world.enter()
    assert "Supplier self-assessment" in phone.get(path).text
    assert "Waiting for you" in phone.get("/portal").text

    empty = phone.get(f"{path}/review").text
    assert "9 things are missing" in empty and "sha256" not in empty
    world.fill(phone, path)
    assert "Die casting" in phone.get(f"{path}/review").text

    signed = world.sign(phone, path)
    assert signed.status_code == 303, signed.text
    receipt = phone.get(signed.location).text
    assert world.state_of(number) == "review"
    with world.database.read() as session:
        stored = session.scalars(select(PortalReceipt)).one()
        kept = session.scalars(select(SelfAssessment)).one()
        assert kept.answers == stored.answers
        assert (kept.answers["employees"], kept.answers["iatf16949"], kept.answers["special_processes"]) == (
            120, False, None,
        )  # fmt: skip
        told = trail.entries(session, "supplier", kept.supplier_id)
        (entry,) = (each for each in told if each.action == "submit_assessment")
        assert [each.action for each in told[told.index(entry) + 1 :]] == ["risk.rated", "route.determined"]
        assert entry.data["signature"]["subject_hash"] == stored.sha256
        assert entry.data["signature"]["name"] == "Quinn Weber"
        assert session.scalars(select(PortalDraft)).all() == []
    for shown in (stored.sha256, "Quinn Weber", "20,000 per week", "I confirm that these answers are true"):
        assert shown in receipt
    world.deliver()
    assert stored.sha256 in world.mails_to(MAIL)[-1]

    with world.database.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        comment = {"comment": "Please name all sites"}
        move_supplier(session, supplier, "send_back", actor=SQE, at=AT, form=comment, expected_version=supplier.version)
    assert "Please name all sites" in phone.get(path).text
    assert 'value="120"' in phone.get(f"{path}/steps/1").text
    again = phone.send(f"{path}/steps/1", f"{path}/steps/1", **{**STEPS[0], "production_sites": "Ulm and Linz"})
    assert again.status_code == 303
    assert world.sign(phone, path).status_code == 303
    with world.database.read() as session:
        rounds = session.scalars(select(SelfAssessment).order_by(SelfAssessment.round)).all()
        assert [row.answers["production_sites"] for row in rounds] == ["Works 1, Ulm", "Ulm and Linz"]


def test_a_step_that_would_be_refused_is_not_shown_as_done(world: World) -> None:
    """The rules ask for one of two numbers, neither of which is required by itself."""
    world.invite()
    phone, path = world.enter()
    phone.get(path)
    world.fill(phone, path, ({**STEPS[0], "duns": ""}, *STEPS[1:]))
    said = "Give the business licence number or the DUNS number"

    for page in (path, f"{path}/review", f"{path}/steps/2"):
        assert phone.get(page).text.count("is-done") == 3, page
    assert "needs a look" in phone.get(path).text
    assert f'href="{path}/steps/1">Go on' in phone.get(path).text
    assert said in phone.get(f"{path}/steps/1").text

    world.fill(phone, path)
    assert phone.get(f"{path}/review").text.count("is-done") == 4
    assert said not in phone.get(f"{path}/steps/1").text


def test_a_missed_deadline_is_still_shown_when_its_escalations_are_used_up(world: World) -> None:
    world.invite()
    phone, path = world.enter()
    before = re.findall(r"Due \d+ \w+", phone.get(path).text)
    assert len(before) == 1
    for days in range(90):
        take_due_timers(world.database, at=AT + timedelta(days=days))
    assert re.findall(r"Due \d+ \w+", phone.get(path).text) == before


def test_a_repeat_of_the_same_page_finds_the_first_receipt(world: World) -> None:
    world.invite()
    phone, path = world.enter()
    world.fill(phone, path)
    phone.send(f"{path}/code", f"{path}/review")
    page = phone.get(f"{path}/review").text
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)[1]  # type: ignore[index]
    fields = {"sha256": sha256, "typed_name": "Quinn Weber", "code": world.code_for()}
    first = phone.send(f"{path}/submit", path, **fields)
    second = phone.send(f"{path}/submit", path, **fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    with world.database.read() as session:
        assert len(session.scalars(select(SelfAssessment)).all()) == 1


def test_a_form_that_was_sent_back_keeps_the_code_that_was_typed(world: World) -> None:
    world.invite()
    phone, path = world.enter()
    world.fill(phone, path)
    phone.send(f"{path}/code", f"{path}/review")
    page = phone.get(f"{path}/review").text
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)[1]  # type: ignore[index]
    nameless = phone.send(f"{path}/submit", f"{path}/review", sha256=sha256, typed_name="", code="4711 0815")
    assert nameless.status_code == 422
    assert 'value="4711 0815"' in nameless.text
    wrong = phone.send(f"{path}/submit", f"{path}/review", sha256=sha256, typed_name="Quinn Weber", code="4711 0815")
    assert "This is not the code of the newest mail" in wrong.text
    assert 'value="4711 0815"' in wrong.text
    assert 'value="Quinn Weber"' in wrong.text
