"""The demo company: made through the real operations, the same every time, and only where it can do no harm."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from supplier_quality import clock, features, resources, trail
from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.demo.history import ACTS
from supplier_quality.demo.staff import PASSWORD
from supplier_quality.demo.story import TALES, Made, NoPlaceForDemo, NotEmpty, check_place, is_used, make_demo
from supplier_quality.engine.models import Timer
from supplier_quality.identity import Role
from supplier_quality.identity.models import User
from supplier_quality.identity.passwords import check_new_password
from supplier_quality.identity.sessions import sign_in
from supplier_quality.mail import MailMessage, MailState
from supplier_quality.mail.models import OwnerTask
from supplier_quality.outbox import heartbeat, incidents
from supplier_quality.persistence import Base, Database
from supplier_quality.portal.models import PortalReceipt
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.queries import warnings_for
from supplier_quality.suppliers.importing import files, mapping
from supplier_quality.suppliers.models import Contact, SelfAssessment, Supplier
from supplier_quality.suppliers.qualification.models import QualificationStep
from supplier_quality.suppliers.questionnaires.models import Questionnaire, QuestionnaireRound
from supplier_quality.suppliers.scope.enums import ScopeAction
from supplier_quality.suppliers.scope.models import ScopeLine
from tests import starting
from tests.support import AT, open_test_database, settings_for, shipped_rules
from tests.web.conftest import Browser


def data(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((resources.demo_data() / name).read_text(encoding="utf-8"))
    return content


def process(name: str) -> Any:
    return shipped_rules(f"{name}.yaml").content


@pytest.mark.parametrize(("name", "count"), [("suppliers-first.csv", 13), ("suppliers.csv", 27)])
def test_the_lists_of_suppliers_are_imported_without_a_problem(name: str, count: int) -> None:
    chosen = mapping.read_map((resources.demo_data() / "suppliers-map.yaml").read_text(encoding="utf-8"))
    owners = {person["email"]: number for number, person in enumerate(data("people.yaml")["people"], 1)}
    drafts = files.read_drafts(resources.demo_data() / name, chosen, owners=owners)
    assert [str(problem.problem) for problem in drafts.checked.problems] == []
    suppliers = drafts.suppliers.items
    assert len(suppliers) == count
    assert len({supplier["country"] for supplier in suppliers}) >= 10
    assert sum("有限公司" in supplier["name"] for supplier in suppliers) >= 2


def test_no_mail_address_of_the_demo_can_belong_to_anybody() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(resources.demo_data().glob("*.[cy]*")))
    addresses = {word.strip(";,{}") for word in text.replace(";", " ").split() if "@" in word}
    assert addresses and all(address.endswith(".example") for address in addresses)


def test_the_password_of_the_demo_passes_the_rules_for_everybody() -> None:
    for person in data("people.yaml")["people"]:
        check_new_password(PASSWORD, personal=(person["name"], person["email"]))


def test_the_stories_take_actions_of_the_processes_only() -> None:
    told = [step for name in TALES for story in data(name)["stories"] for step in story["steps"] if "staff" in step]
    staged = {step["do"] for step in told if not ACTS.get(step["do"])}
    of_records = {"certify", "audit", "authorise", "demand", "plan", "begin_plan", "reach_milestone"}
    beside = {
        "add_contact", "done_with_tasks", "ask_scope", "assess", "step", "write_note", "keep_document", "keep_assessment", "direct",
        "send_questionnaire", "review_questionnaire", "send_back_questionnaire", "accept_questionnaire",
    }  # fmt: skip
    assert staged - set(process("supplier_qualification").actions) == {*beside, *of_records}
    for act, kind in (("scope", "supplier_scope"), ("certificate", "certificate")):
        assert {step["form"]["action"] for step in told if step["do"] == act} <= set(process(kind).actions)


@pytest.mark.parametrize(
    "change",
    [
        {"production": True},
        {"base_url": "https://quality.example.com"},
        {"smtp_host": "mail.example.com"},
    ],
    ids=["production", "reachable by others", "mails would leave"],
)
def test_it_is_refused_where_it_could_do_harm(change: dict[str, Any], settings: Settings) -> None:
    check_place(settings)
    with pytest.raises(NoPlaceForDemo) as caught:
        check_place(replace(settings, **change))
    assert len(caught.value.details) == 1 and caught.value.details[0].remedy


def test_it_is_refused_while_a_worker_runs(database: Database, settings: Settings, at: datetime) -> None:
    with database.write() as session:
        heartbeat.beat(session, "host:1:abc", at=at)
    with pytest.raises(NotEmpty):
        make_demo(settings, database, at=at)
    with database.read() as session:
        assert not is_used(session)


EMAILS = ("daniel@nordwerk.example", "lina@nordwerk.example", "tom@nordwerk.example")
PAGES = (
    "/my-work", "/approved-suppliers", "/approved-suppliers?view=table", "/approved-suppliers?view=table&on=2026-01-07",
    "/approved-suppliers/changes", "/certificates", "/certificates/calendar", "/suppliers/SUP-00002",
)  # fmt: skip


@dataclass(frozen=True)
class Company:
    """The demo as it was made."""

    settings: Settings
    database: Database
    made: Made
    told: list[str]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The demo on SQLite; made once, and only read by the tests."""
    settings = settings_for(tmp_path_factory.mktemp("demo"))
    database = open_test_database(settings)
    Base.metadata.create_all(database.engine)
    made = make_demo(settings, database, at=AT)
    # Whoever looks at the pages signs in, and that is in the trail too.
    yield Company(settings, database, made, _told(database))
    database.dispose()


