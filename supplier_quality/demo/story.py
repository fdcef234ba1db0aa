"""Making the demo company: reading the files of ``data`` and doing, step by step, what they say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from supplier_quality import features, resources, trail
from supplier_quality.config import Settings
from supplier_quality.demo.developing import Developing
from supplier_quality.demo.history import History
from supplier_quality.demo.papers import Papers
from supplier_quality.demo.passing import PassingTime
from supplier_quality.demo.questionnaires import Questionnaires
from supplier_quality.demo.staff import PASSWORD, Staff
from supplier_quality.demo.visits import Visits
from supplier_quality.desk.heads import folder_of
from supplier_quality.errors import Conflict, NotAllowed, Problem
from supplier_quality.identity import Via, system_actor
from supplier_quality.identity.models import User
from supplier_quality.identity.passwords import hashing_cheaply
from supplier_quality.language import Words, _
from supplier_quality.outbox import heartbeat
from supplier_quality.persistence import Database
from supplier_quality.suppliers.importing import files, mapping
from supplier_quality.suppliers.models import Supplier

# What happened, each with the list of suppliers it begins with.
TALES = ("history.yaml", "stories.yaml")

_DAYS_FROM_TODAY = re.compile(r"today([+-]\d+)")


class NoPlaceForDemo(NotAllowed):
    """The demo is only made where nobody else can reach it and no mail can leave."""

    code = "no_place_for_demo"


class NotEmpty(Conflict):
    """The installation has people or suppliers already."""

    code = "not_empty"


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: who can sign in with which password, and the suppliers by state."""

    accounts: list[dict[str, Any]]
    password: str
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    supplier: str
    told: dict[str, Any]


def check_place(settings: Settings) -> None:
    """Refuse what is not one's own machine, or could send mail. Raises NoPlaceForDemo."""
    problems = []
    if settings.production:
        problems.append(_problem("SUPPLIER_QUALITY_PRODUCTION", _("This is a production installation")))
    if not settings.is_local:
        problems.append(_problem("BASE_URL", _("Everybody knows the password of the demo, and others can reach it")))
    if settings.smtp_host is not None:
        problems.append(_problem("SMTP_HOST", _("The demo writes to suppliers that do not exist")))
    if problems:
        raise NoPlaceForDemo(_("The demo is for trying the product on one's own machine."), tuple(problems))


def check_empty(database: Database, *, at: datetime) -> None:
    """Refuse an installation that is in use. Raises NotEmpty."""
    with database.read() as session:
        used = is_used(session)
        busy = heartbeat.workers_alive(session, at=at)
    remedy = _("Choose an empty folder with SUPPLIER_QUALITY_HOME, or delete the data of the demo made before")
    if used:
        raise NotEmpty(_("There are people or suppliers already."), (Problem(_("It is not empty"), remedy),))
    if busy:
        problem = Problem(_("A worker is running"), _("Stop the server and its workers, then make the demo"))
        raise NotEmpty(_("The installation is in use."), (problem,))


def is_used(session: Session) -> bool:
    """Whether there are people or suppliers."""
    return any(session.scalar(select(func.count()).select_from(model)) for model in (User, Supplier))


