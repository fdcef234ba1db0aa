"""What people type as answers, read by the type of the question. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from supplier_quality.language import Words, _
from supplier_quality.suppliers.questionnaires.definition import Answer, Question
from supplier_quality.suppliers.questionnaires.enums import QuestionType

LONGEST = {"answer": 4_000, "reason": 1_000}
FILE_REFERENCE = re.compile(r"sha256:[0-9a-f]{64} \S.*\Z")

_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,9})?\Z")
_NOTHING = Answer()


def read_answer(question: Question, typed: str | Sequence[str] | None) -> tuple[Answer, Words | None]:
    """The answer, or an empty one with what is wrong with it. Nothing typed is no answer and no fault."""
    if question.type is QuestionType.CHOICES:
        return _read_choices(question, [typed] if isinstance(typed, str) else list(typed or ()))
    text = (typed if isinstance(typed, str) else "").strip()
    return _READERS[question.type](question, text) if text else (_NOTHING, None)


def read_reason(question: Question, typed: str | None) -> tuple[Answer, Words | None]:
    """That a question does not apply, with the reason; or what is wrong."""
    text = (typed or "").strip()
    if not question.not_applicable:
        return _NOTHING, _("This question has to be answered.")
    if not text:
        return _NOTHING, _("Say why the question does not apply to you.")
    fault = fault_of_text(text, LONGEST["reason"])
    return (_NOTHING, fault) if fault is not None else (Answer(reason=text), None)


def fault_of_text(text: str, most: int) -> Words | None:
    """What is wrong with a text of people."""
    if len(text) > most:
        return _(
            "The text is %(length)s characters long. Shorten it to %(most)s characters.", length=len(text), most=most
        )
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t" for sign in text):
        return _("The text contains a control character that cannot be seen.")
    return None


def typed_of(answer: Answer | None) -> Any:
    """An answer as a form sends it, to fill the form in again."""
    if answer is None or answer.value is None:
        return ""
    return answer.value


def _read_choice(question: Question, text: str) -> tuple[Answer, Words | None]:
    if text in {each.id for each in question.choices}:
        return Answer(text), None
    return _NOTHING, _("Choose one of the answers offered.")


def _read_text(_question: Question, text: str) -> tuple[Answer, Words | None]:
    fault = fault_of_text(text, LONGEST["answer"])
    return (_NOTHING, fault) if fault is not None else (Answer(text), None)


def _read_file(_question: Question, text: str) -> tuple[Answer, Words | None]:
    return (Answer(text), None) if FILE_REFERENCE.match(text) else (_NOTHING, _("This is no file."))


def _read_choices(question: Question, typed: Sequence[str]) -> tuple[Answer, Words | None]:
    known = [each.id for each in question.choices]
    if any(each not in known for each in typed if each):
        return _NOTHING, _("Choose from the answers offered.")
    chosen = [each for each in known if each in typed]
    return (Answer(chosen) if chosen else _NOTHING), None


def _read_number(question: Question, text: str) -> tuple[Answer, Words | None]:
    # A comma is how many countries write the point; grouped digits are refused instead of guessed.
    text = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if not _DECIMAL.match(text):
        return _NOTHING, _("Write a number in digits, such as 98.5.")
    number = Fraction(text)
    limits = question.limits
    if limits.below is not None and number < limits.below:
        return _NOTHING, _("The number must be at least %(least)s.", least=shown(limits.below))
    if limits.above is not None and number > limits.above:
        return _NOTHING, _("The number must be at most %(most)s.", most=shown(limits.above))
    return Answer(text.lstrip("+")), None


def _read_date(_question: Question, text: str) -> tuple[Answer, Words | None]:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        return _NOTHING, _("Write a date as year-month-day, such as 2026-11-20.")
    return Answer(day.isoformat()), None


_READERS: Mapping[QuestionType, Callable[[Question, str], tuple[Answer, Words | None]]] = {
    QuestionType.YES_NO: _read_choice,
    QuestionType.CHOICE: _read_choice,
    QuestionType.NUMBER: _read_number,
    QuestionType.TEXT: _read_text,
    QuestionType.DATE: _read_date,
    QuestionType.FILE: _read_file,
}


def shown(number: Fraction) -> str:
    """A bound as people write it; bounds of files are decimals."""
    return str(number) if number.denominator == 1 else f"{float(number):g}"
