"""The expression language of rules: CEL over declared facts.

Text is parsed (`lexer`, `parser`), checked against the types of the facts (`checker`, `inference`, `overloads`) and
becomes nested closures (`closures`) and, for typical guards, one Python function (`fastcode`). `explain` says why a rule gave
its answer. The reference for people is docs/expressions.md.

Deliberate differences from Google's C++ implementation of CEL, which is the oracle of the tests:
- uint, bytes, messages, types as values, ``type()`` and ``dyn()`` do not exist. ``date`` and ``T?`` are additions.
- Records are closed: a misspelt field is refused when the expression is compiled. A field that is null is like an
  absent one.
- Limits are wider: nesting 64, tree depth 160, a million steps; the text may have 20,000 code points.
- What always fails is refused earlier: a null or double as a written key of a map.
- A part of a duration below a nanosecond is dropped; the zone ``localtime`` does not exist, since it depends on the
  machine.
- ``matches`` does not know ``\\C``, repetitions of repetitions are limited by size, and only common scripts of
  ``\\p{...}`` exist.
"""

from supplier_quality.engine.expressions.constants import fold
from supplier_quality.engine.expressions.errors import EvaluationError, ExpressionError
from supplier_quality.engine.expressions.explain import Clause, Element, Explanation
from supplier_quality.engine.expressions.expression import Expression, compile_expression, eval_case
from supplier_quality.engine.expressions.facts import from_plain, to_plain
from supplier_quality.engine.expressions.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    MAX_TYPE_DEPTH,
    STRING,
    TIMESTAMP,
    Type,
    infer_types,
    parse_type,
    parse_types,
)
from supplier_quality.engine.expressions.values import Duration, Timestamp
from supplier_quality.engine.expressions.words import describe, describe_clauses

__all__ = [
    "BOOL",
    "DATE",
    "DOUBLE",
    "DURATION",
    "DYN",
    "INT",
    "MAX_TYPE_DEPTH",
    "STRING",
    "TIMESTAMP",
    "Clause",
    "Duration",
    "Element",
    "EvaluationError",
    "Explanation",
    "Expression",
    "ExpressionError",
    "Timestamp",
    "Type",
    "compile_expression",
    "describe",
    "describe_clauses",
    "eval_case",
    "fold",
    "from_plain",
    "infer_types",
    "parse_type",
    "parse_types",
    "to_plain",
]
