"""Who may speak to the desk: the checks before every page, and the one-time entrance.

Rules it keeps:
* Only requests for the desk's own name and port are answered: a page on another name that was made to resolve to this
  machine (DNS rebinding) gets nothing.
* Another site can neither read, embed nor post: Sec-Fetch-Site, Origin, a strict cookie, and a CSRF token in each form.
* A page that was only fetched ahead of time is not opened by a person; such requests are refused.
* Without a session there is one page, and it says how to get an address. A new page is behind the session, and behind
  the lock, until someone names its blueprint here.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, MisdirectedRequest

from portal.desk.web.lock import ask_again
from portal.desk.web.room import desk, settings
from portal.desk.web.tokens import redeem
from portal.text import ENGLISH, speak

bp = Blueprint("entrance", __name__)

SAFE = {"GET", "HEAD", "OPTIONS"}
# Endpoints for whoever asks, and blueprints for a person with a session whose desk is not (yet) unlocked.
OPEN_TO_ALL = {"static", "entrance.enter"}
BEFORE_UNLOCKING = {"setup", "lock"}


def origin() -> str:
    """The desk's own origin, as browsers write it: scheme, host, and the port unless it is the scheme's own."""
    address = urlsplit(settings().url)
    return f"{address.scheme}://{address.netloc}"


def check_host() -> None:
    if request.headers.get("Host", "") != urlsplit(settings().url).netloc:
        raise MisdirectedRequest()


def check_sender() -> None:
    """Refuse what another site sent, and what nobody is looking at."""
    if "prefetch" in request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""):
        raise Forbidden("ahead of time")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method in SAFE:
        followed_link = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.endpoint in (
            "entrance.enter",
            "entrance.home",
        )
        if site not in ("none", "same-origin") and not followed_link:
            raise Forbidden("another site")
        return
    # Browsers name the origin of every form they post; a missing one comes from no browser of ours.
    if request.headers.get("Origin") != origin() or site not in ("none", "same-origin"):
        raise Forbidden("another site")


def guard() -> ResponseReturnValue | None:
    """Runs before every request; what it returns is shown instead of the page that was asked for."""
    speak(session.get("language", ENGLISH.code))
    check_host()
    check_sender()
    if request.endpoint in OPEN_TO_ALL:  # their pages show nothing of the desk
        return None
    if not session.get("entered"):
        return render_template("desk/outside.html"), 403
    g.inside = True
    desk().touch()
    if request.blueprint in BEFORE_UNLOCKING or request.endpoint == "entrance.home":
        return None
    if desk().state == "new":
        return redirect(url_for("setup.start"), 303)
    if desk().state == "locked":
        return ask_again()
    if desk().unfinished:
        return redirect(url_for("setup.resume"), 303)
    return None


@bp.get("/enter")
def enter() -> ResponseReturnValue:
    """The printed address: consumes the token, begins a session."""
    if not redeem(settings(), request.args.get("token", "")):
        if session.get("entered"):
            return redirect(url_for("entrance.home"), 303)
        return render_template("desk/outside.html", tried=True), 403
    session.clear()
    session["entered"] = True
    return redirect(url_for("entrance.home"), 303)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Leads to what comes next in this desk's state."""
    state = desk().state
    if state == "new":
        return redirect(url_for("setup.start"), 303)
    return redirect(url_for("inbox.inbox") if state == "unlocked" else url_for("lock.unlock"), 303)
