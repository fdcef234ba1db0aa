"""``trail``: proving the history from the command line."""

import json
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import clock, features, trail
from supplier_quality.console import Console, command, group, option
from supplier_quality.engine.evidence import verify_trail
from supplier_quality.errors import BadInput, NotFound, Problem
from supplier_quality.language import _
from supplier_quality.trail import TrailEntry

# Where the daily job publishes, below the installation's folder.
HEADS = "heads"


@command("verify", help=_("Find every changed, deleted, reordered or inserted entry"))
@option(
    "--record",
    metavar="TYPE:ID",
    help=_("Only this record: its number such as SUP-00012, or its sort and id such as supplier:12"),
)
@option(
    "--heads",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("Published heads: a file of daily heads, or one saved elsewhere; default: those in HOME"),
)
def verify(console: Console, *, record: str | None, heads: Path | None) -> None:
    published = _read_heads(heads) if heads else _heads_of_home(console.settings.home / HEADS)
    features.load_runtime()
    with console.database.read() as session:
        chosen = _record(session, record) if record else None
        report = verify_trail(session, record=chosen, published=published)
    data = report.as_json()

    def show() -> None:
        counts = {name: data[name] for name in ("entries", "records", "heads")}
        console.say(_("%(entries)s entries of %(records)s records and %(heads)s heads were checked.", **counts))
        for problem in data["problems"]:
            where = f"{problem['record'] or ''} {problem['seq'] or ''}".strip()
            console.say(f"  {where}: {problem['message']}")
        for sentence in data["unproven"]:
            console.say(_("Not proven: %(sentence)s", sentence=sentence))
        console.say(_("Nothing was changed.") if report.ok else _("The trail was changed."))

    console.answer(data, show)
    if not report.ok:
        console.fail()


@command("publish", help=_("Seal the heads of all chains and write the last one to a file, as happens every day"))
@option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help=_("Folder; default: heads in HOME"))
def publish(console: Console, *, folder: Path | None) -> None:
    at = clock.now()
    with console.database.write() as session:
        sealed = trail.seal_heads(session, at=at, everything=True)
    # Only a link that is stored for good is published: one whose commit failed would make the trail look forged.
    with console.database.write() as session:
        head = trail.publish_head(session, folder or console.settings.home / HEADS, at=at)
    data = {"sealed": sealed, "head": head}
    sentence = _("%(sealed)s heads were sealed.", sealed=sealed)
    console.answer(data, lambda: console.say(sentence))


def _record(session: Session, given: str) -> tuple[str, int]:
    """The record that ``TYPE:ID`` names; ID is its id in the database or the number people read."""
    kind, colon, id_ = given.partition(":")
    if not colon:
        kind, id_ = _kind_of(session, given) or "", given
    if not kind or not id_:
        problem = Problem(
            _("This names no record"),
            _("Write its number, or TYPE:ID such as supplier:12"),
            column="--record",
            value=given,
        )
        raise BadInput(_("This names no record: %(given)s", given=given), (problem,))
    if id_.isdecimal():
        return kind, int(id_)
    model = features.subjects().get(kind)
    found = session.scalar(select(model.id).where(model.number == id_)) if model else None
    if found is None:
        # A record that was dropped has left its number in its trail.
        told = select(TrailEntry.record_id).where(TrailEntry.record_kind == kind, TrailEntry.record_label == id_)
        found = session.scalar(told.limit(1))
    if found is None:
        raise NotFound(_("There is no record %(given)s.", given=given))
    return kind, found


def _kind_of(session: Session, number: str) -> str | None:
    """The sort of record that has, or had, this number; None where there is none."""
    for kind, model in features.subjects().items():
        if session.scalar(select(model.id).where(model.number == number)) is not None:
            return kind
    return session.scalar(select(TrailEntry.record_kind).where(TrailEntry.record_label == number).limit(1))


def _heads_of_home(folder: Path) -> list[dict[str, Any]]:
    """The heads this installation published itself: outside the database, so they prove something even without --heads."""
    return [head for path in sorted(folder.glob("heads-*.jsonl")) for head in _read_heads(path)]


def _read_heads(path: Path) -> list[dict[str, Any]]:
    """Heads as they are published: one JSON object per line, or a list of them."""
    try:
        text = path.read_text(encoding="utf-8").strip()
        heads = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines() if line]
        if not heads or not all(isinstance(head["seq"], int) and isinstance(head["hash"], str) for head in heads):
            raise TypeError("a head has a number and a hash")
    except OSError as error:
        why = error.strerror or str(error)
        raise BadInput(_("%(path)s cannot be read: %(why)s", path=path, why=why)) from error
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(_("%(path)s holds no published heads.", path=path)) from error
    return heads


commands = (group("trail", help=_("Prove that the history was not changed"), commands=(verify, publish)),)
