"""Pages of what a person printed: whether it is ready, looking at it, the file."""

from flask import Blueprint, Response

from supplier_quality.documents import prints
from supplier_quality.documents.attachments import Attached
from supplier_quality.documents.store import ContentMissing, file_store
from supplier_quality.language import Text
from supplier_quality.web import visitors
from supplier_quality.web.downloads import send_upload
from supplier_quality.web.guard import staff
from supplier_quality.web.installation import reading, settings
from supplier_quality.web.pages import render
from supplier_quality.web.viewing import send_page, show_file

blueprint = Blueprint("prints", __name__, url_prefix="/prints")


@blueprint.get("")
@staff()
def list_all() -> Response:
    with reading() as session:
        runs = prints.list_prints(session, actor=visitors.current_actor())
    return render("pages/shared/prints.html", runs=[(run, Text(run.title)) for run in runs])


@blueprint.get("/<int:run_id>")
@staff()
def show(run_id: int) -> Response:
    with reading() as session:
        run = prints.get_print(session, run_id, actor=visitors.current_actor())
    error = Text(run.error) if run.error else None
    return render("pages/shared/print.html", run=run, title=Text(run.title), error=error)


@blueprint.get("/<int:run_id>/file")
@staff()
def download(run_id: int) -> Response:
    file = _file_of(run_id)
    path = file_store(settings()).path_of(file.sha256)
    if not path.is_file():
        raise ContentMissing
    return send_upload(path, name=file.name, media_type=file.media_type)


@blueprint.get("/<int:run_id>/file/view")
@staff()
def view(run_id: int) -> Response:
    return show_file(_file_of(run_id), at=f"/prints/{run_id}/file", back=f"/prints/{run_id}")


@blueprint.get("/<int:run_id>/file/pages/<int:page>")
@staff()
def page_picture(run_id: int, page: int) -> Response:
    return send_page(_file_of(run_id), page)


def _file_of(run_id: int) -> Attached:
    with reading() as session:
        run = prints.get_print(session, run_id, actor=visitors.current_actor())
        return prints.file_of(session, run)
