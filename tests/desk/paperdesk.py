"""A desk on paper for the page tests: the facade's values, composed by hand, and a list of what was asked of it.

The real desk's behaviour is tested beside its core and in the browser story; here pages are shown states that are hard
to bring about otherwise: hostile names, alarms, a refused draft, an intake that cannot be reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from portal import mechanisms
from portal.desk import model, web
from portal.desk.desk import Desk
from portal.desk.errors import DeskError, NotHere, WrongPassphrase
from portal.desk.web import tokens
from portal.settings import DeskSettings, load_desk
from tests.pages.checker import CheckedClient

TREE = Path(__file__).resolve().parents[2]
CASE = "3f9a2c71" + "ab" * 28
OTHER = "77e0b1d4" + "cd" * 28
FILE = "0123456789abcdef" * 2
EPOCH = "ab12cd34" + "00" * 12
ME = "11" * 16
GRACE = "22" * 16
WORDS = ("copper", "lantern", "orbit", "velvet", "meadow", "anchor", "puzzle", "river")
PASSPHRASE = "seven words that nobody knows"
HOSTILE = "../../etc/pass\u202efdp.exe"
RLO = "\u202e"

REPORT = {
    "language": "en",
    "danger": "yes",
    "told": "They stopped me at the airport.\nThey asked about <b>Geneva</b>. قالوا: لا تسافر",
    "place_country": "NL",
    "behind": "other",
    "behind_country": "US",
    "acts": ["visa_denial", "threats_intimidation"],
    "bodies": ["icc"],
    "profile": ["judge", "lawyer"],
    "agreed": "self",
    "tell_un": "yes",
}
FACETS = {
    "country": "US",
    "place": "NL",
    "year": 2019,
    "act_types": ["visa_denial", "threats_intimidation", "act_of_2031"],
    "victim_profile": ["judge"],
    "un_body_cooperated": ["icc"],
    "urgency": "imminent",
    "perpetrator": "state:foreign_minister",
}


def file(name: str = HOSTILE, content_type: str = "application/pdf", object_id: str = FILE) -> model.CaseFile:
    return model.CaseFile(object_id, name, content_type, 1234, "00" * 32, "2026-11-20", True)


def message(kind: str, text: str = "", who: str = "reporter", **more: Any) -> model.CaseMessage:
    blank: dict[str, Any] = {
        "object": "33" * 16,
        "who_name": "Ada" if who == ME else "",
        "day": "2026-11-21",
        "to_reporter": kind == "reply",
        "sealed_by": EPOCH,
        "content": {},
        "files": (),
    }
    return model.CaseMessage(kind=kind, text=text, who=who, **blank | more)


SUMMARY = model.CaseSummary(
    id=CASE, day="2026-11-20", last_day="2026-11-22", country="US", acts=("visa_denial",), danger=True, status="new",
    until=None, assigned=None, assigned_name=None, unread=1, alarms=0, demo=False,
)  # fmt: skip
PLAIN = model.Case(
    summary=SUMMARY,
    report=REPORT,
    messages=(
        message("report", content=REPORT, files=(file(),)),
        message("opened", who=ME),
        message("reply", "Are you safe now?", who=ME),
        message("note", "Call the lawyer first.", who=ME),
        message("message", "Yes, for the moment."),
        message("status", who=ME, content={"status": "reading", "reason": "", "until": None}),
        message("assignment", who=ME, content={"to": GRACE}),
    ),
    files=(file(), file("notes.txt", "text/plain", "44" * 16)),
    statuses=(model.StatusChange("2026-11-21", ME, "Ada", "reading", "", None),),
    decisions=(),
    alarms=(),
    sealed_by=(EPOCH,),
    facets=FACETS,
    consents={"A": True, "B": True, "C": False, "D": False, "E": False, "F": True, "G": False},
    can_reply=True,
)
KEYS = (
    model.IntakeKey(EPOCH, 2, "in force", "2026-11-20", "2026-12-20", "2027-01-20", "2027-04-20", True, 3),
    model.IntakeKey("ee" * 16, 1, "accepting", "2026-11-01", "2026-11-20", "2026-12-20", "2027-03-20", True, 12),
)
SUGGESTIONS = (
    model.Suggestion(
        "un-asg-reprisals", "Senior Official on reprisals", "primary", "confidential letter",
        ("The International Criminal Court counts as cooperation with the UN.",), ("consent C",), False, True,
    ),
    model.Suggestion(
        "sp-ijl", "Special Rapporteur on judges", "primary", "urgent appeal", ("A judge.",), (), False, True,
    ),
    model.Suggestion("fld-emergency", "Front Line", "referral", "emergency help", (), (), False, False),
    model.Suggestion("sp-hrd", "Special Rapporteur on defenders", "primary", "urgent appeal", (), ("C",), True, True),
)  # fmt: skip


@dataclass
class PaperDesk:
    """Answers like the facade; `asked` lists the acts in their order."""

    state: model.State = "unlocked"
    unfinished: model.Unfinished | None = None
    cases: dict[str, model.Case] = field(default_factory=lambda: {CASE: PLAIN})
    contents: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    fails: DeskError | None = None
    refused: str | None = None
    admin: bool = True
    waiting: tuple[model.Pending, ...] = ()
    found_alarms: tuple[model.Alarm, ...] = ()
    copy_due: bool = False
    organisation: str = "Example Watch"
    fingerprint: tuple[str, ...] = WORDS
    fingerprint_hex: str = " ".join(["0f3c"] * 16)
    founding: model.Founding | None = None
    joining: model.Joining | None = None
    admitted: bool = False
    waiting_words: tuple[str, ...] = ()
    sync_alarms: tuple[model.Alarm, ...] = ()

    def ask(self, *act: Any) -> None:
        if self.fails:
            raise self.fails
        self.asked.append(act)

    def touch(self) -> None:
        pass

    @property
    def me(self) -> model.Person:
        roles = ("admin", "reviewer") if self.admin else ("reviewer",)
        return model.Person(ME, "Ada", roles, "active", "2026-11-01", WORDS, True)

    def people(self) -> tuple[model.Person, ...]:
        grace = model.Person(GRACE, "Grace", ("reviewer",), "active", "2026-11-03", WORDS[::-1], False)
        return (self.me, grace)

    def unlock(self, passphrase: str) -> None:
        if passphrase != PASSPHRASE:
            raise WrongPassphrase(4)
        self.state = "unlocked"

    def lock(self) -> None:
        self.state = "locked"

    def new_passphrase(self) -> str:
        return "one two three four five six seven"

    def found(self, name: str, passphrase: str, code: str) -> model.Founding:
        self.ask("found", name, passphrase, code)
        self.state, self.unfinished = "unlocked", "founding"
        self.founding = model.Founding(WORDS, lambda: b"age identity", self._finish)
        return self.founding

    def _finish(self, confirm: bytes | None) -> None:
        if confirm not in (None, b"age identity"):
            raise DeskError("This is another file than the one you saved.", "Choose desk-identity.age.")
        self.ask("finish", confirm)
        self.founding = self.unfinished = None

    def join(self, name: str, passphrase: str, code: str) -> model.Joining:
        self.ask("join", name, passphrase, code)
        self.state, self.unfinished = "unlocked", "joining"
        self.joining = model.Joining(WORDS, self._check)
        return self.joining

    def _check(self) -> bool:
        if self.admitted:
            self.joining = self.unfinished = None
        return self.admitted

    def restore(self, copy: bytes, passphrase: str) -> None:
        self.ask("restore", copy, passphrase)
        self.state = "unlocked"

    def save_copy(self) -> bytes:
        return b"age identity"

    def sync(self) -> model.SyncReport:
        self.ask("sync")
        return model.SyncReport(0, 0, 0, self.sync_alarms)

    def inbox(self, view: model.View = "all") -> tuple[model.CaseSummary, ...]:
        rows = tuple(case.summary for case in self.cases.values())
        return rows if view == "all" else tuple(row for row in rows if row.danger and view == "danger")

    def case(self, case_id: str) -> model.Case:
        if case_id not in self.cases:
            raise NotHere("There is no such case.", "Go back to the inbox.")
        return self.cases[case_id]

    def open_case(self, case_id: str) -> model.Case:
        self.case(case_id)
        self.asked.append(("open", case_id))
        return self.case(case_id)

    def open_file(self, case_id: str, object_id: str) -> model.OpenedFile:
        content = self.contents[object_id]

        def chunks() -> Iterator[bytes]:
            yield content

        return model.OpenedFile("file", len(content), chunks())

    def reply(self, case_id: str, text: str) -> None:
        self.ask("reply", case_id, text)

    def note(self, case_id: str, text: str) -> None:
        self.ask("note", case_id, text)

    def set_status(self, case_id: str, status: str, reason: str = "", until: str | None = None) -> None:
        self.ask("status", case_id, status, reason, until)

    def assign(self, case_id: str, device: str | None) -> None:
        self.ask("assign", case_id, device)

    def set_facets(self, case_id: str, facets: Mapping[str, Any]) -> None:
        self.ask("facets", case_id, dict(facets))

    def recommend(self, case_id: str) -> tuple[model.Suggestion, ...]:
        return SUGGESTIONS

    def routing(self, case_id: str) -> mechanisms.Recommendations:
        return mechanisms.recommend(mechanisms.read_facets(FACETS, lambda warning: None))

    def decide(self, case_id: str, chosen: Sequence[Mapping[str, str]], reason: str) -> None:
        self.ask("decide", case_id, list(chosen), reason)

    def draft(self, case_id: str, mechanism: str, kind: str) -> model.Draft:
        text = "" if self.refused else "Dear Madam,\nwe write about <a case>."
        return model.Draft(mechanism, kind, "Letter to the Senior Official", text, ("the date",), self.refused)

    def draft_docx(self, case_id: str, mechanism: str, kind: str) -> bytes:
        return b"PK docx"

    def invite(self) -> str:
        self.ask("invite")
        return "ABCD-EFGH-JKMN-PQRS-TVWX-YZ"

    def pending(self) -> tuple[model.Pending, ...]:
        return self.waiting

    def admit(self, pending_id: str, roles: Sequence[str]) -> None:
        self.ask("admit", pending_id, list(roles))

    def keys(self) -> tuple[model.IntakeKey, ...]:
        return KEYS

    def rotate_now(self) -> model.IntakeKey:
        self.ask("rotate")
        return replace(KEYS[0], epoch="99" * 16)

    def alarms(self) -> tuple[model.Alarm, ...]:
        return self.found_alarms


def desk_settings(folder: Path, **more: str) -> DeskSettings:
    return load_desk({"UNHINDERED_DATA": str(folder), **more})


def desk_app(desk: PaperDesk | Desk, settings: DeskSettings) -> Flask:
    """The desk's pages, each of which is looked at by the checker. CSRF stays on."""
    app = Flask("desk", template_folder=str(TREE / "templates"), static_folder=str(TREE / "portal" / "static"))
    app.testing = True
    app.test_client_class = CheckedClient
    app.extensions["desk"] = desk
    app.extensions["settings"] = settings
    web.register(app)
    return app


