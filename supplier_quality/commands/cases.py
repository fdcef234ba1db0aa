"""Facts, types and cases as ``workflows eval`` and ``simulate`` take them: read strictly, refused with a sentence.

Python's reader of JSON takes more than JSON is, and lets the second of two equal names win. An expression tried on such
facts would be tried on others than its author thinks.
"""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from supplier_quality.engine.definitions.fields import unknown
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.nodes import plain, read_nodes
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _

CASE_KEYS = ("expr", "facts", "types")
LONGEST_NUMBER = 400
"""Characters; Python itself refuses to read much longer ones."""

Answer = Mapping[str, Any]


class NotUsable(BadInput):
    """The text is no JSON, or holds what has no place in facts. ``line`` and ``column`` count from 1."""

    def __init__(self, message: Words, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def read_json(text: str) -> object:
    """The value of one JSON text. Raises NotUsable, also for names given twice, NaN, infinities and broken characters."""
    try:
        value = json.loads(
            text, object_pairs_hook=_each_once, parse_constant=_no_constant, parse_int=_whole, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        message = _("This is no JSON; it stops making sense in line %(line)s, column %(column)s.",
                    line=error.lineno, column=error.colno)  # fmt: skip
        raise NotUsable(message, error.lineno, error.colno) from None
    except RecursionError:
        raise NotUsable(_("This is nested too deeply.")) from None
    check_characters(value)
    return value


def check_characters(value: object) -> None:
    """Raises NotUsable for a text with half of a surrogate pair, which is no character and cannot be printed."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            half = next((character for character in item if 0xD800 <= ord(character) <= 0xDFFF), None)
            if half is not None:
                shown = item.encode("ascii", "backslashreplace").decode()[:60]
                message = _(
                    "The text %(text)s contains \\u%(code)s, which is half of a character; write both halves or neither.",
                    text=shown,
                    code=f"{ord(half):04x}",
                )
                raise NotUsable(message)
        elif isinstance(item, Mapping):
            pending += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            pending += item


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise NotUsable(_("The name %(name)s is given twice.", name=_printable(name)))
        found[name] = value
    return found


def _no_constant(written: str) -> object:
    raise NotUsable(_("%(value)s is no JSON value.", value=written))


def _whole(written: str) -> int:
    if len(written) > LONGEST_NUMBER:
        raise NotUsable(_("The number %(number)s is too large.", number=written[:20] + "…"))
    return int(written)


def _finite(written: str) -> float:
    number = float(written)
    if math.isinf(number):
        raise NotUsable(_("The number %(number)s is too large.", number=written[:60]))
    return number


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()[:60]


def answers(text: str) -> Iterator[Answer]:
    """One answer for each line of a file of cases, in order, also for one that is empty.

    Only a line feed ends a line: other separators of lines may stand inside a JSON text.
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return (_answer(line) for line in lines)


def _answer(line: str) -> Answer:
    try:
        case = _case(line)
    except NotUsable as error:
        return _refused(error)
    return evaluate(case["expr"], case.get("facts") or {}, case.get("types"))


def evaluate(expression: str, facts: Mapping[str, Any], types: Mapping[str, Any] | None) -> Answer:
    """``{ok: true, value, type}`` or ``{ok: false, error, column}``.

    Types may stand under the key ``facts``, as in the rule file they were copied from.
    """
    from supplier_quality.engine.expressions import eval_case

    if types is not None and set(types) == {"facts"} and "facts" not in facts and isinstance(types["facts"], dict):
        types = types["facts"]

    try:
        check_characters(expression)
    except NotUsable as error:
        return _refused(error)
    return eval_case(expression, facts, types)


def _refused(error: NotUsable) -> Answer:
    return {"ok": False, "error": str(error.message), "column": error.column}


def _case(line: str) -> dict[str, Any]:
    """What stands in one line. Raises NotUsable."""
    if not line.strip():
        raise NotUsable(_("This line is empty; a case is an object with expr, and where needed facts and types."))
    case = read_json(line)
    if not isinstance(case, dict):
        raise NotUsable(_("A case is an object with expr, and where needed facts and types."))
    for key in case:
        if key not in CASE_KEYS:
            message = _("A case has no key %(name)s.", name=key[:60])
            raise NotUsable(unknown(message, key, CASE_KEYS))
    if not isinstance(case.get("expr"), str):
        raise NotUsable(_("A case needs the key expr with the expression as a text."))
    for key in ("facts", "types"):
        if not isinstance(case.get(key), dict | None):
            raise NotUsable(_("%(key)s must be an object: one entry for every name.", key=key))
    return case


def read_text(path: Path) -> str:
    """The text of a UTF-8 file with its line ends as they are. Raises BadInput."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problem = Problem(_("The file cannot be read"), _("Check the path."), value=str(path))
        why = error.strerror or type(error).__name__
        raise BadInput(_("%(path)s cannot be read: %(why)s", path=path, why=why), (problem,)) from error
    except UnicodeDecodeError as error:
        place = error.object[: error.start]
        line, column = place.count(b"\n") + 1, len(place) - place.rfind(b"\n")
        message = _("%(path)s is not UTF-8: byte %(column)s of line %(line)s belongs to no character.",
                    path=path, line=line, column=column)  # fmt: skip
        problem = Problem(message, _("Save the file as UTF-8."), row=line, column=str(column))
        raise BadInput(message, (problem,)) from error


def read_facts(path: Path) -> dict[str, Any]:
    """The values by name of a JSON file. Raises BadInput."""
    try:
        facts = read_json(read_text(path))
    except NotUsable as error:
        problem = Problem(error.message, row=error.line, column=str(error.column))
        raise BadInput(_("%(path)s: %(reason)s", path=path, reason=error.message), (problem,)) from None
    if not isinstance(facts, dict):
        raise BadInput(_("%(path)s must hold one object: a value for every name.", path=path))
    return facts


def read_types(path: Path) -> dict[str, Any]:
    """The types by name of a YAML file, which is read as strictly as a rule file. Raises BadInput."""
    notes = Notes()
    root = read_nodes(read_text(path), notes)
    if notes.findings:
        problems = tuple(
            Problem(finding.message, row=finding.line, column=str(finding.column)) for finding in notes.findings
        )
        raise BadInput(_("%(path)s: %(reason)s", path=path, reason=notes.findings[0].message), problems)
    types = plain(root) if root is not None else None
    if not isinstance(types, dict):
        raise BadInput(_("%(path)s must hold one mapping: a type for every name.", path=path))
    try:
        check_characters(types)
    except NotUsable as error:
        raise BadInput(_("%(path)s: %(reason)s", path=path, reason=error.message)) from None
    return types
