"""The private half: keys, archive, cases and people. Runs where a reviewer trusts the machine.

Rules: `create_app(settings)` touches no disk, no network and no identity: what needs them is made when it is first
asked for. Importing this package imports nothing that only one kind of machine has.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import DeskSettings

TREE = Path(__file__).resolve().parents[2]


def create_app(settings: DeskSettings) -> Flask:
    """The desk's WSGI application and its commands. `app.extensions` holds "desk" (the facade) and "settings"."""
    from flask import Flask

    from portal.desk.cli import commands
    from portal.desk.desk import Desk
    from portal.desk.web import register

    app = Flask("portal.desk", template_folder=str(TREE / "templates"), static_folder=str(TREE / "portal" / "static"))
    desk = Desk(settings)
    app.extensions.update(desk=desk, settings=settings)
    register(app)
    for command in commands(desk):
        app.cli.add_command(command)
    return app
