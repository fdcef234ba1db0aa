"""The map of an import: which of our fields is filled from which of their columns.

A map file is YAML: ``name: Vendor``, ``key: Vendor ID``. Fields of sites and contacts are written nested
(``site: {name: Manufacturing Site}``) or flat (``site.name: Manufacturing Site``). ``empty: [N/A, "-"]`` names texts that
stand for nothing, ``constant: {country: DE}`` what holds for every row, ``match: duns`` by what a row's supplier is known.
See docs/import.md.
"""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers.importing.fields import FIELDS, NUMBER, MatchBy, Part
from supplier_quality.suppliers.names import tidy

EMPTY, CONSTANT, MATCH = "empty", "constant", "match"
_OWN = (EMPTY, CONSTANT, MATCH)
_PARTS = (Part.SITE.value, Part.CONTACT.value)


class BadMap(BadInput):
    """The map names something that does not exist; every problem is in ``details``."""

    code = "bad_map"


class BadColumns(BadInput):
    """The file does not have the columns that the map names."""

    code = "bad_columns"


@dataclass(frozen=True)
class ColumnMap:
    """Our field -> their column, with the texts that stand for nothing.

    ``constants`` are fields without a column that have the same text in every row; ``match`` is by what suppliers are known.
    """

    columns: Mapping[str, str]
    empty: frozenset[str] = field(default=frozenset())
    constants: Mapping[str, str] = field(default_factory=dict)
    match: MatchBy = MatchBy.KEY

    def as_json(self) -> dict[str, Any]:
        return {
            **self.columns,
            **({EMPTY: sorted(self.empty)} if self.empty else {}),
            **({CONSTANT: dict(self.constants)} if self.constants else {}),
            **({MATCH: self.match.value} if self.match is not MatchBy.KEY else {}),
        }

    def has(self, part: Part) -> bool:
        return any(FIELDS[name].part == part for name in self.columns)

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Our field -> the place of its column in a header. Raises BadColumns naming every column that is not there."""
        names = column_names(header)
        problems = [problem for column in self.columns.values() if (problem := _column_problem(column, names, header))]
        if problems:
            raise BadColumns(_("The file does not have the columns that the map names."), tuple(problems))
        return {name: names.index(tidy(column)) for name, column in self.columns.items()}


def column_names(header: Sequence[str]) -> list[str]:
    """How a map names the columns of a header: by their text, ``Name (2)`` for the second of equal ones, ``[F]`` for one
    without a text."""
    texts = [tidy(text) for text in header]
    seen: Counter[str] = Counter()
    counted = Counter(texts)
    names = []
    for place, text in enumerate(texts):
        seen[text] += 1
        if not text:
            names.append(f"[{_letters(place)}]")
        else:
            names.append(f"{text} ({seen[text]})" if counted[text] > 1 else text)
    return names


def _letters(place: int) -> str:
    """0 -> A, 26 -> AA: how spreadsheets name a column."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_map(text: str) -> ColumnMap:
    """The map written in a YAML file. Raises BadMap."""
    try:
        given = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a SafeLoader that also refuses doubled keys)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        raise BadMap(
            _("The map is not valid YAML."), (Problem(_("%(said)s", said=said), row=mark.line + 1 if mark else None),)
        ) from error
    return make_map(given)


def make_map(given: object) -> ColumnMap:
    """The map from its plain values, as parsed from YAML or sent by a form. Raises BadMap."""
    if not isinstance(given, Mapping):
        raise BadMap(_("A map names our field and their column, such as: name: Vendor"))
    problems: list[Problem] = []
    empty = _empty_texts(given.get(EMPTY, []), problems)
    columns: dict[str, str] = {}
    for name, column in _flat({key: value for key, value in given.items() if key not in _OWN}, problems):
        if name not in FIELDS:
            problems.append(_unknown_field(name, column))
        elif name in columns:
            problems.append(Problem(_("The field is named twice."), _("Keep one of the two."), column=name))
        elif not isinstance(column, str | int | float) or isinstance(column, bool) or not tidy(str(column)):
            problems.append(_no_column(name, column))
        else:
            columns[name] = tidy(str(column))
    constants = _constants(given.get(CONSTANT, {}), columns, problems)
    match = _match(given.get(MATCH, MatchBy.KEY), columns, problems)
    if not problems:
        problems += missing_fields({**columns, **constants})
    if problems:
        raise BadMap(_("The map cannot be used."), tuple(problems))
    return ColumnMap(columns, empty, constants, match)


