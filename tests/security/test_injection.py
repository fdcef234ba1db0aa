"""What people type stays what it is: never markup, never SQL, never a formula, never a header."""

import csv
import io
import re
import zipfile
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from supplier_quality import clock
from supplier_quality.desk import exports
from supplier_quality.identity.models import User
from supplier_quality.mail import MailMessage
from supplier_quality.suppliers import exporting
from supplier_quality.suppliers.models import ImportRun
from tests.security.company import ANSWERS, Company, add_scope, add_supplier, invite
from tests.security.examples import EXAMPLES, Example, fill
from tests.security.test_access import ON_BOTH, SQLITE, furnish, routes

MARK = "xss4711"
MARKUP = (
    f"<script>{MARK}(1)</script>",
    f'"><img src=x onerror={MARK}(2)>',
    f"'><svg/onload={MARK}(3)>",
    f"{{{{ 'xss-was' ~ '-filled' }}}}{{% {MARK} %}}",
    f"</textarea></title></style><iframe srcdoc={MARK}>",
    f"<a href=javascript:{MARK}(4)>x</a>",
    f"<details open ontoggle={MARK}(5)>",
)
ALL_OF_IT = " ".join(MARKUP)
# Any of it as a tag of the page, a link that runs, or a template that was filled. Escaped, "<" stands as &lt;
ALIVE = re.compile(
    rf"<script>{MARK}|<img src=x|<svg/onload|<iframe srcdoc|<a href=[\"']?javascript:|<details open ontoggle|xss-was-filled"
)
SQL = (
    "'",
    "' OR 1=1 --",
    '"; DROP TABLE supplier; --',
    "%",
    "_",
    "\\",
    "\x00",
    "1) UNION SELECT 1--",
    "🙂" * 50,
    "a" * 5_000,
)


@ON_BOTH
def test_markup_typed_anywhere_is_shown_as_text_everywhere(company: Company) -> None:
    """Names, notes, comments, answers, reasons and mails that hold markup are drawn on every page as they were typed."""
    poison(company)
    furnish(company)
    alive = []
    for who in ("admin", "sqe", "contact"):
        caller = company.caller(who)
        for path in readable_paths(company, who):
            answer = caller.get(path)
            if answer.mimetype == "text/html" and (found := ALIVE.search(answer.text)):
                alive.append((who, path, found[0][:120]))
    with company.database.read() as session:
        bodies = [mail.html or "" for mail in session.scalars(select(MailMessage))]

    assert alive == []
    assert any(MARK in body for body in bodies), "the markup never reached a mail"
    assert [body for body in bodies if ALIVE.search(body)] == []


def poison(company: Company) -> None:
    """Put markup into everything that people may type."""
    with company.database.write() as session:
        for user in session.scalars(select(User)):
            user.name = f"{user.name} {MARKUP[0]}"[:100]
    add_supplier(company, "own", f"Acme {MARKUP[0]} {MARKUP[1]}", "quinn@acme.example")
    invite(company, "own")
    add_scope(company, "own")
    sqe, number = company.caller("sqe"), company.suppliers["own"]
    fields = {
        f"/suppliers/{number}/edit": {"name": f"Acme {MARKUP[0]}", "note": ALL_OF_IT, "country": "DE"},
        f"/suppliers/{number}/sites/new": {"name": MARKUP[1], "city": MARKUP[2][:60], "country": "DE"},
        f"/suppliers/{number}/contacts/new": {"name": MARKUP[0], "email": "x@acme.example", "phone": MARKUP[5]},
        f"/suppliers/{company.suppliers['prospect']}/actions/withdraw": {"reason": ALL_OF_IT},
        "/drafts": {"draft_key": MARKUP[0][:100], "note": ALL_OF_IT},
    }
    for path, form in fields.items():
        whose = path.split("/")[2] if path.startswith("/suppliers") else number
        answer = sqe.call("POST", path, {**form, "expected_version": str(company.version(whose))})
        assert answer.status_code < 500, (path, answer.status_code)
        assert not ALIVE.search(answer.text), path
    contact = company.caller("contact")
    answers = {**ANSWERS, "remarks": ALL_OF_IT, "main_products": MARKUP[0], "capacity": MARKUP[1][:100]}
    contact.call("POST", f"/portal/items/{company.links['own']}/draft", answers)
    content = (
        f'Vendor ID,Vendor,Country\n{MARKUP[0]},"{MARKUP[1].replace(chr(34), chr(34) * 2)}",{MARKUP[2]}\n'.encode()
    )
    sent = {"file": (io.BytesIO(content), f"{MARKUP[6]}.csv")}
    assert sqe.call("POST", "/import", sent).status_code in (303, 422)


