"""The built package holds everything, and runs in an empty folder where no checkout is near."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # A copy: the build puts folders into the package, and other tests read the checkout meanwhile.
    copy = tmp_path_factory.mktemp("checkout")
    subprocess.run(
        f"git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C {copy}",
        shell=True, cwd=ROOT, check=True,
    )  # fmt: skip
    for made in ("supplier_quality/static/vendor", "supplier_quality/translations"):
        subprocess.run(["cp", "-r", str(ROOT / made), str((copy / made).parent)], check=True)
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out), str(copy)],
        check=True, capture_output=True,
    )  # fmt: skip
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment with the package, which borrows the libraries of this one."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    (libraries,) = (home / "lib").glob("python*/site-packages")
    borrowed = next(path for path in sys.path if path.endswith("site-packages"))
    (libraries / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    return home / "bin" / "supplier-quality"


def test_the_package_holds_what_it_needs_to_run(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        path.relative_to(ROOT).as_posix()
        for folder in ("templates", "workflows", "migrations")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {f"supplier_quality/shipped/{name}" for name in shipped} - names == set()
    assert "supplier_quality/static/vendor/bootstrap/bootstrap.min.css" in names
    assert "supplier_quality/static/css/theme.css" in names
    assert "supplier_quality/translations/zh/LC_MESSAGES/messages.mo" in names
    assert "supplier_quality/identity/weak_words.txt" in names
    assert "supplier_quality/demo/data/suppliers.csv" in names
    assert "supplier_quality/statistics/sampling/data/iso2859-1_2026.csv" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", ".ci/"))]


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_the_command_speaks_the_shipped_languages(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed, "--lang", "zh", "--help"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert any("\u4e00" <= sign <= "\u9fff" for sign in done.stdout)


def test_shipped_rule_files_are_found_and_good(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed, "workflows", "verify", "--json"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout)
    assert answers and all(str(ROOT) not in answer["file"] for answer in answers)


def test_serve_starts_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [installed, "serve", "--port", str(port)], cwd=tmp_path, env=environment(tmp_path), stdout=log, stderr=log
        )
    try:
        status, page = ask(f"http://localhost:{port}/sign-in", server, tmp_path / "log")
        assert status == 200 and "Supplier Quality" in page
        assert (
            ask(f"http://localhost:{port}/static/vendor/bootstrap/bootstrap.min.css", server, tmp_path / "log")[0]
            == 200
        )
        assert ask(f"http://localhost:{port}/healthz", server, tmp_path / "log")[0] == 200
        assert "password" in (tmp_path / "log").read_text(encoding="utf-8")
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0, (tmp_path / "log").read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "data").iterdir() if path.suffix in (".db", ".json")) == [
        "secrets.json",
        "supplier-quality.db",
    ]


def ask(url: str, server: subprocess.Popen[bytes], log: Path) -> tuple[int, str]:
    deadline = time.monotonic() + 40
    while True:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return int(response.status), response.read().decode("utf-8", "replace")
        except OSError as error:
            if time.monotonic() > deadline:
                raise AssertionError(f"{url}: {error}\n{log.read_text(encoding='utf-8')}") from error
            time.sleep(0.2)
