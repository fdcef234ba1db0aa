"""A supplier's colleagues answer a questionnaire on the real pages; it is reviewed, sent back, answered again and accepted."""

import io
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality.engine.refusals import Refused
from supplier_quality.engine.store import store_files
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.questionnaires import operations, queries
from supplier_quality.suppliers.questionnaires.enums import Verdict
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.operations import Remark
from supplier_quality.suppliers.questionnaires.record_page import read_questionnaire_page
from tests.portal.conftest import MANAGER, PDF, SQE, Phone, World, world
from tests.suppliers.questionnaires.files import load
from tests.support import AT, shipped_rules

__all__ = ["world"]

COLLEAGUE = "kim@acme.example"
GOOD = Remark(Verdict.OK)


def ask(world: World, supplier: str) -> str:
    """Send the short questionnaire and deliver its mail; its number."""
    with world.database.write() as session:
        store_files(session, [shipped_rules("questionnaire.yaml"), load()], at=AT)
        found = supplier_queries.get_supplier(session, supplier, actor=SQE)
        made = operations.register_questionnaire(session, found, "short", due=date(2026, 12, 18), actor=SQE, at=AT)
        operations.move_questionnaire(session, made, "send", actor=SQE, at=AT)
        number = made.number
    world.deliver()
    return number


def path_for(world: World, contact: int | None = None) -> str:
    with world.database.read() as session:
        links = session.scalars(select(AccessLink).where(AccessLink.purpose == "questionnaire").order_by(AccessLink.id))
        return f"/portal/items/{[each.id for each in links][-1]}"


