"""A real IMAP server for tests: pymap with its mailboxes in memory, always over TLS as our settings demand."""

import asyncio
import imaplib
import ssl
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

from tests.mail.smtp_server import HOST

USER, PASSWORD = "bounces@plant.example", "violet kettle marching otter"


@dataclass(frozen=True, slots=True)
class Inbox:
    """The mailbox of :data:`USER`. ``trusted`` is how a client knows the server's certificate."""

    port: int
    trusted: ssl.SSLContext

    def put(self, *mails: bytes) -> None:
        """Let mails arrive."""
        with self._signed_in() as client:
            for mail in mails:
                client.append("INBOX", "", "", mail.replace(b"\n", b"\r\n"))

    def unread(self) -> int:
        with self._signed_in() as client:
            client.select("INBOX", readonly=True)
            return len(client.search(None, "UNSEEN")[1][0].split())

    @contextmanager
    def _signed_in(self) -> Iterator[imaplib.IMAP4_SSL]:
        with imaplib.IMAP4_SSL("localhost", self.port, ssl_context=self.trusted, timeout=10) as client:
            client.login(USER, PASSWORD)
            yield client


@contextmanager
def imap_server(tls: ssl.SSLContext, trusted: ssl.SSLContext) -> Iterator[Inbox]:
    """A running server with one empty mailbox."""
    started: Future[tuple[int, Callable[[], object]]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(tls, started)), name="imap", daemon=True)
    thread.start()
    port, stop = started.result(30)
    try:
        yield Inbox(port, trusted)
    finally:
        stop()
        thread.join(10)


async def _serve(tls: ssl.SSLContext, started: "Future[tuple[int, Callable[[], object]]]") -> None:
    asked = Namespace(
        host=HOST, port=0, debug=False, cert=None, key=None, tls=False, passlib_cfg=None, proxy_protocol=None,
        demo_data=False, demo_user=USER, demo_password=PASSWORD,
    )  # fmt: skip
    # The TLS is around the connection, so that the server itself sees a plain one.
    backend, config = await DictBackend.init(asked, secure_auth=False, reject_dnsbl=False)
    answer = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    async with await asyncio.start_server(answer, HOST, 0, ssl=tls) as server:
        started.set_result((server.sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(ended.set)))
        await ended.wait()
