"""The two sites of Unhindered, and `python app.py` to run both on this machine.

Rules kept here:
* `intake` and `desk` are factories; neither builds the other or demands its settings, and importing this
  module reads nothing.
* The two sites run as separate processes, also on one machine: the desk reaches the intake only over HTTP.
* A wrong setting, or a port that is taken, is one sentence on standard error and exit status 2.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import DeskSettings, IntakeSettings

HERE = Path(__file__).resolve().parent
START_SECONDS = 30
END_SECONDS = 10

# CPython and glibc keep freed memory readable; with these three a form that was sealed on receipt is
# overwritten when it is freed. Only the site that may see a plaintext pays for it.
SCRUBBED_MEMORY = {
    "PYTHONMALLOC": "malloc",
    "MALLOC_PERTURB_": "165",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}


def refuse(sentence: str) -> NoReturn:
    """Say on standard error what is wrong and what to do, and end with status 2."""
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


def check_build() -> None:
    """Refuse to start on a build of `cryptography` that cannot seal after quantum computers."""
    from crypto import selftest
    from crypto.errors import Unsupported

    try:
        selftest.check()
    except Unsupported as error:
        refuse(f"{error}. {error.hint}")


def intake() -> Flask:
    """The public site: takes sealed reports, holds no key that opens one."""
    check_build()
    from portal.intake import create_app
    from portal.settings import SettingsError, load_intake

    try:
        settings = load_intake(os.environ)
    except SettingsError as error:
        refuse(str(error))
    return create_app(settings)


def desk() -> Flask:
    """The reviewers' site: the only place where reports are opened."""
    check_build()
    from portal.desk import create_app
    from portal.settings import SettingsError, load_desk

    try:
        settings = load_desk(os.environ)
    except SettingsError as error:
        return without_settings(str(error))
    return create_app(settings)


def without_settings(sentence: str) -> Flask:
    """The desk's commands when its settings cannot be used: `route` needs none, everything else is refused."""
    import click
    from flask import Flask
    from flask.cli import AppGroup, FlaskGroup

    from portal.mechanisms.command import route

    class OnlyRoute(AppGroup):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            if cmd_name != route.name:
                refuse(sentence)
            return route

    context = click.get_current_context(silent=True)
    if context is None or not isinstance(context.command, FlaskGroup):
        refuse(sentence)
    app = Flask("desk")
    app.cli = OnlyRoute()
    return app


def check_port(port: int, setting: str) -> None:
    """Refuse to start when another program already listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            refuse(
                f"Port {port} is already taken by another program on this machine. "
                f"End that program, or choose another port with {setting}."
            )


def end_with_parent() -> None:
    """In the child, before it starts: die when this program dies, even if it is killed outright."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def gunicorn(site: str, port: int, *, workers: int, threads: int) -> list[str]:
    """The command that serves one site on loopback, without an access log.

    A warning of gunicorn's repeats what a malformed request held, and from which address it came: errors only.
    """
    command = [sys.executable, "-m", "gunicorn", f"app:{site}()", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
    command += ["--log-level", "error", "--graceful-timeout", "5", "--no-control-socket"]
    if Path("/dev/shm").is_dir():
        command += ["--worker-tmp-dir", "/dev/shm"]
    return command


def serve(site: str, port: int, *, workers: int, threads: int, extra: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start one site in its own process group."""
    command = gunicorn(site, port, workers=workers, threads=threads)
    return subprocess.Popen(
        command, cwd=HERE, env={**os.environ, **extra}, start_new_session=True, preexec_fn=end_with_parent
    )


def answers(port: int) -> bool:
    """Whether something on this machine speaks HTTP there, whatever it says."""
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        straight.open(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for(children: dict[str, subprocess.Popen[bytes]], port: int) -> None:
    """Return once the port answers; refuse when a site ends first or takes too long."""
    patience = time.monotonic() + START_SECONDS
    while not answers(port):
        for site, child in children.items():
            if child.poll() is not None:
                refuse(f"The {site} ended while it was starting; what it said stands above.")
        if time.monotonic() > patience:
            refuse(f"No answer on port {port} after {START_SECONDS} seconds.")
        time.sleep(0.1)


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """End both sites: first a request, then, after ten seconds, by force."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        try:
            child.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def settle(data: Path | None) -> tuple[IntakeSettings, DeskSettings]:
    """Read both sites' settings from the environment; `data` overrides the data folder."""
    from portal.settings import SettingsError, load_desk, load_intake

    if data is not None:
        os.environ.setdefault("UNHINDERED_DATA", str(data))
        os.environ["UNHINDERED_DEMO"] = "1"
    try:
        return load_intake(os.environ), load_desk(os.environ)
    except SettingsError as error:
        refuse(str(error))


def greet(intake_settings: IntakeSettings, address: str) -> None:
    """Print both addresses and what to do next."""
    from portal.intake.enrolment import fresh_code

    print(f"Intake: {intake_settings.url}/")
    print(f"Desk: {address}")
    code = fresh_code(intake_settings)
    if code is None:
        print("Next: open the desk's address (it works once) and unlock with your passphrase.")
    else:
        print(f"One-time code: {code}")
        print("Next: open the desk's address (it works once), choose a name and a passphrase, and enter the code.")
        print("Until then the intake says that it is not open yet, and stores nothing.")
    print("Ctrl-C ends both.", flush=True)


def run(*, demo: bool) -> int:
    """Run both sites until a signal comes or one of them ends. Returns the exit status."""
    intake_settings, desk_settings = settle(HERE / "instance-demo" if demo else None)
    check_port(intake_settings.port, "UNHINDERED_INTAKE_PORT")
    check_port(desk_settings.port, "UNHINDERED_DESK_PORT")
    from portal.desk.web.tokens import issue
    from portal.intake.migrate import upgrade
    from tools import demo as demonstration

    upgrade(intake_settings)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["intake"] = serve("intake", intake_settings.port, workers=2, threads=32, extra=SCRUBBED_MEMORY)
        wait_for(children, intake_settings.port)
        if demo:
            demonstration.found(intake_settings, desk_settings)
        children["desk"] = serve("desk", desk_settings.port, workers=1, threads=8, extra={})
        wait_for(children, desk_settings.port)
        address = f"{desk_settings.url}/enter?token={issue(desk_settings)}"
        if demo:
            demonstration.greet(intake_settings, desk_settings, address)
        else:
            greet(intake_settings, address)
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.2)
        print("One of the two sites ended; the other is being ended as well.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        end(children)


def stop(_signal: int, _frame: object) -> None:
    """A request to end is treated as Ctrl-C: both sites are ended in order."""
    raise KeyboardInterrupt


def main() -> int:
    """`python app.py [--demo]`."""
    parser = argparse.ArgumentParser(description="Run the intake and the desk on this machine.")
    parser.add_argument("--demo", action="store_true", help="with sample reports, in a data folder of its own")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)
    return run(demo=options.demo)


if __name__ == "__main__":
    raise SystemExit(main())