@pytest.mark.long
def test_the_company_has_people_suppliers_in_every_state_and_a_history_that_verifies(company: Company) -> None:
    assert set(company.made.states) == set(process("supplier_qualification").states)
    assert sum(company.made.states.values()) == 40
    _check_history(company.database, AT)
    with company.database.read() as session:
        assert [row.last_error for row in incidents(session)] == []
        positions = [
            (kind, row.id, trail.Position(row.trail_seq, row.trail_head))
            for kind, model in features.subjects().items()
            for row in session.scalars(select(model))
        ]
        report = trail.verify(session, published=_published(company.settings), positions=positions)
    assert report.ok, report.problems
    assert report.unproven == [], "everything is sealed, and the last seal is published"

    rows = _rows(company.database)
    with pytest.raises(NotEmpty):
        make_demo(company.settings, company.database, at=AT)
    assert _rows(company.database) == rows


@pytest.mark.long
def test_two_years_tell_of_certificates_and_of_scope_that_rests_on_them(company: Company) -> None:
    with company.database.read() as session:
        certificates = Counter(session.scalars(select(Certificate.state)))
        lines = Counter(session.scalars(select(ScopeLine.state)))
        done = {(row.record_kind, row.action) for row in session.execute(_acts())}
        restored = session.scalars(
            select(trail.TrailEntry.at).where(trail.TrailEntry.action == ScopeAction.RESTORE)
        ).all()
        signs = [
            warned for warned in warnings_for(session, list(session.scalars(select(Certificate.id)))).values() if warned
        ]
        addressed = set(session.scalars(select(Contact.language)))
        forge = session.scalars(select(Supplier).where(Supplier.name == "Deccan Forge Pvt. Ltd.")).one()
        asked = Counter(
            session.scalars(select(QualificationStep.kind).where(QualificationStep.supplier_id == forge.id))
        )
        route = [
            (moment - AT).days
            for moment in session.scalars(
                select(trail.TrailEntry.at)
                .where(trail.TrailEntry.record_label == forge.number, trail.TrailEntry.action == "requalify")
            )
        ]  # fmt: skip
    assert asked == {"audit": 1, "samples": 2, "agreement": 2} and forge.state == "approved"
    assert len(route) == 1 and -355 < route[0] < -340, "of high risk: qualified again after a year, by itself"
    assert any(305 < (AT - moment).days < 313 for moment in restored), "by the new certificate of 杭州工厂"
    assert {"valid", "submitted", "asked", "extended", "withdrawn_by_body", "replaced", "not_needed"} == set(
        certificates
    )
    assert set(lines) == {"requested", "approved", "conditional", "suspended", "phasing_out", "ended", "disqualified"}
    assert {("certificate", act) for act in ("submit", "verify", "lapse", "extend", "expire", "body_suspends",
            "body_restores", "body_withdraws", "timer.ends_soon", "timer.silence")} <= done  # fmt: skip
    assert {
        ("supplier_scope", act) for act in ("limit", "hold", "restore", "approve_conditionally", "phase_out", "end")
    } <= done
    assert 1 <= len(signs) <= 6, "a warning sign means something only while most certificates show none"
    assert {"en", "zh", "de", "es", "cs", "ja", "tr", "it", "sv", "fr"} <= addressed


@pytest.mark.long
def test_the_pages_of_the_company_have_something_to_say(company: Company) -> None:
    with clock.standing_at(AT):
        app = create_app(company.settings, company.database)
        app.test_client_class = Browser
        shown = {(email, path): page for email in EMAILS for path, page in _pages(app.test_client(), email)}
    assert {key: page.status_code for key, page in shown.items() if page.status_code != 200} == {}
    assert "Great Lakes Stampings Inc." in shown[EMAILS[0], "/my-work"].text
    for email in EMAILS:
        assert "Marmara Döküm" in shown[email, "/approved-suppliers/changes"].text
        then, now = (
            shown[email, f"/approved-suppliers{day}"].text for day in ("?view=table&on=2026-01-07", "?view=table")
        )
        assert "Vosges" in then and then != now


def _pages(browser: Any, email: str) -> Iterator[tuple[str, Any]]:
    assert browser.send("/sign-in", email=email, password=PASSWORD).status_code == 303
    for path in PAGES:
        yield path, browser.get(path)


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_same_day_gives_the_same_company_on_both_databases(
    company: Company, database: Database, settings: Settings
) -> None:
    made = make_demo(settings, database, at=AT)
    assert made == company.made
    assert _told(database) == company.told
    _check_people(database, made, AT)


