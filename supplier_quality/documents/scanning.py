"""The virus scanner, when one is set: ClamAV's daemon over its own protocol, by TCP or a local socket.

The file travels through the connection (INSTREAM), so the scanner may run on another machine and sees no folder of ours.
Whatever is not a clear answer means that the file was not scanned, and then it is not taken.
Protocol: clamd(8), sections COMMANDS and INSTREAM.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from supplier_quality.config import Settings
from supplier_quality.language import Words, _

CONNECT_SECONDS = 5.0
SCAN_SECONDS = 120.0
"""How long to wait for each step; clamd itself gives up after 120 seconds."""

_BLOCK = 64 * 1024
_LONGEST_ANSWER = 4_096


class NotScanned(Exception):
    """The scanner did not answer, or not clearly. ``said`` is for whoever sent the file, ``why`` for the log."""

    def __init__(self, why: str, said: Words | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.said = said or _(
            "The virus scanner does not answer, so the file was not taken. Try again in a few minutes; if that does not "
            "help, tell whoever looks after this installation."
        )


@dataclass(frozen=True, slots=True)
class Scanner:
    """A running clamd: a host with a port, or the path of its socket."""

    address: tuple[str, int] | str
    seconds: float = SCAN_SECONDS

    @property
    def place(self) -> str:
        return self.address if isinstance(self.address, str) else f"{self.address[0]}:{self.address[1]}"

    def scan(self, file: BinaryIO) -> str | None:
        """The name of what was found in a file, or none. Raises NotScanned."""
        file.seek(0)
        with self._connected() as connection:
            # It may answer and hang up before everything is sent; then the answer says why.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                while block := file.read(_BLOCK):
                    connection.sendall(struct.pack("!I", len(block)) + block)
                connection.sendall(struct.pack("!I", 0))
            answer = _answer(connection)
        if answer == "stream: OK":
            return None
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")[:120] or "?"
        if "size limit exceeded" in answer:
            raise NotScanned(answer, _too_large())
        raise NotScanned(answer or "no answer")

    def version(self) -> str:
        """What the scanner says it is. Raises NotScanned."""
        with self._connected() as connection:
            connection.sendall(b"zVERSION\0")
            answer = _answer(connection)
        if not answer.startswith("ClamAV"):
            raise NotScanned(answer or "no answer")
        return answer

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        try:
            with closing(self._connect()) as connection:
                connection.settimeout(self.seconds)
                yield connection
        except OSError as error:
            raise NotScanned(f"{self.place}: {error}") from error

    def _connect(self) -> socket.socket:
        if not isinstance(self.address, str):
            return socket.create_connection(self.address, timeout=min(CONNECT_SECONDS, self.seconds))
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(min(CONNECT_SECONDS, self.seconds))
            connection.connect(self.address)
        except OSError:
            connection.close()
            raise
        return connection


def scanner_of(settings: Settings) -> Scanner | None:
    """The scanner of this installation; none when none is set."""
    if settings.clamav_socket is not None:
        return Scanner(str(Path(settings.clamav_socket)))
    if settings.clamav_host is not None:
        return Scanner((settings.clamav_host, settings.clamav_port))
    return None


def _answer(connection: socket.socket) -> str:
    got = b""
    while b"\0" not in got and len(got) < _LONGEST_ANSWER:
        more = connection.recv(_LONGEST_ANSWER)
        if not more:
            break
        got += more
    return got.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _too_large() -> Words:
    return _(
        "The file is larger than the virus scanner takes, so it was not taken. Make it smaller, or ask whoever looks after "
        "this installation to raise StreamMaxLength of the scanner."
    )
