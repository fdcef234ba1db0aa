"""A score with every part of it as plain values: exact fractions as texts, percent rounded as the pages show it. Pure."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers.questionnaires.answers import read_answer, read_reason
from supplier_quality.suppliers.questionnaires.definition import Answer, Content
from supplier_quality.suppliers.questionnaires.scoring import QuestionScore, rounded, score


class BadAnswers(BadInput):
    """Answers that do not fit the questions; ``details`` names each question."""

    code = "bad_answers"


def prove(content: Content, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The score of these answers, by section and question.

    ``typed`` has texts and lists of texts by question, or ``{"not_applicable": reason}``. ``earned`` and ``possible`` are exact,
    such as ``7/10``. Raises BadAnswers.
    """
    found = score(content, _read(content, typed))
    return {
        "questionnaire": content.name,
        "version": content.version,
        "percent": _shown(found.percent),
        "knock_outs": list(found.knock_outs),
        "sections": [
            {
                "id": section.section.id,
                "weight": section.section.weight,
                "earned": str(section.earned),
                "possible": str(section.possible),
                "percent": _shown(section.percent),
                "questions": [_part(part) for part in section.parts],
            }
            for section in found.sections
        ],
    }


def _read(content: Content, typed: Mapping[str, Any]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    problems = []
    for name, value in typed.items():
        question = content.by_id.get(name)
        if question is None:
            problems.append(Problem(_("There is no question %(name)s.", name=name[:40]), column=name))
            continue
        if isinstance(value, Mapping):
            answer, fault = read_reason(question, str(value.get("not_applicable") or ""))
        else:
            several = isinstance(value, list)
            answer, fault = read_answer(question, [str(each) for each in value] if several else str(value))
        if fault is not None:
            problems.append(Problem(fault, column=name, value=str(value)[:80]))
        answers[name] = answer
    if problems:
        raise BadAnswers(_("Some answers do not fit the questions."), tuple(problems))
    return answers


def _part(part: QuestionScore) -> dict[str, Any]:
    return {
        "id": part.question.id,
        "standing": str(part.standing),
        "points": part.points,
        "most": part.question.most,
        "weight": part.question.weight,
        "earned": str(part.earned),
        "possible": str(part.possible),
        "knock_out": part.knocked_out,
    }


def _shown(percent: Fraction | None) -> float | None:
    return None if percent is None else rounded(percent) / 100
