"""What ``verify`` refuses, and that it names the place: one table of small mutilations of good files."""

from pathlib import Path

import pytest

from supplier_quality.engine.definitions import RuleFileErrors, load_rule_file, verify_file, verify_text

FILES = Path(__file__).parent / "files"
GOOD = sorted(FILES.glob("*.yaml"))

PROCESS = """\
format: 1
workflow: returns
version: 2
title: Returns
facts:
  parcel: {weight: int, sender: string, due: date?, ratio: double, blocked: bool}
  items: [{no: string, open: bool}]
  actor: {id: string}
initial: open
states:
  open: {label: Open}
  checked: {label: Checked}
  closed: {label: Closed, final: true}
actions:
  - id: check
    from: open
    to: checked
    by: sqe
    form: {comment: {type: text, required: true}}
    require:
      - {id: light, when: "parcel.weight < 10", else: Too heavy}
  - {id: close, from: checked, to: closed, by: [sqe, system], effects: [mail.closed]}
  - {id: drop, from: checked, to: closed, by: [system]}
timers:
  - {id: near, in: checked, at: parcel.due, before: P7D, effect: remind}
  - {id: late, in: checked, after: P5D, fire: close}
tests:
  - {name: light one, state: open, as: sqe, facts: {parcel: {weight: 3}}, fire: check, expect: {to: checked}}
"""
TABLE = (FILES / "audit_interval.yaml").read_text()
CHECKS = (FILES / "eight_d_lint.yaml").read_text()
POLICIES = (FILES / "house_policies.yaml").read_text()