ORIGIN = "http://localhost:8001"


class Visitor:
    """A browser without a window: keeps the cookie, sends the origin, fills in the CSRF token of the page it is on."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.origin: str = app.extensions["settings"].url
        self.token = ""

    def get(self, path: str, **headers: str) -> Any:
        answer = self.client.get(path, base_url=self.origin, headers=headers, buffered=True)
        self.read_token(answer)
        return answer

    def post(self, path: str, data: Mapping[str, Any] | None = None, **headers: str) -> Any:
        form = {"csrf_token": self.token, **(data or {})}
        answer = self.client.post(
            path, base_url=self.origin, data=form, headers={"Origin": self.origin, **headers}, buffered=True
        )
        self.read_token(answer)
        return answer

    def read_token(self, answer: Any) -> None:
        if answer.mimetype != "text/html":
            return
        _before, found, after = answer.get_data(as_text=True).partition('name="csrf_token" value="')
        if found:
            self.token = after.split('"', 1)[0]


def visits(desk: PaperDesk, folder: Path, **more: str) -> Visitor:
    """Somebody who has entered this desk."""
    return enters(desk, desk_settings(folder, **more))


def enters(desk: PaperDesk | Desk, settings: DeskSettings) -> Visitor:
    """The same for a desk that exists already, on paper or real."""
    visitor = Visitor(desk_app(desk, settings))
    assert visitor.get(f"/enter?token={tokens.issue(settings)}").status_code == 303
    visitor.get(visitor.get("/").location)
    return visitor
