"""Questionnaires of the demo: sent by our people, answered by contacts with a file where one is asked, reviewed, decided."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import resources
from supplier_quality.config import Settings
from supplier_quality.demo.passing import PassingTime
from supplier_quality.demo.staff import Staff
from supplier_quality.demo.visits import Visits
from supplier_quality.documents.store import file_store
from supplier_quality.identity.contact_sessions import CurrentContact
from supplier_quality.persistence import Database
from supplier_quality.suppliers.queries import get_supplier
from supplier_quality.suppliers.questionnaires import answering, operations, queries
from supplier_quality.suppliers.questionnaires.answering import Typed
from supplier_quality.suppliers.questionnaires.definition import asked
from supplier_quality.suppliers.questionnaires.enums import QuestionnaireAction, QuestionType, Verdict
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.operations import Remark
from supplier_quality.suppliers.rules import as_date

NOT_APPLICABLE = "not applicable: "
"""How the story says that a question does not apply, followed by why."""


class Questionnaires:
    """What happens to the questionnaires of one company; a supplier has one open at a time."""

    def __init__(
        self, settings: Settings, database: Database, passing: PassingTime, staff: Staff, visits: Visits
    ) -> None:
        self._settings = settings
        self._database = database
        self._time = passing
        self._staff = staff
        self._visits = visits

    def do(self, told: str, supplier: str, form: Mapping[str, Any], *, who: str) -> None:
        """One step of a story, by the key of one of our people or the address of a contact."""
        match told.removesuffix("_questionnaire"):
            case "send":
                self.send(who, supplier, form)
            case "answers":
                self.answer(who, supplier, form)
            case "review":
                self.review(who, supplier, form)
            case action:
                self.decide(who, supplier, action, form)

    def send(self, key: str, supplier: str, form: Mapping[str, Any]) -> None:
        """One of our people sends a questionnaire; ``form`` has its name and the day."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self._staff.actor(session, key)
            found = get_supplier(session, supplier, actor=actor)
            made = operations.register_questionnaire(
                session, found, form["name"], due=as_date(form["due"]), actor=actor, at=at
            )
            operations.move_questionnaire(session, made, QuestionnaireAction.SEND, actor=actor, at=at)

    def answer(self, email: str, supplier: str, form: Mapping[str, Any]) -> None:
        """A contact answers section by section, uploads what is asked for, signs and submits."""
        number = self._newest(supplier)
        visit = self._visits.visit(email, number)
        self._time.pass_for(timedelta(minutes=40))
        with self._time.standing() as at, self._database.write() as session:
            questionnaire = queries.get_questionnaire(session, number, actor=visit.who.actor)
            content = answering.content_for(session, questionnaire)
            for section in content.sections:
                typed = {each.id: _typed(form[each.id]) for each in section.questions if each.id in form}
                kept = answering.keep_answers(
                    session, questionnaire, section.questions, typed, page=section.id, actor=visit.who.actor, at=at
                )
                assert not kept.faults, {name: str(fault) for name, fault in kept.faults.items()}
            self._upload(session, questionnaire, form, visit.who)
        self._visits.sign(visit, number)

    def review(self, key: str, supplier: str, comments: Mapping[str, str]) -> None:
        """One of our people comments these answers and finds all others good."""
        number = self._newest(supplier)
        with self._time.standing() as at, self._database.write() as session:
            actor = self._staff.actor(session, key)
            questionnaire = queries.get_questionnaire(session, number, actor=actor)
            newest = queries.newest_round(session, questionnaire.id)
            assert newest is not None, number
            said = {
                name: Remark(Verdict.COMMENT, comments[name]) if name in comments else Remark(Verdict.OK)
                for name in newest.answers
            }
            operations.say_of_answers(session, questionnaire, said, actor=actor, at=at)

    def decide(self, key: str, supplier: str, action: str, form: Mapping[str, Any]) -> None:
        """One of our people sends the answers back or accepts them."""
        number = self._newest(supplier)
        with self._time.standing() as at, self._database.write() as session:
            actor = self._staff.actor(session, key)
            questionnaire = queries.get_questionnaire(session, number, actor=actor)
            operations.move_questionnaire(session, questionnaire, action, actor=actor, at=at, form=form)

    def _upload(
        self, session: Session, questionnaire: Questionnaire, form: Mapping[str, Any], who: CurrentContact
    ) -> None:
        content = answering.content_for(session, questionnaire)
        wanted = asked(content, answering.answers_of(session, questionnaire))
        store = file_store(session)
        for question in content.questions:
            if question.type is not QuestionType.FILE or question.id not in wanted or question.id not in form:
                continue
            with (resources.demo_data() / "sample.pdf").open("rb") as file:
                stored = store.put(file, name=form[question.id], limit=self._settings.upload_limit_bytes)
            answering.keep_file(session, questionnaire, question.id, stored, actor=who.actor, at=self._time.at)

    def _newest(self, supplier: str) -> str:
        with self._database.read() as session:
            found = get_supplier(session, supplier, actor=self._staff.actor(session, "clara"))
            return queries.questionnaires_of(session, found.id)[0].number


def _typed(value: Any) -> Typed:
    if isinstance(value, list):
        return Typed([str(each) for each in value], None, "")
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    if text.startswith(NOT_APPLICABLE):
        return Typed("", text.removeprefix(NOT_APPLICABLE), "")
    return Typed(text, None, "")
