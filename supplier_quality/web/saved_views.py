"""Views of lists under a name: filters, sort and columns, which all stand in the address of the list.

A view is its address. Opening one leads to that address, with ``saved`` saying which one it is, so it can be bookmarked and
sent on; whoever may not see the view gets the same rows without its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.errors import BadInput, Conflict, NotAllowed, NotFound, Problem
from supplier_quality.identity import Actor, Role
from supplier_quality.language import Words, _
from supplier_quality.trail import RecordRef
from supplier_quality.web.models import FirstView, SavedView
from supplier_quality.web.tables import Table

SHARERS = (Role.QUALITY_MANAGER, Role.ADMIN)
MOST_VIEWS = 50
LONGEST_NAME = 80
LONGEST_QUERY = 2_000
RECORD_KIND = "saved_view"
PARAMETER = "saved"
NO_VIEW = "none"
"""``saved=none`` in an address shows the list as it is, also to people who open it with a view of their own."""

_NOT_KEPT = frozenset({"at", PARAMETER, "lang", "arrange"})


class ViewNotFound(NotFound):
    """There is no such view, or it is somebody else's own."""

    code = "view_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such view. It may have been removed."))


class ViewNameTaken(Conflict):
    """The person has a view of this name for this list."""

    code = "view_name_taken"


class MayNotShareViews(NotAllowed):
    """Views for everybody are made by quality managers."""

    code = "may_not_share_views"

    def __init__(self) -> None:
        super().__init__(_("Views for everybody are made and changed by quality managers and administrators."))


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list whose views can be kept: what it is called and where it is."""

    name: str
    label: Words
    path: str


_lists: dict[str, KeptList] = {}


def register_list(name: str, label: Words, path: str) -> None:
    """Let views of a list be kept. Registering a name again replaces it."""
    _lists[name] = KeptList(name, label, path)


def kept_list(name: str) -> KeptList:
    """A registered list. Raises ViewNotFound."""
    if name not in _lists:
        raise ViewNotFound
    return _lists[name]


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view as menus show it. ``first``: the list opens with it; ``mine``: the reader made it."""

    id: int
    name: str
    query: str
    shared: bool
    mine: bool
    first: bool
    path: str


@dataclass(frozen=True, slots=True)
class Views:
    """The views of one list for one reader, and how the page that is shown stands to them.

    ``query`` is the page's own state; ``open`` the view it was opened with, ``changed`` whether it shows something else by now.
    """

    kept: KeptList
    query: str
    lines: Sequence[ViewLine] = ()
    open: ViewLine | None = None
    changed: bool = False
    may_share: bool = False

    @property
    def own(self) -> list[ViewLine]:
        return [line for line in self.lines if not line.shared]

    @property
    def shared(self) -> list[ViewLine]:
        return [line for line in self.lines if line.shared]

    @property
    def first(self) -> ViewLine | None:
        return next((line for line in self.lines if line.first), None)

    @property
    def may_replace(self) -> bool:
        """Whether the reader may keep what is shown now under the name of the open view."""
        return self.open is not None and (self.open.mine if not self.open.shared else self.may_share)


_LINES = (
    select(SavedView.id, SavedView.name, SavedView.query, SavedView.shared, SavedView.owner_id, FirstView.view_id)
    .outerjoin(FirstView, (FirstView.view_id == SavedView.id) & (FirstView.owner_id == bindparam("person")))
    .where(
        SavedView.list_name == bindparam("list_name"),
        or_(SavedView.owner_id == bindparam("person"), SavedView.shared.is_(True)),
    )
    .order_by(SavedView.name_key, SavedView.id)
)


def views_of(session: Session, name: str, *, actor: Actor) -> list[ViewLine]:
    """The views of a list that a person may open, by name."""
    path = kept_list(name).path
    rows = session.execute(_LINES, {"person": actor.person_id, "list_name": name})
    return [
        ViewLine(
            id=row.id,
            name=row.name,
            query=row.query,
            shared=row.shared,
            mine=row.owner_id == actor.person_id,
            first=row.view_id is not None,
            path=f"{path}?{with_view(row.query, row.id)}",
        )
        for row in rows
    ]


def read_views(session: Session, name: str, *, asked: str | None, query: str, actor: Actor) -> Views:
    """What the menu of views shows on a page: ``asked`` is the ``saved`` of its address, ``query`` its state."""
    lines = views_of(session, name, actor=actor)
    found = next((line for line in lines if str(line.id) == asked), None)
    now = tidy_query(query)
    return Views(kept_list(name), now, lines, found, found is not None and found.query != now, actor.has_role(*SHARERS))


def read_table_views(session: Session, name: str, table: Table, *, actor: Actor) -> Views:
    """:func:`read_views` of a page that is one table; its ``keep`` names :data:`PARAMETER`."""
    return read_views(
        session,
        name,
        asked=table.keep.get(PARAMETER),
        query=urlencode(replace(table, cursor=None).query()),
        actor=actor,
    )


def first_path(session: Session, name: str, *, actor: Actor) -> str | None:
    """The address with which a list opens for this person, when they chose one."""
    return next((line.path for line in views_of(session, name, actor=actor) if line.first), None)


def tidy_query(query: str) -> str:
    """The parameters of an address that a view keeps, sorted by name, so that equal views are equal texts.

    Raises BadInput for one that is longer than any list's.
    """
    pairs = [pair for pair in parse_qsl(query.lstrip("?"), max_num_fields=100) if pair[0] not in _NOT_KEPT]
    tidied = urlencode(sorted(pairs, key=lambda pair: pair[0]))
    if len(tidied) > LONGEST_QUERY:
        raise BadInput(_("This view is too long to be kept. Take a filter off."))
    return tidied


