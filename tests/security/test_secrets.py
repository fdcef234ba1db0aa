"""Secrets stay where they belong: out of logs, rows, printed settings, pages of errors and answers of commands."""

import contextlib
import io
import json
import logging
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import request
from sqlalchemy import func, select, text

from supplier_quality import clock, logs
from supplier_quality.config import load_settings
from supplier_quality.errors import Misconfigured
from supplier_quality.identity.link_models import AccessLinkToken
from supplier_quality.persistence import Base
from supplier_quality.web import public
from tests import starting
from tests.security.company import ANSWERS, CODE, PASSWORD, Caller, Company, address_of, submit_signed
from tests.security.test_access import ON_BOTH

NEW = "another brass lantern 93 walks"


@ON_BOTH
def test_a_whole_journey_leaves_no_secret_in_the_log_or_the_database(company: Company) -> None:
    """Passwords, tokens, codes and the secrets of sessions are looked for in everything that was written."""
    written = io.StringIO()
    with contextlib.redirect_stderr(written):
        logs.configure(level="debug", as_json=True)
        staff = company.caller("admin")
        company.caller().call("POST", "/sign-in", {"email": address_of("viewer"), "password": "my old password 17"})
        contact = company.caller("contact")
        path = f"/portal/items/{company.links['own']}"
        contact.call("POST", f"{path}/draft", ANSWERS)
        submit_signed(company, contact, "own")
        for page in ("/my-work", "/suppliers", "/sent-mail", "/nothing/here", f"/suppliers/{company.suppliers['own']}"):
            staff.get(page)
        answer = staff.call(
            "POST", "/account/tokens", {"name": "erp", "scopes": "users:read", "expires_on": _in_a_month()}
        )
        made = re.search(r"sq_[A-Za-z0-9_-]{20,}", answer.text)
        assert made, answer.text
        form = {"present_password": PASSWORD, "new_password": NEW, "repeated_password": NEW}
        assert staff.call("POST", "/account/password", form).status_code == 303
    logging.getLogger().handlers.clear()
    codes = [_code(mail.text) for mail in company.mails_to(company.contacts["own"], template="identity/code")]
    assert len(codes) == 2
    secrets = {
        "password": PASSWORD,
        "wrong password": "my old password 17",
        "new password": NEW,
        "link": company.link_tokens["own"],
        "session of staff": _cookie(staff, "sq-staff"),
        "session of the contact": _cookie(contact, "sq-contact"),
        "API token": made[0],
        **{f"code {place}": code for place, code in enumerate(codes)},
    }

    log = written.getvalue()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any(line.get("path") == "/s/enter" for line in lines), "the log was not taken down"
    assert [name for name, secret in secrets.items() if secret in log] == []
    # Bodies of mails are kept only where there is no mail server; they are what the receiver would have.
    kept = {"link", *(f"code {place}" for place in range(len(codes)))}
    assert _found_in_rows(company, secrets, without=("mail_message",)) == []
    assert {name for name, _place in _found_in_rows(company, secrets)} <= kept
    with company.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AccessLinkToken)) > 0


