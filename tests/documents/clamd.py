"""A small virus scanner that speaks the protocol of ClamAV's daemon over real sockets.

It finds what the real one finds in the standard test file of the industry (EICAR), and can misbehave as daemons do.
"""

import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# In two halves, so that no scanner takes this source for the test file itself.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """What the scanner saw, and how it behaves: ``fine``, ``hangs``, ``hangs up``, ``fails``; ``most`` bytes of a stream."""

    def __init__(self, behaviour: str, most: int) -> None:
        self.behaviour, self.most = behaviour, most
        self.seen: list[bytes] = []
        self.address: tuple[str, int] = ("", 0)

    def answer(self, request: socketserver.StreamRequestHandler) -> bytes:
        command = _until_null(request)
        if self.behaviour == "hangs":
            time.sleep(1)
        if self.behaviour in ("hangs", "hangs up"):
            return b""
        if command == b"zVERSION":
            return b"ClamAV 1.4.3/27800/Fri Nov 27 2026\0"
        return self._scan(request) if command == b"zINSTREAM" else b"UNKNOWN COMMAND\0"

    def _scan(self, request: socketserver.StreamRequestHandler) -> bytes:
        content = b""
        while size := struct.unpack("!I", request.rfile.read(4))[0]:
            content += request.rfile.read(size)
            if len(content) > self.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.seen.append(content)
        if self.behaviour == "fails":
            return b"stream: Can't allocate memory ERROR\0"
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


def _until_null(request: socketserver.StreamRequestHandler) -> bytes:
    got = b""
    while (sign := request.rfile.read(1)) not in (b"\0", b""):
        got += sign
    return got


@contextmanager
def clamd(behaviour: str = "fine", *, most: int = 1 << 30, path: Path | None = None) -> Iterator[Clamd]:
    """A running scanner, on a free port of this machine or on a socket at ``path``."""
    scanner = Clamd(behaviour, most)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(scanner.answer(self))

    kind = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
    with kind(str(path) if path else ("127.0.0.1", 0), Handler) as server:  # type: ignore[arg-type]
        server.daemon_threads = True
        scanner.address = server.server_address if path is None else ("", 0)  # type: ignore[assignment]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield scanner
        server.shutdown()
        thread.join()
