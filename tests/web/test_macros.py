"""The parts of pages that every feature uses, drawn from what the engine and the lists give them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from supplier_quality import clock
from supplier_quality.engine.definitions.model import FormField
from supplier_quality.engine.evaluation import Unmet
from supplier_quality.engine.explain import ActionView
from supplier_quality.language import Message, Text
from supplier_quality.persistence.paging import Page
from supplier_quality.web import Column, Filter, Form, drafts, parse_action, read_table
from tests.support import AT


@pytest.fixture
def draw(app: Flask) -> Callable[..., str]:
    """Draws a piece of template as a page would."""

    def drawn(source: str, /, **context: Any) -> str:
        with app.test_request_context("/things"), clock.standing_at(AT):
            app.preprocess_request()
            names = {"csrf_field": lambda: Markup("<csrf>"), **context}
            values: dict[str, Any] = {}
            app.update_template_context(values)
            text = app.jinja_env.from_string(source).render(**{**values, **names, "request": request})
        return re.sub(r"\s+", " ", text)

    return drawn


def _field(id: str, type: str, **changes: Any) -> FormField:
    given: dict[str, Any] = {
        "id": id,
        "type": type,
        "label": Text.of(id.title()),
        "required": False,
        "choices": (),
        "help": None,
        "min": None,
        "max": None,
        "max_length": None,
        "place": None,
    }
    return FormField(**{**given, **changes})


def _view(id: str, **changes: Any) -> ActionView:
    given: dict[str, Any] = {
        "id": id,
        "label": Text.of(id.title()),
        "to": "next",
        "to_label": Text.of("Next state"),
        "allowed": True,
        "not_mine": False,
        "by": frozenset({"sqe"}),
        "primary": False,
        "confirm": None,
        "form": (),
        "sign": None,
        "refused": (),
    }
    return ActionView(**{**given, **changes})


NEXT = (
    '{% from "macros/next.html" import what_next with context %}'
    "{{ what_next(views, urls, 7, form, forms=forms, mends=mends, signer='Anna', keys=keys) }}"
)


def _next(draw: Callable[..., str], *views: ActionView, **context: Any) -> str:
    given = {"forms": None, "mends": None, "keys": None, "form": Form(), **context}
    return draw(NEXT, views=views, urls=lambda action: f"/things/1/{action}", **given)


def test_a_possible_action_is_a_form_with_the_version_that_was_read(draw: Callable[..., str]) -> None:
    text = _next(draw, _view("accept"), keys={"accept": "key-1"})

    assert 'action="/things/1/accept"' in text
    assert 'name="expected_version" value="7"' in text
    assert 'name="idempotency_key" value="key-1"' in text
    assert "Next state" in text


def test_an_impossible_action_is_shown_with_every_rule_its_values_and_the_way_to_mend(draw: Callable[..., str]) -> None:
    refused = (
        Unmet("certificate", Message("Certificate expired"), {"expires": "2026-03-01"}, mend="certificates"),
        Unmet("four_eyes", Message("The submitter may not approve")),
    )

    text = _next(draw, _view("approve", allowed=False, refused=refused), mends={"certificates": "#certificates"})

    assert "<button" not in text
    for words in (
        "Certificate expired",
        "expires: 1 Mar 2026",
        "The submitter may not approve",
        'href="#certificates"',
    ):
        assert words in text


def test_actions_of_other_roles_are_named_and_not_offered(draw: Callable[..., str]) -> None:
    text = _next(draw, _view("approve", allowed=False, not_mine=True))

    assert "<button" not in text
    assert "Other roles can: Approve." in text


def test_an_action_that_signs_asks_for_the_password_and_shows_the_meaning(draw: Callable[..., str]) -> None:
    text = _next(draw, _view("approve", sign=Text.of("I approve this part")))

    assert "I approve this part" in text
    assert 'name="signed_password"' in text
    assert "Signed by Anna." in text


def test_a_form_sent_back_stands_open_with_what_was_typed_and_the_error_beside_it(draw: Callable[..., str]) -> None:
    wanted = (_field("reason", "longtext", required=True), _field("until", "date"))
    sent = parse_action(wanted, MultiDict({"until": "soon", "reason": "Wear <b>"}))

    text = _next(draw, _view("extend", form=wanted), forms={"extend": sent})

    assert '<details class="act" name="what-next" open' in text
    assert "Wear &lt;b&gt;" in text
    assert 'value="soon"' in text
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="extend-until-error"' in text


def test_a_table_marks_its_sort_counts_its_rows_and_links_its_neighbours(draw: Callable[..., str]) -> None:
    columns = (
        Column("name", Message("Name"), sortable=True, fixed=True),
        Column("spend", Message("Spend, €"), numeric=True),
    )
    filters = (Filter("state", Message("State"), (("open", Message("Open")),)),)
    args = MultiDict({"state": "open", "sort": "-name"})
    table = read_table(args, id="t", path="/things", columns=columns, filters=filters, first_sort="name")
    page = Page(rows=[{"id": 1, "name": "A & B"}], next_cursor="later", previous_cursor=None, total=1234)

    text = draw(
        '{% from "macros/table.html" import data_table with context %}'
        '{% call(row, table) data_table(table, page, "Things", "None", "Why", bulk="<b>", bulk_action="/bulk") %}'
        '<th scope="row" class="name">{{ row.name }}</th>{% endcall %}',
        table=table,
        page=page,
    )

    assert 'aria-sort="descending"' in text
    assert "1,234 rows" in text
    assert "A &amp; B" in text
    assert "at=later" in text
    assert "Remove filter State" in text
    assert 'name="picked" value="1"' in text
    assert 'class=" numeric"' in text


def test_an_empty_table_says_why_and_a_filtered_one_how_to_see_all(draw: Callable[..., str]) -> None:
    source = (
        '{% from "macros/table.html" import data_table with context %}'
        '{% call(row, table) data_table(table, page, "Things", "No things yet", "Import a file") %}{% endcall %}'
    )
    page: Page[object] = Page(rows=[], next_cursor=None, previous_cursor=None, total=0)
    columns = (Column("name", Message("Name"), fixed=True),)

    def table(query: dict[str, str]) -> Any:
        return read_table(MultiDict(query), id="t", path="/things", columns=columns, first_sort="name")

    assert "No things yet" in draw(source, table=table({}), page=page)
    assert "No row fits these filters" in draw(source, table=table({"q": "x"}), page=page)


@pytest.mark.parametrize(
    ("tone", "shown"),
    [("waiting", "waiting"), ("overdue", "bad"), ("rejected", "bad"), ("due", "soon"), ("new", "open")],
)
def test_a_state_is_told_by_word_icon_and_colour(draw: Callable[..., str], tone: str, shown: str) -> None:
    text = draw(
        '{% from "macros/small.html" import status_chip with context %}{{ status_chip("Word", tone) }}', tone=tone
    )

    assert f"tone-{shown}" in text
    assert "<svg" in text
    assert "Word</span>" in text


def test_times_are_relative_with_the_exact_one_for_hover_focus_and_programs(draw: Callable[..., str]) -> None:
    text = draw("{{ at | when }}|{{ at | day }}|{{ soon | ago }}|{{ now | ago }}", at=AT - timedelta(hours=3), soon=AT + timedelta(days=2), now=AT)  # fmt: skip

    assert 'data-exact="20 Nov 2026, 07:00 CET"' in text
    assert 'datetime="2026-11-20T06:00:00+00:00"' in text
    assert 'tabindex="0">3 hours ago</time>' in text
    assert text.endswith("|20 Nov 2026|in 2 days|just now")


def test_a_missed_deadline_says_by_how_much_and_not_when(draw: Callable[..., str]) -> None:
    source = '{% from "macros/small.html" import deadline with context %}{{ deadline(at, late=true) }}'

    text = draw(source, at=AT - timedelta(days=7))

    assert "Overdue by <time" in text and ">1 week</time>" in text
    assert "ago" not in text


def test_a_limit_reads_as_it_was_set(draw: Callable[..., str]) -> None:
    assert draw("{{ size | bytes_size }}", size=25 * 1024 * 1024) == "25 MB"


def test_values_of_the_trail_are_told_in_local_time(draw: Callable[..., str]) -> None:
    told = draw("{{ tell_value(value) }}", value={"starts_at": "2026-12-09T07:00:00.000000Z", "days": [1, 2]})

    assert told == "starts_at 9 Dec 2026, 08:00, days 1, 2"


def test_values_of_any_kind_read_as_words(draw: Callable[..., str]) -> None:
    values = [None, True, 12345.5, datetime(2026, 3, 1, 12, tzinfo=UTC), ["a", "b"], {"x": 1}, "text"]

    text = draw("{% for value in values %}{{ value | plain }};{% endfor %}", values=values)

    assert text == "–;yes;12,345.5;1 Mar 2026, 13:00;a, b;x 1;text;"


def test_a_form_that_saves_itself_says_when_it_was_saved(draw: Callable[..., str]) -> None:
    text = draw(
        '{% from "macros/forms.html" import saved with context %}{{ saved(draft) }}', draft=drafts.SavedDraft({}, AT)
    )

    assert "Saved 10:00" in text
