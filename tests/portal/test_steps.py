"""A form as steps: every field in one, what does not apply left out, faults only of what was typed."""

from supplier_quality.engine.definitions.model import FormField, Place
from supplier_quality.language import Text, _
from supplier_quality.portal.steps import faults_of, hidden_fields, progress_of, steps_of, typed_of
from supplier_quality.portal.tasks import Section


def field(name: str, kind: str = "text", *, required: bool = False) -> FormField:
    return FormField(name, kind, Text.of(name), required, (), None, None, None, None, Place(1, 1))


FIELDS = (field("a", required=True), field("b", "int"), field("c", "bool"), field("d"), field("e", "file"))


def ids(fields: tuple[FormField, ...]) -> list[list[str]]:
    sections = (Section(_("First"), ("b", "missing", "a")), Section(_("None of these"), ("x",)))
    return [[each.id for each in step.fields] for step in steps_of(fields, sections)]


def test_sections_come_first_and_nothing_is_left_out() -> None:
    assert ids(FIELDS) == [["b", "a"], ["c", "d", "e"]]


def test_a_form_without_sections_is_cut_into_pieces_a_phone_can_show() -> None:
    fields = [field(f"f{number}") for number in range(14)]
    steps = steps_of(fields, ())
    assert [len(step.fields) for step in steps] == [6, 6, 2]
    assert [str(step.title) for step in steps] == ["Part 1", "Part 2", "Part 3"]
    assert str(steps_of(fields[:3], ())[0].title) == "Your answer"


def test_a_step_is_done_when_the_required_is_there_and_nothing_is_wrong() -> None:
    step = steps_of(FIELDS, ())[0]
    told = [
        (progress.is_open, progress.is_done)
        for progress in (
            progress_of(step, {}),
            progress_of(step, {"a": "x"}),
            progress_of(step, {"a": "x", "b": "many"}),
            progress_of(step, {"a": "  ", "b": "2"}),
        )
    ]
    assert told == [(True, False), (False, True), (True, False), (True, False)]


def test_a_step_with_nothing_required_is_done_once_something_was_answered() -> None:
    step = steps_of([field("d")], ())[0]
    assert (progress_of(step, {}).is_open, progress_of(step, {}).is_done) == (False, False)
    assert progress_of(step, {"d": "x"}).is_done


def test_a_step_that_the_rules_refuse_is_not_done_however_full_it_is() -> None:
    step = steps_of(FIELDS, (Section(_("First"), ("b", "a")),))[0]
    judged = {"b": (_("One of the two numbers is needed"),), "c": (_("This stands on another page"),)}
    refused = progress_of(step, {"a": "x"}, judged)
    assert (refused.is_open, refused.is_done, list(refused.faults)) == (True, False, ["b"])
    assert progress_of(step, {"b": "2"}, judged).faults == {}, "the rules wait for what is required"


def test_empty_fields_are_left_in_peace_while_typing() -> None:
    assert set(faults_of(FIELDS, {"a": "", "b": "many"}, only_typed=True)) == {"b"}
    assert set(faults_of(FIELDS, {"a": "", "b": "many"})) == {"a", "b"}


def test_what_follows_a_no_does_not_apply() -> None:
    steps = steps_of(FIELDS, (Section(_("All"), ("c", "d"), follows={"d": "c"}),))
    assert hidden_fields(steps, {"c": "true"}) == set()
    assert hidden_fields(steps, {"c": "false"}) == hidden_fields(steps, {}) == {"d"}


def test_stored_answers_fill_the_form_again() -> None:
    stored = {"a": "x", "b": 7, "c": False, "d": None, "gone": "y"}
    assert typed_of(FIELDS, stored) == {"a": "x", "b": "7", "c": "false"}