def make_demo(
    settings: Settings, database: Database, *, at: datetime, progress: Callable[[Words], None] = lambda _words: None
) -> Made:
    """Fill an empty, prepared database with the company and its two years of history up to ``at``.

    Raises NoPlaceForDemo, NotEmpty.
    """
    check_place(settings)
    check_empty(database, at=at)
    almanac = _Almanac(at, settings.timezone)
    company, tales = _read("people.yaml"), [_read(name) for name in TALES]
    steps = [step for tale in tales for step in _steps(tale["stories"], almanac)]
    steps += [_Step(almanac.moment(tale["opening"]), "", tale["opening"]) for tale in tales]
    steps += [_Step(almanac.morning(one["from"]), "", one) for one in company["deputies"]]
    opening = min(step.at for step in steps)

    features.load_rules(database, settings, at=opening)
    passing = PassingTime(settings, database, at=opening)
    with hashing_cheaply():
        cast = _Cast.gather(settings, database, passing, almanac)
        progress(_("Inviting the people of the company ..."))
        cast.staff.hire(company["people"])
        for commodity in company["commodities"]:
            details = {name: value for name, value in commodity.items() if name not in ("by", "number")}
            cast.staff.add_commodity(commodity["by"], commodity["number"], details)
        progress(_("Letting %(count)s weeks pass ...", count=(at - opening).days // 7))
        for step in sorted(steps, key=lambda step: step.at):
            passing.pass_until(step.at)
            cast.play(step)
        passing.pass_until(at)
        passing.end()
    return _finish(settings, database, cast.staff, at=at)


def _finish(settings: Settings, database: Database, staff: Staff, *, at: datetime) -> Made:
    """Seal and publish the heads of the trail, and count."""
    with database.write() as session:
        trail.seal_heads(session, at=at, everything=True)
        trail.publish_head(session, folder_of(settings), at=at)
    with database.read() as session:
        rows = session.execute(select(Supplier.state, func.count()).group_by(Supplier.state).order_by(Supplier.state))
        states = {row[0]: row[1] for row in rows}
    return Made(accounts=staff.accounts(), password=PASSWORD, states=states)


@dataclass(frozen=True, slots=True)
class _Cast:
    """Everybody who acts, and our numbers of suppliers by their numbers in the purchasing system."""

    database: Database
    almanac: "_Almanac"
    time: PassingTime
    staff: Staff
    visits: Visits
    papers: Papers
    history: History
    developing: Developing
    questionnaires: Questionnaires
    numbers: dict[str, str]

    @classmethod
    def gather(cls, settings: Settings, database: Database, passing: PassingTime, almanac: "_Almanac") -> "_Cast":
        """Nobody has been hired yet, and no supplier is known."""
        staff, visits = Staff(settings, database, passing), Visits(database, passing)
        return cls(
            database, almanac, passing, staff, visits,
            papers=Papers(database, passing, staff),
            history=History(settings, database, passing, staff, visits),
            developing=Developing(database, passing, staff),
            questionnaires=Questionnaires(settings, database, passing, staff, visits),
            numbers={},
        )  # fmt: skip

    def play(self, step: _Step) -> None:
        """Do what one step says."""
        told = step.told
        if step.supplier:
            self._do(step)
        elif "list" in told:
            self.numbers.update(_import_suppliers(self.database, self.time, told["list"]))
        else:
            length = timedelta(days=told["to"] - told["from"])
            self.staff.name_deputy(told["of"], told["deputy"], role=told["role"], duration=length)

    def _do(self, step: _Step) -> None:
        told, number = step.told, self.numbers[step.supplier]
        form = self.almanac.dated(told.get("form", {}))
        who = told.get("staff") or told["contact"]
        if told["do"].endswith("_questionnaire"):
            self.questionnaires.do(told["do"], number, form, who=who)
        elif self.history.can(told["do"]):
            self.history.do(who, number, told["do"], form)
        elif told.get("staff"):
            self._do_as_staff(told, number, form)
        else:
            self._do_as_contact(told, number, form)

    def _do_as_contact(self, told: Mapping[str, Any], number: str, form: Mapping[str, Any]) -> None:
        match told["do"]:
            case "visits":
                self.visits.visit(told["contact"], number)
            case "answers":
                self.visits.answer(told["contact"], number, form)
            case "bounces":
                self.visits.bounce(told["contact"], status=told["status"], reason=told["reason"])
            case unknown:
                raise AssertionError(f"{number}: nobody can do {unknown}")

    def _do_as_staff(self, told: Mapping[str, Any], number: str, form: Mapping[str, Any]) -> None:
        key, act = told["staff"], told["do"]
        match act:
            case "add_contact":
                self.staff.add_contact(key, number, form)
            case "done_with_tasks":
                self.staff.finish_tasks(key, number)
            case "ask_scope":
                self.staff.ask_scope(key, number, form["commodity"])
            case "assess":
                self.staff.assess(key, number, form)
            case "step":
                self.staff.take_step(key, number, told["step"], told["action"], form)
            case "merge":
                self.staff.merge(key, number, self.numbers[form["into"]], form["reason"])
            case "write_note" | "keep_document" | "keep_assessment" | "direct":
                getattr(self.papers, act)(key, number, form)
            case _ if self.developing.can(act):
                self.developing.do(key, number, act, form)
            case _:
                self.staff.act(key, number, act, form)


def _import_suppliers(database: Database, passing: PassingTime, name: str) -> dict[str, str]:
    """Import a list as the command does; our number by the number in their system."""
    chosen = mapping.read_map((resources.demo_data() / "suppliers-map.yaml").read_text(encoding="utf-8"))
    path = resources.demo_data() / name
    with database.read() as session:
        owners = files.owners_by_address(session)
    drafts = files.read_drafts(path, chosen, owners=owners)
    with passing.standing() as at, database.write() as session:
        report = files.import_suppliers(session, drafts, source=path.name, actor=system_actor(Via.COMMAND), at=at)
    assert report.applied, [str(problem.problem) for problem in report.rejected]
    with database.read() as session:
        return {row.source_key: row.number for row in session.execute(select(Supplier.source_key, Supplier.number))}


def _steps(stories: list[dict[str, Any]], almanac: "_Almanac") -> list[_Step]:
    return [_Step(almanac.moment(step), story["supplier"], step) for story in stories for step in story["steps"]]


class _Almanac:
    """Turns the days of the files into days of the calendar, counted back from the day the demo is made."""

    def __init__(self, at: datetime, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._today = at.astimezone(self._zone).date()

    def moment(self, told: dict[str, Any]) -> datetime:
        """At ``time`` in the plant, ``day`` working days before today, or ``ago`` days before it and not on a weekend."""
        day = self._working_day(-told["day"]) if "day" in told else self._weekday(told["ago"])
        return self._at(day, time.fromisoformat(told["time"]))

    def morning(self, days: int) -> datetime:
        """08:00 in the plant so many calendar days from today."""
        return self._at(self._today + timedelta(days=days), time(8))

    def dated(self, value: Any) -> Any:
        """``today+30`` as an ISO date, also inside of lists and mappings; everything else as it is."""
        if isinstance(value, dict):
            return {name: self.dated(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.dated(inner) for inner in value]
        found = _DAYS_FROM_TODAY.fullmatch(value) if isinstance(value, str) else None
        return (self._today + timedelta(days=int(found.group(1)))).isoformat() if found else value

    def _working_day(self, back: int) -> date:
        day = self._today
        while back:
            day -= timedelta(days=1)
            back -= day.isoweekday() <= 5
        return day

    def _weekday(self, back: int) -> date:
        """So many days before today; the Friday before when that is a weekend."""
        day = self._today - timedelta(days=back)
        return day - timedelta(days=max(0, day.isoweekday() - 5))

    def _at(self, day: date, clock_time: time) -> datetime:
        return datetime.combine(day, clock_time, self._zone).astimezone(UTC)


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((resources.demo_data() / name).read_text(encoding="utf-8"))
    return content


def _problem(column: str, problem: Words) -> Problem:
    return Problem(problem, _("Make it in another folder, with the default settings"), column=column)
