"""Questionnaires for programs: where each stands, the score with every part, and moving one."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.portal.conftest import World, world
from tests.suppliers.programs import Send, all_pages, program
from tests.suppliers.questionnaires.test_by_link import GOOD, answer_all, ask, path_for, say, submit
from tests.web.conftest import add_user

__all__ = ["add_user", "program", "world"]

Program = Callable[..., Send]


@pytest.fixture
def app(world: World) -> Flask:
    """The application of the world, which programs call too."""
    return world.app


def asked_and_answered(world: World) -> tuple[str, str]:
    """A questionnaire that waits to be reviewed; numbers of the supplier and of it."""
    supplier = world.invite()
    number = ask(world, supplier)
    phone, _path = world.enter()
    path = path_for(world)
    answer_all(phone, path)
    submit(world, phone, path)
    return supplier, number


def test_one_that_nobody_answered_yet_says_so(world: World, program: Program) -> None:
    supplier = world.invite()
    number = ask(world, supplier)

    item = program()("GET", f"/questionnaires/{number}").json

    assert (item["supplier_number"], item["name"], item["title"], item["state"], item["due"]) == (
        supplier, "short", "Short one", "answering", "2026-12-18",
    )  # fmt: skip
    assert (item["score"], item["rounds"], item["answers"], item["given"], item["content_version"]) == (
        None, [], None, 0, 1,
    )  # fmt: skip
    assert item["needed"] > 0


def test_the_score_is_told_with_every_section_question_and_answer(world: World, program: Program) -> None:
    _supplier, number = asked_and_answered(world)
    say(world, number, certified=GOOD)

    answer = program()("GET", f"/questionnaires/{number}")
    item = answer.json

    assert answer.headers["ETag"] == f'"{item["version"]}"'
    assert (item["state"], item["round"], item["score"], item["knock_outs"], item["rounds"]) == (
        "review", 1, 93.75, [], [1],
    )  # fmt: skip
    given = item["answers"]
    assert (given["score"], len(given["sha256"]), given["number"]) == (93.75, 64, 1)
    assert [(each["id"], each["weight"], each["percent"]) for each in given["sections"]] == [
        ("system", 3, 91.67), ("figures", 1, 100.0),
    ]  # fmt: skip
    questions = {each["id"]: each for section in given["sections"] for each in section["questions"]}
    assert (questions["standard"]["value"], questions["standard"]["answer"]) == ("iatf", "IATF 16949")
    assert (questions["certified"]["earned"], questions["certified"]["possible"], questions["certified"]["weight"]) == (
        2.0, 2.0, 2,
    )  # fmt: skip
    methods = questions["methods"]
    assert (methods["points"], methods["most"], round(methods["earned"], 4), methods["standing"]) == (
        2, 3, 0.6667, "scored",
    )  # fmt: skip
    assert questions["proof"]["file"]["name"] == "certificate.pdf" and questions["proof"]["standing"] == "not_scored"
    assert questions["certified"]["remark"]["verdict"] == "ok" and methods["remark"] is None
    earned = sum(each["earned"] for each in given["sections"][0]["questions"])
    assert earned == pytest.approx(given["sections"][0]["earned"])
    assert program("suppliers:read", role="viewer")("GET", f"/questionnaires/{number}?round=2").status_code == 404


def test_they_are_listed_narrowed_and_paged(world: World, program: Program) -> None:
    supplier, number = asked_and_answered(world)
    send = program()

    def found(**query: Any) -> list[str]:
        answer = send("GET", "/questionnaires", query_string=query)
        assert answer.status_code == 200, answer.text
        return [item["number"] for item in answer.json["items"]]

    assert found() == found(open="true") == found(state="review") == found(search=number) == [number]
    assert found(name="short", supplier=supplier, below=94, due_by="2026-12-18", sort="-score") == [number]
    assert found(state="accepted") == found(knocked_out="true") == found(below=93) == found(owner_id=99_999) == []
    assert [len(page) for page in all_pages(send, "/questionnaires", size=1)] == [1]
    [item] = send("GET", f"/suppliers/{supplier}/questionnaires").json["items"]
    assert (item["number"], item["score"], item["round"]) == (number, 93.75, 1)
    assert send("GET", "/questionnaires?sort=colour").status_code == 422
    assert send("GET", "/questionnaires?below=much").status_code == 422
    assert send("GET", "/suppliers/SUP-99999/questionnaires").status_code == 404
    assert send("GET", "/questionnaires/QUE-99999").json["code"] == "questionnaire_not_found"


def test_one_is_accepted_only_when_every_answer_was_looked_at(world: World, program: Program) -> None:
    _supplier, number = asked_and_answered(world)
    reads, writes = program("suppliers:read"), program("suppliers:write", role="quality_manager")
    tag = writes("GET", f"/questionnaires/{number}").headers["ETag"]
    path, headers = f"/questionnaires/{number}/actions/withdraw", {"If-Match": tag}
    sent = {"json": {"form": {"reason": "Asked twice"}}}

    blocked = {view["id"]: view for view in writes("GET", f"/questionnaires/{number}/actions").json}["accept"]
    assert [unmet["id"] for unmet in blocked["refused"]] == ["all_reviewed"]
    accept = writes("POST", f"/questionnaires/{number}/actions/accept", json={"form": {}}, headers=headers)
    assert (accept.status_code, [unmet["id"] for unmet in accept.json["refused"]]) == (409, ["all_reviewed"])
    assert reads("POST", path, headers=headers, **sent).status_code == 403
    assert writes("POST", path, **sent).status_code == 428
    done = writes("POST", path, headers=headers, **sent)
    assert (done.status_code, done.json["to_state"]) == (200, "withdrawn"), done.text
