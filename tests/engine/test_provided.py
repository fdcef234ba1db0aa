"""The facts a process names are held against what features provide."""

from collections.abc import Iterator

import pytest

from supplier_quality import features, resources
from supplier_quality.engine.definitions.folder import load_folder
from supplier_quality.engine.definitions.kinds import load_rule_file
from supplier_quality.engine.expressions import parse_types
from supplier_quality.engine.fact_names import named_fact
from supplier_quality.engine.provided import FactsMissing, check_facts, covers
from supplier_quality.engine.registry import registry
from tests.engine import things


@pytest.mark.parametrize(
    ("declared", "given", "fits"),
    [
        ("int", "int", True),
        ("int", "double", False),
        ("int?", "int", True),
        ("int", "int?", False),
        ("date?", "date?", True),
        ({"a": "int"}, {"a": "int", "b": "string"}, True),
        ({"a": "int", "c": "int"}, {"a": "int", "b": "string"}, False),
        ([{"a": "int"}], [{"a": "int", "b": "string"}], True),
        (["int"], ["string"], False),
        ("map(string, int)", "map(string, int)", True),
        ("map(string, int)", "map(string, string)", False),
    ],
)
def test_fewer_fields_may_be_declared_but_no_others(declared: object, given: object, fits: bool) -> None:
    types = parse_types({"declared": declared, "given": given})
    assert covers(types["declared"], types["given"]) is fits


def test_every_shipped_process_reads_only_facts_that_are_provided() -> None:
    features.load_runtime()
    check_facts(load_folder(resources.workflows()).processes.values())


def test_every_fact_that_is_provided_has_words() -> None:
    """People read facts in refusals, in the workflow viewer and in "what if"."""
    features.load_runtime()
    ours = [each for each in registry.facts.values() if each.load.__module__.startswith("supplier_quality.")]
    paths = {path for provider in ours for path in _paths(provider.name, provider.type)}
    assert sorted(path for path in paths if named_fact(path) is None) == []


def _paths(path: str, type_: object) -> Iterator[str]:
    yield path
    match type_:
        case dict():
            for name, inner in type_.items():
                yield from _paths(f"{path}.{name}", inner)
        case list():
            for inner in type_:
                if not isinstance(inner, str):
                    yield from _paths(path, inner)


def test_a_fact_that_nobody_provides_or_provides_otherwise_is_named() -> None:
    text = things.THING_WORKFLOW.replace("score: int", "score: int, colour: string").replace(
        "  today: date\n", "  today: date\n  weather: string\n"
    )
    with pytest.raises(FactsMissing) as missing:
        check_facts([load_rule_file(text, file="thing.yaml").content])
    assert [problem.value for problem in missing.value.details] == [
        "thing: {name: string, score: int, colour: string, submitted_by: string, until: timestamp?}",
        "weather",
    ]


@pytest.mark.parametrize(
    ("path", "given"), [("supplier.site", True), ("supplier.siet", False), ("supplier.name", False)]
)
def test_a_timer_counts_only_by_the_calendar_of_a_place_that_is_provided(path: str, given: bool) -> None:
    features.load_runtime()
    shipped = (resources.workflows() / "supplier_qualification.yaml").read_text(encoding="utf-8")
    process = load_rule_file(shipped.replace("of: supplier.site", f"of: {path}"), file="a", verify=False).content
    if given:
        check_facts([process])
        return
    with pytest.raises(FactsMissing) as missing:
        check_facts([process])
    assert {problem.value for problem in missing.value.details} == {path}
