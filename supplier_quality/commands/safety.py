"""``backup`` and ``restore``."""

from pathlib import Path

import click

from supplier_quality import clock, features, outbox, trail
from supplier_quality.backup import holding, restore_backup, write_backup
from supplier_quality.config import Settings, load_settings
from supplier_quality.console import Console, command, option
from supplier_quality.engine.registry import registry
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.identity import system_actor
from supplier_quality.identity.enums import Via
from supplier_quality.language import _
from supplier_quality.outbox import Ledger
from supplier_quality.persistence import Database


@command("backup", help=_("Save the database and the files while the product runs"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(console: Console, *, file: Path) -> None:
    console.progress(_("Saving into %(file)s ...", file=file))
    manifest = write_backup(console.settings, console.database, file, at=clock.now())
    data = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "made_at": manifest.made_at,
        "database": manifest.database,
        "revision": manifest.revision,
        "members": len(manifest.members),
    }
    sentence = _(
        "%(members)s files with %(bytes)s bytes were saved in %(file)s. It holds secrets: keep it safe.", **data
    )
    console.answer(data, lambda: console.say(sentence))


@command("restore", help=_("Put a backup back"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@option("--force", is_flag=True, help=_("Destroy what this installation holds"))
def restore(console: Console, *, file: Path, force: bool) -> None:
    console.progress(_("Checking and restoring %(file)s ...", file=file))
    restored = restore_backup(console.settings, file, open_database=console.open_database, force=force)
    # The secrets may have come back with the backup.
    settings = load_settings(home=console.settings.home)
    database = features.open_database(settings)
    closed, held = settle(database, settings, made_at=restored.manifest.made_at)
    data = {
        "file": str(file),
        "made_at": restored.manifest.made_at,
        "revision": restored.manifest.revision,
        "files": restored.files,
        "delivered_since": closed,
        "held": held,
        "missing_keys": list(restored.missing_keys),
    }

    def show() -> None:
        console.say(_("The backup of %(made_at)s is in place, with %(files)s files.", **data))
        if held:
            console.say(
                _("%(held)s effects may have been delivered before and are held: see the incidents.", held=held)
            )
        if restored.missing_keys:
            keys = ", ".join(restored.missing_keys)
            console.say(_("The trail cannot be proven without these keys, set them in TRAIL_KEYS: %(keys)s", keys=keys))

    console.answer(data, show)


def settle(database: Database, settings: Settings, *, made_at: str) -> tuple[int, int]:
    """Close what was delivered, hold what may have been, and write in the trail that time was turned back."""
    at = clock.now()
    closed = holding.close_delivered(database, Ledger(settings.home), at=at)
    jobs = tuple(job for module in features.modules("jobs") for job in module.JOBS)

    def catch_up() -> int:
        timers = take_due_timers(database, at=at)
        return timers + outbox.run_due_jobs(database, jobs, worker="restore", zone=settings.timezone, now=lambda: at)

    held = holding.hold_what_would_leave(database, registry.effects, at=at, fire_overdue=catch_up)
    with database.write() as session:
        trail.append(
            session,
            record=trail.RecordRef("installation", 0, "Installation"),
            at=at,
            actor=system_actor(Via.COMMAND).ref,
            action="installation.restored",
            data={"made_at": made_at, "delivered_since": closed, "held": held},
        )
    return closed, held


commands = (backup, restore)
