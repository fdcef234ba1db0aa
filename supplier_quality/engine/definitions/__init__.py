"""Rule files: read strictly, verified as a whole, versioned by content. Every kind of rule file goes through here."""

from supplier_quality.engine.definitions.durations import IsoDuration, NotADuration
from supplier_quality.engine.definitions.findings import Finding, RuleFileErrors
from supplier_quality.engine.definitions.kinds import (
    RuleFile,
    RuleKind,
    find_kind,
    kind_names,
    load_rule_file,
    register_kind,
    verify_file,
    verify_text,
)
from supplier_quality.engine.definitions.model import (
    BUILT_IN_EFFECTS,
    ROLES,
    Action,
    ChildRule,
    Effect,
    FormField,
    Migration,
    Process,
    ProcessTest,
    Rule,
    State,
    TimerRule,
)

__all__ = [
    "BUILT_IN_EFFECTS",
    "ROLES",
    "Action",
    "ChildRule",
    "Effect",
    "Finding",
    "FormField",
    "IsoDuration",
    "Migration",
    "NotADuration",
    "Process",
    "ProcessTest",
    "Rule",
    "RuleFile",
    "RuleFileErrors",
    "RuleKind",
    "State",
    "TimerRule",
    "find_kind",
    "kind_names",
    "load_rule_file",
    "register_kind",
    "verify_file",
    "verify_text",
]


def json_schema(kind: str) -> dict[str, object]:
    """The JSON Schema of a kind of rule file, for editors. Raises KeyError for an unknown kind."""
    return find_kind(kind).schema()