def typed_on(page: str, **answers: Any) -> dict[str, Any]:
    """What a browser sends of a section: the hidden fields of the page, and what was typed."""
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+\.base|page)" value="([^"]*)">', page))
    return {**hidden, **answers}


def answer(phone: Phone, path: str, section: str, **answers: Any) -> Any:
    at = f"{path}/sections/{section}"
    return phone.send(at, at, **typed_on(phone.get(at).text, **answers))


def upload(phone: Phone, path: str) -> None:
    file = (io.BytesIO(PDF), "certificate.pdf")
    sent = phone.send(f"{path}/questions/proof/file", f"{path}/sections/system", file=file, section="system")
    assert sent.status_code == 303, sent.text


def answer_all(phone: Phone, path: str) -> None:
    assert answer(phone, path, "system", certified="yes", methods=["spc"]).location.endswith("/sections/system")
    answer(phone, path, "system", certified="yes", standard="iatf", methods=["spc"])
    upload(phone, path)
    assert answer(phone, path, "figures", ppm="40", tested_on="2026-03-02").location.endswith("/review")


def submit(world: World, phone: Phone, path: str) -> None:
    signed = world.sign(phone, path)
    assert signed.status_code == 303 and "/receipts/" in signed.location, signed.text
    receipt = phone.get(signed.location).text
    assert "IATF 16949" in receipt and "certificate.pdf" in receipt


def say(world: World, number: str, **said: Remark) -> None:
    with world.database.write() as session:
        operations.say_of_answers(session, found(session, number), said, actor=SQE, at=AT)


def move(world: World, number: str, action: str, **form: Any) -> None:
    with world.database.write() as session:
        operations.move_questionnaire(session, found(session, number), action, actor=MANAGER, at=AT, form=form)
    world.deliver()


def found(session: Any, number: str) -> Questionnaire:
    return queries.get_questionnaire(session, number, actor=SQE)


def test_answers_are_reviewed_sent_back_answered_again_and_accepted(world: World) -> None:
    supplier = world.invite()
    number = ask(world, supplier)
    phone, _path = world.enter()
    path = path_for(world)
    assert "Short one" in phone.get("/portal").text
    review = phone.get(f"{path}/review").text
    assert "Questions are still open" in review and 'name="sha256"' not in review
    answer_all(phone, path)
    submit(world, phone, path)

    say(world, number, certified=GOOD, standard=GOOD, proof=GOOD, methods=Remark(Verdict.COMMENT, "FMEA too?"))
    with world.database.write() as session:
        record = found(session, number)
        # System: certified 10/10 x2, standard 10/10, methods 2/3; figures: 10/10. (3 * 91.67 + 100) / 4.
        assert (record.state, record.round, record.score, record.knock_outs) == ("review", 1, 9375, [])
        try:
            operations.move_questionnaire(session, record, "accept", actor=SQE, at=AT, form={})
        except Refused as refused:
            # The questionnaire is refused with both reasons, and says how many.
            assert [(each.id, list(each.values.values())) for each in refused.unmet] == [
                ("all_reviewed", [2]), ("no_comments", [1]),
            ]  # fmt: skip
        else:
            raise AssertionError("accepted with a comment")
        session.rollback()
    move(world, number, "send_back", due="2026-12-20", comment="Please see below")

    page = phone.get(f"{path}/sections/system").text
    assert "FMEA too?" in page and "We have read this answer and found it good." in page
    answer(phone, path, "system", certified="yes", standard="iatf", methods=["spc", "pfmea"])
    submit(world, phone, path)
    with world.database.read() as session:
        record = found(session, number)
        shown = read_questionnaire_page(session, record)
        # What was good and did not change stays good; what changed says what it was.
        views = {view.part.question.id: view for section in shown.sections for view in section.answers}
        assert {name for name, view in views.items() if view.remark} == {"certified", "standard", "proof"}
        assert (views["methods"].earlier, views["methods"].shown) == ("Control charts", "PFMEA, Control charts")
        assert read_questionnaire_page(session, record, number=1).sections[0].percent == 9167
    say(world, number, methods=GOOD, ppm=GOOD, tested_on=GOOD)
    move(world, number, "accept")

    with world.database.read() as session:
        accepted = queries.latest_accepted(session, found(session, number).supplier_id)
        assert accepted is not None
        assert (str(accepted.score), accepted.accepted_at, accepted.knock_outs) == ("100.00", AT, ())
    compare_with_the_next(world, supplier, number)


def compare_with_the_next(world: World, supplier: str, number: str) -> None:
    following = ask(world, supplier)
    phone, _path = world.enter()
    path = path_for(world)
    answer(phone, path, "system", certified="no", methods=["spc", "pfmea"])
    answer(phone, path, "figures", **{"ppm": "", "ppm.na": "1", "ppm.reason": "No deliveries yet"})
    signed = world.sign(phone, path)
    assert "/receipts/" in signed.location
    with world.database.read() as session:
        page = read_questionnaire_page(session, found(session, following))
        assert page.previous is not None and page.previous.number == number
        assert page.comparison is not None and page.score is not None
        assert set(page.comparison.changed) == {"certified", "ppm", "tested_on"}
        assert [said for _text, said in page.comparison.gone] == ["IATF 16949", "certificate.pdf"]
        assert (page.score.hundredths, page.comparison.total) == (3333, -6667)
        assert page.score.knock_outs == ("certified",)


def test_colleagues_share_the_work_and_lose_nothing(world: World) -> None:
    supplier = world.invite(colleague=COLLEAGUE)
    ask(world, supplier)
    quinn, _path = world.enter()
    mine = path_for(world)
    chooses = quinn.get(f"{mine}/hand-on").text
    kim_id = re.search(r'name="colleague" value="(\d+)"', chooses) or re.search(r'<option value="(\d+)"', chooses)
    assert kim_id
    assert quinn.send(f"{mine}/hand-on", f"{mine}/hand-on", colleague=kim_id[1]).status_code == 303
    world.deliver()
    kim, theirs = world.enter(COLLEAGUE)

    # Both open the same section; each answers another question of it, and neither undoes the other.
    opened = quinn.get(f"{mine}/sections/figures").text
    seen = kim.get(f"{theirs}/sections/figures").text
    at = f"{theirs}/sections/figures"
    assert kim.send(f"{at}/draft", at, **typed_on(seen, ppm="40", remarks="From Kim")).status_code == 200
    at = f"{mine}/sections/figures"
    assert quinn.send(at, at, **typed_on(opened, tested_on="2026-03-02")).status_code == 303
    page = quinn.get(at).text
    assert 'value="40"' in page and "From Kim" in page and 'value="2026-03-02"' in page

    # Both change the same answer: the second is told, with both texts, and may decide.
    clash = quinn.send(at, at, **typed_on(opened, ppm="700", tested_on="2026-03-02"))
    assert clash.status_code == 409
    assert re.search(r"Kim[^<]* answered meanwhile: 40 PPM", clash.text) and 'value="700"' in clash.text
    assert (
        quinn.send(at, at, **typed_on(clash.text, ppm="700", tested_on="2026-03-02", remarks="From Kim")).status_code
        == 303
    )
    assert 'value="700"' in kim.get(f"{theirs}/sections/figures").text
    wrong = quinn.send(at, at, **typed_on(quinn.get(at).text, ppm="many"))
    assert wrong.status_code == 422 and 'value="many"' in wrong.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_others_find_nothing_and_answers_rest_after_they_were_submitted(world: World) -> None:
    ask(world, world.invite())
    phone, _path = world.enter()
    path = path_for(world)
    answer_all(phone, path)
    opened = phone.get(f"{path}/sections/figures").text
    submit(world, phone, path)
    late = phone.send(f"{path}/sections/figures", path, **typed_on(opened, ppm="1"))
    assert late.location.endswith(path)
    world.invite("Rival Forge", "rex@rival.example")
    rival, own = world.enter("rex@rival.example")
    for page in ("/sections/system", "/review", "/answer-files/1", ""):
        assert rival.get(f"{path}{page}").status_code == 404
    assert rival.get(f"{own}/sections/system").status_code == 404
