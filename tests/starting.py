"""Real processes of the product that start quickly.

A Python that has everything imported stands ready and is forked for each process, which saves two seconds of importing
every time. What runs is as it would be after ``python -m``: a process of its own with its own arguments, environment,
folder and output, which can be stopped and killed.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import IO

READY = ["supplier_quality.app", "supplier_quality.worker", "supplier_quality.cli", "tests.ready"]


def context() -> ForkServerContext:
    """Processes that begin with the product imported and with nothing else of the one that starts them."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(READY)
    return forking


class Started:
    """A running process, used as one of :mod:`subprocess`."""

    def __init__(self, process: "multiprocessing.context.ForkServerProcess") -> None:
        self._process = process
        assert process.pid is not None
        self.pid: int = process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self.returncode
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    module: str,
    *arguments: str,
    out: Path,
    err: Path | None = None,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Started:
    """Run a module as ``python -m`` does; what it prints goes to the files ``out`` and ``err``, by default to one."""
    env = dict(os.environ if environ is None else environ)
    process = context().Process(
        target=_run, args=(module, arguments, str(out), str(err or out), str(folder or Path.cwd()), env), name=module
    )
    process.start()
    return Started(process)


def run(
    module: str,
    *arguments: str,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run a module to its end and answer what it printed and how it ended."""
    with tempfile.TemporaryDirectory() as kept:
        out, err = Path(kept) / "out", Path(kept) / "err"
        started = start(module, *arguments, out=out, err=err, folder=folder, environ=environ)
        try:
            code = started.wait(timeout)
        finally:
            started.kill()
        return subprocess.CompletedProcess([module, *arguments], code, _read(out), _read(err))


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _run(module: str, arguments: Sequence[str], out: str, err: str, folder: str, environ: Mapping[str, str]) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    _redirect(sys.stdout, 1, out)
    _redirect(sys.stderr, 2, err)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _redirect(stream: IO[str], number: int, file: str) -> None:
    stream.flush()
    kept = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(kept, number)
    os.close(kept)
