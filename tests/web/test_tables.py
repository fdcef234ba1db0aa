"""The state of a table stands in its address, and only what the table allows gets in."""

import pytest
from werkzeug.datastructures import MultiDict

from supplier_quality.language import Message
from supplier_quality.web import Column, Filter, Table, read_table

COLUMNS = (
    Column("name", Message("Name"), sortable=True, fixed=True),
    Column("state", Message("State"), sortable=True),
    Column("note", Message("Note"), shown=False),
)
FILTERS = (
    Filter("state", Message("State"), (("open", Message("Open")), ("done", Message("Done")))),
    Filter("city", Message("City")),
)


def _table(query: dict[str, str] | None = None) -> Table:
    return read_table(
        MultiDict(query or {}),
        id="t",
        path="/things",
        columns=COLUMNS,
        filters=FILTERS,
        first_sort="-name",
        keep=("tab",),
    )


def test_a_table_as_it_starts_has_a_bare_address() -> None:
    assert _table().address() == "/things"


def test_the_address_of_a_table_opens_the_same_table_again() -> None:
    query = {"sort": "state", "state": "open", "city": "Köln", "q": "a&b", "size": "100", "at": "cursor", "tab": "2"}

    assert _table(query).query() == query


@pytest.mark.parametrize("query", [{"sort": "note"}, {"sort": "password_hash"}, {"state": "secret"}, {"size": "9999"}])
def test_what_the_table_does_not_allow_is_left_out(query: dict[str, str]) -> None:
    assert _table(query).query() == {}


def test_sorting_by_the_same_column_again_turns_it_round() -> None:
    assert _table().sorted_by("name") == "/things?sort=name"
    assert _table({"sort": "name"}).sorted_by("name") == "/things"
    assert _table().sorted_by("state") == "/things?sort=state"


def test_a_new_sort_or_filter_starts_at_the_first_row() -> None:
    table = _table({"at": "cursor", "state": "open"})

    assert "at=" not in table.sorted_by("state")
    assert "at=" not in table.cleared()


def test_every_filter_in_force_is_a_chip_that_takes_it_off() -> None:
    chips = _table({"state": "open", "city": "Köln"}).chips

    assert [(chip.label, chip.value, chip.without) for chip in chips] == [
        ("State", "Open", "/things?city=K%C3%B6ln"),
        ("City", "Köln", "/things?state=open"),
    ]


def test_columns_can_be_chosen_but_not_the_one_that_names_the_row_away() -> None:
    table = _table({"columns": "note"})

    assert [column.name for column in table.shown] == ["name", "note"]
    assert [column.name for column in _table().shown] == ["name", "state"]


def test_a_filter_cannot_take_a_name_the_table_needs() -> None:
    with pytest.raises(ValueError, match="sort"):
        read_table(
            MultiDict(), id="t", path="/", columns=COLUMNS, filters=[Filter("sort", Message("x"))], first_sort="name"
        )


def test_columns_keep_the_order_in_which_they_were_chosen_where_rows_are_drawn_so() -> None:
    def table(query: dict[str, str]) -> Table:
        return read_table(
            MultiDict(query), id="t", path="/things", columns=COLUMNS, first_sort="name", orderable=True
        )  # fmt: skip

    assert table({"columns": "note,name"}).order == ("note", "name")
    assert table({"columns": "note"}).order == ("name", "note"), "the column that names the row cannot be left out"
    assert table({}).moved("name", -1) is None
    assert table({}).moved("name", 1) == "/things?columns=state%2Cname&arrange=yes"
    assert table({"columns": "state,name"}).moved("name", -1) == "/things?arrange=yes", "the usual order needs no words"
    assert [column.name for column in table({"columns": "note"}).ordered] == ["name", "note", "state"]
    assert _table({"columns": "note,state"}).order == ("name", "state", "note")