def _flat(given: Mapping[Any, Any], problems: list[Problem]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in given.items():
        if name in _PARTS and isinstance(value, Mapping):
            pairs += [(f"{name}.{inner}", column) for inner, column in value.items()]
        elif name in _PARTS:
            example = f"{name}: {{name: ...}}"
            problems.append(
                Problem(
                    _("%(part)s needs its fields.", part=name),
                    _("Write %(example)s", example=example),
                    column=name,
                    value=str(value),
                )
            )
        else:
            pairs.append((str(name), value))
    return pairs


def _constants(given: object, columns: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    """The values that hold for every row. They are checked when the file is, as its cells are."""
    if not isinstance(given, Mapping):
        problems.append(
            Problem(
                _("constant names fields and the value that holds for every row."),
                _("Write %(example)s", example="constant: {country: DE}"),
                column=CONSTANT,
            )
        )
        return {}
    constants: dict[str, str] = {}
    for name, value in _flat(given, problems):
        text = tidy(str(value)) if isinstance(value, str | int | float) else ""
        if name not in FIELDS:
            problems.append(_unknown_field(name, value))
        elif not FIELDS[name].constant:
            said = _("This field cannot be the same for every row.")
            problems.append(Problem(said, _("Choose the column that holds it."), column=name, value=text))
        elif name in columns:
            said = _("The field has a column and a value for every row.")
            problems.append(Problem(said, _("Keep one of the two."), column=name, value=text))
        elif text:
            constants[name] = text
    return constants


def _match(given: object, columns: Mapping[str, str], problems: list[Problem]) -> MatchBy:
    try:
        match = MatchBy(str(given))
    except ValueError:
        remedy = _("Write one of: %(list)s.", list=", ".join(MatchBy))
        problems.append(Problem(_("Suppliers cannot be known by this."), remedy, column=MATCH, value=str(given)))
        return MatchBy.KEY
    if match is not MatchBy.KEY and match.value not in columns:
        said = _("The field by which suppliers are known has no column.")
        remedy = _("Choose its column, or let suppliers be known by something else.")
        problems.append(Problem(said, remedy, column=match.value))
    if NUMBER in columns and match is not MatchBy.NUMBER:
        said = _("Our number only says which supplier is meant.")
        remedy = _("Let suppliers be known by it, or do not import the column.")
        problems.append(Problem(said, remedy, column=NUMBER))
    return match


def missing_fields(columns: Mapping[str, str]) -> list[Problem]:
    """What has to be mapped beside these fields."""
    problems = []
    if "name" not in columns:
        problems.append(
            Problem(
                _("The map does not say which column holds the supplier's name."),
                _("Add a line such as: name: Vendor"),
                column="name",
            )
        )
    parts = {FIELDS[name].part for name in columns}
    for part, needed in ((Part.SITE, ("site.name",)), (Part.CONTACT, ("contact.email", "contact.name"))):
        if part in parts and not any(name in columns for name in needed):
            problems.append(
                Problem(
                    _("Fields of a %(part)s are mapped, but not what names it.", part=part.value),
                    _("Map %(field)s.", field=needed[0]),
                    column=needed[0],
                )
            )
    return problems


def _unknown_field(name: str, column: object) -> Problem:
    near = difflib.get_close_matches(name, [*FIELDS, *_OWN], n=1, cutoff=0.5)
    remedy = (
        _("Did you mean %(near)s?", near=near[0])
        if near
        else _("Fields are: %(fields)s.", fields=", ".join([*FIELDS, *_OWN]))
    )
    return Problem(_("There is no field of this name."), remedy, column=name, value=str(column))


def _no_column(name: str, column: object) -> Problem:
    return Problem(
        _("The field needs the name of one column."),
        _("Write the header of the column as it stands in the file."),
        column=name,
        value=None if column is None else str(column),
    )


def _empty_texts(given: object, problems: list[Problem]) -> frozenset[str]:
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, Sequence) or not all(isinstance(text, str | int | float) for text in given):
        problems.append(
            Problem(
                _("empty is a list of texts that stand for nothing."),
                _('Write empty: [N/A, "-"]'),
                column=EMPTY,
                value=str(given),
            )
        )
        return frozenset()
    return frozenset(tidy(str(text)) for text in given)


def _column_problem(column: str, names: Sequence[str], header: Sequence[str]) -> Problem | None:
    if column in names:
        return None
    alike = [name for name, text in zip(names, header, strict=True) if tidy(text) == column]
    if alike:
        remedy = _("Say which one: %(names)s.", names=", ".join(alike))
        return Problem(_("The file has this column %(count)s times.", count=len(alike)), remedy, column=column)
    near = difflib.get_close_matches(column.casefold(), [name.casefold() for name in names], n=1, cutoff=0.5)
    if near:
        nearest = next(name for name in names if name.casefold() == near[0])
        remedy = _("Did you mean %(near)s?", near=nearest)
    else:
        remedy = _("The file's columns are: %(columns)s.", columns=", ".join(name for name in header if tidy(name)))
    return Problem(_("The file has no column of this name."), remedy, column=column)


class _StrictLoader(yaml.SafeLoader):
    """YAML with texts left as texts and doubled keys refused: ``no: NO`` is two texts, not a field named False."""


_StrictLoader.yaml_implicit_resolvers = {}


def _mapping_without_doubles(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _value in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, "a field is a text", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key} stands here twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_doubles)
