import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from supplier_quality.config import NotInstalled, load_settings
from supplier_quality.errors import Misconfigured

PRODUCTION = {
    "SUPPLIER_QUALITY_PRODUCTION": "1",
    "SECRET_KEY": "k" * 32,
    "TRAIL_KEYS": "2026:" + "t" * 32,
    "SMTP_HOST": "mail.example.com",
    "BASE_URL": "https://quality.example.com/",
}


def refused(environ: dict[str, str], home: Path) -> dict[str | None, str]:
    """The variables refused, each with the problem said."""
    with pytest.raises(Misconfigured) as error:
        load_settings(environ, home=home)
    assert all(problem.remedy for problem in error.value.details)
    return {problem.column: str(problem.problem) for problem in error.value.details}


def test_without_any_variable_it_is_a_local_installation_on_sqlite(tmp_path: Path) -> None:
    settings = load_settings({}, home=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'supplier-quality.db'}"
    assert settings.keeps_mails and settings.is_local and not settings.production


def test_links_follow_the_port_unless_the_address_was_given(tmp_path: Path) -> None:
    assert load_settings({}, home=tmp_path).reached_at(8123).base_url == "http://localhost:8123"
    given = load_settings({"BASE_URL": "http://localhost:9000"}, home=tmp_path)
    assert given.reached_at(8123).base_url == "http://localhost:9000"
    assert load_settings(PRODUCTION, home=tmp_path).reached_at(8123).base_url == "https://quality.example.com"


def test_secrets_are_made_once_and_only_for_the_owner(tmp_path: Path) -> None:
    first, second = load_settings({}, home=tmp_path), load_settings({}, home=tmp_path)
    assert first.secret_key == second.secret_key
    assert first.trail_keys == second.trail_keys
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_processes_starting_at_once_share_the_secrets(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _place: load_settings({}, home=tmp_path / "new").secret_key, range(64)))
    assert len(keys) == 1
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secrets.json"]


def test_installations_do_not_share_secrets(tmp_path: Path) -> None:
    assert load_settings({}, home=tmp_path / "a").secret_key != load_settings({}, home=tmp_path / "b").secret_key


def test_production_with_everything_set_starts_and_makes_no_secrets(tmp_path: Path) -> None:
    settings = load_settings(PRODUCTION, home=tmp_path)
    assert settings.base_url == "https://quality.example.com"
    assert settings.trail_key_id == "2026"
    assert settings.log_json and not settings.keeps_mails
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["SECRET_KEY", "TRAIL_KEYS", "SMTP_HOST"])
def test_production_refuses_to_start_without(missing: str, tmp_path: Path) -> None:
    environ = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert missing in refused(environ, tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "http://quality.example.com"),
        ("BASE_URL", "ftp://localhost"),
        ("BASE_URL", "localhost:8000"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("PLANT_TIMEZONE", "Mars/Olympus"),
        ("PLANT_COUNTRY", "Germany"),
        ("SMTP_TLS", "maybe"),
        ("SMTP_PORT", "0"),
        ("MAIL_FROM", "nobody"),
        ("TRUSTED_PROXIES", "-1"),
        ("POLL_SECONDS", "often"),
        ("LOG_LEVEL", "chatty"),
        ("SUPPLIER_QUALITY_LANGUAGE", "tlh"),
        ("WORKFLOWS_DIR", "/there/is/no/such/folder"),
        ("SECRET_KEY", "short"),
        ("TRAIL_KEYS", "without-a-name"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_a_remedy(name: str, value: str, tmp_path: Path) -> None:
    assert list(refused({name: value}, tmp_path)) == [name]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    wrong = refused({"POLL_SECONDS": "x", "PLANT_COUNTRY": "x", "SMTP_PORT": "x"}, tmp_path)
    assert set(wrong) == {"POLL_SECONDS", "PLANT_COUNTRY", "SMTP_PORT"}


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("f" * 40 + "\n", encoding="utf-8")
    assert load_settings({"SECRET_KEY_FILE": str(file)}, home=tmp_path).secret_key == b"f" * 40


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = load_settings(
        PRODUCTION | {"SMTP_PASSWORD": "p" * 9, "DATABASE_URL": "postgresql://u:dbpass@h/d"}, tmp_path
    )
    shown = repr(settings)
    assert not any(secret in shown for secret in ("k" * 32, "t" * 32, "p" * 9, "dbpass"))


def test_damaged_secrets_are_refused_rather_than_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{", encoding="utf-8")
    with pytest.raises(Misconfigured, match="damaged"):
        load_settings({}, home=tmp_path)
    assert (tmp_path / "secrets.json").read_text(encoding="utf-8") == "{"


def test_the_secrets_file_holds_what_may_be_moved_into_the_environment(tmp_path: Path) -> None:
    import json

    made = load_settings({}, home=tmp_path)
    kept = json.loads((tmp_path / "secrets.json").read_text(encoding="utf-8"))
    keys = ",".join(f"{name}:{value}" for name, value in kept["trail_keys"].items())
    moved = load_settings({"SECRET_KEY": kept["secret_key"], "TRAIL_KEYS": keys}, home=tmp_path / "other")
    assert (moved.secret_key, moved.trail_keys) == (made.secret_key, made.trail_keys)


def test_every_variable_is_described() -> None:
    import re

    root = Path(__file__).resolve().parents[1]
    source = (root / "supplier_quality" / "config.py").read_text(encoding="utf-8")
    read = set(re.findall(r'reader\.\w+\(\s*"([A-Z_]+)"', source))
    described = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    assert len(read) > 20
    assert {name for name in read if f"`{name}`" not in described} == set()


def test_secrets_are_not_made_where_an_installation_is_only_looked_for(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match="supplier-quality upgrade"):
        load_settings({}, home=tmp_path / "new", make_secrets=False)
    assert not (tmp_path / "new").exists()
    assert load_settings(PRODUCTION, home=tmp_path / "new", make_secrets=False).production
    made = load_settings({}, home=tmp_path / "new")
    assert load_settings({}, home=tmp_path / "new", make_secrets=False).secret_key == made.secret_key
