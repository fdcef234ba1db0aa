"""The views of a record's page, the same for every kind of record: the page itself, its actions, and its files.

A feature adds them beside its own views, and so every file of every record can be looked at in place::

    add_page_views(blueprint, DOOR, "/documents/<number>")
    add_file_views(blueprint, DOOR, "/documents/<number>")

Everybody of staff may call them; what a person may see and do is decided by the door's ``find`` and by the process.
"""

from collections.abc import Callable

from flask import Blueprint, Response, request

from supplier_quality.documents import Attached
from supplier_quality.web.guard import staff
from supplier_quality.web.record_door import RecordDoor
from supplier_quality.web.viewing import send_page, show_file

View = Callable[..., Response]


def add_page_views(blueprint: Blueprint, door: RecordDoor, rule: str = "/<number>") -> None:
    """The page of a record, and ``/actions/<action>`` below it. ``rule`` has the one variable ``number``."""

    def show(number: str) -> Response:
        return door.show(number)

    def act(number: str, action: str) -> Response:
        return door.act(number, action=action)

    _add(blueprint, rule, "show", show)
    _add(blueprint, f"{rule}/actions/<action>", "act", act, method="POST")


def add_file_views(
    blueprint: Blueprint, door: RecordDoor, rule: str = "/<number>", *, back: Callable[[Attached], str] | None = None
) -> None:
    """A file of a record to be saved, the page on which it is looked at, and the pictures in that page.

    ``back`` gives what follows the record's address in the link that leads back from a file: ``?tab=assessment``.
    """

    def download_file(number: str, file_id: int) -> Response:
        return door.send_file(number, file_id=file_id)

    def view_file(number: str, file_id: int) -> Response:
        file, at = door.file(number, file_id=file_id), request.path.removesuffix("/view")
        record = at.rpartition("/files/")[0]
        return show_file(file, at=at, back=record + (back(file) if back else ""))

    def file_page(number: str, file_id: int, page: int) -> Response:
        return send_page(door.file(number, file_id=file_id), page)

    one = f"{rule}/files/<int:file_id>"
    _add(blueprint, one, "download_file", download_file)
    _add(blueprint, f"{one}/view", "view_file", view_file)
    _add(blueprint, f"{one}/pages/<int:page>", "file_page", file_page)


def _add(blueprint: Blueprint, rule: str, name: str, view: View, *, method: str = "GET") -> None:
    """One view under a name of its own, as a blueprint may hold the pages of several kinds of records."""
    kind = rule.partition("<")[0].strip("/").replace("/", "_").replace("-", "_")
    endpoint = f"{kind}_{name}" if kind else name
    blueprint.add_url_rule(rule, endpoint, staff()(view), methods=[method])
