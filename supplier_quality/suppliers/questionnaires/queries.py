"""Reading questionnaires. Everything starts from :func:`readable`, so that no filter can be forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, false, func, or_, select
from sqlalchemy.orm import Session

from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.language import Text, _
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers.models import Contact, Supplier
from supplier_quality.suppliers.questionnaires.enums import OPEN, WITH_SUPPLIER, QuestionnaireSort, QuestionnaireState
from supplier_quality.suppliers.questionnaires.models import (
    Questionnaire,
    QuestionnaireAnswer,
    QuestionnaireRemark,
    QuestionnaireRound,
)
from supplier_quality.suppliers.words import Count, find_by_words

COUNTED = 1_000
"""Lists are counted exactly up to here; beyond, people are told "more than"."""


class QuestionnaireNotFound(NotFound):
    """There is no such questionnaire, or the reader may not know of it."""

    code = "questionnaire_not_found"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The newest accepted questionnaire of a supplier.

    ``score`` is in percent with two places, None when nothing that was asked gives points; ``knock_outs`` are the ids of the
    questions whose answers rule the supplier out.
    """

    number: str
    name: str
    score: Decimal | None
    accepted_at: datetime
    knock_outs: tuple[str, ...]


def percent(hundredths: int | None) -> Decimal | None:
    """A stored score as percent with two places."""
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)


def latest_accepted(session: Session, supplier_id: int, name: str | None = None) -> Accepted | None:
    """The newest accepted questionnaire of a supplier, of one file if ``name`` is given; None when there is none."""
    return latest_accepted_of(session, [supplier_id], name).get(supplier_id)


def latest_accepted_of(
    session: Session, supplier_ids: Sequence[int], name: str | None = None
) -> Mapping[int, Accepted]:
    """The same for many suppliers, in one query."""
    query = select(
        Questionnaire.supplier_id, Questionnaire.number, Questionnaire.name, Questionnaire.score,
        Questionnaire.accepted_at, Questionnaire.knock_outs,
    ).where(
        Questionnaire.supplier_id.in_(supplier_ids),
        Questionnaire.accepted_at.is_not(None),
        Questionnaire.state == QuestionnaireState.ACCEPTED,
    )  # fmt: skip
    if name is not None:
        query = query.where(Questionnaire.name == name)
    rows = session.execute(query.order_by(Questionnaire.accepted_at, Questionnaire.id))
    return {
        row.supplier_id: Accepted(row.number, row.name, percent(row.score), row.accepted_at, tuple(row.knock_outs))
        for row in rows
    }


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a questionnaire may be seen: by staff always, by a contact only their own company's."""
    if actor.is_staff or actor.kind == "system":
        return Questionnaire.id.is_not(None)
    if actor.kind == "contact" and actor.person_id is not None:
        own = select(Contact.supplier_id).where(Contact.id == actor.person_id, Contact.active)
        return Questionnaire.supplier_id.in_(own)
    return false()


def get_questionnaire(session: Session, number: str, *, actor: Actor) -> Questionnaire:
    """One questionnaire by its number. Raises QuestionnaireNotFound."""
    return _one(session, Questionnaire.number == number.strip().upper(), number, actor)


def get_questionnaire_by_id(session: Session, questionnaire_id: int, *, actor: Actor) -> Questionnaire:
    """One questionnaire by its id. Raises QuestionnaireNotFound."""
    return _one(session, Questionnaire.id == questionnaire_id, str(questionnaire_id), actor)


def _one(session: Session, condition: ColumnElement[bool], shown: str, actor: Actor) -> Questionnaire:
    found = session.scalars(select(Questionnaire).where(condition, readable(actor))).one_or_none()
    if found is None:
        raise QuestionnaireNotFound(_("There is no questionnaire %(number)s.", number=shown[:40]))
    return found


def questionnaires_of(session: Session, supplier_id: int) -> Sequence[Questionnaire]:
    """All questionnaires of a supplier, the newest first."""
    query = select(Questionnaire).where(Questionnaire.supplier_id == supplier_id)
    return session.scalars(query.order_by(Questionnaire.id.desc())).all()