def _found_in_rows(
    company: Company, secrets: dict[str, str], *, without: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    found = []
    with company.database.read() as session:
        for name in Base.metadata.tables:
            if name in without:
                continue
            for row in session.execute(text(f'SELECT * FROM "{name}"')):
                written = " ".join(_plain(value) for value in row)
                for secret_name, secret in secrets.items():
                    # A code of six digits may stand in a hash by chance; as a word of its own it may not.
                    if re.search(rf"(?<![0-9a-zA-Z]){re.escape(secret)}(?![0-9a-zA-Z])", written):
                        found.append((secret_name, name))
    return found


def _plain(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _cookie(caller: Caller, name: str) -> str:
    found = caller.get_cookie(name)
    assert found, name
    return found.value


def _code(body: str | None) -> str:
    found = CODE.search(body or "")
    assert found
    return found[1].replace(" ", "")


def _in_a_month() -> str:
    return (clock.now() + timedelta(days=30)).date().isoformat()


PRODUCTION = {
    "SUPPLIER_QUALITY_PRODUCTION": "1",
    "SECRET_KEY": "k" * 40,
    "TRAIL_KEYS": "2026:" + "t" * 40,
    "SMTP_HOST": "mail.plant.example",
    "BASE_URL": "https://quality.plant.example",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("TRAIL_KEYS", ""),
        ("TRAIL_KEYS", "2026:short"),
        ("TRAIL_KEYS", "no-name-before-the-key" + "t" * 40),
        ("SMTP_HOST", ""),
        ("BASE_URL", "http://quality.plant.example"),
        ("BASE_URL", "http://localhost:8000"),
        ("BASE_URL", "javascript:alert(1)"),
        ("MAIL_FROM", "a@b.example\nBcc: x@y.example"),
    ],
)
def test_production_does_not_start_without_its_secrets_or_with_an_open_address(
    tmp_path: Path, name: str, value: str
) -> None:
    assert load_settings(PRODUCTION, tmp_path).production
    with pytest.raises(Misconfigured) as refused:
        load_settings({**PRODUCTION, name: value}, tmp_path)

    assert {problem.column for problem in refused.value.details} == {name}
    assert "t" * 40 not in f"{refused.value} {refused.value.details}"
    assert not (tmp_path / "secrets.json").exists()


def test_plain_http_is_refused_for_any_address_but_this_machine(tmp_path: Path) -> None:
    for address in ("http://quality.plant.example", "http://192.168.1.4:8000", "http://localhost.evil.example.net"):
        with pytest.raises(Misconfigured):
            load_settings({"BASE_URL": address}, tmp_path)
    assert load_settings({"BASE_URL": "http://localhost:9000"}, tmp_path).base_url == "http://localhost:9000"


def test_secrets_made_for_a_trial_are_readable_by_nobody_else(tmp_path: Path) -> None:
    load_settings({}, tmp_path / "home")

    assert (tmp_path / "home" / "secrets.json").stat().st_mode & 0o077 == 0


GIVEN = {
    **PRODUCTION,
    "SMTP_PASSWORD": "smtp-word-4711",
    "IMAP_PASSWORD": "imap-word-4711",
    "DATABASE_URL": "postgresql://quality:database-word-4711@127.0.0.1:1/none",
}
WORDS = ("k" * 40, "t" * 40, "smtp-word-4711", "imap-word-4711", "database-word-4711")


def test_settings_do_not_print_their_secrets(tmp_path: Path) -> None:
    settings = load_settings(GIVEN, tmp_path)

    for printed in (repr(settings), str(settings), f"{settings!r:s}"):
        assert [word for word in WORDS if word in printed] == []


@pytest.mark.parametrize("command", [["doctor"], ["doctor", "--json"], ["trail", "verify", "--json"], ["upgrade"]])
def test_no_command_prints_a_secret_also_when_the_database_does_not_answer(tmp_path: Path, command: list[str]) -> None:
    environ = {**os.environ, **GIVEN, "SUPPLIER_QUALITY_HOME": str(tmp_path), "LOG_LEVEL": "debug"}

    done = starting.run("supplier_quality.cli", *command, environ=environ)

    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert said.strip()
    assert "Traceback" not in said
    assert [word for word in WORDS if word in said] == []


@ON_BOTH
def test_an_error_nobody_expected_is_logged_without_what_was_typed(company: Company) -> None:
    written = io.StringIO()
    with contextlib.redirect_stderr(written):
        for as_json in (True, False):
            logs.configure(level="debug", as_json=as_json)
            add_breaking_sign_in(company)
            caller = company.caller()
            form = {"email": "a@b.example", "password": "typed-word-4711", "csrf_token": caller.token()}
            answer = caller.post("/breaks-after-reading", data=form)
            assert answer.status_code == 500
            assert "typed-word-4711" not in answer.text
    logging.getLogger().handlers.clear()

    assert "ZeroDivisionError" in written.getvalue()
    assert "typed-word-4711" not in written.getvalue()


def add_breaking_sign_in(company: Company) -> None:
    """A page that reads a password and then fails, with the password in a local variable."""

    def read_and_break() -> str:
        password = request.form["password"]
        return str(len(password) / 0)

    if "breaks" not in company.app.view_functions:
        company.app.add_url_rule("/breaks-after-reading", "breaks", public(read_and_break), methods=["POST"])
