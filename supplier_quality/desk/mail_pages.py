"""Sent mail: to whom what was written. Bodies hold links and codes, so they are kept only where no mail server is set."""

import re

from flask import Blueprint, Response, make_response, request

from supplier_quality import web
from supplier_quality.desk import mail_queries
from supplier_quality.identity import Role
from supplier_quality.language import _
from supplier_quality.web.records import path_of

blueprint = Blueprint("sent_mail", __name__, url_prefix="/sent-mail")

# A mail is foreign matter: no script runs in it, it reaches nothing, and only a person's click leads out of it.
BODY_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_OPENS_OUTSIDE = '<base target="_blank">'

COLUMNS = (
    web.Column("subject", _("Subject"), fixed=True),
    web.Column("at", _("When")),
    web.Column("to", _("To")),
    web.Column("record", _("Record")),
    web.Column("state", _("State")),
    web.Column("template", _("Kind"), shown=False),
)


@blueprint.get("")
@web.staff(Role.ADMIN, Role.QUALITY_MANAGER)
def list_all() -> Response:
    with web.reading() as session:
        filters = (
            web.Filter("state", _("State"), tuple(mail_queries.STATE_NAMES.items())),
            web.Filter("template", _("Kind"), tuple(mail_queries.templates_in_use(session))),
        )
        table = web.read_table(
            request.args, id="mails", path="/sent-mail", columns=COLUMNS, filters=filters, first_sort="-at"
        )
        page = mail_queries.list_mails(
            session,
            state=table.chosen.get("state", ""),
            template=table.chosen.get("template", ""),
            search=table.search,
            cursor=table.cursor,
            size=table.size,
        )
    return web.render(
        "pages/desk/mails.html",
        table=table,
        page=page,
        keeps=web.settings().keeps_mails,
        state_names=mail_queries.STATE_NAMES,
        state_tones=mail_queries.STATE_TONES,
        state_symbols=mail_queries.STATE_SYMBOLS,
        template_name=mail_queries.template_name,
        path_of=path_of,
    )


@blueprint.get("/<int:mail_id>")
@web.staff(Role.ADMIN, Role.QUALITY_MANAGER)
def show(mail_id: int) -> Response:
    """One mail. Its body may hold somebody's key to an account, so only administrators see it."""
    may_read = web.current_actor().has_role(Role.ADMIN)
    with web.reading() as session:
        mail = mail_queries.get_mail(session, mail_id, with_body=may_read, base_url=web.settings().base_url)
    return web.render(
        "pages/desk/mail.html",
        mail=mail,
        line=mail.line,
        may_read=may_read,
        keeps=web.settings().keeps_mails,
        state_names=mail_queries.STATE_NAMES,
        state_tones=mail_queries.STATE_TONES,
        state_symbols=mail_queries.STATE_SYMBOLS,
        template_name=mail_queries.template_name,
        record_path=path_of(mail.line.record_kind, mail.line.record_id, mail.line.record_label),
        crumbs=[("/sent-mail", _("Sent mail"))],
    )


@blueprint.get("/<int:mail_id>/body")
@web.staff(Role.ADMIN)
def body(mail_id: int) -> Response:
    """The kept HTML, shut away from our own pages."""
    with web.reading() as session:
        html = mail_queries.html_of(session, mail_id, base_url=web.settings().base_url)
    html = _HEAD.sub(lambda head: head[0] + _OPENS_OUTSIDE, html, count=1)
    response = make_response(html)
    response.headers["Content-Security-Policy"] = BODY_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
