"""What can be wrong with an expression: when it is written, and when it is evaluated."""

from supplier_quality.language import Message


class ExpressionError(Exception):
    """The text is not a valid expression over the declared facts. ``column`` counts code points from 1 within
    ``line``."""

    def __init__(self, message: Message | str, column: int = 1, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.line = line

    def __str__(self) -> str:
        return str(self.message)


class EvaluationError(Exception):
    """The expression has no value for these facts. ``column`` is None until the place in the text is known."""

    def __init__(self, message: Message | str, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.column = column

    def __str__(self) -> str:
        return str(self.message)


class LimitError(EvaluationError):
    """An evaluation was stopped because it grew too large; no ``&&`` or ``||`` may absorb that."""
