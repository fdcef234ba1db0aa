"""Sent mail: the list, and bodies only where and for whom they may be read."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from supplier_quality.mail import MailMessage
from supplier_quality.persistence import Database
from tests.web.conftest import Browser

LINK = "http://localhost:8000/s#secret-token"
HTML = (
    f'<html><head><meta charset="utf-8"></head><body><a href="{LINK}">Answer</a><script>alert(1)</script></body></html>'
)


@pytest.fixture
def add_mail(staffed: Database, at: datetime) -> Callable[..., int]:
    def add(subject: str = "Please answer", **changes: object) -> int:
        uid = f"{subject}-{changes.get('address', 'x')}"
        values: dict[str, object] = {
            "uid": uid, "message_id": f"<{uid}@localhost>", "state": "kept", "record_kind": "supplier", "record_id": 1,
            "record_label": "SUP-00001", "recipient_kind": "supplier_contact", "recipient_id": 1,
            "recipient_name": "Quinn Park", "address": "quinn@acme.example", "template": "layout/invitation",
            "values": {}, "subject": subject, "language": "en", "queued_at": at, "tried_at": at, "sent_at": at,
            "text": f"Answer here: {LINK}\nSee also https://evil.example/x", "html": HTML,
        }  # fmt: skip
        with staffed.write() as session:
            mail = MailMessage(**{**values, **changes})
            session.add(mail)
            session.flush()
            return mail.id

    return add


def test_the_list_is_filtered_and_leads_to_mail_and_record(
    add_mail: Callable[..., int], signed_in: Callable[..., Browser], at: datetime
) -> None:
    first = add_mail()
    add_mail("Code", template="identity/code", state="sent", text=None, html=None, record_kind=None, record_label=None)
    browser = signed_in("admin")

    page = browser.get("/sent-mail").text
    assert f'href="/sent-mail/{first}"' in page and 'href="/suppliers/SUP-00001"' in page and ">Code<" in page
    assert "No mail server is set" in page
    assert "Please answer" not in browser.get("/sent-mail?state=sent").text
    assert ">Code</a>" not in browser.get("/sent-mail?template=layout/invitation").text
    assert "Please answer" in browser.get("/sent-mail?q=acme").text
    assert "Please answer" not in browser.get("/sent-mail?q=nobody").text


def test_pages_of_mails_follow_each_other(
    add_mail: Callable[..., int], signed_in: Callable[..., Browser], at: datetime
) -> None:
    for number in range(30):
        add_mail(f"Mail {number:02d}.", sent_at=at + timedelta(minutes=number))
    browser = signed_in("admin")

    page = browser.get("/sent-mail?size=25").text
    assert "Mail 29." in page and "Mail 05." in page and "Mail 04." not in page
    following = page.split('id="mails-after" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Mail 04." in browser.get(following).text


def test_an_administrator_reads_the_mail_and_follows_its_link(
    add_mail: Callable[..., int], signed_in: Callable[..., Browser]
) -> None:
    number = add_mail()
    browser = signed_in("admin")

    page = browser.get(f"/sent-mail/{number}").text
    assert f'href="{LINK}"' in page
    assert 'href="https://evil.example/x"' not in page
    assert "sandbox=" in page


def test_the_body_is_shut_away_from_our_pages(add_mail: Callable[..., int], signed_in: Callable[..., Browser]) -> None:
    number = add_mail()
    answer = signed_in("admin").get(f"/sent-mail/{number}/body")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ") and "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
    assert '<base target="_blank">' in answer.text


def test_a_quality_manager_sees_that_a_mail_went_but_not_its_keys(
    add_mail: Callable[..., int], signed_in: Callable[..., Browser]
) -> None:
    number = add_mail()
    browser = signed_in("quality_manager")

    page = browser.get(f"/sent-mail/{number}").text
    assert "secret-token" not in page
    assert "only administrators see it" in page
    assert browser.get(f"/sent-mail/{number}/body").status_code == 403


def test_others_and_unknown_mails(add_mail: Callable[..., int], signed_in: Callable[..., Browser]) -> None:
    number = add_mail(text=None, html=None, state="sent")

    assert signed_in("sqe").get("/sent-mail").status_code == 403
    admin = signed_in("admin")
    assert admin.get("/sent-mail/999999").status_code == 404
    assert admin.get(f"/sent-mail/{number}/body").status_code == 404
