"""Entries of the trail in words."""

from datetime import datetime
from typing import Any

import pytest

from supplier_quality.engine.store import store_files
from supplier_quality.language import _
from supplier_quality.persistence import Database
from supplier_quality.trail import ActorRef, Entry, RecordRef
from supplier_quality.web.wording import Spoken, register_wording, speak
from tests.support import shipped_rules


def spoken(database: Database, at: datetime, action: str, data: dict[str, Any], via: str = "web") -> Spoken:
    entry = Entry(
        id=1,
        record=RecordRef("user", 7, "Ann Miller"),
        seq=1,
        at=at,
        actor=ActorRef("user", "user:1", "Bo Chen", via),
        action=action,
        from_state=None,
        to_state=None,
        definition=None,
        data=data,
        hash="h",
    )
    with database.read() as session:
        return speak(session, [entry])[0]


@pytest.mark.parametrize(
    ("action", "data", "sentence"),
    [
        ("user.disabled", {}, "Account of Ann Miller disabled"),
        ("timer.sla", {"rule": "review_overdue", "effect": "escalate"}, "Deadline “Review overdue” reached: escalate"),
        ("policy.open_scar", {"policy": "open_scar", "act": "scar.open"}, "Policy acted: Open scar"),
        ("incident.dismissed", {"kind": "mail.send", "reason": "100%"}, "Failed effect send the mail “send” dismissed: 100%"),
        ("user.deputy_named", {"role": "sqe"}, "Deputy named for the role supplier quality engineer: –"),
        ("nobody.knows_this", {}, "Nobody knows this"),
    ],
)  # fmt: skip
def test_every_kind_of_entry_has_a_sentence(
    database: Database, at: datetime, action: str, data: dict[str, Any], sentence: str
) -> None:
    assert str(spoken(database, at, action, data).sentence) == sentence


def test_a_policy_is_told_by_its_title_in_the_readers_language(database: Database, at: datetime) -> None:
    file = shipped_rules("policies.yaml")
    with database.write() as session:
        store_files(session, [file], at=at)
    data = {"hash": file.hash, "policy": "suspended_supplier_holds_scope", "act": "scope.limit_supplier"}

    told = spoken(database, at, "policy.suspended_supplier_holds_scope", data).sentence

    assert told.render("en") == "Policy acted: A suspended supplier's scope is held"
    assert told.render("zh") == "策略已执行：被暂停的供应商的范围被冻结"


def test_the_most_exact_wording_wins_and_a_later_one_replaces(database: Database, at: datetime) -> None:
    # The register lives as long as the program, so each run of this test has names of its own.
    kind = f"test_words_{database.url.get_backend_name()}"
    register_wording(f"{kind}.*", _("Something"))
    register_wording(f"{kind}.big*", _("Something big"))
    assert str(spoken(database, at, f"{kind}.bigger", {}).sentence) == "Something big"
    register_wording(f"{kind}.bigger", _("Bigger"))
    assert str(spoken(database, at, f"{kind}.bigger", {}).sentence) == "Bigger"


def test_changes_are_told_apart_from_other_values(database: Database, at: datetime) -> None:
    told = spoken(database, at, "edit", {"changes": {"owner_id": [None, 7]}, "version": 3, "site": 4})

    assert {str(label): change for label, change in told.changes.items()} == {"Owner": (None, 7)}
    assert {str(label): value for label, value in told.rest.items()} == {"Site": 4}


def test_the_way_in_is_said(database: Database, at: datetime) -> None:
    assert str(spoken(database, at, "edit", {}).actor) == "Bo Chen"
    assert str(spoken(database, at, "edit", {}, via="api").actor) == "Bo Chen, through the API"
