"""A worker process of the product, on a database and a mail server given on the command line: home, url, port, poll seconds."""

import faulthandler
import signal
import sys
from pathlib import Path

from supplier_quality.worker import run
from tests.faults.installation import mailing_settings


def main(home: str, url: str, port: str, poll_seconds: str) -> None:
    faulthandler.register(signal.SIGUSR1)
    settings = mailing_settings(Path(home), url, int(port), poll_seconds=float(poll_seconds))
    run(settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
