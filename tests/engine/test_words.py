"""Rules in plain words."""

import pytest

from supplier_quality.engine import words
from supplier_quality.engine.definitions.durations import IsoDuration
from supplier_quality.engine.definitions.model import ROLES, Process
from supplier_quality.language import Text
from tests.engine.diagram.examples import sample_release


@pytest.fixture(scope="module")
def process() -> Process:
    return sample_release()


def said(sentences: tuple[object, ...]) -> list[str]:
    return [str(sentence) for sentence in sentences]


@pytest.mark.parametrize(
    ("duration", "business", "expected"),
    [
        ("P1D", False, "1 day"),
        ("P5D", False, "5 days"),
        ("P5D", True, "5 working days"),
        ("P1D", True, "1 working day"),
        ("PT4H", True, "4 working hours"),
        ("P1Y6M", True, "1 year and 6 months"),
        ("P2W", True, "2 weeks"),
        ("P1DT2H30M", False, "1 day, 2 hours and 30 minutes"),
        ("PT0S", False, "no time"),
    ],
)
def test_durations_are_said_as_people_say_them(duration: str, business: bool, expected: str) -> None:
    assert str(words.describe_duration(IsoDuration.parse(duration), business=business)) == expected


def test_an_action_says_who_may_what_it_asks_for_and_what_follows(process: Process) -> None:
    assert said(words.describe_action(process, process.actions["approve"])) == [
        'Approve; release from Customer review or On hold to Done: "closed",'
        " by supplier quality engineer or quality manager.",
        "Signed with one's own credentials: “I release this lot”.",
        "Asks for: Note (required).",
        "Only if lot.size > 0. Otherwise: “The lot is empty”.",
        "Then: send the mail “lot released”.",
    ]


def test_an_action_that_keeps_the_state_names_only_that(process: Process) -> None:
    assert said(words.describe_action(process, process.actions["comment"])) == [
        "Comment in Customer review, by supplier quality engineer or supplier."
    ]


def test_timers_say_when_what_and_how_often(process: Process) -> None:
    assert [str(words.describe_timer(process, timer)) for timer in process.timers] == [
        "After 5 working days in Customer review: escalate to quality manager;"
        " again every 2 working days, at most 3 times in all.",
        "30 days and 1 day before lot.until, in On hold: send the mail “lot reminder”.",
        "When lot.until is reached, in Customer review: Hold.",
    ]


def test_states_say_who_is_waited_for_and_what_is_possible(process: Process) -> None:
    assert said(words.describe_state(process, process.states["draft"])) == [
        "Draft is where a record starts.",
        "Possible here: Submit.",
    ]
    assert said(words.describe_state(process, process.states["review"]))[:2] == [
        "Waits for: Supplier quality decides.",
        "Possible here: Return, Comment, Approve; release, Hold, Reject.",
    ]
    assert said(words.describe_state(process, process.states["end"])) == [
        'Done: "closed" is final; nothing leads out of it.'
    ]


def test_lists_are_joined_as_each_language_joins_them() -> None:
    items = [Text({"en": "a", "zh": "甲"}), Text({"en": "b", "zh": "乙"}), Text({"en": "c", "zh": "丙"})]

    assert words.any_of(items).render("en") == "a, b or c"
    assert words.all_of(items[:1]).render("en") == "a"
    assert words.Listed(tuple(items)).render("zh") == "甲、乙、丙"


def test_every_role_of_process_files_has_words() -> None:
    assert set(words.ROLES) == ROLES
