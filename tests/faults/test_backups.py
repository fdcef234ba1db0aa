"""F16: a backup made while people and a worker are at work, restored on a fresh machine with nothing of the old one."""

from pathlib import Path

import pytest
from sqlalchemy import select

from supplier_quality import clock, features
from supplier_quality.backup import restore_backup, write_backup
from supplier_quality.commands.safety import settle
from supplier_quality.mail import MailMessage
from supplier_quality.outbox.calling import prepare_schema
from tests.faults.installation import Plant, mailing_settings, plant
from tests.faults.invariants import check_invariants
from tests.faults.processes import wait_until
from tests.faults.test_workers import people_at_work
from tests.support import empty_database

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


def restored_from(archive: Path, running: Plant, home: Path, url: str) -> tuple[Plant, int]:
    """An installation in ``home`` put back from the archive as the command does it, and how many effects it holds back."""
    settings = mailing_settings(home, url, running.settings.smtp_port)
    put_back = restore_backup(settings, archive, open_database=lambda: features.open_database(settings))
    database = features.open_database(settings)
    if not database.is_sqlite:
        prepare_schema(database)
    _closed, held = settle(database, settings, made_at=put_back.manifest.made_at)
    # Its workers end with those of the old one, whatever happens.
    return Plant(settings, database, running.mailbox, workers=running.workers), held


def known_mails(installation: Plant) -> set[str]:
    with installation.database.read() as session:
        return {message_id for message_id in session.scalars(select(MailMessage.message_id)) if message_id}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_older_backup_on_a_fresh_machine_keeps_every_promise_and_sends_nothing_again(
    kind: str, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.zip"
    with plant(kind, tmp_path / "old") as running, empty_database(kind, tmp_path / "new" / "database") as bare:
        came = running.mailbox.envelopes
        worker = running.start_worker()
        with people_at_work(running, suppliers=10_000, pause=0.05):
            wait_until(lambda: len(came) >= 40, seconds=90, what="the first mails")
            write_backup(running.settings, running.database, archive, at=clock.now())
            wait_until(lambda: len(came) >= 80, seconds=90, what="mails after the backup")
        running.stop(worker)
        sent = list(running.mailbox.message_ids)

        url = bare.url.render_as_string(hide_password=False)
        fresh, held = restored_from(archive, running, tmp_path / "new" / "home", url)
        worker = fresh.start_worker()
        wait_until(lambda: not fresh.waiting(), seconds=60, what="going on after the restore")
        fresh.stop(worker)

        everything = list(running.mailbox.message_ids)
        assert not set(everything[len(sent) :]) & set(sent), "nothing delivered before goes out again"
        known = known_mails(fresh)
        inbox = [message_id for message_id in everything if message_id in known]
        assert len(inbox) >= 20, "the backup knows the mails before it"
        check_invariants(fresh.database, fresh.settings, at=clock.now(), inbox=inbox, incidents=held)
        fresh.database.dispose()
