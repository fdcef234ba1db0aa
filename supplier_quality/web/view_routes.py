"""Pages of saved views: keep one, change it, remove it, and the page that lists those of one list."""

from flask import Blueprint, Response, request

from supplier_quality import clock
from supplier_quality.errors import BadInput
from supplier_quality.language import _
from supplier_quality.web import saved_views, visitors
from supplier_quality.web.forms import MACHINERY, Form
from supplier_quality.web.guard import staff
from supplier_quality.web.installation import reading, writing
from supplier_quality.web.pages import go_to, notify, render
from supplier_quality.web.saved_views import ViewNameTaken

blueprint = Blueprint("views", __name__, url_prefix="/views")

_TRUE = "true"
_FIELDS = frozenset({"title", "query", "shared", "first"})


@blueprint.get("/<name>")
@staff()
def show(name: str) -> Response:
    """The views of one list, to rename, share and remove; with ``query``, also to keep a new one."""
    return _show(name, Form(typed={"query": request.args.get("query", "")}))


def _show(name: str, form: Form, *, about: int | None = None, status: int = 200) -> Response:
    """``about`` is the view that a form which comes back was for, None for a new one."""
    kept = saved_views.kept_list(name)
    actor = visitors.current_actor()
    with reading() as session:
        lines = saved_views.views_of(session, name, actor=actor)
    return render(
        "pages/shared/views.html", status=status, kept=kept, lines=lines, form=form, about=about,
        may_share=actor.has_role(*saved_views.SHARERS), empty_form=Form(),
    )  # fmt: skip


@blueprint.post("/<name>")
@staff()
def save(name: str) -> Response:
    form = _read()
    try:
        _refuse_unknown(form)
        with writing() as session:
            view = saved_views.save_view(
                session, name, title=form.typed["title"], query=form.typed["query"], shared=form.typed["shared"],
                first=form.typed["first"], actor=visitors.current_actor(), at=clock.now(),
            )  # fmt: skip
            path = _path_of(name, view.id, view.query)
    except (BadInput, ViewNameTaken) as error:
        return _show(name, _with_problem(form, error), status=int(error.status))
    notify(_("The view %(name)s is kept.", name=form.typed["title"].strip()))
    return go_to(path)


@blueprint.post("/<name>/<int:view_id>/<any('rename','replace','share','unshare','first','remove'):act>")
@staff()
def change(name: str, view_id: int, act: str) -> Response:
    form, actor, at = _read(), visitors.current_actor(), clock.now()
    try:
        _refuse_unknown(form)
        with writing() as session:
            # Opening with a view changes nothing of the view, so it need not be one's own.
            get = saved_views.get_view if act == "first" else saved_views.get_own_view
            view = get(session, view_id, actor=actor)
            if view.list_name != name:
                raise saved_views.ViewNotFound
            path = f"/views/{name}"
            if act == "remove":
                saved_views.remove_view(session, view, actor=actor, at=at)
            elif act == "first":
                saved_views.open_with(session, name, view, actor=actor)
            elif act == "replace":
                saved_views.change_view(session, view, query=form.typed["query"], actor=actor, at=at)
                path = _path_of(name, view.id, view.query)
            elif act == "rename":
                saved_views.change_view(session, view, title=form.typed["title"], actor=actor, at=at)
            else:
                saved_views.change_view(session, view, shared=act == "share", actor=actor, at=at)
    except (BadInput, ViewNameTaken) as error:
        return _show(name, _with_problem(form, error), about=view_id, status=int(error.status))
    return go_to(path)


@blueprint.post("/<name>/first-none")
@staff()
def open_plain(name: str) -> Response:
    """Open the list as it is from now on."""
    kept = saved_views.kept_list(name)
    with writing() as session:
        saved_views.open_with(session, kept.name, None, actor=visitors.current_actor())
    return go_to(f"/views/{name}")


def _path_of(name: str, view_id: int, query: str) -> str:
    return f"{saved_views.kept_list(name).path}?{saved_views.with_view(query, view_id)}"


def _read() -> Form:
    sent = request.form
    return Form(
        typed={
            "title": sent.get("title", ""),
            "query": sent.get("query", ""),
            "shared": sent.get("shared") == _TRUE,
            "first": sent.get("first") == _TRUE,
        }
    )


def _refuse_unknown(_form: Form) -> None:
    """Raises BadInput for a field no page of ours sends."""
    if request.form.keys() - MACHINERY - _FIELDS:
        raise BadInput(_("There is no such field."))


def _with_problem(form: Form, error: BadInput | ViewNameTaken) -> Form:
    if isinstance(error, ViewNameTaken) or error.details:
        return form.with_error("title", error.message)
    return form.with_error("_form", error.message)
