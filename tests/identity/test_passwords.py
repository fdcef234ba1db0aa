import gzip
import statistics
import subprocess
import sys
import time
from pathlib import Path

import django.contrib.auth
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from supplier_quality.identity import passwords
from supplier_quality.identity.passwords import (
    MAXIMUM_LENGTH,
    MINIMUM_LENGTH,
    MINIMUM_PIECES,
    WeakPassword,
    check_new_password,
    count_pieces,
    hash_password,
    verify_password,
)


def test_all_long_passwords_of_a_public_list_of_common_ones_are_refused() -> None:
    source = Path(django.contrib.auth.__file__).with_name("common-passwords.txt.gz")
    common = gzip.decompress(source.read_bytes()).decode().splitlines()
    long = [password for password in common if len(password) >= MINIMUM_LENGTH]
    assert len(long) > 150
    assert [password for password in long if count_pieces(password) >= MINIMUM_PIECES] == []


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "Password1234",
        "P@ssw0rd2026!",
        "Summer2026!!!",
        "qwertyuiop123",
        "1qaz2wsx3edc4rfv",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "Supplier-Quality-2026",
        "AnnaSchmidt2026",
        "schmidt.anna!!!",
        "drowssapdrowssap",
        "123456789012345678",
        "x" * (MAXIMUM_LENGTH + 1),
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        check_new_password(password, personal=("Anna Schmidt", "anna.schmidt@plant.example"))
    assert refused.value.details[0].remedy


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "kV7#qLp2!wZx",
        "绿茶椅子河马键盘七号楼梯",
        "Grüße aus dem Gewächshaus",
        "🦛🫖🪑🎹🧦🪵🧊🪗🧵🪝🪃🪠",
        "kV7#qLp2!wZx" * 5 + "end of a long one",
    ],
)
def test_long_unusual_passwords_of_any_script_are_accepted(password: str) -> None:
    check_new_password(password, personal=("Anna Schmidt",))


@given(st.text(min_size=0, max_size=80))
def test_counting_pieces_answers_for_any_text(password: str) -> None:
    assert count_pieces(password) >= 0


def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    assert verify_password(hash_password("Gru\u0308ße vom Hügel"), "Grüße vom Hügel")


def test_case_and_length_matter_to_the_last_character() -> None:
    stored = hash_password("x" * 100 + "A")
    assert verify_password(stored, "x" * 100 + "A")
    assert not verify_password(stored, "x" * 100 + "a")
    assert not verify_password(stored, "x" * 100)


def test_without_a_stored_password_verifying_fails_and_takes_as_long() -> None:
    stored = hash_password("violet kettle marches backwards")
    verify_password(None, "warm up")

    def seconds(given: str | None) -> float:
        start = time.perf_counter()
        assert not verify_password(given, "wrong")
        return time.perf_counter() - start

    pairs = [(seconds(stored), seconds(None)) for _n in range(7)]
    ratio = statistics.median(nobody / somebody for somebody, nobody in pairs)
    assert 0.5 < ratio < 2


def test_broken_hash_is_a_wrong_password() -> None:
    assert not verify_password("not a hash", "anything")


def test_the_product_hashes_with_the_recommended_cost() -> None:
    """Tests hash cheaply; a process of the product does not."""
    code = (
        "from supplier_quality.identity.passwords import hash_password; print(hash_password('correct horse battery'))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_what_was_hashed_cheaply_is_verified_and_made_anew_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    with passwords.hashing_cheaply():
        cheap = passwords.hash_password("violet kettle marching otter 47")
        assert not passwords.is_outdated_hash(cheap)
    assert passwords.verify_password(cheap, "violet kettle marching otter 47")
    assert passwords.is_outdated_hash(cheap)
    assert not passwords.is_outdated_hash(passwords.hash_password("violet kettle marching otter 47"))
