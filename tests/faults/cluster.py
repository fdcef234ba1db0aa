"""A PostgreSQL server of the test's own, that may be restarted and paused without hurting anybody."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER = "postgres"


@dataclass
class Cluster:
    """A running server."""

    folder: Path
    port: int
    programs: Path

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        self._as_user(
            str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-t", "60",
            "-l", str(self.folder / "log"), "-o", options, "start",
        )  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        self._as_user(str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def restart(self) -> None:
        """End all connections at once, as after a crash, and come back."""
        self.stop()
        self.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Freeze the server with all its processes, as a virtual machine that is moved."""
        pids = self._processes()
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                _signal(pid, signal.SIGCONT)

    def _processes(self) -> list[int]:
        head = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(head)], capture_output=True, text=True).stdout
        return [head, *(int(pid) for pid in found.split())]

    def _as_user(self, *command: str) -> None:
        as_root = os.geteuid() == 0
        # PostgreSQL refuses to run as root.
        whole = ["runuser", "-u", USER, "--", *command] if as_root else list(command)
        done = subprocess.run(whole, capture_output=True, text=True, timeout=120, cwd=self.folder)
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _programs() -> Path:
    """Where initdb and pg_ctl lie. The test is skipped where the server itself is not installed."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("pg_ctl")
    for place in [*candidates, *([Path(on_path).resolve().parent] if on_path else [])]:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    pytest.fail("The programs of a PostgreSQL server are not installed here.")


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """A fresh server on a free port, removed afterwards."""
    programs = _programs()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not in a folder of pytest, which lets only its own user in.
    with tempfile.TemporaryDirectory(prefix="sq-cluster-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        cluster = Cluster(folder, port, programs)
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        cluster._as_user(
            str(programs / "initdb"), "-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8",
            "--locale", "C", "--no-sync",
        )  # fmt: skip
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
