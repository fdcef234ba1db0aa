"""B3: from a transition to the mail that the server has taken, against a loop that sends the same mails.

In ours one process fires one action per record, each in a commit of its own, while a worker delivers: the effect's row, the mail's row, the
words in the recipient's language, the mail server, the marks. The reference is a loop over one smtplib connection, once with
composing the mail from ready words by the standard library, once with ready bytes; it stores nothing.
"""

import email
import multiprocessing
import smtplib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import func, insert, select

from benchmarks import workload
from benchmarks.measuring import Plan, Result, in_turns
from benchmarks.rooms import KINDS, Room, open_database, room
from benchmarks.smtp_sink import HOST, Sink, sink
from benchmarks.workload import AT, STAFF, Case, make_cases
from supplier_quality import clock
from supplier_quality.config import Settings
from supplier_quality.engine.fire import fire
from supplier_quality.identity.models import User
from supplier_quality.mail import MailMessage, MailState
from supplier_quality.outbox import OutboxRow, OutboxState
from supplier_quality.worker import Worker

TARGET = 0.80
ALL = 10_000
FROM = "quality@plant.example"


@dataclass(frozen=True)
class Words:
    """What one of our mails says, for the reference to say it, too."""

    subject: str
    text: str
    html: str
    to: str


def run(plan: Plan) -> Iterator[Result]:
    count = plan.size(ALL, 200) // plan.rounds
    for kind in KINDS:
        with ExitStack() as stack:
            server = stack.enter_context(sink())
            workload.register()
            place = stack.enter_context(
                room(kind, smtp_host=HOST, smtp_port=server.port, mail_from=f"Quality <{FROM}>")
            )
            mails = _Mails(place, server, count)
            words = mails.learn_words()
            loops = _Loops(server, count, words)
            turns = in_turns(mails.ours, loops.composing, loops.ready, rounds=plan.rounds)
        notes = {"mails": count * plan.rounds, "lost": 0, "bytes of a mail": mails.size}
        for other, name, target in ((1, "a loop that composes", TARGET), (2, "a loop with ready bytes", None)):
            yield Result(
                "B3",
                f"transition to mail accepted, {kind}, against {name}",
                "mails/s",
                turns.median(0),
                turns.median(other),
                turns.ratios(0, other),
                target=target,
                notes=notes,
            )


class _Mails:
    """Ours."""

    def __init__(self, place: Room, server: Sink, count: int) -> None:
        self._place, self._server, self._count = place, server, count
        self.size = 0
        workload.store_rules(place.database)
        zone = {"language": "en", "time_zone": "Europe/Berlin", "created_at": AT}
        with place.database.write() as session:
            people = [{"name": f"Person {n}", "email": f"person{n}@plant.example", **zone} for n in range(STAFF)]
            session.execute(insert(User), people)
        self._worker = Worker(place.settings, place.database)

    def learn_words(self) -> Words:
        """Send one mail and read it."""
        self._send(1)
        content = self._server.last()
        self._server.report()
        self.size = len(content)
        mail = email.message_from_bytes(content, policy=policy.default)
        text, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert text is not None and html is not None
        return Words(str(mail["Subject"]), text.get_content(), html.get_content(), str(mail["To"]))

    def ours(self) -> float:
        rate = self._send(self._count)
        check_all_came(self._server, self._count)
        self._check_rows()
        return rate

    def _send(self, count: int) -> float:
        ids = make_cases(self._place.database, count)
        # As in an installation: one process moves the records, another one delivers.
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(2)
        moving = context.Process(target=move, args=(self._place.settings, ids, barrier))
        moving.start()
        barrier.wait(120)
        began = time.perf_counter()
        while self._worker.tick() or moving.is_alive():
            pass
        while self._worker.tick():
            pass
        return count / (time.perf_counter() - began)

    def _check_rows(self) -> None:
        """Every transition has its mail, and nothing waits."""
        with self._place.database.read() as session:
            moved = session.scalar(select(func.count()).where(Case.state == "submitted"))
            sent = session.scalar(select(func.count()).where(MailMessage.state == MailState.SENT))
            open_rows = session.scalar(select(func.count()).where(OutboxRow.state != OutboxState.DONE))
        assert moved == sent and not open_rows, (moved, sent, open_rows)


def move(settings: Settings, ids: Sequence[int], barrier: Any) -> None:
    """Fire one action on each record, each in a commit of its own."""
    workload.register()
    database, actor = open_database(settings), workload.actor()
    with database.read() as session:
        cases = list(session.scalars(select(Case).where(Case.id.in_(ids))))
    barrier.wait(120)
    for case in cases:
        with database.write() as session:
            fire(session, case, "submit", actor=actor, at=clock.now(), idempotency_key="bench")
    database.dispose()


class _Loops:
    """The references: one connection, mail after mail."""

    def __init__(self, server: Sink, count: int, words: Words) -> None:
        self._server, self._count, self._words = server, count, words

    def composing(self) -> float:
        began = time.perf_counter()
        with smtplib.SMTP(HOST, self._server.port, local_hostname="localhost") as smtp:
            for number in range(self._count):
                smtp.send_message(self._message(number))
        rate = self._count / (time.perf_counter() - began)
        check_all_came(self._server, self._count)
        return rate

    def ready(self) -> float:
        contents = [self._message(number).as_bytes() for number in range(self._count)]
        began = time.perf_counter()
        with smtplib.SMTP(HOST, self._server.port, local_hostname="localhost") as smtp:
            for number, content in enumerate(contents):
                smtp.sendmail(FROM, [_address(number)], content)
        rate = self._count / (time.perf_counter() - began)
        check_all_came(self._server, self._count)
        return rate

    def _message(self, number: int) -> EmailMessage:
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = f"Quality <{FROM}>"
        message["To"] = f"Person {number % STAFF} <{_address(number)}>"
        message["Subject"] = self._words.subject
        message["Date"] = "Fri, 20 Nov 2026 09:00:00 +0000"
        message["Message-ID"] = f"<{number}.{time.perf_counter_ns()}@plant.example>"
        message["Auto-Submitted"] = "auto-generated"
        # Seven bits are the quickest the library has for our words.
        message.set_content(self._words.text, cte="7bit")
        message.add_alternative(self._words.html, subtype="html", cte="7bit")
        return message


def check_all_came(server: Sink, count: int) -> None:
    mails, different, _size = server.report()
    assert (mails, different) == (count, count), f"{count} mails were sent, {mails} came, {different} different ones"


def _address(number: int) -> str:
    return f"person{number % STAFF}@plant.example"