# What is replaced, by what, the code it must give, and a text in the line it must name.
BROKEN_PROCESSES = [
    ("format: 1", "format: 2", "unknown_format", "format: 2"),
    ("format: 1\n", "", "missing_key", "workflow"),
    ("workflow: returns", "workflw: returns", "unknown_kind", "workflw"),
    ("workflow: returns", "workflow: 'two words'", "bad_name", "two words"),
    ("workflow: returns", "workflow:", "missing_value", "workflow:"),
    ("version: 2\n", "", "missing_key", "format"),
    ("version: 2", "version: two", "wrong_type", "two"),
    ("version: 2", "version: 0", "out_of_range", "version: 0"),
    ("version: 2", "version: 1.5", "wrong_type", "1.5"),
    ("version: 2", "version: true", "wrong_type", "true"),
    ("title: Returns", "title: Returns\ncolour: red", "unknown_key", "colour"),
    ("title: Returns", "title: {de: Ruecksendung}", "unknown_key", "title"),
    ("title: Returns", "title: {zh: 退货}", "missing_key", "title"),
    ("title: Returns", "title: [a]", "wrong_type", "title"),
    ("title: Returns", "title:", "missing_value", "title:"),
    ("title: Returns", "title: ''", "missing_value", "title:"),
    ("title: Returns", "title: One\ntitle: Two", "duplicate_key", "Two"),
    ("weight: int", "weight: integer", "bad_type", "weight"),
    ("ratio: double", "ratio: [double, int]", "bad_type", "ratio"),
    ("items: [{no: string, open: bool}]", "items: [{no: strin, open: bool}]", "bad_type", "items"),
    ("initial: open\n", "", "missing_initial", "format"),
    ("initial: open", "initial: opened", "unknown_state", "opened"),
    ("initial: open", "initial:", "missing_initial", "initial:"),
    ("open: {label: Open}", "open: {labl: Open}", "unknown_key", "labl"),
    ("open: {label: Open}", "open: {label: Open, final: yes}", "wrong_type", "final: yes"),
    ("open: {label: Open}", "open: {label: Open, tone: pink}", "unknown_value", "pink"),
    ("open: {label: Open}", "open: Open", "wrong_type", "open: Open"),
    ("open: {label: Open}", "open: {label: Open}\n  lost: {label: Lost}", "unreachable_state", "lost"),
    ("open: {label: Open}", "open: {label: Open}\n  open: {label: Again}", "duplicate_key", "Again"),
    ("closed: {label: Closed, final: true}", "closed: {label: Closed}", "no_final_state", "open:"),
    (
        "actions:\n",
        "  trap: {label: Trap}\nactions:\n  - {id: fall, from: open, to: trap, by: sqe}\n",
        "dead_end",
        "trap: {label",
    ),
    ("from: open\n", "from: opne\n", "unknown_state", "opne"),
    ("from: open\n", "from: closed\n", "final_state_left", "- id: check"),
    ("from: open\n", "from: [open, open]\n", "duplicate_name", "[open, open]"),
    ("    from: open\n", "", "missing_key", "- id: check"),
    ("to: checked\n", "to: chekced\n", "unknown_state", "chekced"),
    ("    by: sqe\n", "", "nobody_may_act", "- id: check"),
    ("    by: sqe\n", "    by: []\n", "nobody_may_act", "by: []"),
    ("    by: sqe\n", "    by: sqee\n", "unknown_role", "sqee"),
    ("    by: sqe\n", "    bye: sqe\n", "unknown_key", "bye"),
    ("id: drop", "id: close", "duplicate_action", "by: [system]}"),
    ("- id: check", "- label: Check", "missing_key", "label: Check"),
    ("- id: check", "- id: 'no good'", "bad_name", "no good"),
    ("type: text, required", "type: txt, required", "unknown_value", "txt"),
    ("type: text, required: true", "type: choice", "missing_key", "choice"),
    ("type: text, required: true", "type: text, max: 5", "bad_field", "max: 5"),
    ("type: text, required: true", "type: text, archives: true", "bad_field", "archives: true"),
    ("type: text, required: true", "type: int, min: 9, max: 5", "out_of_range", "min: 9"),
    ("type: text, required: true", "type: date, min: tomorrow", "wrong_type", "tomorrow"),
    ("comment: {type", "in: {type", "bad_name", "in: {type"),
    ('"parcel.weight < 10"', '"parcel.wieght < 10"', "bad_expression", "wieght"),
    ('"parcel.weight < 10"', "\"parcel.weight < 'a'\"", "bad_expression", "'a'"),
    ('"parcel.weight < 10"', '"parcel.weight + 10"', "bad_expression", "+ 10"),
    ('"parcel.weight < 10"', '"parcel.weight <"', "bad_expression", "weight <"),
    ('"parcel.weight < 10"', '"parcel.weight / 2 < 10"', "bad_expression", "/ 2"),
    ('"parcel.weight < 10"', "\"form.remark == ''\"", "bad_expression", "form.remark"),
    ('"parcel.weight < 10"', '"nobody.knows"', "bad_expression", "nobody"),
    ('"parcel.weight < 10"', '"1 > 2"', "rule_never_holds", "1 > 2"),
    ('"parcel.weight < 10"', "false", "rule_never_holds", "when: false"),
    ('"parcel.weight < 10"', '"parcel.weight > 0 && false"', "rule_never_holds", "&& false"),
    ('"parcel.weight < 10"', '"!(parcel.blocked || true)"', "rule_never_holds", "|| true"),
    ('"parcel.weight < 10"', '"parcel.weight > 5 && parcel.weight < 3"', "rule_never_holds", "> 5"),
    ('"parcel.weight < 10"', '"parcel.blocked ? 1 > 2 : false"', "rule_never_holds", "1 > 2"),
    ('"parcel.weight < 10"', "\"parcel.sender.matches('(')\"", "bad_expression", "matches"),
    ('"parcel.weight < 10"', "\"parcel.weight in [1, 'a']\"", "bad_expression", "'a'"),
    ('"parcel.weight < 10"', "[a]", "wrong_type", "when: [a]"),
    (", else: Too heavy", "", "missing_else", "light"),
    (", else: Too heavy", ", else: ''", "missing_value", "light"),
    (", else: Too heavy", ", otherwise: Too heavy", "missing_else", "light"),
    ("{id: light,", "{", "missing_key", "weight < 10"),
    ("{id: light,", "{id: wrong_state,", "reserved_name", "wrong_state"),
    ("else: Too heavy}", "else: Too heavy}\n      - {id: light, when: true, else: No}", "duplicate_rule", "when: true"),
    ("[mail.closed]", "[mailclosed]", "unknown_effect", "mailclosed"),
    ("[mail.closed]", "['mail closed']", "bad_name", "mail closed"),
    ("[mail.closed]", "[{mail.a: {}, mail.b: {}}]", "bad_effect", "mail.b"),
    ("before: P7D", "before: 7 days", "bad_duration", "7 days"),
    ("before: P7D", "before: P0D", "bad_duration", "P0D"),
    ("before: P7D", "before: []", "missing_value", "before: []"),
    ("after: P5D", "after: P5D, of: nothing.site", "not_a_place_fact", "nothing.site"),
    ("after: P5D", "after: P5D, of: parcel.sender", "not_a_place_fact", "parcel.sender"),
    ("after: P5D", "after: P5D, of: items", "not_a_place_fact", "of: items"),
    ("after: P5D", "after: P5D, of: parcel", "not_a_place_fact", "of: parcel"),
    ("after: P5D", "after: 5D", "bad_duration", "5D"),
    ("after: P5D", "after: P5H", "bad_duration", "P5H"),
    ("after: P5D", "after: P1W2D", "bad_duration", "P1W2D"),
    ("after: P5D", "after: P", "bad_duration", "after: P,"),
    ("after: P5D", "after: P5DT", "bad_duration", "P5DT"),
    ("after: P5D", "after: 5", "bad_duration", "after: 5"),
    ("after: P5D", "after: P9999999Y", "bad_duration", "P9999999Y"),
    ("after: P5D, ", "", "bad_timer", "late"),
    ("after: P5D", "after: P5D, at: parcel.due", "bad_timer", "late"),
    ("after: P5D", "after: P5D, before: P1D", "bad_timer", "before: P1D"),
    ("after: P5D", "after: P5D, max: 3", "bad_timer", "max: 3"),
    ("after: P5D", "after: P5D, calendar: lunar", "unknown_value", "lunar"),
    ("at: parcel.due", "at: parcel.weight", "not_a_date_fact", "parcel.weight"),
    ("at: parcel.due", "at: parcel.nothing", "not_a_date_fact", "parcel.nothing"),
    ("at: parcel.due", "at: tomorrow", "not_a_date_fact", "tomorrow"),
    ("in: checked, after", "in: chceked, after", "unknown_state", "chceked"),
    ("in: checked, after", "in: open, after", "fire_not_from_state", "in: open, after"),
    ("fire: close}", "fire: clos}", "unknown_action", "clos}"),
    ("fire: close}", "effect: escalate, to: boss}", "unknown_role", "boss"),
    ("fire: close}", "fire: close, effect: remind}", "bad_timer", "remind}"),
    ("by: [sqe, system]", "by: [sqe]", "fire_without_system", "fire: close"),
    ("id: late", "id: near", "duplicate_timer", "after: P5D"),
    (
        "  - {id: late,",
        "  - {id: other, in: checked, after: P5D, fire: drop}\n  - {id: late,",
        "automatic_conflict",
        "late",
    ),
    (
        "  - {id: late,",
        "  - {id: other, in: checked, at: parcel.due, fire: drop}\n  - {id: late,",
        "automatic_conflict",
        "late",
    ),
    (
        "checked: {label: Checked}",
        "checked: {children: {parts: {workflow: part, done: ok, when_all: drop}}}",
        "automatic_conflict",
        "late",
    ),
    (
        "checked: {label: Checked}",
        "checked: {children: {parts: {workflow: part, done: ok, when_all: check}}}",
        "fire_without_system",
        "parts",
    ),
    ("checked: {label: Checked}", "checked: {children: {parts: {workflow: part}}}", "missing_key", "parts"),
    ("by: [sqe, system]", "sign: I close this, by: [sqe, system]", "fire_needs_person", "late"),
    ("by: [sqe, system]", "form: {note: {type: text, required: true}}, by: [sqe, system]", "fire_needs_person", "late"),
    ("by: [sqe, system]", "form: {sure: {type: bool, required: true}}, by: [sqe, system]", "fire_needs_person", "late"),
    (
        "by: [sqe, system]",
        "form: {note: text}, require: [{id: noted, when: \"form.note != ''\", else: Say why}], by: [sqe, system]",
        "fire_needs_person",
        "late",
    ),
    ("by: [system]", "by: [system], sign: Dropped", "nobody_may_act", "sign: Dropped"),
    ("timers:\n", "migrate:\n  - {from_version: 2}\ntimers:\n", "bad_migration", "from_version"),
    ("timers:\n", "migrate:\n  - {from_version: 1, map: {a: b}}\ntimers:\n", "unknown_state", "map"),
    ("timers:\n", "migrate:\n  - {from_version: 1, timers: keep}\ntimers:\n", "unknown_value", "timers: keep"),
    ("expect: {to: checked}", "expect: {to: closed}", "test_failed", "light one"),
    ("expect: {to: checked}", "expect: {refused: [light]}", "test_failed", "light one"),
    ("expect: {to: checked}", "expect: {}", "missing_value", "light one"),
    ("expect: {to: checked}", "expect: {too: checked}", "unknown_key", "too"),
    ("{weight: 3}", "{weight: 30}", "test_failed", "light one"),
    ("{weight: 3}", "{weight: heavy}", "bad_fact", "light one"),
    ("facts: {parcel: {weight: 3}}", "facts: {parcels: {weight: 3}}", "unknown_fact", "parcels"),
    ("{weight: 3}", "{weight: 3, sendr: me}", "unknown_fact", "sendr"),
    ("{parcel: {weight: 3}}", "{parcel: {weight: 3}, items: [{no: a}, {opn: true}]}", "unknown_fact", "opn"),
    ("{parcel: {weight: 3}}", "{parcel: {weight: 3}, items: [{no: a}, {open: 1}]}", "bad_fact", "open: 1"),
    ("{parcel: {weight: 3}}", "{parcel: {weight: 3}, items: {no: a}}", "bad_fact", "{no: a}"),
    ("{parcel: {weight: 3}}", "{parcel: 3}", "bad_fact", "parcel: 3"),
    ("{parcel: {weight: 3}}", "{parcel: {weight: 3, due: soon}}", "bad_fact", "soon"),
    ("{parcel: {weight: 3}}", "{parcel: {weight: 3}, items: null}", "bad_fact", "items: null"),
    ("fire: check, expect", "fire: chek, expect", "unknown_action", "chek"),
    ("as: sqe, facts", "as: boss, facts", "unknown_role", "boss"),
    ("initial: open", "initial: &a open", "yaml_alias", "&a"),
    ("initial: open", "initial: *a", "yaml_alias", "*a"),
    ("initial: open", "initial: !!python/object:os.system open", "yaml_tag", "python"),
    ("initial: open", "initial: [open", "yaml_syntax", ""),
    ("initial: open", "\tinitial: open", "tab_indentation", "\tinitial"),
    ("initial: open", "initial: open\n---\nformat: 1", "several_documents", "---"),
    ("initial: open", "? [a, b]\n: open", "bad_key", "[a, b]"),
    ("version: 2", "version: 99999999999999999999999", "number_too_large", "9999"),
    ("title: Returns", "title: a\x07b", "bad_character", "a\x07b"),
]
BROKEN_TABLES = [
    ("[50..80)", "[50..80]", "table_overlap", "[50..80]"),
    ("[50..80)", "[51..80)", "table_gap", "high"),
    ("[50..80)", "[80..50)", "bad_condition", "[80..50)"),
    ('">= 80"', '">= high"', "bad_condition", ">= high"),
    ('"value < 50"', '"valeu < 50"', "bad_condition", "valeu"),
    ('"value < 50"', "\"value < 'a'\"", "bad_condition", "'a'"),
    ('"value < 50"', '"value < 50 && value % 0 == 1"', "bad_condition", "% 0"),
    ("hit: unique", "hit: best", "unknown_value", "best"),
    ("risk: [low, medium]", "risk: [low, tiny]", "bad_condition", "tiny"),
    ("risk: [low, medium]", "rsik: [low, medium]", "unknown_input", "rsik"),
    ("{months: 24}", "{month: 24}", "unknown_output", "month:"),
    ("{months: 24}", "{months: long}", "wrong_type", "long"),
    ("{months: 24}", "{note: x}", "missing_output", "note: x"),
    ("score: {type: int,", "score: {type: [int],", "bad_type", "[int]"),
    ("min: 0, max: 100", "min: 100, max: 0", "out_of_range", "min: 100"),
    ("expect: {months: 12}", "expect: {months: 6}", "test_failed", "good"),
    ("score: 90}", "score: 900}", "test_failed", "good"),
    ("hit: unique", "hit: first", "row_never_hit", "never"),
]
BROKEN_CHECKS = [
    ("over: stages", "over: containment_days", "not_a_list_fact", "over:"),
    ("over: stages", "over: stagess", "not_a_list_fact", "over:"),
    ("stage.done ||", "stage.dne ||", "bad_expression", "dne"),
    ("severity: warning", "severity: grave", "unknown_value", "grave"),
    ("expect: [stage_has_text]", "expect: []", "test_failed", "short text"),
    ("expect: [stage_has_text]", "expect: [stage_has_txt]", "unknown_rule", "has_txt"),
    ("id: stage_has_text", "id: contained_in_time", "duplicate_rule", "over: stages"),
    ("else: A finished", "els: A finished", "missing_else", "over: stages"),
]
BROKEN_POLICIES = [
    ("critical: 2, quantity: 10", "critical: 2, quantity: 10, colour: red", "unknown_fact", "colour"),
    ('"lot.critical <= 0"', '"lot.critical <= 1"', "automatic_conflict", "plain_lot"),
    ("on: audit.failed, do", "on: audit.faild, do", "unknown_event", "faild"),
    ('"=lot.number"', '"=lot.numbr"', "bad_expression", "numbr"),
    ("do: audit.open_findings", "", "missing_key", "failed_audit"),
    ("expect: failed_audit", "expect: []", "test_failed", "name: audit"),
    ("critical: 2, quantity: 10", "critical: 2", "test_failed", "critical opens"),
]
ALL_BROKEN = [
    *((PROCESS, *case) for case in BROKEN_PROCESSES),
    *((TABLE, *case) for case in BROKEN_TABLES),
    *((CHECKS, *case) for case in BROKEN_CHECKS),
    *((POLICIES, *case) for case in BROKEN_POLICIES),
]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_file_has_no_findings(path: Path) -> None:
    assert [str(finding.message) for finding in verify_file(path)] == []


