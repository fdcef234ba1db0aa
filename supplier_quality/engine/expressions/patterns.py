"""``matches``: RE2's language without backtracking, so that no pattern and no text can make an evaluation hang.

A pattern becomes a small automaton whose state sets are followed through the text once. Backreferences and
look-around do
not exist in RE2 and are refused. A pattern may occur anywhere in the text unless it is anchored with ``^`` and ``$``.
"""

from functools import lru_cache

from supplier_quality.engine.expressions.automaton import Automaton
from supplier_quality.engine.expressions.errors import EvaluationError
from supplier_quality.engine.expressions.pattern_syntax import PatternError, parse_pattern
from supplier_quality.language import _


@lru_cache(maxsize=512)
def _automaton(pattern: str) -> Automaton:
    try:
        return Automaton(parse_pattern(pattern))
    except PatternError as error:
        words = {"pattern": repr(pattern[:60]), "reason": str(error)}
        raise EvaluationError(_("%(pattern)s is not a pattern: %(reason)s.", **words)) from None


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern occurs in the text. Raises EvaluationError for a pattern that RE2 would refuse."""
    return _automaton(pattern).occurs_in(text)
