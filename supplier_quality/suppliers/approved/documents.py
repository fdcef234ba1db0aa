"""The approved supplier list on paper."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.documents.prints import print_handler
from supplier_quality.documents.sheets import Reader, draw_sheet
from supplier_quality.engine.definitions import Process
from supplier_quality.engine.store import active_process
from supplier_quality.errors import BadInput
from supplier_quality.identity import Actor
from supplier_quality.language import Words, _, listed
from supplier_quality.parts.wording import CRITICALITY_WORDS
from supplier_quality.suppliers.approved import queries
from supplier_quality.suppliers.approved.queries import ListedLine, ListFilters
from supplier_quality.suppliers.scope.models import ScopeLine

PRINT = "approved.print"
MOST_PRINTED = 2_000
"""Lines on paper; a longer list is for a spreadsheet."""

TITLE = _("Approved supplier list")
# A printer without colours still tells the states apart.
_SYMBOLS = {"good": "●", "due": "◐", "held": "○", "bad": "✕"}


class TooLongToPrint(BadInput):
    """The list has more lines than anybody reads on paper."""

    code = "too_long_to_print"

    def __init__(self) -> None:
        super().__init__(
            _("The list has more than %(count)s lines. Narrow it, or export it as a spreadsheet.", count=MOST_PRINTED)
        )


def make_list(session: Session, asked: Mapping[str, Any], actor: Actor, reader: Reader, at: datetime) -> str:
    """The list as it was asked for: ``search``, ``state``, ``commodity_id``, ``commodity``, ``on`` and ``before`` (ISO), ``address``.

    Raises TooLongToPrint.
    """
    filters = ListFilters(
        search=asked["search"],
        state=asked["state"],
        commodity_id=asked["commodity_id"],
        before=datetime.fromisoformat(asked["before"]) if asked["before"] else None,
    )
    lines = _all_lines(session, filters, actor)
    _row, process = active_process(session, ScopeLine.workflow)
    counted = Counter(line.view.state for line in lines)
    values = {
        "title": str(TITLE),
        "standing": str(_standing(date.fromisoformat(asked["on"]) if asked["on"] else None)),
        "narrowed": _narrowed(process, asked),
        "address": asked["address"],
        "count": len(lines),
        "counts": [(_state(process, name), counted[name]) for name in process.states if counted[name]],
        "groups": [_group(process, list(group)) for _place, group in groupby(lines, key=_place_of)],
    }
    return draw_sheet("approved/list.html", values, reader=reader, at=at)


def _all_lines(session: Session, filters: ListFilters, actor: Actor) -> list[ListedLine]:
    lines: list[ListedLine] = []
    cursor: str | None = None
    while True:
        page = queries.list_approved(session, actor=actor, filters=filters, cursor=cursor, size=200)
        lines += page.rows
        if len(lines) > MOST_PRINTED:
            raise TooLongToPrint
        cursor = page.next_cursor
        if cursor is None:
            return lines


def _standing(on: date | None) -> Words:
    if on is None:
        return _("the time of printing")
    return _("the end of %(day)s, from the trail", day=on.isoformat())


def _narrowed(process: Process, asked: Mapping[str, Any]) -> str:
    """The filters in force, in words."""
    said = []
    if asked["search"]:
        said.append(_("search “%(text)s”", text=asked["search"]))
    if asked["state"]:
        said.append(_("state %(state)s", state=_state(process, asked["state"])))
    if asked["commodity"]:
        said.append(_("commodity %(number)s", number=asked["commodity"]))
    return listed(said)


def _state(process: Process, name: str) -> str:
    state = process.states.get(name)
    return str(state.label) if state else name


def _place_of(line: ListedLine) -> tuple[int, int]:
    return line.view.supplier_id, line.view.site_id


def _group(process: Process, lines: Sequence[ListedLine]) -> dict[str, Any]:
    """The lines of one site of one supplier."""
    first = lines[0].view
    return {
        "supplier": first.supplier_name,
        "number": first.supplier_number,
        "site": first.site,
        "lines": [_line(process, line) for line in lines],
    }


def _line(process: Process, line: ListedLine) -> dict[str, Any]:
    view, state = line.view, process.states.get(line.view.state)
    return {
        "commodity": view.commodity,
        "commodity_name": str(view.commodity_name),
        "criticality": str(CRITICALITY_WORDS[view.criticality]),
        "part": view.part_number,
        "symbol": _SYMBOLS.get(state.tone, "·") if state else "·",
        "state": _state(process, view.state),
        "since": line.since,
        "valid_to": view.valid_to,
        "conditions": view.conditions,
        "due": view.due,
    }


EFFECTS = {PRINT: print_handler(make_list)}
