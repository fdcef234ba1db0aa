"""Whether the facts a process names are there: asked when rule files are loaded, which ``verify`` cannot, as it needs no feature."""

from collections.abc import Iterable

from supplier_quality.engine.definitions.model import ENGINE_FACTS, Process
from supplier_quality.engine.definitions.places import field_below, is_place
from supplier_quality.engine.expressions import Type, parse_types
from supplier_quality.engine.registry import registry
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _


class FactsMissing(BadInput):
    """Processes name facts that no part of the product provides, or provides as something else."""

    code = "facts_missing"


def check_facts(processes: Iterable[Process]) -> None:
    """Hold the declared facts of each process against the providers of every kind of record that follows it.

    Raises FactsMissing with one problem per fact.
    """
    engine = parse_types(dict(ENGINE_FACTS))
    problems = []
    for process in processes:
        for kind in registry.kinds_of(process.name):
            for name, declared in process.facts.items():
                provider = registry.facts.get((kind, name))
                given = engine.get(name) if provider is None else provider.parsed
                problem = _problem(process, name, declared, given)
                if problem is not None:
                    problems.append(problem)
            problems += _wrong_places(process, kind)
    if problems:
        raise FactsMissing(_("Rule files name facts that are not provided."), tuple(problems))


def _wrong_places(process: Process, kind: str) -> list[Problem]:
    """Timers whose calendar would be that of a place nobody provides."""
    problems = []
    for timer in process.timers:
        first, *fields = (timer.of or "").split(".")
        provider = registry.facts.get((kind, first))
        if not first or provider is None:
            continue
        place = field_below(provider.parsed, fields)
        if place is None or not is_place(place):
            sentence = _("The timer %(timer)s counts by the calendar of %(path)s, which is no place with a country and a zone",
                         timer=timer.id, path=timer.of)  # fmt: skip
            problems.append(Problem(sentence, _("Correct of: in the timer"), column=process.name, value=timer.of))
    return problems


def _problem(process: Process, name: str, declared: Type, given: Type | None) -> Problem | None:
    if given is None:
        sentence = _("No part of the product provides the fact %(name)s", name=name)
        return Problem(sentence, _("Remove it from facts: or correct its name"), column=process.name, value=name)
    if covers(declared, given):
        return None
    return Problem(
        _("The fact %(name)s is provided as %(given)s", name=name, given=str(given)),
        _("Declare it so, or only the fields you read"),
        column=process.name,
        value=f"{name}: {declared}",
    )


def covers(declared: Type, given: Type) -> bool:
    """Whether a value of the type given may be read as the declared one: fewer fields may be declared, not others."""
    if declared.kind == "optional":
        return covers(declared.args[0], given.args[0] if given.kind == "optional" else given)
    if declared.kind != given.kind:
        return False
    if declared.kind == "record":
        fields = dict(given.fields)
        return all(name in fields and covers(part, fields[name]) for name, part in declared.fields)
    return len(declared.args) == len(given.args) and all(map(covers, declared.args, given.args))