def find_by_number(session: Session, text: str, *, actor: Actor, limit: int) -> Sequence[Questionnaire]:
    """Questionnaires whose number begins with the text."""
    wanted = text.strip().upper()
    query = select(Questionnaire).where(Questionnaire.number.startswith(wanted, autoescape=True), readable(actor))
    return session.scalars(query.order_by(Questionnaire.number).limit(limit)).all()


def previous_accepted(session: Session, questionnaire: Questionnaire) -> Questionnaire | None:
    """The one of the same file that was accepted last before this one."""
    query = select(Questionnaire).where(
        Questionnaire.supplier_id == questionnaire.supplier_id,
        Questionnaire.name == questionnaire.name,
        Questionnaire.state == QuestionnaireState.ACCEPTED,
        Questionnaire.id < questionnaire.id,
    )
    return session.scalars(query.order_by(Questionnaire.accepted_at.desc(), Questionnaire.id.desc()).limit(1)).first()


def answer_rows(session: Session, questionnaire_id: int) -> Mapping[str, QuestionnaireAnswer]:
    """The newest answers by question."""
    query = select(QuestionnaireAnswer).where(QuestionnaireAnswer.questionnaire_id == questionnaire_id)
    return {row.question: row for row in session.scalars(query)}


def rounds_of(session: Session, questionnaire_id: int) -> Sequence[QuestionnaireRound]:
    """What was submitted, the newest first."""
    query = select(QuestionnaireRound).where(QuestionnaireRound.questionnaire_id == questionnaire_id)
    return session.scalars(query.order_by(QuestionnaireRound.number.desc())).all()


def newest_round(session: Session, questionnaire_id: int) -> QuestionnaireRound | None:
    """What was submitted last."""
    return next(iter(rounds_of(session, questionnaire_id)), None)


def remarks_of(session: Session, questionnaire_id: int, number: int) -> Mapping[str, QuestionnaireRemark]:
    """What was said of the answers of one round, by question."""
    query = select(QuestionnaireRemark).where(
        QuestionnaireRemark.questionnaire_id == questionnaire_id, QuestionnaireRemark.round == number
    )
    return {row.question: row for row in session.scalars(query)}


@dataclass(frozen=True, slots=True)
class QuestionnaireFilters:
    """What a list is narrowed to; empty means everything. ``name`` is that of the file; ``due_by`` leaves out what is not open
    or due later, ``knocked_out`` what no answer rules out, ``below`` what has no score or one that is higher (in percent).
    """

    search: str = ""
    states: tuple[str, ...] = ()
    name: str | None = None
    supplier_id: int | None = None
    owner_id: int | None = None
    due_by: date | None = None
    knocked_out: bool = False
    below: int | None = None


@dataclass(frozen=True, slots=True)
class QuestionnaireLine:
    """One row of a list of questionnaires."""

    id: int
    number: str
    state: str
    version: int
    definition_id: int
    name: str
    titles: dict[str, str]
    due: date | None
    round: int
    hundredths: int | None
    knock_outs: list[str]
    accepted_at: datetime | None
    supplier_number: str
    supplier: str
    owner: str | None

    @property
    def title(self) -> Text:
        return Text(self.titles)

    @property
    def score(self) -> Decimal | None:
        """In percent with two places, of the newest round."""
        return percent(self.hundredths)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


_COLUMNS = (
    Questionnaire.id, Questionnaire.number, Questionnaire.state, Questionnaire.version, Questionnaire.definition_id,
    Questionnaire.name, Questionnaire.title, Questionnaire.due, Questionnaire.round, Questionnaire.score,
    Questionnaire.knock_outs, Questionnaire.accepted_at, Supplier.number, Supplier.name, User.name,
)  # fmt: skip
_IS_OPEN = Questionnaire.state.in_(OPEN)


