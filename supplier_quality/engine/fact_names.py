"""What facts are called: rules read them by paths such as ``supplier.valid_until``, people read words.

Every part of the product that provides facts names them here, beside its providers.
"""

from collections.abc import Mapping

from supplier_quality.language import Message, Text, Words, _

_names: dict[str, Message] = {
    "actor": _("Whoever acts"),
    "actor.id": _("You"),
    "actor.kind": _("Kind of account"),
    "record.number": _("Number"),
    "record.state": _("State"),
    "today": _("Today"),
    "now": _("Now"),
}


def name_facts(names: Mapping[str, Message]) -> None:
    """Give facts their words, by path; parts of a list's elements stand under the path of the list."""
    _names.update(names)


_values: dict[str, Mapping[str, Words]] = {}


def name_values(values: Mapping[str, Mapping[str, Words]]) -> None:
    """Give the values of facts their words, by path and value, where rules compare with words of their own such as ``audit``."""
    _values.update(values)


def named_value(path: str, value: str) -> Words | None:
    """The words for a value of a fact; None for one that nobody named."""
    return _values.get(path, {}).get(value)


def named_fact(path: str) -> Words | None:
    """The words for a path; None for one that nobody named."""
    return _names.get(path)


def fact_name(path: str, *, short: bool = False) -> Words:
    """The words for a path. One that nobody named stays as rules call it, or in ``short`` its last part is spelled out."""
    unnamed = path.rpartition(".")[2].replace("_", " ") if short else path
    return _names.get(path) or Text.of(unnamed)