def readable_paths(company: Company, who: str) -> list[str]:
    paths = [
        fill(rule, EXAMPLES.get(("GET", rule), Example()).own(company, who))
        for method, rule in sorted(routes(company.app))
        if method == "GET"
    ]
    number = company.suppliers["own"]
    paths += [f"/suppliers/{number}?tab={tab}" for tab in ("sites", "contacts", "assessment", "links")]
    paths += [f"/search?q={quote(text)}" for text in MARKUP] + [f"/suppliers?q={quote(text)}" for text in MARKUP]
    paths += [f"/sign-in?next={quote(text)}" for text in MARKUP] + [f"/{quote(text)}" for text in MARKUP]
    paths += [f"/trail?person={quote(MARKUP[1])}&since={quote(MARKUP[0])}", f"/sent-mail?q={quote(MARKUP[0])}"]
    return paths


@ON_BOTH
def test_what_is_typed_into_a_search_sort_filter_or_place_never_breaks_a_page(company: Company) -> None:
    admin, program, contact = company.caller("admin"), company.caller("token_read"), company.caller("contact")
    names = ("q", "sort", "at", "size", "columns", "state", "country", "owner", "lang", "tab", "next")
    lists = {
        "/suppliers": names,
        "/search": ("q",),
        "/users": (*names, "role"),
        "/trail": ("record", "person", "action", "kind", "record_id", "since", "until", "at"),
        "/trail/export": ("record", "since", "record_id"),
        "/trail/record": ("kind", "id"),
        "/sent-mail": (*names, "template"),
        "/my-work": ("at",),
        "/workflows/supplier_qualification": ("version", "kind"),
        "/workflows/supplier_qualification/versions": ("old", "new"),
        "/workflows/supplier_qualification/what-if": ("state", "action", "role", "record", "fill", "tried"),
    }
    values = (*SQL, "-1", "0", str(2**63), str(10**30), "9" * 5_000, "٣", "[]", "{}", "null")
    broken = [
        (path, name, value[:30], status)
        for path, parameters in lists.items()
        for name, value in product(parameters, values)
        if (status := admin.get(path, query_string={name: value}).status_code) >= 500
    ]
    broken += [
        ("/api/v1/suppliers", name, value[:30], status)
        for name, value in product(("cursor", "size", "search", "state", "country", "owner_id", "sort"), values)
        if (
            status := program.get(
                "/api/v1/suppliers",
                query_string={name: value},
                headers={"Authorization": f"Bearer {program.api_token}"},
            ).status_code
        )
        >= 500
    ]
    broken += [
        ("/portal", name, value[:30], status)
        for name, value in product(("next", "lang", "at"), values)
        if (status := contact.get("/portal", query_string={name: value}).status_code) >= 500
    ]

    assert broken == []


@SQLITE
def test_what_is_sent_in_a_form_never_breaks_a_page(company: Company) -> None:
    broken = []
    for who in ("admin", "sqe", "contact"):
        caller = company.caller(who)
        for method, rule in sorted(routes(company.app)):
            if method != "POST" or rule.endswith("sign-out") or rule.startswith("/api/"):
                continue
            example = EXAMPLES.get((method, rule), Example())
            values = {**dict.fromkeys(("deputy_id", "run_id"), 1), **example.own(company, who)}
            form = example.sent(company, who).get("form", {})
            for text in ("\x00", "9" * 5_000, "🙂<>'\""):
                bad = dict.fromkeys((*form, "expected_version", "idempotency_key", "next", "code", "unknown"), text)
                status = caller.call("POST", fill(rule, values), bad).status_code
                if status >= 500:
                    broken.append((who, rule, text[:10], status))

    assert broken == []


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "name",
    "source_key",
    "country",
    "language",
    "duns",
    "business_licence",
    "website",
    "note",
    "owner_id",
    "form",
)
BODY = st.one_of(
    JSON, st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6), st.fixed_dictionaries({"name": JSON})
)


@ON_BOTH
def test_no_json_breaks_the_api(company: Company) -> None:
    program, number = company.caller("token_write"), company.suppliers["prospect"]

    @hypothesis_settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(
        body=BODY,
        tag=st.one_of(st.just('"1"'), st.text('0123456789W/"*', max_size=30)),
        key=st.text(st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=150),
        door=st.integers(0, 2),
    )
    def send(body: Any, tag: str, key: str, door: int) -> None:
        method, path = (
            ("POST", "/api/v1/suppliers"),
            ("PUT", f"/api/v1/suppliers/{number}"),
            ("POST", f"/api/v1/suppliers/{number}/actions/withdraw"),
        )[door]
        answer = program.call(method, path, json=body, headers={"If-Match": tag, "Idempotency-Key": key})
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"

    send()