def list_questionnaires(
    session: Session,
    *,
    actor: Actor,
    filters: QuestionnaireFilters = QuestionnaireFilters(),
    sort: str = QuestionnaireSort.DUE,
    cursor: str | None = None,
    size: int = 50,
) -> Page[QuestionnaireLine]:
    """One page of questionnaires; ``sort`` is a QuestionnaireSort, with ``-`` before it turned round. Those without a value come
    last, and of equal ones the newest comes first. Raises BadCursor.
    """
    descending = sort.startswith("-")
    # What is decided on has a day that nobody waits for any more.
    waited_for = case((_IS_OPEN, Questionnaire.due), else_=None)
    leading = {
        QuestionnaireSort.DUE: SortKey(waited_for, descending, nullable=True),
        QuestionnaireSort.SUPPLIER: SortKey(Supplier.name_key, descending),
        QuestionnaireSort.SCORE: SortKey(Questionnaire.score, descending, nullable=True),
        QuestionnaireSort.ACCEPTED: SortKey(Questionnaire.accepted_at, descending, nullable=True),
        QuestionnaireSort.NUMBER: None,
    }[QuestionnaireSort(sort.removeprefix("-"))]
    keys = [SortKey(Questionnaire.id, descending)] if leading is None else [leading, SortKey(Questionnaire.id, True)]
    query = _lines(*_narrowing(session, actor, filters))
    return keyset_page(session, query, keys=keys, cursor=cursor, size=size, row=QuestionnaireLine)


def line_of(session: Session, questionnaire_id: int) -> QuestionnaireLine:
    """A questionnaire that is there, as lists show it."""
    return QuestionnaireLine(*session.execute(_lines(Questionnaire.id == questionnaire_id)).one())


def _lines(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(*_COLUMNS)
        .join(Supplier, Supplier.id == Questionnaire.supplier_id)
        .outerjoin(User, User.id == Supplier.owner_id)
        .where(*conditions)
    )


def count_questionnaires(session: Session, *, actor: Actor, filters: QuestionnaireFilters) -> Count:
    """How many questionnaires fit, counted up to :data:`COUNTED`."""
    query = (
        select(Questionnaire.id)
        .join(Supplier, Supplier.id == Questionnaire.supplier_id)
        .where(*_narrowing(session, actor, filters))
        .limit(COUNTED + 1)
    )
    number = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return Count(min(number, COUNTED), exact=number <= COUNTED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many questionnaires wait: ``late`` with the supplier although their day has passed, ``soon`` there with those due within
    :data:`SOON_DAYS`, ``to_review`` for us.
    """

    late: int
    soon: int
    to_review: int


SOON_DAYS = 7


def count_waiting(session: Session, *, actor: Actor, today: date) -> Waiting:
    """What waits for whom, over all questionnaires that the reader may see."""
    there = Questionnaire.state.in_(WITH_SUPPLIER)
    soon = Questionnaire.due <= today + timedelta(days=SOON_DAYS)
    cases = (
        and_(there, Questionnaire.due < today), and_(there, soon), Questionnaire.state == QuestionnaireState.REVIEW
    )  # fmt: skip
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in cases]
    late, due_soon, to_review = session.execute(select(*sums).where(readable(actor), _IS_OPEN)).one()
    return Waiting(int(late), int(due_soon), int(to_review))


def asked_so_far(session: Session) -> Sequence[tuple[str, Text]]:
    """The files of which questionnaires were ever sent, by name, each with the title of its newest one."""
    newest = select(func.max(Questionnaire.id)).group_by(Questionnaire.name)
    query = select(Questionnaire.name, Questionnaire.title).where(Questionnaire.id.in_(newest))
    return [(row.name, Text(row.title)) for row in session.execute(query.order_by(Questionnaire.name))]


def _narrowing(session: Session, actor: Actor, filters: QuestionnaireFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [readable(actor)]
    if filters.states:
        conditions.append(Questionnaire.state.in_(filters.states))
    if filters.name:
        conditions.append(Questionnaire.name == filters.name)
    if filters.supplier_id is not None:
        conditions.append(Questionnaire.supplier_id == filters.supplier_id)
    if filters.owner_id is not None:
        conditions.append(Supplier.owner_id == filters.owner_id)
    if filters.due_by is not None:
        conditions += [_IS_OPEN, Questionnaire.due <= filters.due_by]
    if filters.knocked_out:
        conditions.append(cast(Questionnaire.knock_outs, String) != "[]")
    if filters.below is not None:
        conditions.append(Questionnaire.score < filters.below * 100)
    if filters.search:
        exact = Questionnaire.number == filters.search.upper()
        by_supplier = find_by_words(session, filters.search)
        conditions.append(exact if by_supplier is None else or_(exact, by_supplier))
    return conditions
