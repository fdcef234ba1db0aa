"""A mail server in a process of its own that counts what it takes, run as ``python -m benchmarks.smtp_sink``.

Prints its port; then answers each line read: ``report`` with ``<mails> <different Message-IDs> <bytes>`` since the last
report, ``last`` with the last mail in base64, ``copies`` with how often each Message-ID came.
"""

import base64
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
_MESSAGE_ID = re.compile(rb"^Message-ID: *(\S+)", re.IGNORECASE | re.MULTILINE)


class Taken:
    """What was taken since the last report."""

    def __init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        self.mails, self.size, self.ids, self.last = 0, 0, Counter[str](), b""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        found = _MESSAGE_ID.search(envelope.content, 0, 4_000)
        self.mails += 1
        self.size += len(envelope.content)
        self.last = envelope.content
        self.ids[found[1].decode() if found else ""] += 1
        return "250 Accepted"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        # Port 0 lets the system choose; only now it is known which one to knock at.
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Sink:
    """The server as the benchmarks see it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.port = int(self._answer())

    def report(self) -> tuple[int, int, int]:
        """How many mails came, how many different ones, and their bytes, since the last report."""
        mails, different, size = map(int, self._ask("report").split())
        return mails, different, size

    def copies(self) -> Counter[str]:
        """How often each Message-ID came since the last report."""
        return Counter(json.loads(self._ask("copies")))

    def last(self) -> bytes:
        """The mail that came last."""
        return base64.b64decode(self._ask("last"))

    def _ask(self, question: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{question}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def sink() -> Iterator[Sink]:
    command = [sys.executable, "-m", "benchmarks.smtp_sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Sink(process)
        finally:
            process.terminate()


def main() -> None:
    counter = Taken()
    controller = _Controller(counter, hostname=HOST, port=0, server_hostname="localhost")
    controller.start()
    print(controller.port, flush=True)
    for line in sys.stdin:
        if line.strip() == "last":
            print(base64.b64encode(counter.last).decode(), flush=True)
            continue
        if line.strip() == "copies":
            print(json.dumps(counter.ids), flush=True)
            continue
        print(counter.mails, len(counter.ids), counter.size, flush=True)
        counter.start_anew()
    controller.stop()


if __name__ == "__main__":
    main()