def test_the_process_that_is_broken_below_is_good() -> None:
    assert verify_text(PROCESS) == []


@pytest.mark.parametrize(("good", "old", "new", "code", "in_line"), ALL_BROKEN)
def test_a_broken_file_names_the_fault_and_its_place(good: str, old: str, new: str, code: str, in_line: str) -> None:
    if (old, new) == ("hit: unique", "hit: first"):
        good = good.replace(
            "  - {when: {risk: [low",
            "  - {when: {risk: high, score: 7}, then: {months: 1, note: never}}\n  - {when: {risk: [low",
        )
    assert old in good
    text = good.replace(old, new, 1)

    findings = verify_text(text, file="broken.yaml")

    assert code in [finding.code for finding in findings], [finding.as_json() for finding in findings]
    finding = next(finding for finding in findings if finding.code == code)
    lines = text.split("\n")
    assert in_line in lines[finding.line - 1]
    assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
    assert str(finding.message)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("# only a comment\n", "empty_file"),
        ("null", "empty_file"),
        ("just a text", "wrong_type"),
        ("- a\n- b", "wrong_type"),
        ("format: 1", "missing_key"),
        ("format: 1\nversion: 1\nworkflow: late", "kind_not_first"),
        ("\ufeffformat: 1", "byte_order_mark"),
        ("[" * 5000, "too_deep"),
        ("a: " + "{a: " * 60, "too_deep"),
        ("x" * 1_000_001, "file_too_large"),
        ("a: [" + "1," * 100_001 + "]", "file_too_large"),
        ("a: &a [x]\nb: [*a, *a]", "yaml_alias"),
        ("%YAML 9.9\n---\na: 1", "yaml_syntax"),
        ("{}", "missing_key"),
    ],
)
def test_a_text_that_is_no_rule_file_is_refused(text: str, code: str) -> None:
    assert code in [finding.code for finding in verify_text(text)]


