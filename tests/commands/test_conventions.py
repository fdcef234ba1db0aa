"""What all commands share: one JSON document, exit codes, languages, logs elsewhere."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supplier_quality import resources
from tests import starting

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command in a folder of its own, as a person would."""

    def call(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        given = {**kept, "SUPPLIER_QUALITY_HOME": str(tmp_path / "home"), **environ}
        return starting.run("supplier_quality.cli", *arguments, folder=tmp_path, environ=given)

    return call


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """The only JSON document of standard output."""
    return json.loads(done.stdout)


def test_init_makes_an_installation_with_one_account(run: Run, tmp_path: Path) -> None:
    done = run("init", "--admin", "qm@example.com", "--json")
    assert done.returncode == 0, done.stderr
    made = answer(done)
    assert made["admin"]["email"] == "qm@example.com" and len(made["admin"]["password"]) > 20
    assert (tmp_path / "home" / "supplier-quality.db").exists()

    again = answer(run("init", "--json"))
    assert again["admin"] is None
    people = answer(run("user", "list", "--json"))
    assert [person["email"] for person in people] == ["qm@example.com"]


def test_a_refusal_is_said_once_with_exit_code_1(run: Run) -> None:
    done = run("user", "list", "--json")
    assert done.returncode == 1
    error = answer(done)["error"]
    assert error["code"] == "misconfigured"
    assert "supplier-quality upgrade" in error["message"]
    assert error["details"] == []


def test_a_command_that_needs_an_installation_does_not_begin_one(run: Run, tmp_path: Path) -> None:
    done = run("workflows", "migrate", "supplier_qualification", "--to", "3", "--dry-run", "--json")
    assert (done.returncode, answer(done)["error"]["code"]) == (1, "misconfigured")
    assert not (tmp_path / "home").exists()


def test_a_refusal_names_the_place_and_the_remedy(run: Run) -> None:
    done = run("upgrade", "--json", POLL_SECONDS="often")
    assert done.returncode == 1
    assert answer(done)["error"]["details"] == [
        {
            "row": None,
            "column": "POLL_SECONDS",
            "value": "often",
            "problem": "This is not a number in the allowed range",
            "remedy": "Write a whole number from 1 to 3600",
        }
    ]
    spoken = run("upgrade", POLL_SECONDS="often")
    assert spoken.returncode == 1 and spoken.stdout == ""
    assert "POLL_SECONDS" in spoken.stderr and "Write a whole number" in spoken.stderr


@pytest.mark.parametrize("arguments", [["upgrade", "--nonsense"], ["nonsense"], ["user", "create"], ["backup"]])
def test_a_wrong_call_ends_with_2(arguments: list[str], run: Run) -> None:
    done = run(*arguments, "--json")
    assert done.returncode == 2
    assert answer(done)["error"]["code"] == "usage"
    spoken = run(*arguments)
    assert spoken.returncode == 2 and spoken.stdout == "" and "Usage:" in spoken.stderr


def test_an_unreachable_database_is_a_refusal_not_a_traceback(run: Run) -> None:
    done = run("user", "list", "--json", DATABASE_URL="postgresql://postgres@127.0.0.1:1/none")
    assert done.returncode == 1
    assert answer(done)["error"]["code"] == "unavailable"
    assert "Traceback" not in done.stderr


def test_upgrade_says_whether_anything_was_done(run: Run) -> None:
    first, second = answer(run("upgrade", "--json")), answer(run("upgrade", "--json"))
    assert first["from"] is None and first["changed"] and first["to"] == second["to"]
    assert not second["changed"]


def test_doctor_names_what_is_wrong_and_how_to_mend_it(run: Run) -> None:
    done = run("doctor", "--json", SMTP_HOST="127.0.0.1", SMTP_PORT="1")
    findings = {finding["check"]: finding for finding in answer(done)}
    assert done.returncode == 1
    assert findings["database"]["remedy"] == "Run: supplier-quality init"
    assert findings["mail"]["verdict"] == "bad" and "127.0.0.1:1" in findings["mail"]["found"]
    assert findings["python"]["verdict"] == "good"
    assert all(finding["remedy"] for finding in findings.values() if finding["verdict"] == "bad")


def test_doctor_only_looks(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    findings = {finding["check"]: finding for finding in answer(run("doctor", "--json"))}
    assert findings["secrets"]["verdict"] == "warning" and findings["secrets"]["remedy"] == "Run: supplier-quality init"
    assert list(home.iterdir()) == []


def test_doctor_is_content_with_a_new_installation(run: Run) -> None:
    run("init")
    findings = answer(run("doctor", "--json"))
    assert [one for one in findings if one["verdict"] == "bad"] == []


def test_doctor_finds_the_rule_files_that_upgrade_would_refuse(run: Run, tmp_path: Path) -> None:
    run("init")
    local = tmp_path / "rules"
    local.mkdir()
    shipped = resources.workflows() / "supplier_qualification.yaml"
    text = shipped.read_text(encoding="utf-8")
    (local / shipped.name).write_text(text, encoding="utf-8")
    assert run("upgrade", WORKFLOWS_DIR=str(local)).returncode == 0
    (local / shipped.name).write_text(text.replace("Supplier qualification", "Qualification", 1), encoding="utf-8")

    refused = answer(run("upgrade", "--json", WORKFLOWS_DIR=str(local)))["error"]
    done = run("doctor", "--json", WORKFLOWS_DIR=str(local))

    finding = next(one for one in answer(done) if one["check"] == "rules")
    assert (done.returncode, refused["code"], finding["verdict"]) == (1, "changed_without_version", "bad")
    assert refused["details"][0]["problem"] in finding["found"]
    assert finding["remedy"] == refused["details"][0]["remedy"]


def test_a_backup_is_restored_by_command_into_another_folder(run: Run, tmp_path: Path) -> None:
    run("init", "--admin", "qm@example.com")
    saved = answer(run("backup", "b.zip", "--json"))
    assert saved["bytes"] == (tmp_path / "b.zip").stat().st_size
    other = str(tmp_path / "other")
    done = run("restore", "b.zip", "--json", SUPPLIER_QUALITY_HOME=other)
    assert done.returncode == 0, done.stderr
    assert answer(done)["missing_keys"] == []
    assert answer(run("user", "list", "--json", SUPPLIER_QUALITY_HOME=other))[0]["email"] == "qm@example.com"
    proof = run("trail", "verify", "--json", SUPPLIER_QUALITY_HOME=other)
    assert proof.returncode == 0 and answer(proof)["ok"]

    refused = run("restore", "b.zip", "--json", SUPPLIER_QUALITY_HOME=other)
    assert refused.returncode == 1 and answer(refused)["error"]["code"] == "not_empty"


def test_verify_answers_a_list_also_for_one_file_and_for_a_missing_one(run: Run, tmp_path: Path) -> None:
    done = run("workflows", "verify", "missing.yaml", "--json")
    assert done.returncode == 1
    (entry,) = answer(done)
    assert (entry["file"], entry["ok"]) == ("missing.yaml", False)
    assert set(entry["errors"][0]) == {"code", "message", "line", "column"}
    assert not (tmp_path / "home").exists(), "verifying needs no installation"


def test_verify_without_files_checks_all_that_are_shipped(run: Run) -> None:
    done = run("workflows", "verify", "--json")
    assert done.returncode == 0, done.stdout
    entries = answer(done)
    assert entries and all(entry["ok"] and entry["errors"] == [] for entry in entries)


def test_trail_verify_refuses_what_names_no_record(run: Run) -> None:
    run("init")
    for record, code in (("nonsense", "bad_input"), ("SUP-99999", "bad_input"), ("supplier:SUP-99999", "not_found")):
        done = run("trail", "verify", "--record", record, "--json")
        assert (done.returncode, answer(done)["error"]["code"]) == (1, code)


def test_eval_answers_value_and_type_or_error_and_column(run: Run, tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text('{"score": 7, "day": "2026-01-31"}', encoding="utf-8")
    (tmp_path / "types.yaml").write_text("score: int\nday: date\n", encoding="utf-8")
    given = ("--facts", "facts.json", "--types", "types.yaml", "--json")
    good = run("workflows", "eval", "score > 5 && day < date('2026-02-01')", *given)
    assert (good.returncode, answer(good)) == (0, {"ok": True, "value": True, "type": "bool"})
    bad = run("workflows", "eval", "score > missing", *given)
    assert bad.returncode == 1
    assert set(answer(bad)) == {"ok", "error", "column"} and answer(bad)["column"] == 9


def test_an_expression_may_begin_with_a_minus(run: Run) -> None:
    assert answer(run("workflows", "eval", "-1 + 2", "--json")) == {"ok": True, "value": 1, "type": "int"}
    mistyped = run("workflows", "eval", "--factz", "--json")
    assert mistyped.returncode == 2 and "--factz" in mistyped.stdout


def test_eval_of_cases_answers_line_by_line_in_order(run: Run, tmp_path: Path) -> None:
    lines = [
        '{"expr": "a + 1", "facts": {"a": 2}}',
        "no case",
        '{"expr": "a +", "facts": {"a": 2}}',
        '{"expr": "[1, 2].size()"}',
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run("workflows", "eval", "--cases", "cases.jsonl", "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [one["ok"] for one in answers] == [True, False, False, True]
    assert answers[3]["value"] == 2


def test_simulate_answers_what_would_happen(run: Run) -> None:
    arguments = (
        "workflows",
        "simulate",
        "supplier_qualification",
        "--state",
        "review",
        "--action",
        "approve",
        "--as",
        "sqe",
    )
    simulated = answer(run(*arguments, "--json"))
    assert set(simulated) == {"allowed", "to", "refused", "effects", "timers"}
    assert not simulated["allowed"]
    assert all(set(unmet) == {"id", "message", "values"} for unmet in simulated["refused"])


def test_simulate_names_the_fact_that_is_missing_mistyped_or_not_declared(run: Run, tmp_path: Path) -> None:
    call = (
        "workflows",
        "simulate",
        "supplier_qualification",
        "--state",
        "prospect",
        "--action",
        "invite",
        "--as",
        "sqe",
    )
    (tmp_path / "facts.json").write_text('{"supplier": {"sites": "two", "owner": "me"}}', encoding="utf-8")
    refused = {one["id"]: one for one in answer(run(*call, "--facts", "facts.json", "--json"))["refused"]}
    assert "supplier.sites should be int but is string" in refused["has_site"]["message"]
    assert "supplier.primary_contact is not known" in refused["has_primary_contact"]["message"]

    unread = {"supplier": {"sites": 2, "primary_contact": "q@x.com", "owner": "me"}, "today": 5}
    (tmp_path / "facts.json").write_text(json.dumps(unread), encoding="utf-8")
    unfit = answer(run(*call, "--facts", "facts.json", "--json"))["error"]
    assert (unfit["code"], unfit["message"]) == ("bad_fact", "today should be date but is int.")

    (tmp_path / "facts.json").write_text('{"suplier": {}, "supplier": {"sits": 1}}', encoding="utf-8")
    done = run(*call, "--facts", "facts.json", "--json")
    error = answer(done)["error"]
    assert (done.returncode, error["code"]) == (1, "unknown_fact")
    assert "suplier, supplier.sits" in error["message"]
    assert [one["column"] for one in error["details"]] == ["suplier", "supplier.sits"]
    assert "Did you mean supplier?" in error["details"][0]["problem"]
    assert "Did you mean sites?" in error["details"][1]["problem"]


@pytest.mark.parametrize(("form", "begins"), [("svg", "<svg"), ("mermaid", "stateDiagram-v2")])
def test_a_workflow_is_drawn(form: str, begins: str, run: Run) -> None:
    done = run("workflows", "diagram", "supplier_qualification", "--format", form)
    assert done.returncode == 0 and done.stdout.lstrip().startswith(begins)


def test_an_unknown_workflow_is_refused_with_those_that_exist(run: Run) -> None:
    done = run("workflows", "diagram", "nonsense", "--json")
    assert done.returncode == 1
    assert "supplier_qualification" in answer(done)["error"]["message"]


def test_migrate_answers_a_plan(run: Run) -> None:
    run("init")
    plan = answer(run("workflows", "migrate", "supplier_qualification", "--to", "3", "--dry-run", "--json"))
    assert plan["dry_run"] and plan["records"] == 0


def test_upgrade_names_the_rules_that_are_new(run: Run) -> None:
    assert "workflow supplier_qualification 3" in answer(run("upgrade", "--json"))["rules"]
    assert answer(run("upgrade", "--json"))["rules"] == []
