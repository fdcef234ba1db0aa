"""Nobody sees or changes what is not theirs; what is over is said so."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select

from supplier_quality.identity.link_models import AccessLink, ContactSession
from supplier_quality.identity.links import revoke_link
from supplier_quality.suppliers.linking import copy_link
from supplier_quality.suppliers.models import Contact
from supplier_quality.suppliers.operations import move_supplier
from supplier_quality.suppliers.queries import get_supplier
from tests.portal.conftest import MAIL, PDF, SQE, STEPS, Phone, World
from tests.support import AT

Entered = Callable[[], tuple[World, Phone, str, str]]


def upload(phone: Phone, path: str, field: str, name: str = "iso.pdf", content: bytes = PDF):  # type: ignore[no-untyped-def]
    file = (io.BytesIO(content), name)
    return phone.send(f"{path}/files/{field}", f"{path}/steps/3", file=file, step="3")


PATHS = ("", "/steps/1", "/review", "/hand-on", "/receipts/1", "/files/1")


@pytest.mark.parametrize("path", ["/portal", "/portal/devices", "/portal/items/1", "/portal/items/1/review"])
def test_without_a_session_there_is_only_the_way_in(world: World, path: str) -> None:
    answer = world.phone().get(path)
    assert (answer.status_code, answer.location) == (303, "/s")


def test_items_of_another_supplier_are_not_there(world: World) -> None:
    world.invite()
    world.invite("Other Works", "olga@other.example")
    quinn, mine = world.enter()
    world.fill(quinn, mine)
    upload(quinn, mine, "iso9001_file")
    world.sign(quinn, mine)
    olga, hers = world.enter("olga@other.example")
    assert olga.get(hers).status_code == 200
    for path in PATHS:
        answer = olga.get(f"{mine}{path}")
        assert answer.status_code == 404, path
        assert "Acme" not in answer.text
    assert olga.get(f"{hers}/files/1").status_code == 404
    assert olga.get(f"{hers}/receipts/1").status_code == 404
    assert olga.send(f"{mine}/steps/1", hers, employees="1").status_code == 404
    assert olga.send(f"{mine}/draft", hers, employees="1").status_code == 404
    assert "Acme" not in olga.get("/portal").text


def test_a_revoked_link_closes_the_item_at_once(entered: Entered) -> None:
    world, phone, path, _number = entered()
    with world.database.write() as session:
        revoke_link(session, session.scalars(select(AccessLink)).one(), actor=SQE, at=AT)
    assert phone.get(path).status_code == 303
    assert phone.get(path, follow_redirects=True).status_code == 404


def test_what_is_typed_is_kept_for_the_next_session_and_device(entered: Entered) -> None:
    world, phone, path, _number = entered()
    saved = phone.send(f"{path}/draft", path, employees="55", nonsense="x", csrf_token="y")
    assert saved.json == {"words": "Saved 10:00"}
    other, _path = world.enter(phone=world.phone())
    assert 'value="55"' in other.get(f"{path}/steps/1").text


def test_a_form_sent_after_the_session_ended_stays_on_the_page(entered: Entered) -> None:
    world, phone, path, _number = entered()
    phone.send("/portal/sign-out", path)
    answer = phone.send(f"{path}/steps/1", "/s", production_sites="Ulm and Linz")
    assert answer.status_code == 401
    assert "Ulm and Linz" in answer.text
    json = phone.post(f"{path}/draft", headers={"Accept": "application/json", "Sec-Fetch-Site": "same-origin"})
    assert json.status_code in (400, 401)
    assert world.phone().get("/portal/token", headers={"Accept": "application/json"}).status_code == 401


def test_a_device_is_signed_out_from_another(entered: Entered) -> None:
    world, phone, path, _number = entered()
    second, _path = world.enter(phone=world.phone())
    with world.database.read() as session:
        first = session.scalars(select(ContactSession.id).order_by(ContactSession.id)).first()
    assert second.get("/portal/devices").text.count("/end") == 2
    assert second.send(f"/portal/devices/{first}/end", "/portal/devices").status_code == 303
    assert phone.get(path).status_code == 303
    assert second.get(path).status_code == 200


def test_a_withdrawn_record_says_that_nothing_is_to_do(entered: Entered) -> None:
    world, phone, path, number = entered()
    world.fill(phone, path)
    with world.database.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        version, reason = supplier.version, {"reason": "Another source was found"}
        move_supplier(session, supplier, "withdraw", actor=SQE, at=AT, form=reason, expected_version=version)
    page = phone.get(path).text
    assert "we closed or withdrew this" in page
    assert "Another source" not in page
    assert phone.get(f"{path}/steps/1").status_code == 303
    assert phone.send(f"{path}/steps/1", path, employees="1").status_code == 409
    assert phone.send(f"{path}/submit", path, sha256="a" * 64, typed_name="Quinn", code="12345678").location == path


def test_a_signature_covers_what_was_shown_and_nothing_else(entered: Entered) -> None:
    world, phone, path, number = entered()
    world.fill(phone, path)
    phone.send(f"{path}/code", f"{path}/review")
    page = phone.get(f"{path}/review").text
    shown = page.split('name="sha256" value="')[1][:64]
    phone.send(f"{path}/draft", path, **{**STEPS[0], "employees": "121"})
    code = world.code_for()
    answer = phone.send(f"{path}/submit", path, sha256=shown, typed_name="Quinn Weber", code=code)
    assert answer.status_code == 409
    assert "Something changed" in answer.text
    assert world.state_of(number) == "invited"
    # The code was not used up by the refusal.
    assert world.send_signed(phone, path, code=code).status_code == 303


def test_a_wrong_signing_code_counts_and_keeps_the_name(entered: Entered) -> None:
    world, phone, path, number = entered()
    world.fill(phone, path)
    phone.send(f"{path}/code", f"{path}/review")
    right = world.code_for()
    wrong = world.send_signed(phone, path, code="00000000" if right != "00000000" else "11111111")
    assert wrong.status_code == 422
    assert "4 more tries" in wrong.text and 'value="Quinn Weber"' in wrong.text
    assert world.send_signed(phone, path, code=right, typed_name="Q").status_code == 422
    assert world.state_of(number) == "invited"
    assert world.send_signed(phone, path, code=right).status_code == 303


def test_the_code_that_opens_does_not_sign(entered: Entered) -> None:
    world, phone, path, number = entered()
    world.fill(phone, path)
    (opening,) = world.taken
    assert world.send_signed(phone, path, code=opening).status_code == 422
    assert world.state_of(number) == "invited"


def test_a_task_is_handed_to_a_colleague_with_what_was_typed(world: World) -> None:
    world.invite(colleague="kim@acme.example")
    phone, path = world.enter()
    world.fill(phone, path, STEPS[:1])
    assert upload(phone, path, "iso9001_file").status_code == 303
    page = phone.get(f"{path}/hand-on").text
    assert "Kim (k•••@a•••.example)" in page
    with world.database.read() as session:
        kim = session.scalars(select(Contact.id).where(Contact.email == "kim@acme.example")).one()
    assert phone.send(f"{path}/hand-on", f"{path}/hand-on", colleague=str(kim)).status_code == 303
    world.deliver()
    theirs, their_path = world.enter("kim@acme.example")
    assert 'value="120"' in theirs.get(f"{their_path}/steps/1").text
    assert "iso.pdf" in theirs.get(f"{their_path}/steps/3").text
    assert phone.get(path).status_code == 200


def test_a_new_colleague_is_added_and_the_owner_is_told(entered: Entered) -> None:
    world, phone, path, _number = entered()
    bad = phone.send(f"{path}/hand-on", path, name="Lin", email="no address")
    assert bad.status_code == 422 and "not a mail address" in bad.text and 'value="Lin"' in bad.text
    assert phone.send(f"{path}/hand-on", path, name="Lin Wu", email="lin@acme.example").status_code == 303
    world.deliver()
    assert any("added a colleague" in text for text in world.mails_to("ann@plant.example"))
    theirs, their_path = world.enter("lin@acme.example")
    assert theirs.get(their_path).status_code == 200
    # The first contact's form was not told that the record changed.
    world.fill(phone, path)
    assert world.sign(phone, path).status_code == 303


def test_a_stranger_is_not_handed_a_task(world: World) -> None:
    world.invite()
    world.invite("Other Works", "olga@other.example")
    phone, path = world.enter()
    with world.database.read() as session:
        olga = session.scalars(select(Contact.id).where(Contact.email == "olga@other.example")).one()
    assert phone.send(f"{path}/hand-on", path, colleague=str(olga)).status_code == 422


def test_files_are_checked_replaced_removed_and_only_downloaded(entered: Entered) -> None:
    _world, phone, path, _number = entered()
    refused = upload(phone, path, "iso9001_file", "iso.pdf", b"MZ this is a program")
    assert refused.status_code == 422 and "not what its name says" in refused.text
    assert upload(phone, path, "employees").status_code == 422
    assert upload(phone, path, "iso9001_file", "../../first.pdf").status_code == 303
    assert upload(phone, path, "iso9001_file", "second.pdf", PDF + b"x\n%%EOF").status_code == 303
    page = phone.get(f"{path}/steps/3").text
    assert "second.pdf" in page and "first.pdf" not in page
    file = page.split(f'href="{path}/files/')[1].split('"')[0]
    answer = phone.get(f"{path}/files/{file}")
    assert answer.data == PDF + b"x\n%%EOF"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    phone.send(f"{path}/files/iso9001_file/remove", path, step="3")
    assert "second.pdf" not in phone.get(f"{path}/steps/3").text
    assert phone.get(f"{path}/files/{file}").status_code == 404


def test_a_page_that_came_back_with_errors_can_still_be_read_in_another_language(entered: Entered) -> None:
    _world, phone, path, _number = entered()
    wrong = phone.send(f"{path}/submit", path, sha256="a" * 64, typed_name="Quinn", code="12345678")
    assert wrong.status_code in (409, 422)
    assert phone.get(wrong.text.split('lang="zh-Hans"')[0].rsplit('href="', 1)[1].split('"')[0]).status_code == 200


def test_a_file_is_its_senders_until_it_is_submitted(world: World) -> None:
    world.invite(colleague="kim@acme.example")
    phone, path = world.enter()
    with world.database.read() as session:
        kim = session.scalars(select(Contact.id).where(Contact.email == "kim@acme.example")).one()
    phone.send(f"{path}/hand-on", f"{path}/hand-on", colleague=str(kim))
    world.deliver()
    theirs, their_path = world.enter("kim@acme.example")
    upload(phone, path, "iso9001_file")
    file = phone.get(f"{path}/steps/3").text.split(f'href="{path}/files/')[1].split('"')[0]
    assert theirs.get(f"{their_path}/files/{file}").status_code == 404
    world.fill(phone, path)
    assert world.sign(phone, path).status_code == 303
    assert theirs.get(f"{their_path}/files/{file}").status_code == 200


def test_a_link_copied_by_staff_works_as_the_mailed_one(world: World) -> None:
    number = world.invite()
    with world.database.write() as session:
        link = session.scalars(select(AccessLink)).one()
        address = copy_link(session, get_supplier(session, number, actor=SQE), link, actor=SQE, at=AT)
    assert address.startswith("http://localhost:8000/s#")
    phone = world.phone()
    assert phone.open_link(address).location == "/s/code"
    assert "Ann Miller" in phone.get("/s/code").text


def test_the_language_is_the_contacts_and_can_be_switched(world: World) -> None:
    world.invite(language="zh")
    phone, path = world.enter()
    assert '<html lang="zh-Hans"' in phone.get(path).text
    phone.get(f"{path}?lang=en")
    assert '<html lang="en"' in phone.get(path).text
    assert phone.get("/portal").text.count("/portal/items/") == 1
    assert MAIL not in phone.get("/portal").text