FORMULAS = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1",
    '=HYPERLINK("http://evil.example.net")',
    "＝1",
)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_an_exported_csv_is_a_formula(formula: str) -> None:
    for module in (exports, exporting):
        text = "".join(module.csv_lines(("name", "count"), [(formula, -5)]))
        cells = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[1]
        assert not cells[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert formula in cells[0]
        assert cells[1] == "-5", "numbers stay numbers"


@pytest.mark.parametrize("formula", FORMULAS[:4])
def test_no_cell_of_an_exported_workbook_is_a_formula(formula: str) -> None:
    book = zipfile.ZipFile(io.BytesIO(exporting.workbook("Suppliers", (formula,), [(formula,)])))

    sheets = "".join(book.read(name).decode() for name in book.namelist() if "worksheets" in name)

    assert "<f>" not in sheets
    assert "<f " not in sheets


@SQLITE
def test_the_trail_is_exported_without_live_formulas(company: Company) -> None:
    sqe, number = company.caller("sqe"), company.suppliers["prospect"]
    form = {"reason": '=HYPERLINK("http://evil.example.net")', "expected_version": str(company.version(number))}
    assert sqe.call("POST", f"/suppliers/{number}/actions/withdraw", form).status_code == 303

    answer = company.caller("admin").get("/trail/export")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for row in csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))):
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell


@SQLITE
def test_nothing_typed_becomes_a_header_of_a_mail(company: Company) -> None:
    sqe, number = company.caller("sqe"), company.suppliers["prospect"]
    attack = "Nia\r\nBcc: victim@evil.example.net"
    for name, email in ((attack, "ok@newcomer.example"), ("Nia", "a@b.example\r\nBcc: victim@evil.example.net")):
        form = {"name": name, "email": email, "expected_version": str(company.version(number))}
        sqe.call("POST", f"/suppliers/{number}/contacts/new", form)
    admin = company.caller("admin")
    form = {"name": attack, "email": "new@plant.example", "language": "en", "roles": "viewer"}
    admin.call("POST", "/users/new", form)
    invite(company, "prospect")
    company.work_off()

    with company.database.read() as session:
        mails = session.scalars(select(MailMessage)).all()
    assert mails
    for mail in mails:
        assert not re.search(r"[\r\n\x00]", f"{mail.subject}{mail.address}{mail.recipient_name}{mail.message_id}")


UPLOADS: dict[str, bytes] = {
    "vendors.exe": b"MZ\x90\x00",
    "vendors.html": b"<script>1</script>",
    "vendors.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
    "vendors.csv.exe": b"a,b\n",
    "vendors.xlsx": b"MZ\x90\x00",
    "vendors.pdf": b"%PDF-1.7\n%%EOF",
    "vendors.csv": b"\x00\x01\x02\x03" * 50,
    "vendors": b"a,b\n1,2\n",
    ".csv": b"",
    "vendors.xlsm": b"PK\x03\x04",
}


@SQLITE
def test_files_that_are_no_list_of_suppliers_are_refused(company: Company) -> None:
    sqe = company.caller("sqe")
    uploads = {**UPLOADS, "bomb.xlsx": _bomb(), "parts.xlsx": _many_parts(), "outside.xlsx": _outside()}

    answers = {
        name: sqe.call("POST", "/import", {"file": (io.BytesIO(content), name)}).status_code
        for name, content in uploads.items()
    }

    assert {name: status for name, status in answers.items() if status != 422} == {}
    with company.database.read() as session:
        assert session.scalars(select(ImportRun)).all() == []


@SQLITE
def test_the_name_of_an_uploaded_file_leads_nowhere(company: Company) -> None:
    sqe = company.caller("sqe")
    for name in (
        "../../secrets.csv",
        "..\\..\\secrets.csv",
        "/etc/passwd.csv",
        "a\x00b.csv",
        "con.csv",
        "a" * 400 + ".csv",
    ):
        content = f"Vendor ID,Vendor\n1,{clock.now().isoformat()} {name[:9]}\n".encode("utf-8", "replace")
        answer = sqe.call("POST", "/import", {"file": (io.BytesIO(content.replace(b"\x00", b"")), name)})
        assert answer.status_code in (303, 422), name
    home = company.settings.home
    for path in home.rglob("*"):
        assert path.resolve().is_relative_to(home.resolve())
    assert not list(home.parent.glob("secrets.csv"))


def _bomb() -> bytes:
    """A sheet of a few hundred kB that unpacks to hundreds of MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _part in range(600):
                sheet.write(b"0" * 1024 * 1024)
    return out.getvalue()


def _many_parts() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        for place in range(6_000):
            archive.writestr(f"xl/{place}.xml", "")
    return out.getvalue()


def _outside() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        archive.writestr("../../outside.xml", "x")
    return out.getvalue()


_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