def _told(database: Database) -> list[str]:
    """Everything that happened, without what is random: tokens, and the numbers of rows that come from a sequence."""
    entry = trail.TrailEntry
    columns = (entry.at, entry.record_kind, entry.record_label, entry.action, entry.from_state, entry.to_state)
    with database.read() as session:
        mails = session.execute(select(MailMessage.queued_at, MailMessage.address, MailMessage.subject)).all()
        return sorted(map(str, [*session.execute(select(*columns)).all(), *mails]))


def _acts() -> Any:
    return select(trail.TrailEntry.record_kind, trail.TrailEntry.action).distinct()


def _check_people(database: Database, made: Made, at: datetime) -> None:
    held = {role for account in made.accounts for role in account["roles"]}
    assert held == {role.value for role in Role}
    assert [one["email"] for one in made.accounts if one["deputy_for"]] == ["daniel@nordwerk.example"]
    for account in made.accounts:
        opened = sign_in(database, email=account["email"], password=made.password, at=at, ip="127.0.0.1", device="x")
        assert not opened.second_factor_due


def _check_history(database: Database, at: datetime) -> None:
    with database.read() as session:
        assert session.scalar(select(func.max(trail.TrailEntry.at))) <= at
        assert session.scalar(select(func.min(trail.TrailEntry.at))) < at - timedelta(days=720)
        late = session.scalars(select(Timer.due_at).where(Timer.due_at <= at)).all()
        assert late == [], "whatever was due has been done"
        states = Counter(session.scalars(select(MailMessage.state)))
        assert states[MailState.BOUNCED] == 1 and set(states) <= {
            MailState.KEPT,
            MailState.BOUNCED,
            MailState.NOT_NEEDED,
        }
        assert set(session.scalars(select(OwnerTask.kind))) == {"mail_bounced", "mail_unanswered"}
        answers = session.scalar(select(func.count()).select_from(SelfAssessment))
        receipts = Counter(session.scalars(select(PortalReceipt.record_kind)))
        assert (answers, receipts) == (26, {"supplier": 26, "certificate": 7, "questionnaire": 2})
        rounds = select(Questionnaire.state).join(
            QuestionnaireRound, QuestionnaireRound.questionnaire_id == Questionnaire.id
        )
        assert sorted(session.scalars(rounds)) == ["accepted", "sent_back"]
        twice = session.scalars(select(Supplier.name).join(SelfAssessment, SelfAssessment.supplier_id == Supplier.id)
                                .where(SelfAssessment.round == 2)).all()  # fmt: skip
        assert twice == ["苏州恒达精密轴承有限公司"]
        done = set(session.scalars(select(trail.TrailEntry.action).where(trail.TrailEntry.record_kind == "supplier")))
    assert {"invite", "submit_assessment", "send_back", "approve", "approve_conditionally", "reject", "suspend",
            "reinstate", "disqualify", "withdraw", "expire", "requalify", "phase_out", "end_phase_out", "risk.rated"} <= done  # fmt: skip


@pytest.mark.long
def test_it_is_the_same_company_on_every_day_of_the_year(company: Company, tmp_path: Path) -> None:
    # A Sunday in the plant, in the Chinese new year, with both changes of the clock in other places of the story.
    made = _make(settings_for(tmp_path), datetime(2027, 2, 13, 23, 50, tzinfo=UTC))
    assert made == company.made
    assert made.states == {
        "approved": 14, "conditional": 1, "disqualified": 2, "invited": 4, "merged": 2, "phased_out": 1, "phasing_out": 1, "prospect": 8,
        "rejected": 1, "requalifying": 1, "review": 3, "suspended": 1, "withdrawn": 1,
    }  # fmt: skip


def _make(settings: Settings, at: datetime) -> Made:
    database = open_test_database(settings)
    Base.metadata.create_all(database.engine)
    try:
        return make_demo(settings, database, at=at)
    finally:
        database.dispose()


def _rows(database: Database) -> dict[str, int]:
    counted: Callable[[Any], Any] = lambda model: select(func.count()).select_from(model)
    with database.read() as session:
        return {model.__name__: session.scalar(counted(model)) or 0 for model in (User, Supplier, trail.TrailEntry)}


def _published(settings: Settings) -> list[dict[str, Any]]:
    lines = [line for path in sorted((settings.home / "heads").iterdir()) for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines]


@pytest.mark.long
def test_the_command_fills_an_empty_folder_once(tmp_path: Path) -> None:
    first = _run(tmp_path, "demo", "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["made"] and told["password"] == PASSWORD and sum(told["suppliers"].values()) == 40

    again = _run(tmp_path, "demo", "--json")
    assert again.returncode == 1
    assert json.loads(again.stdout)["error"]["code"] == "not_empty"
    quiet = _run(tmp_path, "demo", "--if-empty", "--json")
    assert quiet.returncode == 0 and json.loads(quiet.stdout) == {"made": False, "accounts": []}


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    given = {**kept, "SUPPLIER_QUALITY_HOME": str(home)}
    return starting.run("supplier_quality.cli", *arguments, environ=given, timeout=400)
