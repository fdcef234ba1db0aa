"""Decision tables: rows of conditions over typed inputs, each with the outputs it decides.

A table with hit policy ``unique`` has at most one row for any input, one with ``first`` takes the topmost. Both are
checked for gaps, and rows that can never be hit are refused; every fault is shown with an input for which it happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from supplier_quality.engine.definitions.fields import VARIABLE, Fields, Named, is_empty, read_types, shape, unknown
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.kinds import Header, RuleKind
from supplier_quality.engine.definitions.model import Place
from supplier_quality.engine.definitions.nodes import Mapping as MappingNode
from supplier_quality.engine.definitions.nodes import Node, Plain, plain
from supplier_quality.engine.definitions.schemas import PLAIN_OBJECT, TEXT, file_schema, mapping, one_or_many
from supplier_quality.engine.expressions import EvaluationError, Type, from_plain, to_plain
from supplier_quality.engine.table_cells import Cell, CellFault, Column, read_cell, sample_values
from supplier_quality.engine.table_checks import check_rows
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Text, Words, _

INPUT_KEYS = ("type", "values", "min", "max", "label")
ROW_KEYS = ("id", "when", "then", "why")
TEST_KEYS = ("name", "facts", "expect")
_ORDERED = frozenset({"int", "double", "date", "timestamp", "duration"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a cell per input that it looks at, and what it decides. ``number`` counts from 1."""

    number: int
    id: str | None
    cells: Mapping[str, Cell]
    outputs: Mapping[str, Plain]
    why: Text | None
    place: Place


@dataclass(frozen=True, slots=True)
class TableTest:
    """An example an author wrote into the file; ``expect`` None means that no row decides."""

    name: str
    facts: Mapping[str, Plain]
    expect: Mapping[str, Plain] | None
    place: Place


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table decided: the row's number (None for ``otherwise``), its outputs, and the inputs that led there."""

    row: int | None
    id: str | None
    outputs: Mapping[str, Plain]
    why: Text | None
    because: tuple[Mapping[str, Plain], ...]


