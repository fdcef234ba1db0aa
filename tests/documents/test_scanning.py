"""With a virus scanner set, no file is taken that it did not look at."""

import io
import socket
from pathlib import Path

import pytest

from supplier_quality import documents
from supplier_quality.commands import doctor
from supplier_quality.config import Settings, load_settings
from supplier_quality.documents.scanning import Scanner
from supplier_quality.documents.store import FileStore, NotStored, file_store
from supplier_quality.errors import Misconfigured
from tests.documents.clamd import EICAR, clamd
from tests.documents.corpus import pdf
from tests.support import settings_for

LIMIT = 5_000_000


def store_at(folder: Path, scanner: Scanner) -> FileStore:
    return FileStore(folder / "files", scanner)


def lying(store: FileStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_clean_file_is_kept_after_the_scanner_saw_all_of_it(tmp_path: Path) -> None:
    content = b"list\n" + b"1;2;3\n" * 100_000
    with clamd() as scanner:
        stored = store_at(tmp_path, Scanner(scanner.address)).put(io.BytesIO(content), name="a.csv", limit=LIMIT)
    assert stored.size == len(content) and scanner.seen == [content]


def test_a_scanner_may_listen_on_a_socket_of_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "clamd.sock"
    settings = settings_for(tmp_path / "home", clamav_socket=path)
    with clamd(path=path) as scanner:
        file_store(settings).put(io.BytesIO(pdf()), name="a.pdf", limit=LIMIT)
    assert scanner.seen == [pdf()]


def test_what_the_scanner_finds_is_refused_by_name(tmp_path: Path) -> None:
    with clamd() as scanner:
        store = store_at(tmp_path, Scanner(scanner.address))
        with pytest.raises(documents.FileRefused, match="virus scanner found Eicar-Test-Signature in it"):
            store.put(io.BytesIO(EICAR), name="a.txt", limit=LIMIT)
    assert lying(store) == []


@pytest.mark.parametrize("behaviour", ["hangs", "hangs up", "fails"])
def test_no_file_is_taken_without_a_clear_answer(tmp_path: Path, behaviour: str) -> None:
    with clamd(behaviour) as scanner:
        store = store_at(tmp_path, Scanner(scanner.address, seconds=0.3))
        with pytest.raises(NotStored, match="virus scanner does not answer"):
            store.put(io.BytesIO(pdf()), name="a.pdf", limit=LIMIT)
    assert lying(store) == []


def test_no_file_is_taken_while_the_scanner_is_away(tmp_path: Path) -> None:
    store = store_at(tmp_path, Scanner(("127.0.0.1", _free_port())))
    with pytest.raises(NotStored, match="virus scanner does not answer"):
        store.put(io.BytesIO(pdf()), name="a.pdf", limit=LIMIT)
    away = store_at(tmp_path, Scanner(str(tmp_path / "no.sock")))
    with pytest.raises(NotStored, match="virus scanner does not answer"):
        away.put(io.BytesIO(pdf()), name="a.pdf", limit=LIMIT)
    assert lying(store) == []


def test_a_file_larger_than_the_scanner_takes_is_said_to_be_that(tmp_path: Path) -> None:
    with clamd(most=100_000) as scanner:
        store = store_at(tmp_path, Scanner(scanner.address))
        with pytest.raises(NotStored, match="StreamMaxLength"):
            store.put(io.BytesIO(b"1;2;3\n" * 500_000), name="a.csv", limit=LIMIT)
    assert lying(store) == []


def test_a_file_that_is_no_such_file_is_not_sent_to_the_scanner(tmp_path: Path) -> None:
    with clamd() as scanner:
        with pytest.raises(documents.FileRefused):
            store_at(tmp_path, Scanner(scanner.address)).put(io.BytesIO(b"MZ"), name="a.pdf", limit=LIMIT)
        assert scanner.seen == []


def _finding(settings: Settings) -> doctor.Finding:
    return doctor._virus_scanner(settings)


def test_the_doctor_says_whether_the_scanner_answers(tmp_path: Path) -> None:
    assert _finding(settings_for(tmp_path)).verdict is doctor.Verdict.GOOD, "a scanner is optional"
    with clamd() as scanner:
        host, port = scanner.address
        found = _finding(settings_for(tmp_path, clamav_host=host, clamav_port=port))
    assert found.verdict is doctor.Verdict.GOOD and "ClamAV 1.4.3" in str(found.found)
    away = _finding(settings_for(tmp_path, clamav_host="127.0.0.1", clamav_port=_free_port()))
    assert away.verdict is doctor.Verdict.BAD and "no file is taken" in str(away.found) and away.remedy


def test_settings_name_one_scanner(tmp_path: Path) -> None:
    settings = load_settings({"CLAMAV_HOST": "scanner"}, tmp_path)
    assert (settings.clamav_host, settings.clamav_port, settings.clamav_socket) == ("scanner", 3310, None)
    with pytest.raises(Misconfigured) as refused:
        load_settings({"CLAMAV_HOST": "scanner", "CLAMAV_SOCKET": "/run/clamd.ctl"}, tmp_path)
    assert [problem.column for problem in refused.value.details] == ["CLAMAV_SOCKET"]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