def test_bytes_that_are_not_utf8_are_refused_at_their_place(tmp_path: Path) -> None:
    path = tmp_path / "latin1.yaml"
    path.write_bytes(b"format: 1\ntitle: caf\xe9\n")

    (finding,) = verify_file(path)

    assert (finding.code, finding.line, finding.column) == ("not_utf8", 2, 11)


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    assert [finding.code for finding in verify_file(tmp_path / "nothing.yaml")] == ["unreadable_file"]


def test_all_faults_of_a_file_are_found_at_once() -> None:
    text = PROCESS.replace("by: sqe\n", "by: sqee\n").replace("to: checked\n", "to: chekced\n").replace("P5D", "5D")

    assert {finding.code for finding in verify_text(text)} == {"unknown_role", "unknown_state", "bad_duration"}


def test_every_type_that_cannot_be_read_is_found_at_its_place() -> None:
    broken = "parcel: {weight: integer, sender: string, due: {a: [dat], in: int}, ratio: [double, int], blocked: bool}"
    text = PROCESS.replace("parcel: {weight: int, sender: string, due: date?, ratio: double, blocked: bool}", broken)

    found = [finding for finding in verify_text(text) if finding.code == "bad_type"]

    starts = [broken.index(part) + 3 for part in ("integer", "dat]", "in:", "[double")]
    assert [(finding.line, finding.column) for finding in found] == [(6, column) for column in starts]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("closed: {label: Closed, final: true}", "closed: {label: Closed, final: yes}", ["wrong_type"]),
        ("closed: {label: Closed, final: true}", "closed: {label: Closed, final: True}", ["wrong_type"]),
        ("  - id: check\n    from", "  - from", ["missing_key", "unknown_action"]),
        ("id: close,", "id: check,", ["duplicate_action", "unknown_action"]),
        ("due: date?", "due: dat?", ["bad_type"]),
        ("parcel: {", "parcel: {from: {country: strng, zone: string}, ", ["bad_type"]),
    ],
)
def test_a_fault_is_not_repeated_in_other_words(old: str, new: str, codes: list[str]) -> None:
    assert old in PROCESS
    without_second_way = PROCESS.replace("  - {id: drop, from: checked, to: closed, by: [system]}\n", "")

    findings = verify_text(without_second_way.replace(old, new))

    assert sorted({finding.code for finding in findings}) == codes


