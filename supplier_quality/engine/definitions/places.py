"""What counts as a place with a calendar of its own: ``of:`` of a timer names a fact of that kind."""

from collections.abc import Iterable

from supplier_quality.engine.expressions import Type

_NEEDED = {"country": "string", "zone": "string"}


def field_below(type_: Type, fields: Iterable[str]) -> Type | None:
    """The type at a path of fields, ``dyn`` where that cannot be told; None when a record does not have the field."""
    for name in fields:
        type_ = _plain(type_)
        if type_.kind != "record":
            # Reading below a scalar gives nothing; below a map or what is unknown anything may lie.
            return Type("dyn") if type_.kind in ("dyn", "map") else type_
        found = type_.field(name)
        if found is None:
            return None
        type_ = found
    return _plain(type_)


def is_place(type_: Type) -> bool:
    """Whether a value of the type can have a country and a zone."""
    fields = {name: _plain(part).kind for name, part in _plain(type_).fields}
    return type_.kind in ("dyn", "map") or _NEEDED.items() <= fields.items()


def _plain(type_: Type) -> Type:
    return type_.args[0] if type_.kind == "optional" else type_
