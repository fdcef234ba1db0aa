"""Running the examples that an author wrote into a process file."""

from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.model import Process, ProcessTest
from supplier_quality.engine.evaluation import Verdict
from supplier_quality.engine.simulate import try_action
from supplier_quality.language import Words, _


def run_tests(process: Process, notes: Notes) -> None:
    """Note every test of the process whose outcome differs from what it expects."""
    for test in process.tests:
        verdict = try_action(
            process, state=test.state, action=test.fire, roles=test.roles, facts=test.facts, form=test.form
        )
        for difference in _differences(test, verdict):
            notes.add(
                "test_failed",
                _("Test '%(test)s' failed: %(difference)s", test=test.name, difference=difference),
                test.place,
            )


def _differences(test: ProcessTest, verdict: Verdict) -> list[Words]:
    refused = tuple(unmet.id for unmet in verdict.unmet)
    if test.refused is not None and set(test.refused) != set(refused):
        return [
            _(
                "expected refused: %(expected)s, found: %(found)s.",
                expected=_listed(test.refused),
                found=_listed(refused),
            )
        ]
    # Whoever expects a target or effects expects the action to be allowed, unless the test says otherwise.
    expected = test.allowed
    if expected is None and not test.refused and (test.to is not None or test.effects is not None):
        expected = True
    if expected is not None and expected != verdict.allowed:
        if expected:
            return [_("expected it to be allowed; it is refused by: %(found)s.", found=_listed(refused))]
        return [_("expected it to be refused; it is allowed.")]
    differences: list[Words] = []
    if test.to is not None and test.to != verdict.to:
        differences.append(_("expected to: %(expected)s, found: %(found)s.", expected=test.to, found=verdict.to))
    effects = tuple(effect.name for effect in verdict.effects)
    if test.effects is not None and set(test.effects) != set(effects):
        differences.append(
            _(
                "expected effects: %(expected)s, found: %(found)s.",
                expected=_listed(test.effects),
                found=_listed(effects),
            )
        )
    return differences


def _listed(names: tuple[str, ...]) -> Words:
    return _("%(text)s", text=", ".join(sorted(names))) if names else _("none")
