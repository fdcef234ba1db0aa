"""What is said about mail settings before the first mail fails."""

from dataclasses import replace
from typing import Any

import pytest

from supplier_quality.config import Settings
from supplier_quality.errors import Misconfigured
from supplier_quality.mail import check_settings, mail_problems

SENDER = {"mail_from": "Quality <quality@plant.example>"}
REACHABLE = {"base_url": "https://quality.plant.example"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, []),
        (REACHABLE, ["SMTP_HOST"]),
        ({"smtp_host": "mx.plant.example", "smtp_tls": "starttls"}, ["MAIL_FROM"]),
        ({"smtp_host": "mx.plant.example", **SENDER}, ["SMTP_TLS"]),
        ({"smtp_host": "mx.plant.example", "smtp_tls": "tls", "smtp_user": "q", **SENDER}, ["SMTP_PASSWORD"]),
        ({"smtp_host": "mx.plant.example", "smtp_tls": "tls", **SENDER}, []),
        ({"mail_from": "Quality <@>"}, ["MAIL_FROM"]),
        ({"smtp_host": "localhost"}, []),
    ],
)
def test_each_problem_names_its_setting(settings: Settings, changes: dict[str, Any], named: list[str]) -> None:
    assert [problem.column for problem in mail_problems(replace(settings, **changes))] == named


def test_production_does_not_start_when_no_mail_can_leave(settings: Settings) -> None:
    with pytest.raises(Misconfigured, match="SMTP_HOST"):
        check_settings(replace(settings, production=True, **REACHABLE))
    check_settings(replace(settings, **REACHABLE))
    check_settings(replace(settings, production=True, smtp_host="mx.plant.example", **REACHABLE, **SENDER))
