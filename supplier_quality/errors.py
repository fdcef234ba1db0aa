"""Kinds of errors. Each carries the HTTP status, a code for programs and a sentence for people.

Concrete errors are classes beside the act that raises them and inherit from one of these kinds.
"""

from dataclasses import dataclass, field
from http import HTTPStatus

from supplier_quality.language import Message, Words


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was given: where it is, what was found and how to mend it."""

    problem: Words
    remedy: Words | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def as_json(self, language: str | None = None) -> dict[str, object]:
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "problem": self.problem.render(language),
            "remedy": self.remedy.render(language) if self.remedy else None,
        }


@dataclass
class ProductError(Exception):
    """Something the product refuses or cannot do, said so that the reader can act on it."""

    message: Words
    details: tuple[Problem, ...] = field(default=())

    status = HTTPStatus.BAD_REQUEST
    code = "error"

    def __str__(self) -> str:
        return str(self.message)

    def as_json(self, language: str | None = None) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message.render(language),
            "details": [problem.as_json(language) for problem in self.details],
        }


class BadInput(ProductError):
    """What was given cannot be used; every problem is in ``details``."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "bad_input"


class NotFound(ProductError):
    """There is no such thing, or the reader may not know of it."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class NotAllowed(ProductError):
    """The person may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "not_allowed"


class NotSignedIn(ProductError):
    """Nobody is signed in, or the sign-in is over."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not_signed_in"


class Conflict(ProductError):
    """It was possible a moment ago; somebody else was faster."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class TooOften(ProductError):
    """Tried too often in a short time."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_often"


class Misconfigured(ProductError):
    """The installation cannot work as it is set up; the sentence names the setting and the remedy."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "misconfigured"


class Unavailable(ProductError):
    """Something the product needs does not answer now; trying again later may work."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"


__all__ = [
    "BadInput",
    "Conflict",
    "Message",
    "Misconfigured",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "Problem",
    "ProductError",
    "TooOften",
    "Unavailable",
]