def test_a_fault_in_an_expression_stands_at_its_own_column() -> None:
    text = PROCESS.replace("parcel.weight < 10", "parcel.blocked || parcel.wieght < 10")

    (finding,) = verify_text(text)

    line = text.split("\n")[finding.line - 1]
    assert line[finding.column - 1 :].startswith(("parcel.wieght", ".wieght", "wieght"))


def test_what_always_fails_stands_at_its_own_column() -> None:
    text = PROCESS.replace("parcel.weight < 10", "parcel.due == null || date('2026-02-30') < parcel.due")

    (finding,) = verify_text(text)

    line = text.split("\n")[finding.line - 1]
    assert finding.code == "bad_expression"
    assert line[finding.column - 1 :].startswith("date('2026-02-30')")


def test_a_misspelt_name_comes_with_the_one_that_was_meant() -> None:
    (finding,) = verify_text(PROCESS.replace("open: {label: Open}", "open: {labl: Open}"))

    assert "Did you mean label?" in str(finding.message)


def test_a_misspelt_fact_of_a_test_stands_at_its_own_column() -> None:
    (finding,) = verify_text(PROCESS.replace("{parcel: {weight: 3}}", "{items: [{no: a}, {opn: true}]}"))

    line = PROCESS.replace("{parcel: {weight: 3}}", "{items: [{no: a}, {opn: true}]}").split("\n")[finding.line - 1]
    assert line[finding.column - 1 :].startswith("opn: true")
    assert "items[1] has no field opn. Did you mean open?" in str(finding.message)


