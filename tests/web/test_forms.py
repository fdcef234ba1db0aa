"""Forms become typed data, or errors beside fields with everything typed still there."""

from datetime import date

import pytest
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from supplier_quality.engine.evaluation import Unmet
from supplier_quality.engine.refusals import Refused
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Message, speaking
from supplier_quality.web import Form, fields, forms, parse


class Order(Schema):
    name = fields.Text(required=True, max_length=10)
    note = fields.Text()
    count = fields.Integer(lowest=1, highest=99)
    price = fields.Number()
    due = fields.Date()
    urgent = fields.Flag()
    colour = fields.Choice(("red", "green"))
    days = fields.Choices(("mo", "tu", "we"))


def _sent(*pairs: tuple[str, str]) -> Form:
    return parse(Order, MultiDict([("csrf_token", "x"), *pairs]))


def test_texts_of_a_form_become_values() -> None:
    form = _sent(
        ("name", " Bolt "), ("note", "  "), ("count", "12"), ("price", "1,5"), ("due", "2026-11-20"), ("urgent", "true"),
        ("colour", "red"), ("days", "mo"), ("days", "we"),
    )  # fmt: skip

    assert form.is_good
    assert form.values == {
        "name": "Bolt",
        "note": None,
        "count": 12,
        "price": 1.5,
        "due": date(2026, 11, 20),
        "urgent": True,
        "colour": "red",
        "days": ["mo", "we"],
    }


def test_a_box_left_empty_is_no_and_no_choice_is_an_empty_list() -> None:
    form = _sent(("name", "Bolt"))

    assert form.values["urgent"] is False
    assert form.values["days"] == []


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("name", "", "Fill in this field."),
        ("name", "   ", "Fill in this field."),
        ("name", "Bolts and nuts", "At most 10 letters; these are 14."),
        ("name", "a\x00b", "damaged"),
        ("count", "many", "Write a whole number"),
        ("count", "0", "Not less than 1."),
        ("count", "100", "Not more than 99."),
        ("price", "cheap", "Write a number"),
        ("due", "20.11.2026", "year-month-day"),
        ("colour", "blue", "Choose one"),
        ("days", "su", "Choose one"),
        ("stranger", "x", "There is no such field."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(name: str, typed: str, words: str) -> None:
    fields_sent = {"name": "Bolt", "note": "keep me", name: typed}

    form = _sent(*fields_sent.items())

    assert list(form.errors) == [name]
    assert words in form.errors[name][0]
    assert form.typed["note"] == "keep me"
    assert form.typed[name] in (typed, [typed])


def test_errors_speak_the_language_of_the_request() -> None:
    with speaking("zh"):
        inside = _sent(("name", "")).errors["name"]
    # The sentence is made while the request speaks; which words it has is the catalogue's business.
    with speaking("zh"):
        assert inside == [str(Message("Fill in this field."))]


def test_problems_of_an_operation_go_to_their_fields() -> None:
    error = BadInput(Message("No."), (Problem(Message("Taken."), Message("Choose another."), column="name"),))

    form = _sent(("name", "Bolt")).with_problems(error)

    assert form.errors == {"name": ("Taken. Choose another.",)}
    assert not form.is_good


def test_a_refusal_of_the_engine_goes_to_the_field_or_above_the_form() -> None:
    error = Refused("approve", [Unmet("form.note", Message("Say why.")), Unmet("four_eyes", Message("Somebody else."))])

    form = _sent(("name", "Bolt")).with_refusal(error)

    assert form.errors == {"note": ("Say why.",), "_form": ("Somebody else.",)}


def test_a_door_without_form_raises_the_errors_by_column() -> None:
    with pytest.raises(BadInput) as caught:
        forms.refuse(_sent(("name", "")))

    assert [problem.column for problem in caught.value.details] == ["name"]
