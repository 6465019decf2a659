"""`python app.py` and the commands of both sites, as a person types them, each in a folder of the test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import app
from tests.e2e.sites import PATIENCE, clean_environment, wait_until
from tests.wire import free_port


def run(*command: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the tree to its end, with only these settings of the program."""
    environment = clean_environment() | settings
    whole = [sys.executable, *command]
    return subprocess.run(whole, cwd=app.HERE, env=environment, input=text, capture_output=True, text=True, timeout=60)


def flask(site: str, *command: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """`flask --app app:SITE …`."""
    return run("-m", "flask", "--app", f"app:{site}", *command, text=text, **settings)


def succeeds(site: str, *command: str, **settings: str) -> str:
    """The same, for a command that must work; gives its standard output."""
    done = flask(site, *command, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with status 2 and one sentence on standard error that names these words; nothing else was said."""
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr


def descendants(process: int) -> set[int]:
    """Every living process that this one started, and theirs."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # ended while we looked
            continue
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
    found, new = set[int](), {process}
    while new:
        found |= new
        new = {child for child, parent in parents.items() if parent in found} - found
    return found - {process}


def alive(process: int) -> bool:
    """Whether it runs; one that ended and was not asked for its status does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(slots=True)
class Program:
    """Both sites, started by `python app.py`. What it prints is read from files in `folder`."""

    folder: Path
    options: Sequence[str] = ()
    settings: dict[str, str] = field(default_factory=dict)
    intake_port: int = field(default_factory=free_port)
    desk_port: int = field(default_factory=free_port)
    _running: subprocess.Popen[bytes] | None = None
    _children: set[int] = field(default_factory=set)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "UNHINDERED_DATA": str(self.folder / "data"),
            "UNHINDERED_INTAKE_PORT": str(self.intake_port),
            "UNHINDERED_DESK_PORT": str(self.desk_port),
        } | self.settings

    @property
    def printed(self) -> str:
        return (self.folder / "printed").read_text()

    def starts(self) -> None:
        """Return when it has said how it ends, which is the last thing it says."""
        self.folder.mkdir(exist_ok=True)
        environment = clean_environment() | self.variables
        with (self.folder / "printed").open("wb") as output, (self.folder / "errors").open("wb") as errors:
            self._running = subprocess.Popen(
                [sys.executable, "app.py", *self.options], cwd=app.HERE, env=environment, stdout=output, stderr=errors
            )
        wait_until(self._is_ready, "both sites are up", 60)
        self._children = descendants(self._running.pid)

    def said(self, label: str) -> str:
        """What stands after `label: ` on a line of its own."""
        [line] = [line for line in self.printed.splitlines() if line.startswith(f"{label}: ")]
        return line.removeprefix(f"{label}: ")

    def ends(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal; then as `is_over`."""
        assert self._running is not None
        self._running.send_signal(how)
        return self.is_over()

    def is_over(self) -> int:
        """The exit status, once every process of both sites is gone and both ports are free."""
        assert self._running is not None
        status = self._running.wait(PATIENCE)
        wait_until(lambda: not any(alive(child) for child in self._children), "no process is left")
        for port in (self.intake_port, self.desk_port):
            app.check_port(port, "")
        self._running = None
        return status

    def site(self, port: int) -> int:
        """The process group of the site that listens on this port."""
        [leader] = [child for child in self._children if leads(child) and f"127.0.0.1:{port}" in command_line(child)]
        return leader

    def cleans_up(self) -> None:
        """Whatever still runs is killed."""
        if self._running is not None:
            for process in [self._running.pid, *self._children]:
                if alive(process):
                    os.kill(process, signal.SIGKILL)
            self._running.wait(PATIENCE)

    def _is_ready(self) -> bool:
        assert self._running is not None
        assert self._running.poll() is None, (self.folder / "errors").read_text()
        return "Ctrl-C ends" in self.printed


def leads(process: int) -> bool:
    return os.getpgid(process) == process


def command_line(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