def test_a_test_may_leave_facts_out_and_give_all_the_engine_provides() -> None:
    facts = "{parcel: {weight: 3, due: null, sender: null}, items: [], actor: {id: a, kind: user, roles: [sqe]}}"
    assert verify_text(PROCESS.replace("{parcel: {weight: 3}}", facts)) == []


def test_only_the_effects_that_are_known_may_be_named_when_they_are_given() -> None:
    assert verify_text(PROCESS, known_effects=frozenset({"mail.closed"})) == []
    (finding,) = verify_text(PROCESS, known_effects=frozenset({"mail.close"}))
    assert finding.code == "unknown_effect"
    assert "mail.close?" in str(finding.message)


def test_the_act_of_a_policy_may_fill_in_what_only_the_system_may_do() -> None:
    text = PROCESS.replace("by: [system]", "by: [system], form: {note: {type: text, required: true}}")

    assert verify_text(text, file="returns.yaml") == []


def test_automatic_firings_that_exclude_each_other_are_fine() -> None:
    other = "  - {id: other, in: checked, after: P5D, fire: drop}\n  - {id: late,"
    guarded = PROCESS.replace("  - {id: late,", other)
    guarded = guarded.replace(
        "by: [sqe, system],", "by: [sqe, system], require: [{id: a, when: parcel.blocked, else: b}],"
    )

    assert [finding.code for finding in verify_text(guarded)] == ["automatic_conflict"]
    exclusive = guarded.replace("by: [system]}", 'by: [system], require: [{id: a, when: "!parcel.blocked", else: b}]}')
    assert verify_text(exclusive) == []


