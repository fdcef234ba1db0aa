"""A compiled expression: what the rest of the engine holds and asks."""

from collections.abc import Mapping

from supplier_quality.engine.expressions.checker import Checker
from supplier_quality.engine.expressions.closures import Compiler, new_frame, plain
from supplier_quality.engine.expressions.errors import EvaluationError, ExpressionError
from supplier_quality.engine.expressions.explain import Explainer, Explanation
from supplier_quality.engine.expressions.facts import to_plain
from supplier_quality.engine.expressions.fastcode import Evaluate, fast_function
from supplier_quality.engine.expressions.lexer import error_at
from supplier_quality.engine.expressions.parser import parse
from supplier_quality.engine.expressions.reads import reads_of
from supplier_quality.engine.expressions.syntax import Node
from supplier_quality.engine.expressions.types import (
    DYN,
    STRING,
    Type,
    infer_types,
    list_of,
    map_of,
    optional,
    parse_types,
)
from supplier_quality.engine.expressions.values import MAX_INT, MIN_INT, kind_of
from supplier_quality.language import _


class Expression:
    """One checked expression. Evaluating it changes nothing and needs nothing but the facts."""

    def __init__(self, text: str, tree: Node, checker: Checker, *, known: bool) -> None:
        self.text = text
        self.tree = tree
        self.type = plain(tree.type) if known else tree.type
        self.reads: frozenset[str] = frozenset(reads_of(tree))
        self.slots = checker.slots
        self._evaluate = self.function(tree, known=known)
        self._explainer: Explainer | None = None

    def function(self, node: Node, *, known: bool = True) -> Evaluate:
        """A function of the facts for one part of the expression."""
        compiler = Compiler(self.text)
        closure = compiler.value(node) if known else compiler.compile(node)

        def exact(facts: Mapping[str, object]) -> object:
            try:
                return closure(new_frame(facts, self.slots))
            except RecursionError:
                raise EvaluationError(_("The expression is nested too deeply to be evaluated here.")) from None

        return fast_function(Compiler(self.text), node, exact, self.slots)

    def evaluate(self, facts: Mapping[str, object]) -> object:
        """The value for these facts. Raises EvaluationError; ``to_plain`` makes the value printable."""
        return self._evaluate(facts)

    def explain(self, facts: Mapping[str, object]) -> Explanation:
        """The value and every clause with what it read; it never raises for the facts it is given."""
        if self._explainer is None:
            self._explainer = Explainer(self)
        return self._explainer.explain(facts)

    def __repr__(self) -> str:
        return f"Expression({self.text!r}, {self.type})"


def compile_expression(
    text: str, types: Mapping[str, Type], *, expect: Type | None = None, strict: bool = True
) -> Expression:
    """Parse and check one expression over declared facts.

    ``expect`` is the type it must have; ``strict`` is for rule files and refuses ``int / int``. Raises ExpressionError.
    """
    try:
        tree = parse(text)
        checker = Checker(text, types, strict=strict)
        checker.check(tree)
        if expect is not None and not _fits(tree.type, expect):
            words = {"type": str(tree.type), "expected": str(expect)}
            raise error_at(text, tree.start, _("The expression gives %(type)s, but must give %(expected)s.", **words))
        return Expression(text, tree, checker, known=expect is not None and expect.kind != "optional")
    except RecursionError:
        raise ExpressionError(_("The expression is nested too deeply.")) from None


def _fits(type_: Type, expected: Type) -> bool:
    return expected in (type_, plain(type_), optional(type_)) or type_ == DYN


def eval_case(expr: str, facts: Mapping[str, object], types: Mapping[str, object] | None = None) -> dict[str, object]:
    """One answer of ``workflows eval``: ``{ok, value, type}`` or ``{ok, error, column}``.

    Facts are JSON. A fact without a declared type has that of its JSON value. Values are JSON too, see ``to_plain``.
    """
    try:
        if not isinstance(expr, str) or not isinstance(facts, Mapping):
            raise ExpressionError(_("An expression is a text, and its facts are a mapping of names to values."))
        _check_integers(facts)
        expression = _compile_case(expr, facts, parse_types(types or {}))
        value = expression.evaluate(facts)
        shown = to_plain(value)
    except (ExpressionError, EvaluationError) as error:
        return {"ok": False, "error": str(error), "column": error.column or 1}
    except RecursionError:
        return {"ok": False, "error": str(_("The facts are nested too deeply.")), "column": 1}
    return {"ok": True, "value": shown, "type": str(_value_type(expression.type, value))}


def _compile_case(expr: str, facts: Mapping[str, object], declared: Mapping[str, Type]) -> Expression:
    inferred = infer_types(facts)
    try:
        return compile_expression(expr, {**inferred, **declared}, strict=False)
    except ExpressionError:
        # That all elements of a list are of one type today does not mean that they must be: nobody declared it.
        loose = {name: list_of(DYN) if type_.kind == "list" else type_ for name, type_ in inferred.items()}
        if loose == inferred:
            raise
        try:
            return compile_expression(expr, {**loose, **declared}, strict=False)
        except ExpressionError:
            pass
        raise


def _check_integers(facts: Mapping[str, object]) -> None:
    """JSON knows integers of any size, CEL only those of 64 bits."""
    pending: list[tuple[str, object]] = list(facts.items())
    while pending:
        path, value = pending.pop()
        if isinstance(value, Mapping):
            pending += [(f"{path}.{name}", item) for name, item in value.items()]
        elif isinstance(value, list):
            pending += [(f"{path}[{number}]", item) for number, item in enumerate(value)]
        elif isinstance(value, int) and not MIN_INT <= value <= MAX_INT:
            raise EvaluationError(_("%(path)s does not fit into a 64-bit integer.", path=path))


def _value_type(type_: Type, value: object) -> Type:
    """The static type where it is known, else that of the value itself."""
    if type_.kind == "optional":
        return _value_type(type_.args[0], value) if value is not None else Type("null")
    if value is None:
        return Type("null")
    if type_.kind != "dyn":
        return type_
    if isinstance(value, list):
        return list_of(DYN)
    if isinstance(value, dict):
        return map_of(STRING if all(isinstance(key, str) for key in value) else DYN, DYN)
    return Type(kind_of(value))
