"""A worker in a process of its own, to be killed: ``python -m tests.outbox.mailing_worker HOME URL PORT SECONDS``.

``SECONDS`` is how far its clock is ahead, so that the leases of workers killed before it have ended. It ends by itself when
nothing is left to do.
"""

import sys
from datetime import timedelta
from pathlib import Path

from supplier_quality import clock
from supplier_quality.worker import Worker
from tests.mail.smtp_server import HOST
from tests.support import open_test_database, settings_for


def main(home: str, url: str, port: str, seconds: str) -> None:
    ahead = timedelta(seconds=float(seconds))
    settings = settings_for(
        Path(home), url, smtp_host=HOST, smtp_port=int(port), mail_from="Quality <quality@plant.example>"
    )
    database = open_test_database(settings)
    worker = Worker(settings, database, now=lambda: clock.now() + ahead)
    while worker.tick():
        pass
    worker.say_goodbye()
    database.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