def with_view(query: str, view_id: int) -> str:
    """The parameters of an address that opens a view."""
    return f"{query}&{PARAMETER}={view_id}" if query else f"{PARAMETER}={view_id}"


def get_view(session: Session, view_id: int, *, actor: Actor) -> SavedView:
    """A view the person may open. Raises ViewNotFound, also for somebody else's own."""
    view = session.get(SavedView, view_id)
    if view is None or not (view.shared or view.owner_id == actor.person_id):
        raise ViewNotFound
    return view


def get_own_view(session: Session, view_id: int, *, actor: Actor) -> SavedView:
    """A view the person may change: their own, and for quality managers those for everybody.

    Raises ViewNotFound, MayNotShareViews.
    """
    view = get_view(session, view_id, actor=actor)
    if view.shared and not actor.has_role(*SHARERS):
        raise MayNotShareViews
    return view


def save_view(
    session: Session, name: str, *, title: str, query: str, shared: bool, first: bool, actor: Actor, at: datetime
) -> SavedView:
    """Keep what a list shows under a name. Raises BadInput, ViewNameTaken, MayNotShareViews, ViewNotFound."""
    kept = kept_list(name)
    if shared and not actor.has_role(*SHARERS):
        raise MayNotShareViews
    title = check_title(title)
    owner = _person(actor)
    _check_free(session, name, title, owner=owner)
    count = session.scalar(select(func.count()).where(SavedView.list_name == name, SavedView.owner_id == owner)) or 0
    if count >= MOST_VIEWS:
        raise BadInput(_("You have %(count)s views of this list. Remove one first.", count=MOST_VIEWS))

    view = SavedView(
        list_name=kept.name, owner_id=owner, name=title, name_key=title.casefold()[:LONGEST_NAME],
        query=tidy_query(query), shared=shared, changed_at=at,
    )  # fmt: skip
    session.add(view)
    session.flush()
    if shared:
        _tell(session, view, "shared", actor, at)
    if first:
        open_with(session, name, view, actor=actor)
    return view


def change_view(
    session: Session,
    view: SavedView,
    *,
    actor: Actor,
    at: datetime,
    title: str | None = None,
    query: str | None = None,
    shared: bool | None = None,
) -> SavedView:
    """Give a view another name or other content, or share it; what is None stays.

    The caller got it with :func:`get_own_view`. Raises BadInput, ViewNameTaken, MayNotShareViews.
    """
    if (view.shared or shared) and not actor.has_role(*SHARERS):
        raise MayNotShareViews
    was_shared = view.shared
    if title is not None:
        view.name = check_title(title)
        _check_free(session, view.list_name, view.name, owner=view.owner_id, but=view.id)
        view.name_key = view.name.casefold()[:LONGEST_NAME]
    if query is not None:
        view.query = tidy_query(query)
    if shared is not None:
        view.shared = shared
    view.changed_at = at
    if was_shared and not view.shared:
        others = delete(FirstView).where(FirstView.view_id == view.id, FirstView.owner_id != view.owner_id)
        session.execute(others)
        _tell(session, view, "unshared", actor, at)
    elif view.shared:
        _tell(session, view, "changed" if was_shared else "shared", actor, at)
    return view


def remove_view(session: Session, view: SavedView, *, actor: Actor, at: datetime) -> None:
    """Forget a view; lists that open with it open as they are. The caller got it with :func:`get_own_view`."""
    if view.shared:
        _tell(session, view, "removed", actor, at)
    session.execute(delete(FirstView).where(FirstView.view_id == view.id))
    session.delete(view)


def open_with(session: Session, name: str, view: SavedView | None, *, actor: Actor) -> None:
    """Open a list with this view from now on for this person, or with none."""
    person = _person(actor)
    session.execute(delete(FirstView).where(FirstView.owner_id == person, FirstView.list_name == name))
    if view is not None:
        session.add(FirstView(owner_id=person, list_name=name, view_id=view.id))


def check_title(title: str) -> str:
    """The name of a view without blanks around it. Raises BadInput."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_NAME:
        said = (
            _("Give the view a name.")
            if not title
            else _("A name has at most %(count)s characters.", count=LONGEST_NAME)
        )
        raise BadInput(said, (Problem(said, column="title", value=title[:LONGEST_NAME]),))
    return title


def _check_free(session: Session, name: str, title: str, *, owner: int, but: int | None = None) -> None:
    same = select(SavedView.id).where(
        SavedView.list_name == name,
        SavedView.owner_id == owner,
        SavedView.name_key == title.casefold()[:LONGEST_NAME],
        SavedView.id != (but or 0),
    )
    # A view of the person that changes its name is in the session already and must not be written before it is checked.
    with session.no_autoflush:
        if session.scalar(same) is not None:
            raise ViewNameTaken(_("There is a view named %(name)s already. Choose another name.", name=title))


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotAllowed(_("Views are kept for people."))
    return actor.person_id


def _tell(session: Session, view: SavedView, what: str, actor: Actor, at: datetime) -> None:
    """Views for everybody are everybody's business; one's own are not."""
    data: Mapping[str, str] = {"name": view.name, "list": view.list_name, "query": view.query}
    record = RecordRef(RECORD_KIND, view.id, view.name)
    trail.append(session, record=record, at=at, actor=actor.ref, action=f"view.{what}", data=data)
