"""``workflows``: verifying, trying, drawing and migrating rule files. Only ``migrate`` needs a database."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from supplier_quality import clock, features, language, resources
from supplier_quality.commands.cases import answers, evaluate, read_facts, read_text, read_types
from supplier_quality.console import Console, as_json, command, group, option
from supplier_quality.engine.definitions import Process, load_rule_file, verify_file
from supplier_quality.engine.definitions.folder import load_folder
from supplier_quality.engine.definitions.given import misfits
from supplier_quality.errors import BadInput, NotFound, Problem
from supplier_quality.identity import system_actor
from supplier_quality.identity.enums import Via
from supplier_quality.language import _


class UnfitFacts(BadInput):
    """Values were given that do not have the type that the process declares."""

    code = "bad_fact"


class UndeclaredFacts(BadInput):
    """Values were given for names that the process does not declare."""

    code = "unknown_fact"


@command("verify", help=_("Check rule files without loading them; all shipped and local ones when none is named"))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def verify(console: Console, *, files: tuple[Path, ...]) -> None:
    features.modules("kinds")
    effects = features.effect_names()
    answers = [_verified(file, effects) for file in files or rule_files()]

    def show() -> None:
        for answer in answers:
            console.say(f"{answer['file']}: {_('good') if answer['ok'] else _('refused')}")
            for error in answer["errors"]:
                console.say(f"  {error['line']}:{error['column']} {error['code']}: {error['message']}")

    console.answer(answers, show)
    if not all(answer["ok"] for answer in answers):
        console.fail()


@command("list", help=_("List the rule files in force"))
def list_files(console: Console) -> None:
    features.modules("kinds")
    files = [
        {
            "kind": file.kind,
            "name": file.name,
            "version": file.version,
            "title": file.title.render(),
            "origin": file.origin,
            "hash": file.hash,
            "file": file.file,
        }
        for file in load_folder(resources.workflows(), _local()).files
    ]
    columns = (_("Kind"), _("Name"), _("Version"), _("Title"), _("Origin"))
    rows = [(file["kind"], file["name"], file["version"], file["title"], file["origin"]) for file in files]
    console.answer(files, lambda: console.table(columns, rows))


@command("eval", help=_("Evaluate an expression on facts, or every line of a file of cases"))
@click.argument("expression", required=False)
@option("--facts", type=click.Path(dir_okay=False, path_type=Path), help=_("JSON file of the values by name"))
@option("--types", type=click.Path(dir_okay=False, path_type=Path), help=_("YAML file of their types, as in facts:"))
@option(
    "--cases", type=click.Path(dir_okay=False, path_type=Path), help=_("File with one {expr, facts, types} per line")
)
def evaluate_expression(
    console: Console, *, expression: str | None, facts: Path | None, types: Path | None, cases: Path | None
) -> None:
    if expression is not None and expression.startswith("--"):
        # An expression may begin with a minus, so that the command takes what it does not know for one.
        raise click.NoSuchOption(expression)
    if (expression is None) == (cases is None):
        raise click.UsageError(str(_("Give either one expression or --cases")))
    if cases is not None:
        for case in answers(read_text(cases)):
            click.echo(json.dumps(case, ensure_ascii=False))
        return
    assert expression is not None
    answer = evaluate(expression, read_facts(facts) if facts else {}, read_types(types) if types else None)
    console.answer(answer, lambda: click.echo(as_json(answer.get("value")) if answer["ok"] else _failure(answer)))
    if not answer["ok"]:
        console.fail()


evaluate_expression.context_settings["ignore_unknown_options"] = True


@command("simulate", help=_("What would happen: the same code as the real act, without writing"))
@click.argument("name")
@option("--state", required=True, help=_("State the record is in"))
@option("--action", required=True, help=_("Action to try"))
@option("--as", "role", required=True, help=_("Role of the one who tries"))
@option("--facts", type=click.Path(dir_okay=False, path_type=Path), help=_("JSON file of the values by name"))
def simulate(console: Console, *, name: str, state: str, action: str, role: str, facts: Path | None) -> None:
    from supplier_quality.engine.simulate import simulate as try_action

    given = read_facts(facts) if facts else {}
    process = _process(name)
    answer: dict[str, Any] = try_action(process, state=state, action=action, roles=frozenset({role}), facts=given)
    form = {"form"} if process.actions[action].form else set()
    facts_alone = {name: value for name, value in given.items() if name not in form}
    _refuse_undeclared(process, facts_alone)
    if not any(unmet["error"] for unmet in answer["refused"]):
        _refuse_unfit(process, facts_alone)
    answer["refused"] = [_told(unmet) for unmet in answer["refused"]]

    def show() -> None:
        console.say(_("Allowed, to %(state)s", state=answer["to"]) if answer["allowed"] else _("Refused"))
        for unmet in answer["refused"]:
            console.say(f"  {unmet['id']}: {unmet['message']} {as_json(unmet['values'])}")
        for kind in ("effects", "timers"):
            for one in answer[kind]:
                console.say(f"  {kind}: {one if isinstance(one, str) else as_json(one)}")

    console.answer(answer, show)


@command("score", help=_("The score of answers to a questionnaire file, with every part of it"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option(
    "--answers",
    "answers_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("JSON file of the answers by question, as people type them"),
)
def score(console: Console, *, file: Path, answers_file: Path) -> None:
    from supplier_quality.suppliers.questionnaires.proof import prove

    features.modules("kinds")
    loaded = load_rule_file(file.read_text(encoding="utf-8"), file=file.name)
    if loaded.kind != "questionnaire":
        raise BadInput(_("%(file)s is no questionnaire.", file=file.name))
    answer = prove(loaded.content, read_facts(answers_file))

    def show() -> None:
        for section in answer["sections"]:
            console.say(f"{section['id']}: {section['earned']} / {section['possible']} = {section['percent']} %")
            for part in section["questions"]:
                console.say(f"  {part['id']}: {part['standing']} {part['earned']} / {part['possible']}")
        console.say(_("Score: %(percent)s", percent=f"{answer['percent']} %"))
        for name in answer["knock_outs"]:
            console.say(_("Knock-out: %(name)s", name=name))

    console.answer(answer, show)


@command("diagram", help=_("Draw a workflow"))
@click.argument("name")
@option(
    "--format",
    "form",
    type=click.Choice(("svg", "mermaid")),
    default="svg",
    show_default=True,
    help=_("Kind of drawing"),
)
def draw(console: Console, *, name: str, form: str) -> None:
    from supplier_quality.engine import diagram

    process = _process(name)
    spoken = language.current()
    drawing = diagram.svg(process, language=spoken) if form == "svg" else diagram.mermaid(process, language=spoken)
    console.answer({"workflow": process.name, "format": form, "diagram": drawing}, lambda: click.echo(drawing))


@command("migrate", help=_("Move running records to another version of their workflow"))
@click.argument("name")
@option("--to", "version", required=True, type=click.IntRange(1), help=_("Version to move to"))
@option("--dry-run", is_flag=True, help=_("Only say what would happen"))
def migrate(console: Console, *, name: str, version: int, dry_run: bool) -> None:
    from supplier_quality.engine.migrate import migrate as move_records

    report = move_records(
        console.database,
        name,
        to_version=version,
        actor=system_actor(Via.COMMAND),
        at=clock.now(),
        dry_run=dry_run,
    )
    console.answer(report.as_json())


def _verified(file: Path, effects: frozenset[str]) -> dict[str, Any]:
    findings = verify_file(file, known_effects=effects)
    return {"file": str(file), "ok": not findings, "errors": [finding.as_json() for finding in findings]}


def _local() -> Path | None:
    """The folder of local rule files; read here because verifying needs no installation, and so no settings."""
    given = os.environ.get("WORKFLOWS_DIR", "").strip()
    return Path(given) if given else None


def rule_files() -> Iterator[Path]:
    for folder in (resources.workflows(), _local()):
        if folder is not None:
            yield from sorted(folder.rglob("*.yaml"))


def _process(name: str) -> Process:
    """The workflow of that name, or in that file. Raises NotFound."""
    features.modules("kinds")
    if name.endswith((".yaml", ".yml")):
        file = load_rule_file(read_text(Path(name)), file=name, origin="local", verify=False)
    else:
        catalogue = load_folder(resources.workflows(), _local())
        found = catalogue.find("workflow", name)
        if found is None:
            known = ", ".join(sorted(catalogue.processes))
            raise NotFound(_("There is no workflow %(name)s; there are: %(known)s", name=name, known=known))
        file = found
    if not isinstance(file.content, Process):
        raise BadInput(_("%(name)s is no workflow.", name=name))
    return file.content


def _refuse_undeclared(process: Process, facts: Mapping[str, Any]) -> None:
    """Raises UndeclaredFacts for names that the process does not know: its rules would be tried without them."""
    problems = [
        Problem(misfit.message, column=misfit.label) for misfit in misfits(process.facts, facts) if misfit.unknown
    ]
    if not problems:
        return
    message = problems[0].problem
    if len(problems) > 1:
        names = ", ".join(str(problem.column) for problem in problems)
        message = _("The workflow %(name)s does not declare these facts: %(facts)s.", name=process.name, facts=names)
    raise UndeclaredFacts(message, tuple(problems))


def _refuse_unfit(process: Process, facts: Mapping[str, Any]) -> None:
    """Raises UnfitFacts for values of another type that no rule read, and so none complained of. Null is like not given."""
    known = {name: value for name, value in facts.items() if value is not None}
    problems = tuple(Problem(misfit.message, column=misfit.label) for misfit in misfits(process.facts, known))
    if problems:
        raise UnfitFacts(problems[0].problem, problems)


def _told(unmet: Mapping[str, Any]) -> dict[str, Any]:
    """One refusal, with what kept its rule from being evaluated: a fact that is missing or of another type."""
    message = unmet["message"]
    if unmet["error"]:
        message = str(_("%(message)s: %(error)s", message=message, error=unmet["error"]))
    return {"id": unmet["id"], "message": message, "values": unmet["values"]}


def _failure(answer: Mapping[str, Any]) -> str:
    column = f"{answer['column']}: " if answer.get("column") else ""
    return f"{column}{answer['error']}"


commands = (
    group(
        "workflows",
        help=_("Verify, try, draw and migrate workflows and other rule files"),
        commands=(verify, list_files, evaluate_expression, simulate, score, draw, migrate),
    ),
)