@pytest.mark.parametrize(
    ("first", "second", "collide"),
    [
        ("after: P5D", "after: P6D", False),
        ("after: PT24H", "after: P1D", True),
        ("after: P30D", "after: P1M", True),
        ("after: P27D", "after: P1M", False),
        ("after: P5D, calendar: business", "after: P5D", True),
        ("after: P5D, calendar: business", "after: P9D, calendar: business", False),
        ("after: P1D, calendar: business", "after: PT8H, calendar: business", True),
        ("at: parcel.due", "at: parcel.due", True),
        ("at: parcel.due", "at: parcel.due, before: P1D", False),
        ("after: P2D, repeat: P1D", "after: P6D", True),
        # The day on which clocks are changed has 23 or 25 hours.
        ("after: P1D", "after: PT25H", True),
        ("after: P1D", "after: P1DT1H", False),
        ("after: P1D", "after: PT27H", False),
        ("at: parcel.due, before: P1D", "at: parcel.due, before: PT24H", True),
        ("at: parcel.due, before: P1D", "at: parcel.due, before: [P3D, P2D]", False),
        # 22 working days may be a month, 34 and 49 hours the same working days, and all that ends in free days waits.
        ("after: P22D, calendar: business", "after: P1M, calendar: business", True),
        ("after: P1DT10H, calendar: business", "after: P2DT1H, calendar: business", True),
        ("after: P1W, calendar: business", "after: P2W, calendar: business", True),
        ("after: P1W, calendar: business", "after: P5W, calendar: business", False),
    ],
)
def test_timers_collide_only_if_they_may_be_due_together(first: str, second: str, collide: bool) -> None:
    timers = f"  - {{id: one, in: checked, {first}, fire: drop}}\n  - {{id: late, in: checked, {second}, fire: close}}"
    text = PROCESS.replace("  - {id: late, in: checked, after: P5D, fire: close}", timers)

    assert ("automatic_conflict" in [finding.code for finding in verify_text(text)]) is collide


HOLDING = """\
format: 1
workflow: holding
version: 1
facts: {doc: {until: date}}
initial: review
states: {review: {}, hold: {}, done: {final: true}}
actions:
  - {id: park, from: review, to: hold, by: sqe}
  - {id: resume, from: hold, to: review, by: [sqe, system]}
  - {id: close, from: [review, hold], to: done, by: [sqe, system]}
timers:
  - {id: one, IN_ONE, fire: resume}
  - {id: two, IN_TWO, fire: close}
"""