class UndecidedInput(BadInput):
    """The table has no answer for this input, or an input is missing or outside what the table declares."""

    code = "undecided"


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision table that was read without a fault."""

    name: str
    version: int
    title: Text
    hit: Literal["unique", "first"]
    inputs: Mapping[str, Column]
    outputs: Mapping[str, Type]
    rows: tuple[Row, ...]
    otherwise: Mapping[str, Plain] | None
    tests: tuple[TableTest, ...]
    hash: str
    source: str

    def decide(self, facts: Mapping[str, object]) -> Decision | None:
        """The decision for these inputs; None in a gap that the table allows. Raises UndecidedInput."""
        values = self._values(facts)
        for row in self.rows:
            if all(cell.matches(values[name]) for name, cell in row.cells.items()):
                return Decision(row.number, row.id, row.outputs, row.why, self._because(row, values))
        if self.otherwise is None:
            return None
        return Decision(None, None, self.otherwise, None, ())

    def _values(self, facts: Mapping[str, object]) -> dict[str, object]:
        values: dict[str, object] = {}
        problems = []
        for name, column in self.inputs.items():
            try:
                values[name] = from_plain(facts.get(name), column.type, name)
            except EvaluationError as error:
                problems.append(Problem(Text.of(str(error)), column=name, value=str(facts.get(name))))
                continue
            if not column.admits(values[name]):
                sentence = _("%(name)s is outside the values of this table.", name=name)
                problems.append(Problem(sentence, column=name, value=str(facts.get(name))))
        if problems:
            message = _("The table %(table)s cannot decide.", table=self.title)
            raise UndecidedInput(message, tuple(problems))
        return values

    def _because(self, row: Row, values: Mapping[str, object]) -> tuple[Mapping[str, Plain], ...]:
        return tuple(
            {"input": name, "value": to_plain(values[name]), "condition": cell.text}  # type: ignore[dict-item]
            for name, cell in row.cells.items()
        )


def read_table(fields: Fields, header: Header, notes: Notes) -> DecisionTable | None:
    inputs = _read_inputs(fields, notes)
    outputs = read_types(fields.node("outputs", required=True), notes)
    hit = fields.one_of("hit", ("unique", "first"), default="unique") or "unique"
    gaps = fields.one_of("gaps", ("refused", "allowed"), default="refused")
    rows = tuple(
        row
        for number, node in enumerate(fields.entries("rows", required=True), start=1)
        if (row := _read_row(number, node, notes, inputs, outputs)) is not None
    )
    otherwise_node = fields.node("otherwise")
    otherwise = _read_outputs(otherwise_node, notes, outputs) if otherwise_node is not None else None
    _check_row_ids(rows, notes)
    if header.check_whole and not len(notes):
        columns = {
            name: sample_values(column, [row.cells.get(name) for row in rows]) for name, column in inputs.items()
        }
        complete = otherwise is None and gaps == "refused"
        check_rows(
            [(row.number, row.cells, row.place) for row in rows], columns, notes,
            unique=hit == "unique", complete=complete, table=fields.at("rows"),
        )  # fmt: skip
    tests = _read_tests(fields, notes, inputs, outputs)
    return DecisionTable(
        header.name, header.version, header.title, hit, inputs, outputs, rows,  # type: ignore[arg-type]
        otherwise, tests, header.hash, header.source,
    )  # fmt: skip


def _read_inputs(fields: Fields, notes: Notes) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for named, node in fields.pairs("inputs", required=True, pattern=VARIABLE):
        if isinstance(node, MappingNode):
            own = Fields(node, notes, allowed=INPUT_KEYS, what=_("The input %(name)s", name=named.name))
            own.words("label")
            type_node = own.node("type", required=True)
        else:
            own, type_node = None, node
        if type_node is None:
            continue
        type_ = read_types(_single(named, type_node), notes).get(named.name)
        if type_ is None:
            continue
        if _base(type_).kind not in _ORDERED | {"bool", "string"}:
            message = _("An input must be a single value, not %(type)s.", type=str(type_))
            notes.add("bad_type", message, type_node)
            continue
        columns[named.name] = _bounded(named.name, type_, own, notes) if own else Column(named.name, type_)
    return columns


def _single(named: Named, node: Node) -> MappingNode:
    return MappingNode(node.line, node.column, {named.name: node}, {named.name: named})  # type: ignore[dict-item]


def _base(type_: Type) -> Type:
    return type_.args[0] if type_.kind == "optional" else type_


def _bounded(name: str, type_: Type, own: Fields, notes: Notes) -> Column:
    values = []
    for node in own.entries("values"):
        value = _constant(node, type_, "values", notes)
        if value is not None:
            values.append(value)
    bounds: dict[str, object] = {}
    for key in ("min", "max"):
        bound = own.node(key)
        if bound is None:
            continue
        if _base(type_).kind not in _ORDERED:
            notes.add("bad_field", _("%(key)s belongs to numbers, dates and times.", key=key), bound)
            continue
        bounds[key] = _constant(bound, type_, key, notes)
    least, most = bounds.get("min"), bounds.get("max")
    if least is not None and most is not None and least > most:  # type: ignore[operator]
        notes.add("out_of_range", _("min is larger than max."), own.at("min"))
    return Column(name, type_, tuple(values), least, most)


def _constant(node: Node, type_: Type, key: str, notes: Notes) -> object:
    try:
        return from_plain(plain(node), type_, key)
    except EvaluationError as error:
        notes.add("wrong_type", Text.of(str(error)), node)
        return None


def _read_row(
    number: int, node: Node, notes: Notes, inputs: Mapping[str, Column], outputs: Mapping[str, Type]
) -> Row | None:
    own = Fields(node, notes, allowed=ROW_KEYS, what=_("Row %(number)s", number=number))
    if not isinstance(node, MappingNode):
        return None
    cells: dict[str, Cell] = {}
    for named, cell_node in own.pairs("when", pattern=VARIABLE):
        column = inputs.get(named.name)
        if column is None:
            message = _("The table has no input %(name)s.", name=named.name)
            notes.add("unknown_input", unknown(message, named.name, inputs), named)
            continue
        if is_empty(cell_node):
            continue
        try:
            cell = read_cell(cell_node, column, strict=notes.strict)
        except CellFault as fault:
            notes.add("bad_condition", fault.words, fault.place)
            continue
        if cell is not None:
            cells[named.name] = cell
    then = own.node("then", required=True)
    decided = _read_outputs(then, notes, outputs) if then is not None else {}
    row_id = own.name("id", required=False)
    return Row(number, row_id, cells, decided, own.words("why"), Place(node.line, node.column))


def _check_row_ids(rows: tuple[Row, ...], notes: Notes) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id is not None and row.id in seen:
            notes.add("duplicate_row", _("The row %(id)s is given twice.", id=row.id), row.place)
        seen.add(row.id or "")


def _read_outputs(node: Node, notes: Notes, outputs: Mapping[str, Type]) -> dict[str, Plain]:
    if not isinstance(node, MappingNode):
        message = _("%(key)s must be a mapping of names, not %(found)s.", key="then", found=shape(node))
        notes.add("wrong_type", message, node)
        return {}
    decided: dict[str, Plain] = {}
    for name, value in node.items.items():
        if name not in outputs:
            message = _("The table has no output %(name)s.", name=name)
            notes.add("unknown_output", unknown(message, name, outputs), node.keys[name])
            continue
        try:
            decided[name] = to_plain(from_plain(plain(value), outputs[name], name))  # type: ignore[assignment]
        except EvaluationError as error:
            notes.add("wrong_type", Text.of(str(error)), value)
    for name, type_ in outputs.items():
        if name in node.items:
            continue
        if type_.kind == "optional":
            decided[name] = None
        else:
            notes.add("missing_output", _("The output %(name)s is missing.", name=name), node)
    return decided


def _read_tests(
    fields: Fields, notes: Notes, inputs: Mapping[str, Column], outputs: Mapping[str, Type]
) -> tuple[TableTest, ...]:
    tests = []
    for number, node in enumerate(fields.entries("tests"), start=1):
        own = Fields(node, notes, allowed=TEST_KEYS, what=_("A test"))
        if not isinstance(node, MappingNode):
            continue
        for name, _value in own.pairs("facts", pattern=VARIABLE):
            if name.name not in inputs:
                message = _("The table has no input %(name)s.", name=name.name)
                notes.add("unknown_input", unknown(message, name.name, inputs), name)
        expect_node = own.node("expect")
        if expect_node is None and "expect" not in own:
            notes.add("missing_key", _("%(what)s needs the key %(key)s.", what=_("A test"), key="expect"), node)
        expect = own.plain_mapping("expect") if expect_node is not None else None
        for name_ in expect or {}:
            if name_ not in outputs:
                message = _("The table has no output %(name)s.", name=name_)
                notes.add("unknown_output", unknown(message, name_, outputs), own.at("expect"))
        label = own.string("name") or str(number)
        tests.append(TableTest(label, own.plain_mapping("facts"), expect, Place(node.line, node.column)))
    return tuple(tests)


def run_table_tests(table: DecisionTable, notes: Notes) -> None:
    for test in table.tests:
        try:
            decision = table.decide(test.facts)
        except UndecidedInput as error:
            reasons = "; ".join(str(problem.problem) for problem in error.details)
            difference: Words | None = _("%(text)s", text=reasons)
        else:
            difference = _difference(test, decision)
        if difference is not None:
            message = _("Test '%(test)s' failed: %(difference)s", test=test.name, difference=difference)
            notes.add("test_failed", message, test.place)


def _difference(test: TableTest, decision: Decision | None) -> Words | None:
    found = dict(decision.outputs) if decision else None
    if found is None or test.expect is None:
        same = found is None and test.expect is None
    else:
        same = all(found[name] == value for name, value in test.expect.items())
    return None if same else _("expected %(expected)s, found %(found)s.", expected=test.expect, found=found)


def table_schema() -> dict[str, object]:
    bound = {"type": ["number", "string"]}
    column = {
        "anyOf": [
            {"type": "string"},
            mapping(
                {"type": {"type": "string"}, "values": {"type": "array"}, "min": bound, "max": bound, "label": TEXT},
                required=("type",),
            ),
        ]
    }
    cell = one_or_many({"type": ["string", "number", "boolean", "null"]})
    row = mapping(
        {
            "id": {"type": "string"},
            "when": {"type": ["object", "null"], "additionalProperties": cell},
            "then": {"type": "object"},
            "why": TEXT,
        },
        required=("then",),
    )
    properties: dict[str, object] = {
        "hit": {"enum": ["unique", "first"]},
        "gaps": {"enum": ["refused", "allowed"]},
        "inputs": {"type": "object", "minProperties": 1, "additionalProperties": column},
        "outputs": {"type": "object", "minProperties": 1},
        "rows": {"type": "array", "minItems": 1, "items": row},
        "otherwise": {"type": "object"},
    }
    test = mapping({"name": {"type": "string"}, "facts": PLAIN_OBJECT, "expect": PLAIN_OBJECT}, required=("expect",))
    return file_schema("table", properties, required=("inputs", "outputs", "rows"), test=test)


KIND = RuleKind(
    name="table",
    keys=("hit", "gaps", "inputs", "outputs", "rows", "otherwise"),
    read=read_table,
    run_tests=run_table_tests,
    schema=table_schema,
)
