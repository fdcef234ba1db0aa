"""The command line: ``supplier-quality``.

Groups are imported when they are used, so that ``--help`` answers at once.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from supplier_quality import __version__, console, language
from supplier_quality.language import Words, _

if TYPE_CHECKING:
    from supplier_quality.config import Settings
    from supplier_quality.persistence import Database

REFUSED = 1
USAGE = 2

# What --help says, and where each command is: the name of its module in supplier_quality.
COMMANDS: Mapping[str, tuple[str, Words]] = {
    "serve": ("commands.server", _("Run the pages, the API and, with SQLite, the worker")),
    "worker": ("commands.server", _("Run a worker: deadlines, mails, documents")),
    "init": ("commands.install", _("Make the folder, the secrets, the database and the first account")),
    "upgrade": ("commands.install", _("Bring the database up to date")),
    "demo": ("commands.demo", _("Fill an empty installation with a company to try the product on")),
    "doctor": ("commands.doctor", _("Say what is missing or misconfigured, and how to mend it")),
    "user": ("commands.people", _("Create, list and change the accounts of staff")),
    "workflows": ("commands.workflows", _("Verify, try, draw and migrate workflows and other rule files")),
    "trail": ("commands.trail", _("Prove that the history was not changed")),
    "import": ("commands.imports", _("Import suppliers and other records from CSV and XLSX")),
    "stats": ("calculator.commands", _("Statistics: process capability, control charts, measurement systems")),
    "sampling": ("calculator.commands", _("Acceptance sampling: plans, switching rules, OC curves")),
    "backup": ("commands.safety", _("Save the database and the files while the product runs")),
    "restore": ("commands.safety", _("Put a backup back")),
}


class Root(console.SpokenGroup):
    """The top of the command line; knows its commands by name and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"supplier_quality.{COMMANDS[cmd_name][0]}")
        commands: tuple[click.Command, ...] = module.commands
        return next(command for command in commands if command.name == cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(str(_("Commands"))):
            formatter.write_dl([(name, str(words)) for name, (_module, words) in COMMANDS.items()])


def _open(settings: "Settings") -> "Database":
    from supplier_quality import features

    return features.open_database(settings)


@click.pass_context
def _begin(context: click.Context) -> None:
    context.obj = console.Console(_open)


root = Root(
    "supplier-quality",
    callback=_begin,
    params=[console.language_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
root.words = _("Workflow engine for supplier quality: qualification, audits, inspection, PPAP, SCAR and scorecards.")
click.version_option(__version__, prog_name="supplier-quality")(root)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 refused and said why, 2 wrongly called."""
    as_json = "--json" in arguments
    chosen = arguments[arguments.index("--lang") + 1] if "--lang" in arguments[:-1] else None
    spoken = language.nearest(chosen or console.preferred_language())
    with language.speaking(spoken), console.click_speaking(spoken):
        return _run(list(arguments), as_json=as_json)


def _run(arguments: list[str], *, as_json: bool) -> int:
    try:
        result = root.main(args=arguments, prog_name="supplier-quality", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.UsageError as error:
        if as_json:
            _print_error({"code": "usage", "message": error.format_message(), "details": []})
        else:
            error.show()
        return USAGE
    except BrokenPipeError:
        # The reader has gone away; closing here keeps Python from complaining when it flushes at its end.
        sys.stderr.close()
        return REFUSED
    except (Exception, click.exceptions.Abort) as error:
        return _refuse(_described(error), as_json=as_json)


def _described(error: Exception) -> dict[str, Any]:
    """The error in one sentence; for a fault of ours, all that helps to find it goes to standard error."""
    from sqlalchemy.exc import OperationalError

    from supplier_quality.errors import ProductError

    match error:
        case ProductError():
            return error.as_json(language.current())
        case click.exceptions.Abort():
            code, message = "stopped", str(_("Stopped."))
        case click.ClickException():
            code, message = "refused", error.format_message()
        case OperationalError():
            code, message = "unavailable", str(_("The database does not answer: %(why)s", why=str(error.orig).strip()))
        case OSError():
            code, message = "system", f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
        case _:
            sys.excepthook(type(error), error, error.__traceback__)
            code, message = "internal", str(_("The command failed unexpectedly: %(why)s", why=error))
    return {"code": code, "message": message, "details": []}


def _refuse(error: Mapping[str, Any], *, as_json: bool) -> int:
    if as_json:
        _print_error(error)
        return REFUSED
    click.echo(error["message"], err=True)
    for problem in error["details"]:
        click.echo(f"  {_where(problem)}{problem['problem']}", err=True)
        if problem["remedy"]:
            click.echo(f"    -> {problem['remedy']}", err=True)
    return REFUSED


def _where(problem: Mapping[str, Any]) -> str:
    parts = [f"{problem['row']}" if problem["row"] else "", problem["column"] or "", problem["value"] or ""]
    found = " ".join(part for part in parts if part)
    return f"{found}: " if found else ""


def _print_error(error: Mapping[str, Any]) -> None:
    click.echo(console.as_json({"error": error}))


def main() -> None:
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