@pytest.mark.parametrize(
    ("one", "two", "collide"),
    [
        # The second runs on from review to hold, so it may have been started any time before the first.
        ("in: hold, after: P5D", "in: [review, hold], after: P9D", True),
        ("in: hold, after: P5D", "in: [review, hold], after: P5D", True),
        ("in: hold, after: P5D", "in: [review, hold], after: P4D", False),
        ("in: hold, after: P5D, calendar: business", "in: [review, hold], after: P9D, calendar: business", True),
        ("in: hold, after: P5D, calendar: business", "in: [review, hold], after: P4D, calendar: business", False),
        # Both start anew with every stay in hold.
        ("in: hold, after: P5D", "in: hold, after: P9D", False),
        # What hangs on a date does not care when it was started.
        ("in: hold, at: doc.until, before: P1D", "in: [review, hold], at: doc.until", False),
    ],
)
def test_a_timer_that_keeps_running_may_meet_one_that_was_started_later(one: str, two: str, collide: bool) -> None:
    findings = verify_text(HOLDING.replace("IN_ONE", one).replace("IN_TWO", two))

    assert [finding.code for finding in findings] == (["automatic_conflict"] if collide else [])


def test_a_timer_that_starts_anew_was_not_started_before_the_other() -> None:
    """Going to hold again from hold starts both anew, and nothing else leads there with only one of them running."""
    text = HOLDING.replace("from: review, to: hold", "from: [review, hold], to: hold").replace(
        "IN_ONE", "in: hold, after: P5D"
    )

    assert verify_text(text.replace("IN_TWO", "in: hold, after: P9D")) == []
    assert verify_text(text.replace("IN_TWO", "in: [review, hold], after: P9D"))


def test_loading_raises_every_finding() -> None:
    with pytest.raises(RuleFileErrors) as raised:
        load_rule_file(PROCESS.replace("by: sqe\n", "by: sqee\n").replace("P5D", "5D"), file="returns.yaml")

    assert [finding.code for finding in raised.value.findings] == ["unknown_role", "bad_duration"]
    assert "returns.yaml:18:9: unknown_role" in str(raised.value)


def test_words_that_yaml_would_guess_at_stay_texts() -> None:
    text = PROCESS.replace("label: Open", "label: no").replace("Too heavy", "2026-01-31")

    process = load_rule_file(text, file="returns.yaml").content

    assert str(process.states["open"].label) == "no"
    assert str(process.actions["check"].require[0].otherwise) == "2026-01-31"


def test_the_hash_knows_content_and_not_layout_comments_or_tests() -> None:
    first = load_rule_file(PROCESS, file="a")
    without_tests = PROCESS[: PROCESS.index("tests:")]
    same = load_rule_file(
        "# note\n" + without_tests.replace("  - {id: drop, from: checked,", "  - {from:   checked, id: drop,"), file="b"
    )
    other = load_rule_file(PROCESS.replace("Too heavy", "Much too heavy"), file="c")

    assert first.hash == same.hash
    assert first.hash != other.hash
    assert first.content.hash == first.hash


def test_a_file_accepted_before_is_read_again_without_the_checks_of_the_whole() -> None:
    stranded = PROCESS.replace("  closed:", "  lost: {label: Lost}\n  closed:").replace(
        "expect: {to: checked}", "expect: {to: closed}"
    )

    stranded = stranded.replace("by: [sqe, system]", "sign: I close this, by: [sqe, system]").replace(
        "by: [system]", "by: [system], sign: Dropped"
    )
    stranded = stranded.replace("title: Returns", "title:").replace("before: P7D", "before: P7D, of: nothing.site")
    stranded = stranded.replace("parcel.weight < 10", "parcel.weight < 10 && 5 % 0 == 1").replace(
        "{weight: 3}", "{wieght: 3}"
    )

    assert "lost" in load_rule_file(stranded, file="returns.yaml", verify=False).content.states
    with pytest.raises(RuleFileErrors):
        load_rule_file(stranded, file="returns.yaml")


def test_a_deep_or_wide_file_is_refused_quickly() -> None:
    laughs = "format: 1\n" + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20))

    assert [finding.code for finding in verify_text(laughs)] == ["yaml_alias"]
