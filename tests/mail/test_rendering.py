"""Mails in words: both languages, dates of the reader, nothing typed becomes markup or a header."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplier_quality.language import Text, _
from supplier_quality.mail.addresses import BadAddress, BadHeader, check_address, check_header, mailbox, sender
from supplier_quality.mail.composing import compose
from supplier_quality.mail.rendering import BrokenTemplate, Reader, Rendered, _environment, render_mail
from supplier_quality.mail.values import freeze, thaw

ENGLISH = Reader("Anna Weber", "en", "Europe/Berlin")
CHINESE = Reader("李伟", "zh-CN", "Asia/Shanghai")
INVITATION: dict[str, Any] = {
    "title": {"en": "Self-assessment", "zh": "供应商自评"},
    "lead": {"en": "Please describe your company.", "zh": "请介绍贵公司。"},
    "record_label": "SUP-00012",
    "due": "2026-12-01",
    "action_label": {"en": "Start", "zh": "开始"},
    "link_url": "http://localhost:8000/s#token",
    "base_url": "http://localhost:8000",
}


def test_an_english_mail_reads_as_a_letter() -> None:
    mail = render_mail("layout/invitation", INVITATION, reader=ENGLISH)
    assert mail.subject == "Self-assessment (SUP-00012)"
    assert mail.text.startswith(
        "Dear Anna Weber,\n\nPlease describe your company.\n\n"
        "Record: SUP-00012\nPlease answer by: 1 Dec 2026\n\nStart:\nhttp://localhost:8000/s#token\n"
    )


def test_a_chinese_mail_uses_the_chinese_texts_and_dates() -> None:
    mail = render_mail("layout/invitation", INVITATION, reader=CHINESE)
    assert mail.subject == "供应商自评 (SUP-00012)"
    assert "请介绍贵公司。" in mail.text and "2026年12月1日" in mail.text
    assert 'lang="zh-CN"' in mail.html and "开始" in mail.html


def test_text_and_html_say_the_same() -> None:
    mail = render_mail("layout/invitation", {**INVITATION, "message": "By Friday, please."}, reader=ENGLISH)
    for said in ("Anna Weber", "Please describe your company.", "1 Dec 2026", "By Friday, please.", "s#token"):
        assert said in mail.text and said in mail.html


def test_styles_are_inlined_and_nothing_is_loaded_from_elsewhere() -> None:
    html = render_mail("layout/invitation", INVITATION, reader=ENGLISH).html
    assert '<a style="' in html or ' style="' in html.split("<a ", 1)[1][:400]
    for loading in ("<img", "<link", "<script", "@import", "url("):
        assert loading not in html


@given(st.text(min_size=1, max_size=60))
def test_what_people_type_never_becomes_markup(typed: str) -> None:
    html = render_mail("layout/invitation", {**INVITATION, "message": f"<script>{typed}</script>"}, reader=ENGLISH).html
    assert "<script" not in html


def test_a_value_the_template_needs_but_did_not_get_is_an_error() -> None:
    values = {name: value for name, value in INVITATION.items() if name != "action_label"}
    with pytest.raises(BrokenTemplate, match="action_label"):
        render_mail("layout/invitation", values, reader=ENGLISH)


def test_values_survive_the_outbox_untranslated() -> None:
    given_values = {
        "sentence": _("due %(day)s", day=date(2026, 12, 1)),
        "text": Text.of({"en": "Start", "zh": "开始"}),
        "at": datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
        "many": [1, 2.5, None, True, "x"],
    }
    back = thaw(freeze(given_values))
    assert back["sentence"].render("en") == "due 2026-12-01"
    assert back["text"].render("zh") == "开始"
    assert back["at"] == "2026-12-01T09:00:00.000000Z"
    assert back["many"] == [1, 2.5, None, True, "x"]
    with pytest.raises(TypeError):
        freeze({"object": object()})


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("li.wei@supplier.example", "li.wei@supplier.example"),
        ("o'neil+quality@supplier.example", "o'neil+quality@supplier.example"),
        ("info@münchen.example", "info@xn--mnchen-3ya.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_usable_addresses(typed: str, address: str) -> None:
    assert check_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "li",
        "@supplier.example",
        "li@",
        "li wei@supplier.example",
        "li@supplier..example",
        ".li@supplier.example",
        "li@-supplier.example",
        "a@b.example,c@d.example",
        "a@b.example\nBcc: c@d.example",
        " li@supplier.example",
        "<li@supplier.example>",
        '"li wei"@supplier.example',
        "x" * 65 + "@supplier.example",
        "李@supplier.example",
    ],
)
def test_unusable_addresses(typed: str) -> None:
    with pytest.raises(BadAddress):
        check_address(typed)


@given(st.text(), st.sampled_from("\r\n\0\x0b\x0c\x85\u2028\u2029"), st.text())
def test_no_line_break_gets_into_a_header(before: str, line_break: str, after: str) -> None:
    with pytest.raises(BadHeader):
        check_header(before + line_break + after)


@given(name=st.text(max_size=80), subject=st.text(max_size=120))
def test_a_mail_has_exactly_the_headers_we_wrote(name: str, subject: str) -> None:
    try:
        check_header(subject)
        to = mailbox(name, "li@supplier.example")
    except BadHeader:
        return
    try:
        content = compose(
            Rendered(subject, "text\n", "<p>html</p>"),
            to=to,
            sender=sender("Quality <quality@plant.example>"),
            reply_to=None,
            message_id="<abc@plant.example>",
            language="en",
            at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        )
    except UnicodeEncodeError:
        return  # a lone surrogate, which no database stores
    head = content.split(b"\r\n\r\n", 1)[0]
    names = [line.split(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    expected = {b"from", b"to", b"subject", b"date", b"message-id", b"auto-submitted", b"x-auto-response-suppress"}
    assert sorted(names) == sorted(expected | {b"content-language", b"mime-version", b"content-type"})


def test_a_moment_is_told_in_the_readers_zone_which_is_named() -> None:
    template = _environment().from_string("{{ at|moment }}")
    at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    said = [template.render(at=at, reader=reader, language=reader.language[:2]) for reader in (ENGLISH, CHINESE)]
    assert [text.partition(" (")[2] for text in said] == ["GMT+01:00)", "GMT+08:00)"]
    assert "10:00" in said[0] and "17:00" in said[1]
