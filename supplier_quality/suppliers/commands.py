"""``import suppliers``: suppliers, sites and contacts from a file."""

from pathlib import Path

import click

from supplier_quality import clock, language
from supplier_quality.console import Console, command, option
from supplier_quality.identity import system_actor
from supplier_quality.identity.enums import Via
from supplier_quality.language import _
from supplier_quality.sheets import encodings, reading
from supplier_quality.sheets.reading import FIRST
from supplier_quality.sheets.table import Where
from supplier_quality.suppliers.importing import files, mapping, remembering
from supplier_quality.suppliers.importing.guessing import guess_where
from supplier_quality.suppliers.importing.mapping import ColumnMap
from supplier_quality.suppliers.importing.report import ImportReport, PartCounts
from supplier_quality.suppliers.importing.storing import preview_import


@command("suppliers", help=_("Import suppliers, sites and contacts from a CSV or XLSX file"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("YAML file that names our field and their column, such as: name: Vendor"),
)
@option("--mapping", "mapping_name", help=_("Name of a mapping that an import on the page remembered"))
@option("--dry-run", is_flag=True, help=_("Check everything and say what would be done, but store nothing"))
@option(
    "--encoding", type=click.Choice(encodings.KNOWN), help=_("Encoding of the file, when it cannot be told for sure")
)
def suppliers(
    console: Console,
    *,
    file: Path,
    map_file: Path | None,
    mapping_name: str | None,
    dry_run: bool,
    encoding: str | None,
) -> None:
    if map_file is not None and mapping_name is not None:
        raise click.UsageError(str(_("Give --map or --mapping, not both.")))
    if map_file is not None:
        chosen, where = mapping.read_map(map_file.read_text(encoding="utf-8-sig")), FIRST
    else:
        chosen, where = _remembered(console, file, mapping_name, encoding)
    with console.database.read() as session:
        owners = files.owners_by_address(session)
    drafts = files.read_drafts(file, chosen, owners=owners, encoding=encoding, where=where)
    if dry_run:
        with console.database.read() as session:
            report = preview_import(session, drafts)
    else:
        with console.database.write() as session:
            report = files.import_suppliers(
                session, drafts, source=file.name, actor=system_actor(Via.COMMAND), at=clock.now()
            )
    console.answer(report.as_json(language.current()), lambda: _show(console, report))
    if report.is_refused:
        console.fail()


def _remembered(console: Console, file: Path, name: str | None, encoding: str | None) -> tuple[ColumnMap, Where]:
    """The mapping of this name, without one that of the last file with these columns.

    Where the table stands is looked for in this file; it may have a line more than the last one above its header.
    """
    where = guess_where(reading.glance_at(file, name=file.name, encoding=encoding))
    key = remembering.header_key(reading.read_head(file, name=file.name, encoding=encoding, where=where).header)
    with console.database.read() as session:
        row = remembering.mapping_named(session, name) if name else remembering.find_mapping(session, key)
        if row is None:
            raise click.UsageError(str(_("No file with these columns was imported before. Give --map or --mapping.")))
        chosen, place = remembering.map_and_place(row)
        return chosen, where if row.header_key == key else place


def _show(console: Console, report: ImportReport) -> None:
    counted = {name: getattr(report, name) for name in ("rows", "created", "updated", "unchanged", "repeated")}
    console.say(
        _(
            "%(rows)s rows: %(created)s suppliers new, %(updated)s changed, %(unchanged)s unchanged, "
            "%(repeated)s rows repeat one.",
            **counted,
        )
    )
    if report.keyed:
        console.say(_("%(count)s suppliers known by their name get their key.", count=report.keyed))
    for words, counts in ((_("Sites"), report.sites), (_("Contacts"), report.contacts)):
        _show_part(console, words, counts)
    if report.is_refused:
        console.say(_("%(count)s problems. Nothing was imported.", count=len(report.rejected)))
        rows = [problem.as_json(language.current()) for problem in report.rejected]
        console.table(
            (_("Row"), _("Column"), _("Value"), _("Problem"), _("Remedy")),
            ((row["row"], row["column"], row["value"], row["problem"], row["remedy"]) for row in rows),
        )
    elif report.dry_run:
        console.say(_("Nothing was stored: this was a dry run."))


def _show_part(console: Console, words: language.Words, counts: PartCounts) -> None:
    if any(counts.as_json().values()):
        console.say(
            _(
                "%(part)s: %(created)s new, %(updated)s changed, %(unchanged)s unchanged, %(repeated)s repeated.",
                part=words,
                **counts.as_json(),
            )
        )


imports = (suppliers,)
